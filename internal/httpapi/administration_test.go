package httpapi_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/testkit/pbtest"
)

const strong = "tangerine-ladder-cloud"

// administered is a town with two organisations that have an administrator each, and one of the whole server.
type administered struct {
	*town
	root, adam, eve *core.Record
	trust           string
	charity, ours   *core.Record // another organisation, and a team of it
}

func newAdministered(t *testing.T) *administered {
	w := &administered{town: newTown(t)}
	w.trust = w.nurses.GetString("organisation")
	w.charity = w.Org(t, care.VoluntaryKind, "Other Charity")
	w.ours = w.Team(t, w.charity, care.VoluntaryKind, "Other Friends")
	w.root, w.adam = w.Staff(t, care.ServerAdministrator, "Root"), w.Staff(t, care.Administrator, "Adam", w.nurses)
	w.eve = w.Staff(t, care.Administrator, "Eve", w.ours)
	w.tick()
	return w
}

func (w *administered) set(who *core.Record, path string, values map[string]any) answer {
	return w.send(who, path, map[string]any{"set": values})
}

// made makes an account and returns its id.
func (w *administered) made(values map[string]any, at string) string {
	w.t.Helper()
	body := map[string]any{"set": values}
	if at != "" {
		body["at"] = at
	}
	return into[struct{ ID string }](w.t, w.send(w.adam, "/accounts", body), http.StatusCreated).ID
}

func (w *administered) code(staff string) string {
	w.t.Helper()
	return into[struct{ Code string }](w.t, w.send(w.adam, "/accounts/"+staff+"/code", nil), http.StatusCreated).Code
}

func (w *administered) use(code, password string) answer {
	return w.post(w.t, pages+"/password", "", map[string]string{"code": code, "password": password})
}

func (w *administered) must(collection, id string) *core.Record {
	w.t.Helper()
	r, err := w.FindRecordById(collection, id)
	must(w.t, err)
	return r
}

func (w *administered) move() {
	w.t.Helper()
	must(w.t, w.api.MoveWhoIsDue(w.t.Context()))
}

func TestAdministration_AnAdministratorHasTheirOwnOrganisationOnly(t *testing.T) {
	w := newAdministered(t)
	for _, c := range []struct {
		who    *core.Record
		path   string
		set    map[string]any
		status int
		says   string
	}{
		{w.adam, "/organisations/" + w.trust, map[string]any{"phone": "01632 960001"}, 200, ""},
		{w.adam, "/organisations/" + w.charity.Id, map[string]any{"phone": "01632 960001"}, 404, "not_found"},
		{w.adam, "/organisations", map[string]any{"name": "New", "kind": "practice"}, 403, "forbidden"},
		{w.adam, "/neighbourhoods", map[string]any{"name": "New"}, 403, "forbidden"},
		{w.adam, "/organisations/" + w.charity.Id + "/teams", map[string]any{"name": "New", "kind": "voluntary"}, 404, "not_found"},
		{w.adam, "/teams/" + w.ours.Id, map[string]any{"name": "Mine"}, 404, "not_found"},
		{w.adam, "/teams/" + w.nurses.Id, map[string]any{"organisation": w.charity.Id}, 400, "cannot be set here"},
		{w.adam, "/accounts/" + w.eve.Id, map[string]any{"name": "Mine"}, 404, "not_found"},
		{w.adam, "/accounts/" + w.root.Id, map[string]any{"name": "Mine"}, 404, "not_found"},
		{w.adam, "/accounts/" + w.rita.Id + "/code", nil, 404, "not_found"},
		{w.adam, "/accounts/" + w.rita.Id + "/take-back", nil, 404, "not_found"},
		{w.adam, "/accounts", map[string]any{"name": "X", "email": "x@example.org", "role": "district_nurse", "organisation": w.charity.Id}, 400, "You do not administer this organisation"},
		{w.adam, "/accounts", map[string]any{"name": "X", "email": "x@example.org", "role": "server_administrator", "organisation": w.trust}, 400, "whole server"},
		{w.root, "/accounts/" + w.adam.Id, map[string]any{"email": " EVE@example.org"}, 400, "already"},
		{w.root, "/accounts/" + w.adam.Id, map[string]any{"teams": []any{1}}, 400, `"field":"teams"`},
		{w.root, "/organisations/" + w.charity.Id, map[string]any{"recovery_key": nil}, 400, "cannot be set here"},
		{w.root, "/organisations/" + w.charity.Id, map[string]any{"ods_code": "A81001", "kind": ""}, 400, `"field":"kind"`},
	} {
		if got := w.set(c.who, c.path, c.set); got.status != c.status || !strings.Contains(string(got.body), c.says) {
			t.Errorf("%s %s %v: %d %s, want %d %s", c.who.GetString("name"), c.path, c.set, got.status, got.body, c.status, c.says)
		}
	}
	type items struct {
		Items []struct {
			ID    string
			Teams []struct{ ID string }
		}
	}
	if got := into[items](t, w.get(w.eve, "/accounts"), http.StatusOK).Items; len(got) != 1 || got[0].ID != w.eve.Id {
		t.Errorf("Eve's accounts: %v", got)
	}
	if got := into[items](t, w.get(w.eve, "/organisations"), http.StatusOK).Items; len(got) != 1 || got[0].ID != w.charity.Id || len(got[0].Teams) != 1 || got[0].Teams[0].ID != w.ours.Id {
		t.Errorf("Eve's organisations: %v", got)
	}
	refused(t, w.send(w.adam, "/staff/"+w.root.Id+"/leave", nil), http.StatusNotFound, "not_found")
	refused(t, w.send(w.lea, "/staff/"+w.adam.Id+"/leave", nil), http.StatusNotFound, "not_found") // Adam is in her team
}

// One rule for every way in which somebody can stop administering.
func TestAdministration_NobodyLocksTheLastAdministratorOut(t *testing.T) {
	later := func(w *administered) string { return care.Stamp(w.now().Add(72 * time.Hour)) }
	save := func(w *administered, r *core.Record, values map[string]any) error {
		fresh := w.must(care.StaffName, r.Id)
		fresh.Load(values)
		return w.App.Save(fresh)
	}
	asked := func(a answer) bool { return a.status == http.StatusOK }
	ways := map[string]func(w *administered, by, whose *core.Record) (done bool){
		"another role": func(w *administered, by, whose *core.Record) bool {
			return asked(w.set(by, "/accounts/"+whose.Id, map[string]any{"role": "privacy_officer"}))
		},
		"another role on a later day": func(w *administered, by, whose *core.Record) bool {
			return asked(w.send(by, "/accounts/"+whose.Id, map[string]any{"set": map[string]any{"role": "privacy_officer"}, "at": later(w)}))
		},
		"leaving at once": func(w *administered, by, whose *core.Record) bool {
			return asked(w.send(by, "/staff/"+whose.Id+"/leave", map[string]any{}))
		},
		"leaving on a later day": func(w *administered, by, whose *core.Record) bool {
			return asked(w.send(by, "/staff/"+whose.Id+"/leave", map[string]any{"at": later(w)}))
		},
		"another role in the dashboard": func(w *administered, _, whose *core.Record) bool {
			return save(w, whose, map[string]any{"role": "privacy_officer"}) == nil
		},
		"closed in the dashboard": func(w *administered, _, whose *core.Record) bool {
			return save(w, whose, map[string]any{"inactive_since": w.now()}) == nil
		},
		"deleted in the dashboard": func(w *administered, _, whose *core.Record) bool {
			return w.Delete(w.must(care.StaffName, whose.Id)) == nil
		},
	}
	for way, try := range ways {
		t.Run(way, func(t *testing.T) {
			w := newAdministered(t)
			if try(w, w.root, w.root) {
				t.Error("the only one of the whole server is gone")
			}
			if !try(w, w.root, w.eve) {
				t.Error("an organisation's is held back, which the whole server's still looks after")
			}
			// A second one who has no password yet cannot take over, and one who is to leave will not.
			w = newAdministered(t)
			second := into[struct{ ID string }](t, w.set(w.root, "/accounts", map[string]any{"name": "Second", "email": "second@example.org", "role": "server_administrator", "organisation": w.trust}), http.StatusCreated).ID
			w.tick()
			if try(w, w.must(care.StaffName, second), w.root) {
				t.Error("the other one has no password")
			}
			into[map[string]string](t, w.use(into[struct{ Code string }](t, w.send(w.root, "/accounts/"+second+"/code", nil), http.StatusCreated).Code, strong), http.StatusOK)
			into[map[string]any](t, w.send(w.root, "/staff/"+second+"/leave", map[string]any{"at": later(w)}), http.StatusOK)
			if try(w, w.must(care.StaffName, second), w.root) {
				t.Error("the other one is to leave")
			}
			into[map[string]any](t, w.send(w.root, "/staff/"+second+"/stay", nil), http.StatusOK)
			if !try(w, w.must(care.StaffName, second), w.root) {
				t.Error("one of two is held back")
			}
			w.tick()
			if try(w, w.must(care.StaffName, second), w.must(care.StaffName, second)) {
				t.Error("the one that was left is gone")
			}
		})
	}
	t.Run("where nobody administers the whole server, an organisation's last one stays", func(t *testing.T) {
		w := newAdministered(t)
		_, err := w.DB().Update("staff", dbx.Params{"role": "privacy_officer"}, dbx.HashExp{"id": w.root.Id}).Execute() // as in a database of an earlier program
		must(t, err)
		w.tick()
		ivan := w.Staff(t, care.Administrator, "Ivan", w.hill) // of the trust, too
		w.tick()
		into[map[string]any](t, w.send(w.adam, "/staff/"+ivan.Id+"/leave", map[string]any{"at": later(w)}), http.StatusOK)
		w.tick()
		for way, try := range ways {
			if try(w, ivan, w.adam) || try(w, w.eve, w.eve) {
				t.Error(way)
			}
		}
		into[map[string]any](t, w.send(w.adam, "/staff/"+ivan.Id+"/stay", nil), http.StatusOK)
		w.tick()
		if !ways["another role"](w, ivan, w.adam) {
			t.Error("one of two is held back")
		}
	})
}

func TestAdministration_EachChangeIsAuditedWithBeforeAndAfterAndTwiceChangesNothing(t *testing.T) {
	w := newAdministered(t)
	for range 2 {
		into[struct{ ID string }](t, w.set(w.adam, "/organisations/"+w.trust, map[string]any{"phone": " 01632 960001", "ods_code": nil}), http.StatusOK)
	}
	equal(t, "lines", w.count(t, `SELECT count(*) FROM audit WHERE action = 'set_up_changed'`), 1)
	equal(t, "the line", w.column(`SELECT detail FROM audit WHERE action = 'set_up_changed' AND actor = ?`, w.adam.Id), `{"after":{"phone":"01632 960001"},"before":{"phone":null}}`)
	hood := into[struct{ ID string }](t, w.set(w.root, "/neighbourhoods", map[string]any{"name": "Hill"}), http.StatusCreated).ID
	team := into[struct{ ID string }](t, w.set(w.root, "/organisations/"+w.trust+"/teams", map[string]any{"name": "Night", "kind": "nursing", "neighbourhood": hood}), http.StatusCreated).ID
	equal(t, "what was made", w.column(`SELECT detail FROM audit WHERE record = ?`, team), `{"after":{"kind":"nursing","name":"Night","neighbourhood":"`+hood+`","organisation":"`+w.trust+`","route":"inbox"}}`)
	equal(t, "the directory has it at once", w.store.Access.Directory().Team(team).Name, "Night")
}

// U15, B8. Somebody new gets a code, sets a password of their own and signs in, however the address is typed.
func TestAdministration_SomebodyNewSetsAPasswordOfTheirOwn(t *testing.T) {
	w := newAdministered(t)
	nia := w.made(map[string]any{"name": "Nia Evans", "email": "Nia.Evans@example.org", "role": "district_nurse", "organisation": w.trust, "teams": []string{w.nurses.Id}}, "")
	if got := w.signIn(signInHere, "nia.evans@example.org", "!"); got.status != http.StatusBadRequest {
		t.Errorf("without a password of her own: %d %s", got.status, got.body)
	}
	first, again := w.code(nia), w.code(nia)
	refused(t, w.use(first, strong), http.StatusUnauthorized, "code_invalid") // the newer one counts
	refused(t, w.use(again, "short"), http.StatusBadRequest, "invalid")       // and the code still counts
	w.turn(7*24*time.Hour - time.Minute)
	if got := w.use(strings.ToUpper(again[:4])+" "+again[4:], strong); got.status != http.StatusOK {
		t.Errorf("the code: %d %s", got.status, got.body)
	}
	refused(t, w.use(again, "seventeen-green-kettles"), http.StatusUnauthorized, "code_invalid")
	if got := w.signIn(signInHere, " NIA.Evans@example.org", strong); got.status != http.StatusOK {
		t.Errorf("she signs in: %d %s", got.status, got.body)
	}
	late := w.code(nia)
	w.turn(7 * 24 * time.Hour)
	refused(t, w.use(late, "seventeen-green-kettles"), http.StatusUnauthorized, "code_invalid")
	into[map[string]any](t, w.send(w.adam, "/staff/"+nia+"/leave", nil), http.StatusOK)
	refused(t, w.send(w.adam, "/accounts/"+nia+"/code", nil), http.StatusForbidden, "inactive")
}

func TestAdministration_OnesOwnPasswordIsChangedByWhoKnowsThePresentOne(t *testing.T) {
	w := newAdministered(t)
	token := w.Token(t, w.rita)
	change := func(current, next string) answer {
		return w.post(t, pages+"/password/own", token, map[string]string{"current": current, "password": next})
	}
	refused(t, change("wrong-password-1", strong), http.StatusBadRequest, "sign_in_failed")
	refused(t, change(pbtest.Password, "short"), http.StatusBadRequest, "invalid")
	got := into[struct{ Token string }](t, change(pbtest.Password, strong), http.StatusOK)
	if a := w.do(t, http.MethodGet, pages+"/inbox", got.Token, nil); a.status != http.StatusOK {
		t.Errorf("the new token: %d %s", a.status, a.body)
	}
	refused(t, w.do(t, http.MethodGet, pages+"/inbox", token, nil), http.StatusUnauthorized, "token_invalid")
}

// X15. A joiner, a mover and a leaver with a day that is still to come.
func TestAdministration_WhatIsPlannedHoldsFromItsDay(t *testing.T) {
	w := newAdministered(t)
	day := care.Stamp(w.now().Add(72 * time.Hour))
	later := func(values map[string]any) map[string]any { return map[string]any{"set": values, "at": day} }
	into[struct{ ID string }](t, w.send(w.adam, "/accounts/"+w.ann.Id, later(map[string]any{"teams": []string{w.hill.Id}})), http.StatusOK)
	if got := w.send(w.adam, "/accounts/"+w.ann.Id, later(map[string]any{"name": "Anna"})); got.status != http.StatusBadRequest || !strings.Contains(string(got.body), "planned for this account already") {
		t.Errorf("a second plan: %d %s", got.status, got.body)
	}
	joy := w.made(map[string]any{"name": "Joy", "email": "joy@example.org", "role": "district_nurse", "organisation": w.trust, "teams": []string{w.nurses.Id}}, day)
	into[map[string]string](t, w.use(w.code(joy), strong), http.StatusOK)
	into[map[string]any](t, w.send(w.adam, "/staff/"+w.bob.Id+"/leave", map[string]any{"at": day}), http.StatusOK)
	if got := w.send(w.adam, "/accounts/"+w.bob.Id, later(map[string]any{"teams": []string{w.hill.Id}})); got.status != http.StatusBadRequest || !strings.Contains(string(got.body), "They leave") {
		t.Errorf("a mover who leaves: %d %s", got.status, got.body)
	}
	teams := func() string {
		return strings.Join(w.must(care.StaffName, w.ann.Id).GetStringSlice("teams"), " ")
	}
	signsIn := func(email, password string) int { return w.signIn(signInHere, email, password).status }
	w.move()
	equal(t, "before the day", teams(), w.nurses.Id)
	if got := w.signIn(signInHere, "joy@example.org", strong); got.status != http.StatusForbidden || !strings.Contains(string(got.body), "first day") {
		t.Errorf("she begins later: %d %s", got.status, got.body)
	}
	equal(t, "the leaver still signs in", signsIn("bob@example.org", pbtest.Password), http.StatusOK)
	w.turn(72 * time.Hour)
	w.move()
	w.move()
	equal(t, "from the day on", teams(), w.hill.Id)
	equal(t, "the rights follow", strings.Join(w.store.Access.Of(care.Viewer{Staff: w.ann.Id, Role: care.DistrictNurse, Teams: []string{w.hill.Id}}).InboxTeams(), " "), w.hill.Id)
	equal(t, "she begins", signsIn("joy@example.org", strong), http.StatusOK)
	equal(t, "the leaver has gone", signsIn("bob@example.org", pbtest.Password), http.StatusForbidden)
	equal(t, "nothing is left planned", w.count(t, `SELECT count(*) FROM planned_moves`), 0)
	equal(t, "who planned it stands in the audit", w.count(t, `SELECT count(*) FROM audit WHERE action = 'set_up_changed' AND record = '`+w.ann.Id+`' AND actor = '`+w.adam.Id+`'`), 1)
}

func TestAdministration_WhatIsPlannedIsTakenBackOrDroppedWhereItCannotBe(t *testing.T) {
	w := newAdministered(t)
	day := care.Stamp(w.now().Add(72 * time.Hour))
	later := func(values map[string]any) map[string]any { return map[string]any{"set": values, "at": day} }
	into[struct{ ID string }](t, w.send(w.adam, "/accounts/"+w.ann.Id, later(map[string]any{"teams": []string{w.hill.Id}})), http.StatusOK)
	for range 2 {
		into[struct{ ID string }](t, w.send(w.adam, "/accounts/"+w.ann.Id+"/take-back", nil), http.StatusOK)
	}
	equal(t, "said once", w.count(t, `SELECT count(*) FROM audit WHERE action = 'move_taken_back'`), 1)
	// Joy does not come after all: that she leaves counts more than that she was to begin.
	joy := w.made(map[string]any{"name": "Joy", "email": "joy@example.org", "role": "district_nurse", "organisation": w.trust, "teams": []string{w.nurses.Id}}, day)
	into[map[string]string](t, w.use(w.code(joy), strong), http.StatusOK)
	w.tick()
	into[map[string]any](t, w.send(w.adam, "/staff/"+joy+"/leave", nil), http.StatusOK)
	// Otto was to move into a team that is withdrawn before the day.
	into[struct{ ID string }](t, w.send(w.adam, "/accounts/"+w.otto.Id, later(map[string]any{"teams": []string{w.nurses.Id}})), http.StatusOK)
	w.save(w.must(care.Teams, w.nurses.Id), map[string]any{"retracted": w.now()})
	w.turn(72 * time.Hour)
	w.move()
	refused(t, w.signIn(signInHere, "joy@example.org", strong), http.StatusForbidden, "inactive")
	equal(t, "Ann stays", strings.Join(w.must(care.StaffName, w.ann.Id).GetStringSlice("teams"), " "), w.nurses.Id)
	equal(t, "Otto stays", strings.Join(w.must(care.StaffName, w.otto.Id).GetStringSlice("teams"), " "), w.hill.Id)
	equal(t, "dropped, with the reason", w.count(t, `SELECT count(*) FROM audit WHERE action = 'move_dropped' AND detail LIKE '%why%'`), 2)
	equal(t, "nothing is left planned", w.count(t, `SELECT count(*) FROM planned_moves`), 0)
}
