package delivery

import "context"

// Channel takes handovers to teams.
type Channel interface {
	// Name is its name in the outbox. It never changes.
	Name() string
	// Deliver takes one item there. It may be called again with an item it took before. An
	// error is tried again, unless it has Temporary() bool and says false: then it is given up.
	// Its text goes into logs and must name no person and quote no note.
	Deliver(ctx context.Context, item Item) error
}

// InboxStore puts a handover into the inbox of a team: it applies the machine's Deliver and stores what comes of
// it. Delivering what the team has, or what has moved on, changes nothing and is no error.
type InboxStore interface {
	Deliver(ctx context.Context, item Item) error
}

// InboxName is the channel every handover goes through.
const InboxName = "inbox"

// Inbox is the channel of our own pages. Its handovers are sent when the store has them; a team
// that is reached by phone only has its handovers on the list of calls to make.
type Inbox struct{ Store InboxStore }

// Name implements Channel.
func (Inbox) Name() string { return InboxName }

// Deliver implements Channel.
func (i Inbox) Deliver(ctx context.Context, item Item) error {
	return i.Store.Deliver(ctx, item)
}
