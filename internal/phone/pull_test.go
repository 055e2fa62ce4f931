package phone

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/wire"
)

const (
	other = "01jz0000000000000000000p02" // another person
	visit = "01jz0000000000000000000v01"
)

func add(scope string) wire.ScopeEvent    { return wire.ScopeEvent{ID: scope, Op: "add"} }
func revoke(scope string) wire.ScopeEvent { return wire.ScopeEvent{ID: scope, Op: "revoke"} }
func reset(scope string) wire.ScopeEvent  { return wire.ScopeEvent{ID: scope, Op: "reset"} }

func gone(collection, id, how string) wire.Delivery {
	return wire.Delivery{Collection: collection, ID: id, Version: 50, Gone: how}
}

func TestPagesShowOnlyWhenTheLastOneIsHere(t *testing.T) {
	b := enrolled(t)
	key := b.edit("phone", "2")
	b.on(onPush, applied(b))
	b.on(onPull,
		pulled("e1.15.a", more, tells(add("pc:"+other)), brings(record("patients", other, 12, []string{"pc:" + other}, `{"phone":"8"}`))),
		answer{err: errNoNetwork})
	if err := b.syncFails(); !errors.Is(err, ErrUnreachable) {
		t.Fatal(err)
	}
	b.holds("patients", other, false)
	if b.Cursor() != "e1.10" || b.Pending() != 1 {
		t.Errorf("cursor %s, %d pending before the last page", b.Cursor(), b.Pending())
	}
	b.reopen() // killed: the page that came stays
	b.on(onPull, pulled("e1.20", confirms(1, key), brings(record("visits", visit, 19, []string{"pc:" + other}, `{"patient":"`+other+`"}`),
		record("patients", oldie, 20, []string{"pc:" + oldie}, `{"phone":"2"}`))))
	b.sync()
	if got := b.last(onPull).query.Get("cursor"); got != "e1.15.a" {
		t.Errorf("resumed from %q", got)
	}
	b.holds("patients", other, true)
	b.holds("visits", visit, true)
	if b.Cursor() != "e1.20" || b.Pending() != 0 || len(b.staged) != 0 {
		t.Errorf("cursor %s, %d pending, %d staged", b.Cursor(), b.Pending(), len(b.staged))
	}
	if s := b.holds("patients", oldie, true); s.Pending || s.Base != "e1.20" {
		t.Errorf("seen %+v", s)
	}
}

func TestOwnWorkStaysOnTopOfWhatAPullBrings(t *testing.T) {
	b := enrolled(t)
	b.edit("phone", "2")
	b.on(onPush, refuse(503, "busy"))
	b.on(onPull, pulled("e1.20", brings(record("patients", oldie, 20, []string{"pc:" + oldie}, `{"phone":"9","given_name":"Elsie"}`))))
	b.syncFails()
	if s := b.holds("patients", oldie, true); s.Text("phone") != "2" || s.Text("given_name") != "Elsie" {
		t.Errorf("seen %v", s.Values)
	}
}

func TestRowsAboveLastMidStayInTheOutbox(t *testing.T) {
	b := enrolled(t)
	first := b.edit("phone", "2")
	b.edit("phone", "3")
	b.on(onPush, answer{err: errNoNetwork})
	b.syncFails()
	b.on(onPush, refuse(503, "busy"))
	b.on(onPull, pulled("e1.11", confirms(1, first)))
	b.syncFails()
	if b.Pending() != 1 || b.outbox[0].Mid != 2 {
		t.Errorf("%d pending", b.Pending())
	}
	if i, _ := b.Item(first); i.State != Sent || i.Result != nil {
		t.Errorf("a change confirmed without an answer: %+v", i)
	}
}

// TestScopes tables what a round of scope events and deliveries leaves on a phone that holds
// one person, one visit of theirs, and a check-in that is in two scopes.
func TestScopes(t *testing.T) {
	pc, team, staff := "pc:"+oldie, "team:n1", "staff:"+nia
	checkin := "01jz0000000000000000000k01"
	patientKey, visitKey, checkinKey := recordKey("patients", oldie), recordKey("visits", visit), recordKey("checkins", checkin)
	fresh := record("patients", oldie, 40, []string{pc}, `{"phone":"4"}`)
	for _, c := range []struct {
		name  string
		round []func(*wire.PullResponse)
		want  []string
		scope []string
	}{
		{"nothing new changes nothing", nil, []string{checkinKey, patientKey, visitKey}, []string{pc, staff, team}},
		{"a revoke takes what no other scope brings", []func(*wire.PullResponse){tells(revoke(pc))}, []string{checkinKey}, []string{staff, team}},
		{"a revoke of the last scope takes it all", []func(*wire.PullResponse){tells(revoke(pc), revoke(staff))}, nil, []string{team}},
		{"a revoke of a scope that holds nothing", []func(*wire.PullResponse){tells(revoke(team))}, []string{checkinKey, patientKey, visitKey}, []string{pc, staff}},
		{"an add of a held scope replaces it", []func(*wire.PullResponse){tells(add(pc)), brings(fresh)}, []string{checkinKey, patientKey}, []string{pc, staff, team}},
		{"a reset of one scope replaces it", []func(*wire.PullResponse){tells(reset(pc)), brings(fresh)}, []string{checkinKey, patientKey}, []string{pc, staff, team}},
		{"a reset of all replaces all", []func(*wire.PullResponse){tells(reset("*"), add(pc)), brings(fresh)}, []string{patientKey}, []string{pc}},
		{"revoked and granted again in one round", []func(*wire.PullResponse){tells(revoke(pc), add(pc)), brings(fresh)}, []string{checkinKey, patientKey}, []string{pc, staff, team}},
		{"a record that left goes", []func(*wire.PullResponse){brings(gone("visits", visit, "left"))}, []string{checkinKey, patientKey}, []string{pc, staff, team}},
		{"a retracted record goes", []func(*wire.PullResponse){brings(gone("visits", visit, "retracted"))}, []string{checkinKey, patientKey}, []string{pc, staff, team}},
		{"gone without having been here", []func(*wire.PullResponse){brings(gone("visits", checkin, "left"))}, []string{checkinKey, patientKey, visitKey}, []string{pc, staff, team}},
		{"a delivery replaces the scope list", []func(*wire.PullResponse){
			brings(record("checkins", checkin, 41, []string{pc}, `{"patient":"`+oldie+`"}`)), tells(revoke(staff))}, []string{checkinKey, patientKey, visitKey}, []string{pc, team}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := enrolled(t)
			b.on(onPull, pulled("e1.30", tells(add(team), add(staff)), brings(
				record("visits", visit, 21, []string{pc}, `{"patient":"`+oldie+`"}`),
				record("checkins", checkin, 22, []string{pc, staff}, `{"patient":"`+oldie+`"}`))))
			b.sync()
			b.on(onPull, pulled("e1.42", c.round...))
			b.sync()
			var held []string
			b.EachHeld(func(h Held) { held = append(held, recordKey(h.Collection, h.ID)) })
			slices.Sort(held)
			if !slices.Equal(held, c.want) {
				t.Errorf("held %v, want %v", held, c.want)
			}
			scopes := slices.Sorted(slices.Values(b.Scopes()))
			if !slices.Equal(scopes, c.scope) {
				t.Errorf("scopes %v, want %v", scopes, c.scope)
			}
			b.reopen()
			after := 0
			b.EachHeld(func(Held) { after++ })
			if after != len(held) {
				t.Errorf("%d records after a kill, %d before", after, len(held))
			}
		})
	}
}

func TestARevokePurgesOnlyAfterUnsentWorkWentUp(t *testing.T) {
	b := enrolled(t)
	key := b.edit("phone", "2")
	b.on(onPush, refuse(503, "busy"))
	b.on(onPull, pulled("e1.20", tells(revoke("pc:"+oldie))))
	b.syncFails()
	if s := b.holds("patients", oldie, true); s.Text("phone") != "2" {
		t.Errorf("seen %v", s.Values)
	}
	b.reopen()
	b.on(onPush, applied(b))
	b.on(onPull, refuse(503, "busy"))
	b.syncFails()
	b.holds("patients", oldie, false)
	b.unsent(0)
	b.on(onPull, pulled("e1.21", confirms(1, key)))
	b.sync()
	if b.Pending() != 0 {
		t.Errorf("%d pending", b.Pending())
	}
}

func TestARevokedRecordThatIsGrantedAgainStays(t *testing.T) {
	b := enrolled(t)
	b.edit("phone", "2")
	b.on(onPush, refuse(503, "busy"))
	b.on(onPull, pulled("e1.20", tells(revoke("pc:"+oldie))),
		pulled("e1.30", tells(add("pc:"+oldie)), brings(record("patients", oldie, 5, []string{"pc:" + oldie}, `{"phone":"1"}`))))
	b.syncFails()
	b.syncFails()
	b.on(onPush, applied(b))
	b.on(onPull, pulled("e1.30"))
	b.sync()
	b.holds("patients", oldie, true)
}

func TestARoleThatNarrowsPurgesAtOnceAndKeepsTheOutbox(t *testing.T) {
	b := enrolled(t)
	b.edit("phone", "2")
	b.on(onPush, refuse(503, "busy"))
	b.on(onPull, pulled("e1.20.x", more, tells(reset("*"), add("pv:"+oldie))), answer{err: errNoNetwork})
	b.syncFails()
	if _, ok := b.records[recordKey("patients", oldie)]; ok {
		t.Error("clinical content stayed until the swap")
	}
	b.unsent(1)
	if b.Cursor() != "e1.10" {
		t.Errorf("cursor %s", b.Cursor())
	}
	b.on(onPush, applied(b))
	b.on(onPull, pulled("e1.25", brings(record("patients", oldie, 5, []string{"pv:" + oldie}, `{"preferred_name":"Elsie"}`))))
	b.sync()
	if s := b.holds("patients", oldie, true); s.Text("preferred_name") != "Elsie" || s.Text("family_name") != "" {
		t.Errorf("seen %v", s.Values)
	}
}

func TestAResetInTheMiddleOfARoundVoidsThePagesBeforeIt(t *testing.T) {
	b := enrolled(t)
	b.on(onPull,
		pulled("e1.20.x", more, tells(add("pc:"+other)), brings(record("patients", other, 12, []string{"pc:" + other}, `{"family_name":"Bow"}`))),
		pulled("e1.25.x", more, tells(reset("*"), add("pv:"+oldie))), answer{err: errNoNetwork})
	b.syncFails()
	for _, g := range b.staged {
		for _, c := range g.Changes {
			t.Errorf("%s %s of before the reset is still staged", c.Collection, c.ID)
		}
	}
	b.on(onPull, pulled("e1.26", brings(record("patients", oldie, 5, []string{"pv:" + oldie}, `{"preferred_name":"Elsie"}`))))
	b.sync()
	b.holds("patients", other, false)
	if s := b.holds("patients", oldie, true); s.Text("preferred_name") != "Elsie" {
		t.Errorf("seen %v", s.Values)
	}
	if scopes := b.Scopes(); !slices.Equal(scopes, []string{"pv:" + oldie}) {
		t.Errorf("scopes %v", scopes)
	}
}

func TestAResetThatGivesTheSameBackPurgesNothingEarly(t *testing.T) {
	b := enrolled(t)
	b.on(onPull, pulled("e1.20.x", more, tells(reset("*"), add("pc:"+oldie))), answer{err: errNoNetwork})
	b.syncFails()
	b.holds("patients", oldie, true)
}

func TestADrainingPhoneSendsNeverPullsAndWipesItselfAtTheEnd(t *testing.T) {
	b := enrolled(t)
	key := b.edit("phone", "2")
	b.now = b.now.Add(time.Hour)
	b.on(onToken, ok(wire.TokenResponse{AccessToken: "a2", ExpiresIn: 900, Scope: "push_only"}))
	b.on(onHello, hello(func(h *wire.HelloResponse) { h.Directive = "drain" }))
	b.on(onPush, refuse(503, "busy"), applied(b))
	b.syncFails()
	b.unsent(1)
	b.sync()
	if slices.Contains(b.asked(), "GET "+basePath+"/pull") {
		t.Error("a draining phone pulled")
	}
	if b.Directive() != "wipe" || b.Pending() != 0 || len(b.records) != 0 || b.self.Key != nil {
		t.Errorf("directive %q, %d pending, %d records, key %v", b.Directive(), b.Pending(), len(b.records), b.self.Key != nil)
	}
	if _, any := b.NextTry(); any {
		t.Error("a wiped phone goes on trying")
	}
	if _, err := b.Create("visits", map[string]any{"patient": oldie}); !errors.Is(err, ErrWiped) {
		t.Errorf("error %v after %s", err, key)
	}
	b.reopen()
	if b.Directive() != "wipe" || len(b.records) != 0 {
		t.Error("the wipe did not last")
	}
}

// What no request can carry, or the server had no room for, is nowhere else: it stays until it goes, and of all else
// nothing does.
func TestADrainingPhoneWithWorkPutAsideKeepsNothingElse(t *testing.T) {
	for name, putAside := range map[string]func(b *bench, key string) answer{
		"too big for any request": func(*bench, string) answer {
			return refuse(http.StatusRequestEntityTooLarge, string(wire.CodeTooLarge))
		},
		"the server had no room": func(_ *bench, key string) answer {
			return ok(wire.PushResponse{Epoch: "e1", LastMid: 2, LastKey: key, Results: []wire.Result{
				{Mid: 2, Key: key, Status: care.Quarantined, Issues: []wire.Issue{{Code: care.CodeNoRoom}}}}})
		},
	} {
		for when, early := range map[string]bool{"before the drain": true, "while it drains": false} {
			t.Run(name+", "+when, func(t *testing.T) {
				b := enrolled(t)
				sent := b.edit("phone", "2")
				b.on(onPush, applied(b))
				b.on(onPull, pulled("e1.11", confirms(1, sent)))
				b.sync()
				away := b.edit("access_notes", "under the mat")
				b.on(onPush, putAside(b, away), applied(b))
				if early { // the pull that would confirm it is lost
					b.on(onPull, answer{err: errNoNetwork})
					b.syncFails()
				}
				b.now = b.now.Add(time.Hour)
				b.on(onHello, hello(func(h *wire.HelloResponse) { h.Directive = "drain" }))
				b.sync()
				b.reopen()
				if aside := b.Aside(); len(aside) != 1 || aside[0].Key != away || b.Directive() != "drain" || b.self.Key == nil {
					t.Fatalf("put aside %+v, directive %q", aside, b.Directive())
				}
				for _, table := range []string{tableRecords, tableScopes, tableStaged, tableOutbox, tableSentLog} {
					if n := len(b.memory.tables[table]); n > 0 {
						t.Errorf("%d rows of %s stay", n, table)
					}
				}
				if items := b.Items(); len(items) != 1 || items[0].Key != away {
					t.Errorf("receipts %+v", items)
				}
				if name == "too big for any request" {
					return
				}
				b.now = b.now.Add(time.Hour)
				b.sync()
				if got := keys(b.sentMutations()); !slices.Equal(got, []string{away}) || b.Directive() != "wipe" {
					t.Errorf("there is room: sent %v, directive %q", got, b.Directive())
				}
			})
		}
	}
}

func TestADrainingPhoneKeepsWhatTheAnswerDoesNotProve(t *testing.T) {
	b := enrolled(t)
	b.edit("phone", "2")
	b.now = b.now.Add(time.Hour)
	b.on(onHello, hello(func(h *wire.HelloResponse) { h.Directive = "drain" }))
	b.on(onPush, ok(wire.PushResponse{Epoch: "e1", LastMid: 1, LastKey: "01jz000000000000000other00"}))
	b.on(onDevices, refuse(403, "forbidden"))
	_ = b.Sync(context.Background()) // whatever it ends with
	b.unsent(1)
}

func TestALostPhoneWipesAtOnceWhateverIsUnsent(t *testing.T) {
	b := enrolled(t)
	b.edit("phone", "2")
	b.now = b.now.Add(time.Hour)
	b.on(onToken, refuse(403, "device_lost", func(e *wire.Error) { e.Directive = "wipe" }))
	b.syncFails()
	if b.Directive() != "wipe" || b.Pending() != 0 || len(b.memory.tables[tableRecords]) != 0 || len(b.memory.tables[tableOutbox]) != 0 {
		t.Errorf("directive %q, %d pending, stored %v", b.Directive(), b.Pending(), b.memory.tables)
	}
}

func TestAnAppTooOldForPullingStillSends(t *testing.T) {
	b := enrolled(t)
	b.edit("phone", "2")
	b.reopen()
	b.on(onHello, hello(func(h *wire.HelloResponse) { h.Directive, h.Schema.MinPull = "upgrade", 2 }))
	b.on(onPush, applied(b))
	b.sync()
	if slices.Contains(b.asked(), "GET "+basePath+"/pull") {
		t.Error("it pulled")
	}
	b.unsent(0)
}

func TestADigestFindsAndRepairsWhatDiffers(t *testing.T) {
	b := enrolled(t)
	pc := "pc:" + oldie
	if got := b.Held()[pc]; got.Count != 1 || len(got.Hash) != 16 {
		t.Errorf("digest %+v", got)
	}
	b.RequestDigest()
	b.on(onPull, pulled("e1.10"))
	b.on(onDigest, ok(wire.DigestResponse{Epoch: "e1", Differs: []string{pc}}),
		ok(wire.DigestResponse{Epoch: "e1", Differs: []string{pc}, Changes: []wire.Delivery{
			record("visits", visit, 9, []string{pc}, `{"patient":"`+oldie+`"}`), record("patients", oldie, 6, []string{pc}, `{"phone":"6"}`)}}))
	b.sync()
	var first, second wire.DigestRequest
	b.calls[1].decode(t, &first)
	b.calls[2].decode(t, &second)
	if first.Records != nil || len(first.Scopes) != 1 {
		t.Errorf("first request %+v", first)
	}
	if got := second.Records[pc]; len(got) != 1 || got[0].ID != oldie || got[0].Version != 5 || len(got[0].Hash) != 16 {
		t.Errorf("second request %+v", second)
	}
	b.holds("visits", visit, true)
	if s := b.holds("patients", oldie, true); s.Text("phone") != "6" {
		t.Errorf("seen %v", s.Values)
	}
	if b.Cursor() != "e1.10" {
		t.Errorf("a repair moved the cursor to %s", b.Cursor())
	}
}

// TestTheDigestIsTheOneOfThePage holds the sum to a value worked out by hand from the protocol page.
func TestTheDigestIsTheOneOfThePage(t *testing.T) {
	b := newBench(t)
	if err := b.commit(func(tx *tx) {
		tx.hold("pc:x", true)
		tx.hold("staff:y", true)
		tx.putRecord(&Held{Collection: "visits", ID: "v1", Version: 7, Scopes: []string{"pc:x", "team:unheld"}, Data: []byte(`{}`)})
		tx.putRecord(&Held{Collection: "visits", ID: "v2", Version: 8, Scopes: []string{"pc:x"}, Data: []byte(`{}`)})
	}); err != nil {
		t.Fatal(err)
	}
	got := b.Held()
	want := map[string]wire.ScopeDigest{"pc:x": {Count: 2, Hash: digestOfV1AndV2}}
	for scope, d := range want {
		if got[scope] != d {
			t.Errorf("%s: %+v, want %+v", scope, got[scope], d)
		}
	}
	if len(got) != 1 {
		t.Errorf("digest %+v", got)
	}
}

// sha256("visits/v1/7/{}")[:8] xor sha256("visits/v2/8/{}")[:8], by another program.
const digestOfV1AndV2 = "49f38ef1058a829d"

// What moves between the pull and the comparison is no difference: the phone pulls it and compares again, a
// few times at most. // O19
func TestADigestWaitsForWhatMovedInBetween(t *testing.T) {
	b := enrolled(t)
	pc := "pc:" + oldie
	b.RequestDigest()
	b.on(onPull, pulled("e1.10"), pulled("e1.11"), pulled("e1.12"), pulled("e1.13"), pulled("e1.14"))
	moved := ok(wire.DigestResponse{Epoch: "e1", Moved: []string{pc}})
	b.on(onDigest, moved, moved, moved, moved, moved)
	b.sync()
	n := 0
	for _, what := range b.asked() {
		if what == "digest" {
			n++
		}
	}
	if n != 1+maxDigestAgain {
		t.Errorf("%d comparisons in one round, want %d", n, 1+maxDigestAgain)
	}
	if b.Cursor() != "e1.13" {
		t.Errorf("it did not pull what moved: cursor %s", b.Cursor())
	}
	b.holds("patients", oldie, true)
}

// A scope that is listed and not the phone's is let go of; one that it lacks is held again. // O17
func TestADigestMendsTheListOfScopes(t *testing.T) {
	b := enrolled(t)
	pc, other := "pc:"+oldie, "pc:x"
	b.RequestDigest()
	b.on(onPull, pulled("e1.10"))
	b.on(onDigest, ok(wire.DigestResponse{Epoch: "e1", Differs: []string{pc, other}}),
		ok(wire.DigestResponse{Epoch: "e1", Differs: []string{pc, other}, Held: []string{other}, Changes: []wire.Delivery{
			{Collection: "patients", ID: oldie, Gone: "left"}, record("visits", visit, 9, []string{other}, `{"patient":"x"}`)}}))
	b.sync()
	if got := b.Scopes(); !slices.Equal(got, []string{other}) {
		t.Errorf("it holds %v", got)
	}
	b.holds("patients", oldie, false)
	b.holds("visits", visit, true)
}
