package sim

import (
	"bytes"
	"context"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/pbstore"
	"doorstep/internal/syncer"
	"doorstep/internal/wire"
)

// The seeded bugs of the conversation are decorators of what a page is read from, and of what a push is
// written into.

// inFeed wraps what every page is read from.
func inFeed(wrap func(syncer.PageSource) syncer.PageSource) func(*Options) {
	return func(o *Options) { o.Seams.Feed = wrap }
}

// inLedger wraps what every push is written into.
func inLedger(wrap func(syncer.PushLedger, *wire.Push) syncer.PushLedger) func(*Options) {
	return func(o *Options) { o.Seams.Ledger = wrap }
}

// noLeft keeps quiet about records that leave a scope.
type noLeft struct{ syncer.PageSource }

func (f noLeft) Deliveries(v *access.Visible, rows []pbstore.FeedRow) ([]wire.Delivery, error) {
	list, err := f.PageSource.Deliveries(v, rows)
	return slices.DeleteFunc(list, func(d wire.Delivery) bool { return d.Gone == "left" }), err
}

// noBackfill brings of a new grant only what changes from now on.
type noBackfill struct{ syncer.PageSource }

func (f noBackfill) Visible(who *access.Access, walk access.Walk) *access.Visible {
	v := f.PageSource.Visible(who, walk)
	for i := range v.Ranges {
		v.Ranges[i].From = max(v.Ranges[i].From, walk.Since)
	}
	return v
}

// noRevoke keeps quiet about scopes that end.
type noRevoke struct{ syncer.PageSource }

func (f noRevoke) Visible(who *access.Access, walk access.Walk) *access.Visible {
	v := f.PageSource.Visible(who, walk)
	v.Events = slices.DeleteFunc(slices.Clone(v.Events), func(e access.ScopeEvent) bool { return e.Op == access.ScopeRevoked })
	return v
}

// shortPageEnds takes a full page for the last.
type shortPageEnds struct{ syncer.PageSource }

func (f shortPageEnds) Feed(ranges []access.Range, until int64, limit int) ([]pbstore.FeedRow, bool, error) {
	rows, _, err := f.PageSource.Feed(ranges, until, limit)
	return rows, false, err
}

// jumpToHead lets the cursor of a page that is not the last stand behind everything.
type jumpToHead struct{ syncer.PageSource }

func (f jumpToHead) Feed(ranges []access.Range, until int64, limit int) ([]pbstore.FeedRow, bool, error) {
	rows, cut, err := f.PageSource.Feed(ranges, until, limit)
	if cut && len(rows) > 0 {
		rows[len(rows)-1].Scope = math.MaxInt64
	}
	return rows, cut, err
}

// noDedupe lets a repeated change take effect again.
type noDedupe struct {
	syncer.PushLedger
	first  int64 // mid of the push
	stored pbstore.Client
}

func (l *noDedupe) Client(id string) (*pbstore.Client, error) {
	c, err := l.PushLedger.Client(id)
	if err == nil {
		l.stored = *c
		c.LastMid = min(c.LastMid, l.first-1)
	}
	return c, err
}

func (l *noDedupe) Enter(key string, client, mid, content int64) (bool, error) {
	_, err := l.PushLedger.Enter(key, client, mid, content)
	return true, err
}

func (l *noDedupe) SaveResults(client, first, last int64, body []byte) error {
	if first <= l.stored.LastMid {
		return nil // the answers of then are there
	}
	return l.PushLedger.SaveResults(client, first, last, body)
}

func (l *noDedupe) SaveClient(c *pbstore.Client) error {
	if c.LastMid < l.stored.LastMid {
		c.LastMid, c.LastKey = l.stored.LastMid, l.stored.LastKey
	}
	return l.PushLedger.SaveClient(c)
}

// byMidAlone answers a change by its number, whatever its key.
type byMidAlone struct{ syncer.PushLedger }

func (byMidAlone) Renumbered(*pbstore.Client, int64, string) (bool, care.Status, error) {
	return true, care.Applied, nil
}

// heldByInvalid leaves last_mid before a change that was quarantined.
type heldByInvalid struct {
	syncer.PushLedger
	client *pbstore.Client
	before *pbstore.Client // as it was when the first one was quarantined
}

func (l *heldByInvalid) Client(id string) (c *pbstore.Client, err error) {
	l.client, err = l.PushLedger.Client(id)
	return l.client, err
}

func (l *heldByInvalid) Ended(key string, status care.Status) error {
	if status == care.Quarantined && l.before == nil {
		was := *l.client
		l.before = &was
	}
	return l.PushLedger.Ended(key, status)
}

func (l *heldByInvalid) SaveClient(c *pbstore.Client) error {
	if l.before != nil {
		c.LastMid, c.LastKey = l.before.LastMid, l.before.LastKey
	}
	return l.PushLedger.SaveClient(c)
}

// tear stores last_mid in a transaction of its own, after the effects of a push.
type tear struct {
	world *World
	late  *pbstore.Client // to be stored
}

// torn is the ledger of a push that will not store where its client stands.
type torn struct {
	syncer.PushLedger
	tear *tear
}

func (t *tear) ledger(l syncer.PushLedger, _ *wire.Push) syncer.PushLedger {
	t.late = nil
	return torn{l, t}
}

func (l torn) Enter(key string, client, mid, content int64) (bool, error) {
	_, err := l.PushLedger.Enter(key, client, mid, content)
	return true, err
}

func (l torn) SaveClient(c *pbstore.Client) error {
	late := *c
	l.tear.late = &late
	return nil
}

// between stores it when the push is answered, unless the server dies before that.
func (t *tear) between(handler http.Handler, m *machine) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/push") {
			handler.ServeHTTP(w, r)
			return
		}
		t.late = nil
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, r)
		if t.late != nil && answer.Code == http.StatusOK {
			if !t.world.healing && t.world.chance(15) {
				http.Error(w, `{"code":"busy","message":"Busy.","retry":"later"}`, http.StatusServiceUnavailable)
				return
			}
			if err := m.srv.Engine.Do(context.Background(), func(tx *pbstore.Tx) error { return tx.SaveClient(t.late) }); err != nil {
				t.world.fail("store last_mid: %v", err)
			}
		}
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(answer.Code)
		_, _ = bytes.NewReader(answer.Body.Bytes()).WriteTo(w)
	})
}
