package acceptance

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/identifier"
	"doorstep/internal/pbrecords"
	"doorstep/internal/phone"
	"doorstep/internal/recovery"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// codeFor is a sign-in code that the lead made for somebody.
func (w *world) codeFor(staff *core.Record) string {
	w.t.Helper()
	answer := w.call(w.Token(w.t, w.lea), http.MethodPost, "/sign-in-codes", map[string]any{"staff": staff.Id})
	code, _ := answer.JSON(w.t)["code"].(string)
	if answer.Status != http.StatusCreated {
		w.t.Fatalf("no code: %d %s", answer.Status, answer.Body)
	}
	return code
}

// lostWork is what a nurse wrote on a phone that nobody can open, an hour ago by a clock that is ten
// minutes slow.
func (w *world) lostWork(staff *core.Record) *recovery.Work {
	at := w.now().Add(-time.Hour - 10*time.Minute)
	visit := w.id()
	note := map[string]any{"patient": w.ada.Id, "status": "completed", "ended_at": care.Stamp(at), "note": "Written on a phone nobody can open."}
	readings := map[string]any{"patient": w.ada.Id, "visit": visit, "taken_at": care.Stamp(at), "pulse": json.Number("4000"), "temperature": json.Number("37.4")}
	minter := identifier.NewMinter(rand.Reader) // one, so that keys rise in the order of the work
	key := func() string {
		id, err := minter.New(at)
		if err != nil {
			w.t.Fatal(err)
		}
		return string(id)
	}
	change := func(place int64, ops ...phone.Op) recovery.Change {
		return recovery.Change{Place: place, Mid: place, Key: key(), Author: staff.Id, AuthoredAt: care.Stamp(at), Ops: ops}
	}
	return &recovery.Work{
		Cover: recovery.Cover{Staff: staff.Id, OffsetMs: (10 * time.Minute).Milliseconds(), OffsetKnown: true},
		Changes: []recovery.Change{
			change(5, phone.Op{Op: "create", Collection: care.Visits, ID: visit, Set: note}),
			change(6, phone.Op{Op: "create", Collection: care.Observations, ID: w.id(), Set: readings}),
		},
	}
}

// paths is the network, counting what is asked for.
type paths map[string]int

func (p paths) Do(r *http.Request) (*http.Response, error) {
	p[r.URL.Path]++
	return http.DefaultClient.Do(r)
}

func TestRecoveredWorkIsHandedInOnceAndByItsAuthorsTimes(t *testing.T) {
	w := newWorld(t)
	work := w.lostWork(w.ann)
	visit := work.Changes[0].Ops[0]
	asked := paths{}
	handIn := func() []phone.Item {
		items, err := work.HandIn(context.Background(), recovery.HandIn{Server: w.http.URL, HTTP: asked, Code: w.codeFor(w.ann), Now: w.now})
		ok(t, err)
		return items
	}
	items := handIn()
	if len(items) != 2 || items[0].State != phone.Sent || items[1].State != phone.NeedsYou {
		t.Fatalf("receipts: %+v", items)
	}
	stored := w.rows(care.Visits, "id = {:id}", dbx.Params{"id": visit.ID})
	if len(stored) != 1 || stored[0].GetString("author") != w.ann.Id || stored[0].GetString("note") != visit.Set["note"] {
		t.Fatalf("stored: %v", stored)
	}
	// The phone was ten minutes slow: what it calls 1 h 10 min ago was an hour ago.
	authored, ended := stored[0].GetDateTime("authored_at").Time(), stored[0].GetDateTime("clinical_time").Time()
	for name, at := range map[string]time.Time{"authored": authored, "clinical": ended} {
		if off := w.now().Sub(at) - time.Hour; off.Abs() > time.Minute {
			t.Errorf("%s %s from where it was", name, off)
		}
	}
	if again := handIn(); len(again) != 2 || again[0].State != phone.Sent || again[1].State != phone.NeedsYou {
		t.Errorf("the second time: %+v", again)
	}
	if n := len(w.rows(care.Visits, "patient = {:p}", dbx.Params{"p": w.ada.Id})); n != 1 {
		t.Errorf("%d visits after handing in twice", n)
	}
	if n := len(w.rows(care.Quarantine, "author = {:a}", dbx.Params{"a": w.ann.Id})); n != 1 {
		t.Errorf("%d issues of the one reading that cannot be", n)
	}
	// Nobody's data comes down to the machine that hands in.
	if asked["/api/sync/v1/push"] != 2 || asked["/api/sync/v1/pull"] != 0 {
		t.Errorf("asked for %v", asked)
	}
}

func TestRecoveredWorkNeedsACodeThatWorks(t *testing.T) {
	w := newWorld(t)
	_, err := w.lostWork(w.ann).HandIn(context.Background(), recovery.HandIn{Server: w.http.URL, HTTP: http.DefaultClient, Code: "nonsense", Now: w.now})
	if err == nil {
		t.Fatal("taken in without a code")
	}
	if n := len(w.rows(care.Visits, "", nil)); n != 0 {
		t.Errorf("%d visits", n)
	}
}

func TestARecoveryKeyReachesThePhonesOfTheOrganisation(t *testing.T) {
	w := newWorld(t)
	p := w.phoneOf(w.ann)
	store := pbrecords.NewRecovery(w.App, w.now)
	ctx := context.Background()
	for _, which := range []string{"", "Nobody", w.ann.Id} {
		if _, err := store.Organisation(ctx, which); !errors.Is(err, recovery.ErrNotFound) {
			t.Errorf("%q: %v", which, err)
		}
	}
	org, err := store.Organisation(ctx, "Community Trust")
	if err != nil || org.ID != w.trust.Id || org.HasKey {
		t.Fatalf("%+v, %v", org, err)
	}
	key, err := recovery.NewKey()
	ok(t, err)
	jwk, err := recovery.Public(key)
	ok(t, err)
	ok(t, store.SetRecoveryKey(ctx, org.ID, jwk))
	var noted int // X14
	if err := w.DB().NewQuery(`SELECT count(*) FROM audit WHERE action = 'recovery_key_set' AND record = '` + org.ID + `'`).Row(&noted); err != nil || noted != 1 {
		t.Errorf("the audit says %d times that the key was set (%v)", noted, err)
	}
	if org, err = store.Organisation(ctx, w.trust.Id); err != nil || !org.HasKey {
		t.Errorf("%+v, %v", org, err)
	}
	if err := store.SetRecoveryKey(ctx, org.ID, json.RawMessage(`{"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"}`)); err == nil {
		t.Error("stored a key that is none")
	}
	w.tick()
	w.sync(p)
	seen, held := p.View(care.Organisations, w.trust.Id)
	if !held {
		t.Fatal("the phone does not hold its organisation")
	}
	got, err := json.Marshal(seen.Values["recovery_key"])
	ok(t, err)
	onPhone, err := care.ParseRecoveryKey(got)
	if err != nil || !onPhone.Equal(key.PublicKey()) {
		t.Errorf("on the phone: %s, %v", got, err)
	}
}

func TestRecoveryKnowsWhoIsWho(t *testing.T) {
	w := newWorld(t)
	p := w.phoneOf(w.ann)
	store := pbrecords.NewRecovery(w.App, w.now)
	names, err := store.Names(context.Background(), []string{w.ann.Id, w.id()}, []string{w.ada.Id})
	ok(t, err)
	if names[w.ann.Id] != "Ann" || names[w.ada.Id] == "" || len(names) != 2 {
		t.Errorf("names %v", names)
	}
	jwk, err := store.DeviceKey(context.Background(), p.Device())
	if err != nil || !json.Valid(jwk) {
		t.Errorf("key of the device: %s, %v", jwk, err)
	}
	if jwk, err := store.DeviceKey(context.Background(), w.id()); jwk != nil || err != nil {
		t.Errorf("key of no device: %s, %v", jwk, err)
	}
}
