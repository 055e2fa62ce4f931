package phone

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/identifier"
	"doorstep/internal/wire"
)

// Locked is a phone while it is locked: it sends what was sealed while it was open, hears what to do about its own
// standing, and can read nothing. It has of the storage the two tables that lie outside of what is locked away; of the
// others it knows that there are rows. It is not safe for concurrent use, nor beside the open [Phone].
type Locked struct {
	opts     Options
	minter   *identifier.Minter
	access   accessToken
	offsetMs int64
	most     int // changes of one request; halved by 413
	wait     retryState
}

// Contact is how a conversation of a locked phone ended.
type Contact struct {
	// Directive is what the server ordered: "", drain, wipe, relogin or upgrade. After a wipe, and after a drain of which
	// nothing is left, the phone is empty: Erased.
	Directive string
	Erased    bool
	// Waits counts what is sealed and not with the server. Stuck: it cannot go before the phone is unlocked.
	Waits int
	Stuck bool
}

const (
	scopeLocked       = "locked"
	sealedAtOnce      = 50              // changes of one request
	sealedBytes       = 1 << 20         // of sealed text in one request
	lockedAsks        = 5 * time.Minute // between contacts while nothing waits: for orders
	maxLockedRefusals = 4               // that it puts right by itself, in one contact
)

// NewLocked locks the phone that lives in opts.Storage. Options are those of New.
func NewLocked(opts Options) *Locked {
	return &Locked{opts: withDefaults(opts), minter: identifier.NewMinter(opts.Entropy), most: sealedAtOnce, wait: retryState{limit: newLimit()}}
}

// NextTry is when to make the next contact. What waits may be an emergency, and a locked phone cannot tell: it waits half a
// minute at most, unless the server asked for patience.
func (l *Locked) NextTry() time.Time {
	if now := l.opts.Now(); now.Before(l.wait.set) { // the clock was set back
		return now
	}
	return l.wait.at
}

// Contact sends all that waits, and asks for orders where nothing does. Whatever fails, nothing is lost: what is not taken
// stays sealed beside the change itself.
func (l *Locked) Contact(ctx context.Context) (Contact, error) {
	c, err := l.contact(ctx)
	if e := statusOf(err); e != nil {
		c.Directive = e.Directive
		// From 500 up it is the server's trouble or the way there; else only an open phone can put it right.
		c.Stuck = e.Status != http.StatusTooManyRequests && e.Status != http.StatusRequestTimeout && e.Status < 500
	}
	if c.Directive == directiveNone {
		c.Directive = ""
	}
	if eraseErr := l.obey(&c); eraseErr != nil {
		return c, errors.Join(err, eraseErr)
	}
	l.settle(&c, err)
	return c, err
}

func (l *Locked) contact(ctx context.Context) (Contact, error) {
	o, err := l.load()
	c := Contact{Waits: len(o.waits)}
	if err != nil {
		return c, err
	}
	if o.cover == nil { // it was never told what to seal to
		c.Stuck = c.Waits > 0
		return c, nil
	}
	if l.offsetMs == 0 {
		l.offsetMs = o.cover.OffsetMs
	}
	for rest := o.waits; ; {
		batch := l.batch(rest)
		answer, err := l.ask(ctx, o.cover, batch)
		if err != nil {
			return c, err
		}
		if answer == nil {
			continue // one half of it next
		}
		c.Directive = answer.Directive
		taken, err := l.taken(batch, answer)
		c.Waits -= taken
		switch {
		case err != nil:
			return c, err
		case taken < len(batch):
			c.Stuck = true // there was no room for one of them
			return c, nil
		}
		if rest = rest[len(batch):]; len(rest) == 0 {
			return c, nil
		}
	}
}

// batch takes the first ones, as far as they are numbered one after the other and fit into a request.
func (l *Locked) batch(rest []*twin) []*twin {
	n, size := 0, 0
	for n < len(rest) && n < l.most && (n == 0 || rest[n].Mid == rest[n-1].Mid+1) {
		if size += len(rest[n].Sealed); n > 0 && size > sealedBytes {
			break
		}
		n++
	}
	return rest[:n]
}

// ask sends a batch. Nil: it was too much, ask for less.
func (l *Locked) ask(ctx context.Context, who *cover, batch []*twin) (*wire.SealedResponse, error) {
	to := connection{&l.opts, l.trueTime}
	for repeats := 0; ; repeats++ {
		err := l.signIn(ctx, to, who)
		if err == nil {
			req := wire.SealedRequest{Client: who.Client, Epoch: who.Epoch, Changes: make([]wire.SealedChange, 0, len(batch))}
			for _, c := range batch {
				req.Changes = append(req.Changes, c.SealedChange)
			}
			answer := &wire.SealedResponse{}
			if err = to.exchange(ctx, request{method: http.MethodPost, path: basePath + "/sealed", body: req, bearer: l.access.text}, answer); err == nil {
				return answer, nil
			}
		}
		e := statusOf(err)
		switch {
		case e == nil, e.Directive != "" && e.Directive != directiveNone, repeats >= maxLockedRefusals:
			return nil, err
		case e.Status == http.StatusRequestEntityTooLarge && len(batch) > 1:
			l.most = len(batch) / 2
			return nil, nil
		case e.Status != http.StatusUnauthorized:
			return nil, err
		}
		l.access = accessToken{}
		if e.Code == "clock" {
			at, parseErr := care.ParseStamp(e.ServerTime)
			if parseErr != nil {
				return nil, err
			}
			l.offsetMs = at.Sub(l.opts.Now()).Milliseconds()
		}
	}
}

func (l *Locked) signIn(ctx context.Context, to connection, who *cover) error {
	if l.access.valid(l.opts.Now()) {
		return nil
	}
	jti, err := l.minter.New(l.trueTime())
	if err != nil {
		return fmt.Errorf("make id: %w", err)
	}
	l.access, err = to.token(ctx, who.Key, who.Device, string(jti), scopeLocked)
	return err
}

func (l *Locked) trueTime() time.Time {
	return l.opts.Now().Add(time.Duration(l.offsetMs) * time.Millisecond)
}

// taken notes what of a batch the server has now: it is not sent again while the phone is locked. The change itself stays
// unanswered; its phone sends it as after any lost answer once it is open.
func (l *Locked) taken(batch []*twin, answer *wire.SealedResponse) (int, error) {
	var writes []Write
	for _, c := range batch {
		if !slices.ContainsFunc(answer.Taken, func(t wire.Taken) bool { return t.Taken && t.Key == c.Key && t.Mid == c.Mid }) {
			continue
		}
		mark, err := json.Marshal(twin{Place: c.Place, Taken: true, SealedChange: wire.SealedChange{Mid: c.Mid, Key: c.Key}})
		if err != nil {
			return 0, err
		}
		writes = append(writes, Write{tableSealed, placeKey(c.Place), mark})
	}
	if len(writes) == 0 {
		return 0, nil
	}
	if err := l.opts.Storage.Commit(writes); err != nil {
		return 0, fmt.Errorf("commit: %w", err)
	}
	return len(writes), nil
}

// outside is what of the storage a locked phone can read, and of the rest how much there is.
type outside struct {
	cover *cover
	waits []*twin // by mid
	taken int     // of the unanswered changes
	aside int     // changes that no request can carry, or that were turned away
	rows  []Write // that empty the storage
}

func (l *Locked) load() (outside, error) {
	var o outside
	err := l.opts.Storage.Load(func(table, key string, value []byte) error {
		o.rows = append(o.rows, Write{Table: table, Key: key})
		switch table {
		case tableLocked:
			return decodeInto(value, func(c *cover) { o.cover = c })
		case tableAside:
			o.aside++
		case tableSealed:
			return decodeInto(value, func(c *twin) {
				if c.Taken {
					o.taken++
				} else {
					o.waits = append(o.waits, c)
				}
			})
		}
		return nil
	})
	if err != nil {
		return o, fmt.Errorf("load locked phone: %w", err)
	}
	slices.SortFunc(o.waits, func(a, b *twin) int { return int(a.Mid - b.Mid) })
	return o, nil
}

// obey empties the phone where it was reported lost, or where it is to hand in what it has and all of it is with the
// server. What was turned away, and what is not sealed, stays until somebody opens the phone.
func (l *Locked) obey(c *Contact) error {
	if c.Directive != directiveWipe && c.Directive != directiveDrain {
		return nil
	}
	o, err := l.load()
	if err != nil {
		return err
	}
	if c.Directive == directiveDrain && (o.cover == nil || o.aside > 0 || o.taken < o.cover.Unsent) {
		return nil
	}
	c.Erased, c.Waits = true, 0
	if err := l.opts.Storage.Commit(o.rows); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

func (l *Locked) settle(c *Contact, err error) {
	now := l.opts.Now()
	l.wait.set = now
	wait, roll := lockedAsks, chance(l.opts.Entropy)
	switch e := statusOf(err); {
	case e != nil && e.RetryAfter > 0:
		wait = delay(l.wait.limit.NextBackOff(), time.Duration(e.RetryAfter)*time.Second, roll)
	case c.Waits == 0 || c.Stuck:
		wait += time.Duration(roll * float64(retryUrgent))
	default:
		wait = min(delay(l.wait.limit.NextBackOff(), 0, roll), retryUrgent)
	}
	if err == nil {
		l.wait.limit.Reset()
	}
	l.wait.at = now.Add(wait)
}
