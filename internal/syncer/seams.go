package syncer

import (
	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/pbstore"
	"doorstep/internal/rooms"
	"doorstep/internal/wire"
)

// Seams are where the conversation meets what is behind it. The zero value is the product; tests put
// decorators in between.
type Seams struct {
	// Rooms puts the rooms of a transaction together; nil is rooms.Of.
	Rooms func(*pbstore.Tx) *rooms.Rooms
	// Ledger wraps what a push is written into; nil wraps nothing.
	Ledger func(PushLedger, *wire.Push) PushLedger
	// Feed wraps what a page is read from; nil wraps nothing.
	Feed func(PageSource) PageSource
}

// PushLedger is where a push is written down: what each client has sent, and how it ended. See pbstore.Tx.
type PushLedger interface {
	Client(id string) (*pbstore.Client, error)
	SaveClient(c *pbstore.Client) error
	Ledger(key string) (*pbstore.Entry, error)
	Enter(key string, client, mid, content int64) (fresh bool, err error)
	Ended(key string, status care.Status) error
	Leave(key string) error
	Renumber(c *pbstore.Client, mid int64, key string, status care.Status) error
	Renumbered(c *pbstore.Client, mid int64, key string) (mine bool, status care.Status, err error)
	SaveResults(client, first, last int64, body []byte) error
	Results(client, mid int64, staff string) ([]byte, error)
}

// PageSource is what a page is read from: what somebody may see, which rows of it moved, and those records.
type PageSource interface {
	Visible(who *access.Access, walk access.Walk) *access.Visible
	Feed(ranges []access.Range, until int64, limit int) (rows []pbstore.FeedRow, cut bool, err error)
	Deliveries(visible *access.Visible, rows []pbstore.FeedRow) ([]wire.Delivery, error)
}

// snapshot is a PageSource over one moment of the store.
type snapshot struct{ *pbstore.Snapshot }

// Visible implements PageSource.
func (snapshot) Visible(who *access.Access, walk access.Walk) *access.Visible {
	return who.VisibleOn(walk)
}

// Rooms puts the rooms of a transaction together. Whatever goes through them comes here: pushes, due work,
// settled writes and the decisions of desks and inboxes, so that a decorator of a test stands before them all.
func (e *Engine) Rooms(tx *pbstore.Tx) *rooms.Rooms {
	r := e.o.Seams.rooms(tx)
	if e.o.Beyond != nil {
		r.TakeIn.Alarm = func(stay string) error { return e.o.Beyond.Alarm(tx, stay) }
	}
	return r
}

func (s Seams) rooms(tx *pbstore.Tx) *rooms.Rooms {
	if s.Rooms == nil {
		return rooms.Of(tx)
	}
	return s.Rooms(tx)
}

func (s Seams) ledger(tx *pbstore.Tx, p *wire.Push) PushLedger {
	if s.Ledger == nil {
		return tx
	}
	return s.Ledger(tx, p)
}

func (s Seams) feed(snap *pbstore.Snapshot) PageSource {
	if s.Feed == nil {
		return snapshot{snap}
	}
	return s.Feed(snapshot{snap})
}
