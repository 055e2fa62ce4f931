package acceptance

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/phone"
	"doorstep/internal/testkit/pbtest"
)

// loneSeen is somebody who is alone as a desk reads it.
type loneSeen struct {
	ID            string           `json:"id"`
	Staff         care.Named       `json:"staff"`
	Person        *map[string]any  `json:"person"`
	DueOutAt      string           `json:"due_out_at"`
	OutAt         string           `json:"out_at"`
	Alarm         string           `json:"alarm"`
	PromptedAt    string           `json:"prompted_at"`
	CoordinatorAt string           `json:"coordinator_at"`
	ManagerAt     string           `json:"manager_at"`
	TakenBy       *care.Named      `json:"taken_by"`
	ClosedAt      string           `json:"closed_at"`
	ClosedBy      *care.Named      `json:"closed_by"`
	Why           string           `json:"why"`
	HeardAt       string           `json:"heard_at"`
	Steps         []map[string]any `json:"steps"`
}

// lone is what the desk of somebody lists.
func (w *world) lone(of *core.Record) (open, closed map[string]loneSeen) {
	w.t.Helper()
	answer := pbtest.Call(w.t, w.http, http.MethodGet, "/api/care/v1/lone", w.Token(w.t, of), nil)
	var list struct{ Items, Closed []loneSeen }
	if err := json.Unmarshal(answer.Body, &list); err != nil || answer.Status != http.StatusOK {
		w.t.Fatalf("lone: %d %s", answer.Status, answer.Body)
	}
	byID := func(items []loneSeen) map[string]loneSeen {
		m := map[string]loneSeen{}
		for _, s := range items {
			m[s.ID] = s
		}
		return m
	}
	return byID(list.Items), byID(list.Closed)
}

// does is something that somebody at a desk does about a stay; it returns the status.
func (w *world) does(by *core.Record, stay string, act map[string]any) int {
	w.t.Helper()
	return pbtest.Call(w.t, w.http, http.MethodPost, "/api/care/v1/lone/"+stay, w.Token(w.t, by), act).Status
}

// goesIn is Ann going in to Ada for half an hour.
func (w *world) goesIn(p *phone.Phone, team *core.Record, more ...any) string {
	w.t.Helper()
	return w.record(p, care.LoneStays, with(map[string]any{"team": team.Id, "home_of": w.ada.Id, "went_in_at": care.Stamp(w.now()), "minutes": 30, "number": "07700 900123"}, more...))
}

func (s loneSeen) told() string {
	words := []string{s.Alarm}
	if s.PromptedAt != "" {
		words = append(words, "prompt")
	}
	if s.CoordinatorAt != "" {
		words = append(words, "coordinator")
	}
	if s.ManagerAt != "" {
		words = append(words, "manager")
	}
	return strings.TrimSpace(strings.Join(words, " "))
}

// Ann goes in to Ada and does not come out. She is asked, then the desk of her team is told, then the manager, each once,
// though the server is killed in between; nobody hears of her, and that is never taken for safe. Her word that she was out
// long before comes late and closes it at its true time.
func TestStory_SomebodyWhoDoesNotComeOutIsLookedFor(t *testing.T) {
	w := newWorld(t)
	ann, lea := w.phoneOf(w.ann, w.findingIt), w.phoneOf(w.lea, w.findingIt)
	stay := w.goesIn(ann, w.nurses)
	w.syncAll(ann, lea)
	sees(t, ann, care.LoneStays, stay, "staff", w.ann.Id)
	sees(t, lea, care.LoneStays, stay, "number", "07700 900123")
	heard := care.Stamp(w.now())
	for _, c := range []struct {
		after time.Duration
		told  string
	}{{29 * time.Minute, ""}, {17 * time.Minute, "overdue prompt"}, {15 * time.Minute, "overdue prompt coordinator"}, {15 * time.Minute, "overdue prompt coordinator manager"}} {
		w.pass(c.after)
		open, _ := w.lone(w.lea)
		if got := open[stay].told(); got != c.told {
			t.Errorf("told: %q, want %q", got, c.told)
		}
		if open[stay].HeardAt > heard || open[stay].HeardAt == "" || open[stay].ClosedAt != "" {
			t.Errorf("heard of at %q; closed %q", open[stay].HeardAt, open[stay].ClosedAt)
		}
		before := open[stay]
		ok(t, w.srv.API.WriteHeard(t.Context())) // as the job does each minute
		w.restart()
		w.tick()
		open, _ = w.lone(w.lea)
		if after := open[stay]; after.PromptedAt != before.PromptedAt || after.CoordinatorAt != before.CoordinatorAt || after.ManagerAt != before.ManagerAt || after.HeardAt != before.HeardAt {
			t.Errorf("after a restart: %+v, before %+v", after, before)
		}
	}
	if status := pbtest.Call(t, w.http, http.MethodGet, "/api/care/v1/lone", w.Token(t, w.ann), nil).Status; status != http.StatusForbidden {
		t.Errorf("who is alone is for desks: %d", status)
	}
	was := w.now()
	edit(t, ann, care.LoneStays, stay, "out_at", care.Stamp(was.Add(-50*time.Minute)))
	w.pass(time.Minute)
	w.syncAll(ann, lea)
	outcome(t, ann, care.Applied)
	holdsNot(t, lea, care.LoneStays, stay)
	holdsNot(t, ann, care.LoneStays, stay)
	open, closed := w.lone(w.lea)
	if s := closed[stay]; len(open) != 0 || s.OutAt != care.Stamp(was.Add(-50*time.Minute)) || s.ClosedBy == nil || s.ClosedBy.ID != w.ann.Id || s.told() != "overdue prompt coordinator manager" {
		t.Errorf("open %v, closed %+v", open, s)
	}
}

// The panic button reaches the desk in the transaction that brings it, without a person, a visit or a time; it is not over
// before she says so or the desk knows.
func TestStory_ThePanicButtonReachesTheDeskAtOnce(t *testing.T) {
	w := newWorld(t)
	ann, lea := w.phoneOf(w.ann), w.phoneOf(w.lea)
	stay := w.record(ann, care.LoneStays, map[string]any{"panic_at": care.Stamp(w.now())})
	w.syncAll(ann, lea)
	sees(t, lea, care.LoneStays, stay, "alarm", care.LonePanic)
	open, _ := w.lone(w.cora) // the end of the chain reads it too
	if s := open[stay]; s.told() != "panic coordinator" || s.Person != nil {
		t.Errorf("at the desk: %+v", s)
	}
	for _, c := range []struct {
		name   string
		by     *core.Record
		act    map[string]any
		status int
	}{
		{"safe, without a word how that is known", w.lea, map[string]any{"kind": "safe"}, http.StatusUnprocessableEntity},
		{"nobody ends their own alarm at a desk", w.ann, map[string]any{"kind": "took"}, http.StatusForbidden},
		{"another team's lead", w.Staff(t, care.TeamLead, "Lou", w.others), map[string]any{"kind": "took"}, http.StatusNotFound},
		{"something that nobody can do", w.lea, map[string]any{"kind": "forget"}, http.StatusUnprocessableEntity},
		{"she takes it", w.lea, map[string]any{"kind": "took"}, http.StatusOK},
		{"rings and reaches nobody", w.lea, map[string]any{"kind": "no_one"}, http.StatusOK},
	} {
		if got := w.does(c.by, stay, c.act); got != c.status && (c.status != http.StatusUnprocessableEntity || got != http.StatusBadRequest) {
			t.Errorf("%s: %d", c.name, got)
		}
	}
	w.pass(11 * time.Minute)
	open, _ = w.lone(w.lea)
	if s := open[stay]; s.told() != "panic coordinator manager" || s.TakenBy == nil || s.TakenBy.ID != w.lea.Id || len(s.Steps) != 2 {
		t.Errorf("ten minutes later: %+v", s)
	}
	if got := w.does(w.lea, stay, map[string]any{"kind": "safe", "text": "Rang: she is in her car"}); got != http.StatusOK {
		t.Fatalf("safe: %d", got)
	}
	w.syncAll(ann, lea)
	holdsNot(t, ann, care.LoneStays, stay)
	if _, closed := w.lone(w.lea); closed[stay].Why != "Rang: she is in her car" {
		t.Errorf("closed: %+v", closed[stay])
	}
	// A second press, of which whoever closed it knew nothing, opens it again.
	p, link := w.phoneOn(w.ann)
	res := w.push(p, link.bearer, w.mutation(p, 1, w.id(), map[string]any{"op": "update", "collection": care.LoneStays, "id": stay, "base": "e1.999999", "set": map[string]any{"panic_at": care.Stamp(w.now())}}))
	if res.Results[0].Status == care.Quarantined {
		t.Errorf("a second press: %+v", res.Results[0])
	}
	if open, _ = w.lone(w.lea); open[stay].told() != "panic coordinator" {
		t.Errorf("after a second press: %+v", open[stay])
	}
}

// Nobody else writes about somebody's stay from a phone, the lead neither; no word of safety is held back because a person
// or a visit has not come, and a wrong value sets aside that value alone.
func TestLone_WhoWritesAStay(t *testing.T) {
	w := newWorld(t)
	ann, lea, vera := w.phoneOf(w.ann), w.phoneOf(w.lea), w.village().vera
	stay := w.goesIn(ann, w.nurses, "home_of", w.id(), "visit", w.id())
	w.syncAll(ann, lea)
	outcome(t, ann, care.Applied)
	for i, c := range []struct {
		by   *core.Record
		op   map[string]any
		want care.Status
	}{
		{w.lea, map[string]any{"op": "update", "collection": care.LoneStays, "id": stay, "base": "e1.999999", "set": map[string]any{"out_at": care.Stamp(w.now())}}, care.Quarantined},
		{w.otto, map[string]any{"op": "update", "collection": care.LoneStays, "id": stay, "base": "e1.999999", "set": map[string]any{"safe_at": care.Stamp(w.now())}}, care.Quarantined},
		{w.ann, map[string]any{"op": "retract", "collection": care.LoneStays, "id": stay, "base": "e1.999999"}, care.Quarantined},
		{vera, map[string]any{"op": "create", "collection": care.LoneStays, "id": w.id(), "set": map[string]any{"minutes": 20}}, care.Applied},
		{w.ann, map[string]any{"op": "create", "collection": care.LoneStays, "id": w.id(), "set": map[string]any{"team": w.others.Id, "minutes": 20}}, care.Merged},
		{w.ann, map[string]any{"op": "create", "collection": care.LoneStays, "id": w.id(), "set": map[string]any{"minutes": "half an hour", "went_in_at": "yesterday", "panic_at": care.Stamp(w.now())}}, care.Merged},
		{w.ann, map[string]any{"op": "create", "collection": care.LoneStays, "id": w.id(), "set": map[string]any{"staff": w.bob.Id, "closed_at": care.Stamp(w.now()), "minutes": 20}}, care.Merged},
	} {
		p, link := w.phoneOn(c.by)
		if res := w.push(p, link.bearer, w.mutation(p, 1, w.id(), c.op)).Results[0]; res.Status != c.want {
			t.Errorf("change %d ended %+v, want %s", i, res, c.want)
		}
	}
	w.syncAll(ann, lea)
	sees(t, lea, care.LoneStays, stay, "out_at", nil)
	open, _ := w.lone(w.lea)
	panics := 0
	for _, s := range open {
		if s.Staff.ID != w.ann.Id || s.ClosedAt != "" {
			t.Errorf("%+v", s)
		}
		if s.Alarm == care.LonePanic {
			panics++
		}
	}
	if len(open) != 4 || panics != 1 {
		t.Errorf("%d are open, %d with the panic button: %s", len(open), panics, fmt.Sprint(open))
	}
}

// A clock that is set, forwards over the end of a stay or back before it, tells nobody twice, and holds nobody for safe: as
// soon as it is steady again the ladder goes on.
func TestLone_TheLadderFiresOnceThoughTheClockIsSet(t *testing.T) {
	w, set := setClock(t)
	ann := w.phoneOf(w.ann)
	stay := w.goesIn(ann, w.nurses)
	w.sync(ann)
	w.pass(46 * time.Minute)
	first, _ := w.lone(w.lea)
	if first[stay].told() != "overdue prompt" {
		t.Fatalf("told: %+v", first[stay])
	}
	set(-time.Hour)
	w.tick()
	w.pass(2 * time.Minute)
	w.pass(10 * time.Minute)
	back, _ := w.lone(w.lea)
	if back[stay].PromptedAt != first[stay].PromptedAt || back[stay].told() != "overdue prompt" {
		t.Errorf("an hour back: %+v", back[stay])
	}
	set(2 * time.Hour)
	w.tick() // not steady: nobody is told by a time that may be wrong
	if ahead, _ := w.lone(w.lea); ahead[stay].told() != "overdue prompt" {
		t.Errorf("right after the clock was set ahead: %+v", ahead[stay])
	}
	w.pass(2 * time.Minute)
	ahead, _ := w.lone(w.lea)
	if ahead[stay].told() != "overdue prompt coordinator manager" || ahead[stay].PromptedAt != first[stay].PromptedAt {
		t.Errorf("steady again: %+v", ahead[stay])
	}
}

// A team sets its own times; they count for a stay that began before.
func TestLone_ATeamSetsItsOwnTimes(t *testing.T) {
	w := newWorld(t)
	ann := w.phoneOf(w.ann)
	stay := w.goesIn(ann, w.nurses)
	w.set(w.nurses, map[string]any{"lone_working": `{"prompt_after":5,"coordinator_after":5,"manager_after":60,"manager":"Grace Obi, 0161 496 0001"}`})
	w.tick()
	w.sync(ann)
	w.pass(36 * time.Minute)
	if open, _ := w.lone(w.lea); open[stay].told() != "overdue prompt coordinator" {
		t.Errorf("told: %+v", open[stay])
	}
	sees(t, ann, care.Teams, w.nurses.Id, "lone_working", `map[coordinator_after:5 manager:Grace Obi, 0161 496 0001 manager_after:60 prompt_after:5]`)
	// Who is spoken to and stays longer is asked again at the end of that.
	if got := w.does(w.lea, stay, map[string]any{"kind": "stays", "minutes": 30, "text": "Rang, all is well"}); got != http.StatusOK {
		t.Fatalf("stays: %d", got)
	}
	w.pass(time.Minute)
	if open, _ := w.lone(w.lea); open[stay].told() != "" {
		t.Errorf("she was spoken to: %+v", open[stay])
	}
	w.pass(35 * time.Minute)
	if open, _ := w.lone(w.lea); open[stay].told() != "overdue prompt coordinator" {
		t.Errorf("overdue again: %+v", open[stay])
	}
}
