package delivery

import (
	"context"
	"strings"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/handover"
)

// State is where an item stands.
type State string

// The states of an item.
const (
	Waiting   State = "waiting"   // due at DueAt
	Delivered State = "delivered" // the channel took it
	GivenUp   State = "given_up"  // the channel refused it for good; a person must look
)

// Item is one row of the outbox: one handover for one team through one channel.
type Item struct {
	ID       int64
	Key      string // see [Key]
	Channel  string
	Route    string // the team's own way by that channel; "" for the inbox
	Handover string // "" where it stands for several
	Team     string
	// Classes are those of the handovers that it stands for, one for each; nil for the inbox, which asks the store.
	Classes   []care.Class
	CreatedAt time.Time
	DueAt     time.Time
	Until     time.Time // at the first attempt that fails from then on it is given up; zero = never
	Attempts  int       // made so far
	State     State
	LastError string // says no more than a log may: no names, no notes
	DoneAt    time.Time
}

// Outbox is the store of items. Its methods are called from one courier at a time.
type Outbox interface {
	// Due lists at most limit waiting items that are due, the longest due first. Of an outbox with routes it is the one of
	// each route that goes first: what waits for one receiver must not hide what waits for another.
	Due(ctx context.Context, now time.Time, limit int) ([]Item, error)
	// Delivered notes that the channel took it.
	Delivered(ctx context.Context, id int64, at time.Time) error
	// Retry notes a failed attempt and when to make the next.
	Retry(ctx context.Context, id int64, attempts int, due time.Time, reason string) error
	// GiveUp notes that it will not be tried again.
	GiveUp(ctx context.Context, id int64, attempts int, at time.Time, reason string) error
}

// Claims is an [Outbox] of what leaves the building. What is put into our own inbox is noted in the transaction that puts
// it there, and needs no claim.
type Claims interface {
	// Claim notes that an attempt is made, and when the next is if nothing comes of this one, in one small write before
	// anything leaves. False: it needs no attempt any more.
	Claim(ctx context.Context, id int64, attempts int, due time.Time) (bool, error)
}

// Key names a delivery for ever, so that a receiver can drop what it has: the same handover for
// the same team through the same channel has one key, on every server and after every restore.
func Key(handoverID, team, channel string) string {
	return strings.Join([]string{handoverID, team, channel}, ":")
}

// KeyAgain is the key of showing it to a team anew, because of an event with Deliver set: it
// was passed on to them, came back to them, or its urgency rose.
func KeyAgain(handoverID, channel string, e handover.Event) string {
	return Key(handoverID, e.Team, channel) + ":" + e.Kind + "@" + care.Stamp(e.At)
}
