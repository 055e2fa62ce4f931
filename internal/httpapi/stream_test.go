package httpapi_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/httpapi"
	"doorstep/internal/pbstore"
	"doorstep/internal/syncer"
	"doorstep/internal/testkit"
	"doorstep/internal/wire"
)

// visit lets Bob's phone record one for Ada, with a note that names her, and push it.
func (w *town) visit() {
	w.t.Helper()
	bob := w.phoneOf(w.bob)
	_, err := bob.Create(care.Visits, map[string]any{"patient": w.ada.Id, "team": w.nurses.Id, "status": "completed", "note": "Testpatient is well"})
	must(w.t, err)
	w.sync(bob)
}

func TestStream_APokeFollowsAnotherPhonesPush(t *testing.T) {
	w := newTown(t)
	w.api.Stream = quick
	ann := w.enrol(t, w.ann)
	token := ann.token(t).AccessToken
	page := w.pullOf(ann, token)
	e := w.phoneStream(ann, token, page.Cursor)
	w.visit()
	head := e.poke(t)
	if head <= page.Head {
		t.Errorf("the poke says %d, and the last pull was at %d", head, page.Head)
	}
	if again := w.pullOf(ann, token); again.Head < head || len(again.Changes) == 0 {
		t.Errorf("a pull after the poke at %d brings %d changes up to %d", head, len(again.Changes), again.Head)
	}
}

// Whoever connects late has missed nothing: without a cursor, or with one that something came
// after, the stream begins with a poke.
func TestStream_BeginsWithAPokeWhereSomethingWasMissed(t *testing.T) {
	w := newTown(t)
	w.api.Stream = quick
	ann := w.enrol(t, w.ann)
	token := ann.token(t).AccessToken
	old := w.pullOf(ann, token)
	w.visit()
	for name, cursor := range map[string]string{"none": "", "an old one": old.Cursor, "another's": "e1.5.AAAAAAAAAAAAAAAA", "nonsense": "x"} {
		e := w.phoneStream(ann, token, cursor)
		if head := e.poke(t); head <= old.Head {
			t.Errorf("cursor %s: a poke at %d", name, head)
		}
	}
	e := w.phoneStream(ann, token, w.pullOf(ann, token).Cursor)
	w.visit() // and nothing came before this one
	e.poke(t)
}

// Who is woken by what. It is asked where it is decided, so that silence is a fact: waking happens
// before a change returns.
func TestStream_NobodyIsWokenByWhatIsNotTheirs(t *testing.T) {
	w := newTown(t)
	w.Caseload(t, w.ada, w.vic)
	ben := w.Patient(t, "Ben", w.practice)
	w.Caseload(t, ben, w.hill)
	w.Caseload(t, ben, w.vic)
	w.save(ben, map[string]any{"consent": w.ada.Get("consent")})
	w.tick()
	viewer := func(r *core.Record) care.Viewer {
		v, ok := w.store.Staff(r.Id)
		if !ok {
			t.Fatalf("%s is not known", r.GetString("name"))
		}
		return v
	}
	phones, pagesOf := map[string]*syncer.Follower{}, map[string]*access.Subscription{}
	for _, r := range []*core.Record{w.ann, w.otto, w.vic, w.mia} {
		f, fail := w.engine.Follow(t.Context(), syncer.Session{Staff: r.Id}, "")
		if fail != nil {
			t.Fatal(fail)
		}
		t.Cleanup(f.Close)
		phones[r.GetString("name")] = f
	}
	for _, r := range []*core.Record{w.guy, w.elmer, w.lea, w.hella, w.cora, w.vera, w.sara} {
		sub := w.store.Access.Of(viewer(r)).FollowPages()
		t.Cleanup(sub.Close)
		pagesOf[r.GetString("name")] = sub
	}
	woken := func() string {
		var names []string
		for _, name := range []string{"Ann", "Otto", "Vic", "Mia"} {
			select {
			case <-phones[name].Woken():
				names = append(names, name)
			default:
			}
		}
		for _, name := range []string{"Guy", "Elmer", "Lea", "Hella", "Cora", "Vera", "Sara"} {
			select {
			case <-pagesOf[name].C:
				names = append(names, name)
			default:
			}
		}
		return strings.Join(names, " ")
	}
	var id string
	woken()
	for _, c := range []struct {
		what string
		do   func()
		want string
	}{
		{"a visit for Ada", w.visit, "Ann"},
		{"Ada's access notes, which volunteers do not get", func() { w.set(t, care.Patients, w.ada.Id, map[string]any{"access_notes": "ring twice"}) }, "Ann"},
		{"Ada's name", func() { w.set(t, care.Patients, w.ada.Id, map[string]any{"preferred_name": "Addie"}) }, "Ann Vic"},
		{"a visit for Ben", func() {
			w.Put(t, care.Visits, map[string]any{"patient": ben.Id, "team": w.hill.Id, "status": "planned"})
		}, "Otto"},
		{"a visit over whose note two nurses disagree", func() {
			disputed := w.Put(t, care.Visits, map[string]any{"patient": w.ada.Id, "team": w.nurses.Id, "status": "planned"})
			w.Put(t, care.Conflicts, map[string]any{"patient": w.ada.Id, "collection": care.Visits, "record": disputed.Id, "field": "note",
				"state": care.IssueOpen, "kind": string(care.IssueConflict), "owner_team": w.nurses.Id})
			w.tick()
			woken()
			w.set(t, care.Visits, disputed.Id, map[string]any{"note": "Heel better"})
		}, "Ann Lea Cora"},
		{"another visit of hers", w.visit, "Ann"},
		{"a person nobody holds", func() { w.Patient(t, "Nobody", w.practice) }, ""},
		{"a handover to the practice", func() { id = w.raise(care.Routine, nil) }, "Ann Guy Lea Cora"},
		{"somebody has it open", func() { w.send(w.rita, "/handovers/"+id+"/hold", nil) }, "Guy"},
		{"and has it open still", func() { w.send(w.rita, "/handovers/"+id+"/hold", nil) }, ""},
		{"and deals with it", func() { w.send(w.rita, "/handovers/"+id+"/hold", map[string]any{"claim": true}) }, "Guy"},
		{"a colleague takes it over", func() { w.send(w.guy, "/handovers/"+id+"/hold", map[string]any{"claim": true, "take_over": true}) }, "Guy"},
		{"and lets go", func() { w.send(w.guy, "/handovers/"+id+"/release", map[string]any{"claim": true}) }, "Guy"},
		{"and lets go again", func() { w.send(w.guy, "/handovers/"+id+"/release", map[string]any{"claim": true}) }, ""},
		{"the practice receives it", func() { w.act(w.rita, id, "acknowledge", nil) }, "Ann Guy Lea Cora"},
		{"a GP hands it on to mental health", func() {
			w.act(w.guy, id, "accept", nil)
			woken()
			w.act(w.guy, id, "hand-on", map[string]any{"reason": "mood", "to_team": w.mental.Id})
		}, "Ann Mia Guy Lea Cora"},
		{"a concern for safeguarding", func() { w.raise(care.Safeguarding, w.safeguarding) }, "Ann Cora Sara"},
		{"Ben comes to the nurses", func() { w.Caseload(t, ben, w.nurses) }, "Ann Lea Cora"},
		{"a colleague joins the other team", func() { w.Staff(t, care.DistrictNurse, "Olga", w.hill) }, "Hella Cora"},
		{"the directory", func() { w.save(w.elm, map[string]any{"phone": "01234 567890"}) }, "Ann Otto Vic Mia Guy Elmer Lea Hella Cora Vera Sara"},
		{"a rule", func() {
			_, err := w.SecondConnection(t).Exec(`UPDATE handover_rules SET title = title || '.'`)
			must(t, err)
		}, ""},
		{"nothing", func() {}, ""},
	} {
		c.do()
		w.tick()
		if got := woken(); got != c.want {
			t.Errorf("%s wakes %q, want %q", c.what, got, c.want)
		}
	}
}

func TestStream_SaysRevokeWhenAPersonIsTakenAway(t *testing.T) {
	w := newTown(t)
	w.api.Stream = quick
	ann, otto := w.enrol(t, w.ann), w.enrol(t, w.otto)
	token, theirs := ann.token(t).AccessToken, otto.token(t).AccessToken
	e := w.phoneStream(ann, token, w.pullOf(ann, token).Cursor)
	other := w.phoneStream(otto, theirs, w.pullOf(otto, theirs).Cursor)
	moved := into[map[string]any](t, w.send(w.cora, "/caseload/move", map[string]any{"patients": []string{w.ada.Id}, "from": map[string]any{"team": w.nurses.Id},
		"to": map[string]any{"team": w.hill.Id}, "reason": "moved house"}), http.StatusOK)
	e.expect(t, "revoke", "{}")
	head := e.poke(t)
	if got := other.poke(t); got == 0 { // they gain her: nothing is revoked
		t.Errorf("%v", moved)
	}
	page := into[wire.PullResponse](t, w.do(t, http.MethodGet, base+"/pull?client="+ann.Client, "Bearer "+token, nil), http.StatusOK)
	for _, scope := range page.Scopes {
		if scope.ID == care.ClinicalScope(w.ada.Id) {
			t.Errorf("at %d, after %d, Ann has Ada still", page.Head, head)
		}
	}
}

func TestStream_FollowsWhatItsOwnerBecame(t *testing.T) {
	w := newTown(t)
	w.api.Stream = quick
	ben := w.Patient(t, "Ben", w.practice)
	w.Caseload(t, ben, w.hill)
	w.tick()
	ann := w.enrol(t, w.ann)
	token := ann.token(t).AccessToken
	e := w.phoneStream(ann, token, w.pullOf(ann, token).Cursor)
	w.set(t, care.StaffName, w.ann.Id, map[string]any{"teams": []string{w.hill.Id}})
	w.tick()
	e.expect(t, "revoke", "{}")
	e.poke(t)
	w.set(t, care.Patients, ben.Id, map[string]any{"access_notes": "now hers"})
	w.tick()
	e.poke(t)
	followed, fail := w.engine.Follow(t.Context(), syncer.Session{Staff: w.ann.Id}, w.pullOf(ann, token).Cursor)
	if fail != nil {
		t.Fatal(fail)
	}
	defer followed.Close()
	w.visit() // for Ada, who is not hers any more
	select {
	case <-followed.Woken():
		t.Error("she is woken by her former team")
	default:
	}
}

// What ends the standing of a phone ends its stream, and says so.
func TestStream_EndsWithThePhonesStanding(t *testing.T) {
	for name, c := range map[string]struct {
		end  func(w *town, p *phone)
		last string
	}{
		"reported lost": {func(w *town, p *phone) { w.send(w.lea, "/devices/"+p.Device+"/state", map[string]any{"state": "lost"}) }, "wipe"},
		"drained": {func(w *town, p *phone) {
			w.send(w.lea, "/devices/"+p.Device+"/state", map[string]any{"state": "draining"})
		}, "revoke"},
		"withdrawn": {func(w *town, p *phone) {
			w.send(w.lea, "/devices/"+p.Device+"/state", map[string]any{"state": "revoked"})
		}, "revoke"},
		"its owner leaves": {func(w *town, _ *phone) { w.send(w.lea, "/staff/"+w.ann.Id+"/leave", nil) }, "revoke"},
		"another role": {func(w *town, _ *phone) {
			w.set(w.t, care.StaffName, w.ann.Id, map[string]any{"role": string(care.Reception)})
		}, "revoke"},
		"lost, by the book": {func(w *town, p *phone) { w.set(w.t, care.Devices, p.Device, map[string]any{"state": "lost"}) }, "wipe"},
		"the account is deleted": {func(w *town, _ *phone) {
			r, err := w.FindRecordById(care.StaffName, w.ann.Id)
			must(w.t, err)
			must(w.t, w.App.Delete(r))
		}, ""}, // with all of its phones: what is left is a token of nobody's
	} {
		t.Run(name, func(t *testing.T) {
			w := newTown(t)
			w.api.Stream = quick
			ann := w.enrol(t, w.ann)
			token := ann.token(t).AccessToken
			e := w.phoneStream(ann, token, w.pullOf(ann, token).Cursor)
			c.end(w, ann)
			last := ""
			for got := range e.events {
				if got.name != "poke" { // what was written beside it may have moved something as well
					last += got.name
				}
			}
			if last != c.last {
				t.Fatalf("heard %q, want %q", last, c.last)
			}
		})
	}
}

func TestStream_EndsWhenTheTokenExpires(t *testing.T) {
	w := newTown(t)
	w.api.Stream = httpapi.StreamTimes{Gather: time.Millisecond, KeepAlive: 20 * time.Millisecond}
	ann := w.enrol(t, w.ann)
	token := ann.token(t)
	e := w.phoneStream(ann, token.AccessToken, "")
	for e.next(t).name != "poke" {
	}
	w.turn(time.Duration(token.ExpiresIn)*time.Second - time.Minute)
	e.expect(t, ":", "") // it lives a minute still
	w.turn(time.Minute)
	for h := range e.events {
		if h.name != ":" {
			t.Errorf("heard %v", h)
		}
	}
	refused(t, w.do(t, http.MethodGet, base+"/stream", "Bearer "+token.AccessToken, nil), http.StatusUnauthorized, "token_expired")
	w.phoneStream(ann, ann.token(t).AccessToken, "")
}

// Phones are asked to leave more time between rounds while the server is busy, and less when it is
// not any more.
func TestStream_SaysPaceWhenTheServerIsBusy(t *testing.T) {
	w := newTown(t)
	w.api.Stream = httpapi.StreamTimes{Gather: time.Millisecond, KeepAlive: 20 * time.Millisecond}
	ann := w.enrol(t, w.ann)
	token := ann.token(t).AccessToken
	e := w.phoneStream(ann, token, w.pullOf(ann, token).Cursor)
	entered, release := make(chan struct{}), make(chan struct{})
	var done sync.WaitGroup
	done.Go(func() {
		if err := w.engine.Do(t.Context(), func(*pbstore.Tx) error { close(entered); <-release; return nil }); err != nil {
			t.Error(err)
		}
	})
	<-entered
	for range 300 { // of 512 that may wait
		done.Go(func() {
			if err := w.engine.Do(t.Context(), func(*pbstore.Tx) error { return nil }); err != nil {
				t.Error(err)
			}
		})
	}
	pace := func(want string) {
		t.Helper()
		got := e.next(t)
		for got.name == ":" {
			got = e.next(t)
		}
		if got != (heard{"pace", want}) {
			t.Errorf("heard %v, want a pace of %s", got, want)
		}
	}
	pace(`{"min_interval_ms":120000,"jitter_ms":60000}`)
	close(release)
	pace(`{"min_interval_ms":30000,"jitter_ms":15000}`)
	done.Wait()
}

func TestStream_OneOfADevice(t *testing.T) {
	w := newTown(t)
	w.api.Stream = quick
	ann := w.enrol(t, w.ann)
	token := ann.token(t).AccessToken
	cursor := w.pullOf(ann, token).Cursor
	first := w.phoneStream(ann, token, cursor)
	second := w.phoneStream(ann, token, cursor)
	first.ends(t)
	w.visit()
	second.poke(t)
}

func TestStream_RefusesWhoMayNotPull(t *testing.T) {
	w := newTown(t)
	ann := w.enrol(t, w.ann)
	token := ann.token(t).AccessToken
	refused(t, w.do(t, http.MethodGet, base+"/stream", "", nil), http.StatusUnauthorized, "token_missing")
	refused(t, w.do(t, http.MethodGet, base+"/stream", "Bearer "+w.Token(t, w.ann), nil), http.StatusUnauthorized, "token_invalid")
	refused(t, w.do(t, http.MethodPost, base+"/stream", "Bearer "+token, nil), http.StatusMethodNotAllowed, "method_not_allowed")
	equal(t, "HEAD", w.do(t, http.MethodHead, base+"/stream", "Bearer "+token, nil).status, http.StatusOK)
	w.set(t, care.Devices, ann.Device, map[string]any{"state": "draining", "state_since": w.now()})
	e := refused(t, w.do(t, http.MethodGet, base+"/stream", "Bearer "+token, nil), http.StatusForbidden, "push_only")
	equal(t, "directive", e.Directive, "drain")
	w.set(t, care.Devices, ann.Device, map[string]any{"state": "lost", "state_since": w.now()})
	e = refused(t, w.do(t, http.MethodGet, base+"/stream", "Bearer "+token, nil), http.StatusForbidden, "lost")
	equal(t, "directive", e.Directive, "wipe")
}

func TestStream_EndsWhenTheServerStops(t *testing.T) {
	w := newTown(t)
	draining, drain := context.WithCancel(t.Context())
	w.api.Draining = draining
	ann := w.enrol(t, w.ann)
	token := ann.token(t).AccessToken
	phone := w.phoneStream(ann, token, w.pullOf(ann, token).Cursor)
	page := w.listen(t, pages+"/stream", w.Token(t, w.guy))
	page.expect(t, ":", "")
	page.poke(t)
	drain()
	for name, e := range map[string]*ear{"phone": phone, "page": page} {
		t.Log(name)
		e.ends(t)
	}
	w.server.Close() // and nothing holds it up
}

func TestPageStream_APokeFollowsWhatTheInboxShows(t *testing.T) {
	w := newTown(t)
	w.api.Stream = quick
	id := w.raise(care.Routine, nil)
	rita, elmer := w.listen(t, pages+"/stream", w.Token(t, w.rita)), w.listen(t, pages+"/stream", "Bearer "+w.Token(t, w.elmer))
	for _, e := range []*ear{rita, elmer} {
		e.expect(t, ":", "")
		e.poke(t) // what was missed before
	}
	before := w.read(w.guy, id).Version
	w.act(w.guy, id, "acknowledge", nil)
	if head := rita.poke(t); head <= before {
		t.Errorf("a poke at %d about what happened after %d", head, before)
	}
	// The other practice hears of a handover of its own, and had heard nothing of the first.
	_, seen := w.store.Head()
	w.raise(care.Routine, w.elm)
	if head := elmer.poke(t); head <= seen {
		t.Errorf("the other practice was poked at %d, and all up to %d was not its own", head, seen)
	}
}

func TestPageStream_EndsWithItsReadersStanding(t *testing.T) {
	for name, end := range map[string]func(*town){
		"another password": func(w *town) {
			r, err := w.FindRecordById(care.StaffName, w.guy.Id)
			must(w.t, err)
			r.SetPassword("another-1234567890")
			must(w.t, w.App.Save(r))
		},
		"he leaves":  func(w *town) { w.set(w.t, care.StaffName, w.guy.Id, map[string]any{"inactive_since": w.now()}) },
		"he is gone": func(w *town) { must(w.t, w.App.Delete(w.guy)) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newTown(t)
			w.api.Stream = httpapi.StreamTimes{Gather: time.Millisecond, KeepAlive: 20 * time.Millisecond}
			e := w.listen(t, pages+"/stream", w.Token(t, w.guy))
			e.expect(t, ":", "")
			end(w)
			for h := range e.events {
				if h.name != ":" && h.name != "poke" {
					t.Errorf("heard %v", h)
				}
			}
		})
	}
}

// PocketBase's tokens go by real time: a page may listen as long as its own still lives.
func TestPageStream_LastsAsLongAsItsToken(t *testing.T) {
	w := newTown(t)
	for life, may := range map[time.Duration]bool{time.Hour: true, -time.Second: false} {
		token, err := tokenFor(w.guy, life)
		must(t, err)
		left, ok := httpapi.PageMayListen(w.api, token)
		if ok != may || may != (left > 0) || left > life && may {
			t.Errorf("a token that lives for %s: may listen %t, for %s", life, ok, left)
		}
	}
}

// A page that is not for phones, and one whose reader has neither inbox nor desk.
func TestPageStream_RefusesWhoHasNoPage(t *testing.T) {
	w := newTown(t)
	refused(t, w.do(t, http.MethodGet, pages+"/stream", "", nil), http.StatusUnauthorized, "token_missing")
	refused(t, w.do(t, http.MethodGet, pages+"/stream", w.Token(t, w.vic), nil), http.StatusForbidden, "forbidden")
	ann := w.enrol(t, w.ann)
	refused(t, w.do(t, http.MethodGet, pages+"/stream", "Bearer "+ann.token(t).AccessToken, nil), http.StatusUnauthorized, "token_invalid")
}

// No event holds anything but its name and a number.
func TestStream_HoldsNothingOfAnybody(t *testing.T) {
	w := newTown(t)
	w.api.Stream = quick
	ann := w.enrol(t, w.ann)
	token := ann.token(t).AccessToken
	phone := w.phoneStream(ann, token, w.pullOf(ann, token).Cursor)
	page := w.listen(t, pages+"/stream", w.Token(t, w.cora))
	w.visit()
	w.raise(care.Routine, nil)
	w.send(w.lea, "/devices/"+ann.Device+"/state", map[string]any{"state": "lost"})
	var all []heard
	for h := range phone.events {
		all = append(all, h)
	}
	if len(all) < 2 {
		t.Fatalf("heard only %v", all)
	}
	page.hangUp()
	for h := range page.events {
		all = append(all, h)
	}
	for _, h := range all {
		data := strings.ReplaceAll(h.data, "head", "")
		if strings.ContainsFunc(data, func(r rune) bool { return r >= 'a' && r <= 'z' }) {
			t.Errorf("heard %v", h)
		}
	}
}

// A reader that stops reading is dropped, and nothing is left of it.
func TestStream_DropsAReaderThatStalls(t *testing.T) {
	w := newTown(t)
	w.api.Stream = httpapi.StreamTimes{KeepAlive: time.Millisecond, Write: 100 * time.Millisecond}
	ann := w.enrol(t, w.ann)
	token := ann.token(t).AccessToken
	// Small buffers, and word of when the server is done with the connection.
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	closed := make(chan struct{})
	server := &http.Server{Handler: w.server.Config.Handler, ReadHeaderTimeout: time.Minute, ConnState: func(_ net.Conn, state http.ConnState) {
		if state == http.StateClosed {
			close(closed)
		}
	}}
	served := make(chan error, 1)
	go func() { served <- server.Serve(narrow{listener}) }()
	conn := stall(t, listener.Addr().String(), base+"/stream", token)
	defer conn.Close()
	testkit.ReceiveOrEnd(t, closed, "the end of the connection")
	equal(t, "connections that wait", httpapi.Seated(w.api), 0)
	equal(t, "followers", w.store.Access.Followers(), 0)
	must(t, server.Close())
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		t.Error(err)
	}
}
