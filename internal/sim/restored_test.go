package sim

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/pbstore"
	"doorstep/internal/phone"
	riverside "doorstep/internal/testkit/town"
)

// wired is a network without faults.
type wired struct{ m *machine }

func (n wired) Do(req *http.Request) (*http.Response, error) {
	r := req.Clone(req.Context())
	if req.Body != nil {
		b, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(b))
	}
	r.RequestURI, r.RemoteAddr = req.URL.RequestURI(), "192.0.2.1:1234"
	rec := httptest.NewRecorder()
	n.m.handler.ServeHTTP(rec, r)
	return rec.Result(), nil
}

// night is a server with three kinds of phone of one nurse: one whose work is lost, one that was off since
// the backup was made, and many that saw what is lost, so that each can meet a restored server once.
type night struct {
	*testing.T
	m          *machine
	clock      *Clock
	nia        *person
	serial     uint64
	person     string
	visit      string // lost, and written by author
	author     *phone.Memory
	away       *phone.Memory
	backup     disk
	at         time.Time // the hour of the loss
	fork, lost int64     // the number of the backup, and how many came after it
}

func (n *night) phone(store *phone.Memory) *phone.Phone {
	n.Helper()
	n.serial++
	p, err := phone.New(phone.Options{Server: "https://doorstep.test", HTTP: wired{n.m}, Storage: store, Now: n.clock.Now,
		Entropy: rand.NewChaCha8([32]byte{9, byte(n.serial), byte(n.serial >> 8)}), Name: "phone", Platform: "test"})
	if err != nil {
		n.Fatal(err)
	}
	return p
}

func (n *night) enrolled(store *phone.Memory) *phone.Phone {
	n.Helper()
	p := n.phone(store)
	if err := errors.Join(p.SignIn(context.Background(), n.nia.email, riverside.Password), p.Sync(context.Background())); err != nil {
		n.Fatal(err)
	}
	return p
}

func (n *night) sync(p *phone.Phone) {
	n.Helper()
	for range 6 { // a refusal that the phone puts right by itself may end a round
		if err := p.Sync(context.Background()); err != nil {
			n.Fatal(err)
		}
		if p.Pending() == 0 {
			return
		}
		n.clock.Pass(time.Minute)
	}
	n.Fatalf("%d changes are still on the phone", p.Pending())
}

func (n *night) head() int64 {
	_, head := n.m.srv.Store.Head()
	return head
}

// fall lives the day until the server is lost: what the author of the lost visit did last is not in the backup.
func fall(t *testing.T, witnesses int) (*night, []*phone.Phone) {
	t.Helper()
	town, err := theTown()
	if err != nil {
		t.Fatal(err)
	}
	clock := &Clock{now: start}
	n := &night{T: t, clock: clock, nia: town.staff["nia"], author: &phone.Memory{}, away: &phone.Memory{},
		m: &machine{root: t.TempDir(), clock: clock, entropy: rand.NewChaCha8([32]byte{3})}}
	if err := n.m.boot(town.disk); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.m.shut(); err != nil {
			t.Error(err)
		}
	})
	author, away := n.enrolled(n.author), n.enrolled(n.away)
	n.person = author.List(care.Patients)[0].ID
	all := make([]*phone.Phone, witnesses)
	for i := range all {
		all[i] = n.enrolled(&phone.Memory{})
	}
	if n.backup, err = n.m.image(); err != nil {
		t.Fatal(err)
	}
	n.fork = n.head()
	if err := author.Edit(care.Patients, n.person, map[string]any{"phone": "lost 2"}); err != nil {
		t.Fatal(err)
	}
	if n.visit, err = author.Create(care.Visits, map[string]any{"patient": n.person, "status": "completed", "note": "Insulin 12 units given"}); err != nil {
		t.Fatal(err)
	}
	n.sync(author)
	for _, p := range all {
		n.sync(p)
	}
	n.lost, n.at = n.head()-n.fork, n.clock.now
	// What it does not know yet it writes while the server is down.
	if err := away.Edit(care.Patients, n.person, map[string]any{"phone": "other 3"}); err != nil {
		t.Fatal(err)
	}
	return n, all
}

// meets lets a witness meet the server that was put back, after k numbers of the restored server's own.
func (n *night) meets(witness *phone.Phone, k int64, order string) {
	n.Helper()
	n.clock.now = n.at.Add(time.Second)
	if err := n.m.replace(n.backup); err != nil {
		n.Fatal(err)
	}
	// The other phone comes first, and then whatever else moves the numbers: desks, deliveries, what is due.
	n.sync(n.phone(n.away.Snapshot()))
	for n.head() < n.fork+k {
		if err := n.m.srv.Engine.Do(context.Background(), func(tx *pbstore.Tx) error { tx.Next(); return nil }); err != nil {
			n.Fatal(err)
		}
	}
	n.clock.Pass(time.Second)
	if order == "a pull first" {
		n.sync(witness)
	}
	if err := witness.Edit(care.Patients, n.person, map[string]any{"phone": "mine 4"}); err != nil {
		n.Fatal(err)
	}
	if order == "a hello first" {
		n.clock.Pass(20 * time.Minute)
	}
	n.sync(witness)
	author := n.phone(n.author.Snapshot())
	n.sync(author)
	n.sync(witness)
	n.sync(author)

	db, err := n.m.db()
	if err != nil {
		n.Fatal(err)
	}
	var visits, kept int
	if err := errors.Join(db.QueryRow(`SELECT count(*) FROM visits WHERE id = ?`, n.visit).Scan(&visits),
		db.QueryRow(`SELECT count(*) FROM conflicts WHERE record = ? AND field = 'phone' AND lost = '"other 3"'`, n.person).Scan(&kept)); err != nil {
		n.Fatal(err)
	}
	if visits != 1 {
		n.Errorf("the visit that was lost came back %d times", visits)
	}
	if order != "a pull first" && kept != 1 {
		n.Errorf("the number that somebody else wrote since is kept in %d conflicts, want 1", kept)
	}
	fresh := n.enrolled(&phone.Memory{})
	for name, p := range map[string]*phone.Phone{"the author": author, "the witness": witness} {
		if p.Epoch() != fresh.Epoch() || p.Epoch() == "e1" {
			n.Errorf("%s is in epoch %s, a new phone in %s", name, p.Epoch(), fresh.Epoch())
		}
		if got, want := fmt.Sprint(p.Held()), fmt.Sprint(fresh.Held()); got != want {
			n.Errorf("%s holds other records than a new phone", name)
		}
	}
}

// K1, O1: a restored server is known by its history, however far its own numbers have moved: not at all, into
// the midst of what was lost, to its end, and beyond. What was lost comes back, and an edit over it keeps the
// value that stood in its way.
func TestARestoreIsNoticedHoweverFarTheNumbersHaveMoved(t *testing.T) {
	orders := []string{"a push first", "a hello first", "a pull first"}
	probe, _ := fall(t, 0)
	most := probe.lost + 50
	if err := probe.m.shut(); err != nil {
		t.Fatal(err)
	}
	n, witnesses := fall(t, int(most)+1)
	for k := range most + 1 {
		order := orders[(int(k)+n.part())%len(orders)]
		t.Run(fmt.Sprintf("%s after %d of %d numbers", order, k, n.lost), func(t *testing.T) {
			n.T = t
			n.meets(witnesses[k], k, order)
		})
	}
}

// part turns the orders from run to run of make nightly, so that each meets every number.
func (n *night) part() int { return seeds(n.T, 0) }
