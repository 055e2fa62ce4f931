package acceptance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/pbstore"
	"doorstep/internal/phone"
	"doorstep/internal/rooms"
	"doorstep/internal/server"
	"doorstep/internal/testkit/pbtest"
)

// onWednesday lets the story begin on a working Wednesday at this time in London, far from any
// holiday: deadlines in core hours then come out the same whenever the tests run.
func (w *world) onWednesday(hour, minute int) {
	w.t.Helper()
	london, err := time.LoadLocation("Europe/London")
	ok(w.t, err)
	day := time.Date(2035, 5, 2, hour, minute, 0, 0, london)
	if day.Weekday() != time.Wednesday {
		w.t.Fatalf("%s is no Wednesday", day)
	}
	w.clock.Turn(day)
	w.tick()
}

// ago is a moment before now, as a phone writes it.
func (w *world) ago(d time.Duration) string { return care.Stamp(w.now().Add(-d)) }

// settled is a set of observations with a NEWS2 of 0, taken a while ago.
func (w *world) settled(person *core.Record, ago time.Duration) map[string]any {
	return map[string]any{"patient": person.Id, "taken_at": w.ago(ago), "respiration_rate": 16, "spo2": 97,
		"on_oxygen": false, "systolic": 128, "pulse": 72, "acvpu": "A", "temperature": 36.8}
}

// with is a copy of a record's values with some of them changed; nil takes one away.
func with(values map[string]any, pairs ...any) map[string]any {
	m := map[string]any{}
	for k, v := range values {
		m[k] = v
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == nil {
			delete(m, pairs[i].(string))
			continue
		}
		m[pairs[i].(string)] = pairs[i+1]
	}
	return m
}

// edit changes fields of a record on a phone.
func edit(t *testing.T, p *phone.Phone, collection, id string, pairs ...any) {
	t.Helper()
	if err := p.Edit(collection, id, with(nil, pairs...)); err != nil {
		t.Fatalf("edit %s: %v", collection, err)
	}
}

// syncAll does a round of each phone, in this order.
func (w *world) syncAll(phones ...*phone.Phone) {
	w.t.Helper()
	for _, p := range phones {
		w.sync(p)
	}
}

// act does something to a handover at the desk of a member of staff, and delivers what follows.
func (w *world) act(who *core.Record, id string, a handover.Action) error {
	w.t.Helper()
	v, known := w.srv.Store.Staff(who.Id)
	if !known {
		w.t.Fatalf("the server does not know %s", who.GetString("name"))
	}
	var refused *handover.Error
	err := w.srv.Engine.Do(context.Background(), func(tx *pbstore.Tx) error {
		refused = nil
		tx.Next()
		_, err := rooms.Of(tx).Arrange.Act(id, a, handover.Actor{Staff: v.Staff, Role: v.Role, Teams: v.Teams}, 0)
		if errors.As(err, &refused) {
			return nil
		}
		return err
	})
	if err != nil {
		w.t.Fatalf("%s by %s: %v", a.Kind, who.GetString("name"), err)
	}
	w.tick()
	if refused != nil {
		return refused
	}
	return nil
}

// mustAct is act where the story needs it to be possible.
func (w *world) mustAct(who *core.Record, id string, a handover.Action) {
	w.t.Helper()
	if err := w.act(who, id, a); err != nil {
		w.t.Fatalf("%s may not %s: %v", who.GetString("name"), a.Kind, err)
	}
}

// refuses fails unless an action is refused for this reason.
func refuses(t *testing.T, err error, code string) {
	t.Helper()
	var e *handover.Error
	if !errors.As(err, &e) || e.Code != code {
		t.Errorf("the answer is %v, want a refusal %q", err, code)
	}
}

// handoversTo lists the handovers that stand with a team, oldest first.
func (w *world) handoversTo(team *core.Record) []*core.Record {
	w.t.Helper()
	return w.rows(care.Handovers, "to_team = {:t}", dbx.Params{"t": team.Id})
}

// only fails unless there is exactly one, and returns it.
func only[T any](t *testing.T, what string, list []T) T {
	t.Helper()
	if len(list) != 1 {
		t.Fatalf("%d %s, want 1: %v", len(list), what, list)
	}
	return list[0]
}

// handover returns a handover as it stands now.
func (w *world) handover(id string) *core.Record {
	w.t.Helper()
	r, err := w.FindRecordById(care.Handovers, id)
	if err != nil {
		w.t.Fatalf("find handover %s: %v", id, err)
	}
	return r
}

// stands fails unless a handover is in this state with this team.
func (w *world) stands(id string, state care.State, team *core.Record) *core.Record {
	w.t.Helper()
	h := w.handover(id)
	if h.GetString("state") != string(state) || h.GetString("to_team") != team.Id {
		w.t.Errorf("the handover is %s with %s, want %s with %s", h.GetString("state"), w.nameOf(h.GetString("to_team")), state, team.GetString("name"))
	}
	return h
}

func (w *world) nameOf(team string) string {
	r, err := w.FindRecordById(care.Teams, team)
	if err != nil {
		return "nobody"
	}
	return r.GetString("name")
}

// history lists what happened to a handover, in order, as kinds of events.
func (w *world) history(id string) []string {
	w.t.Helper()
	list, err := w.FindRecordsByFilter(care.HandoverEvents, "handover = {:h}", "version,id", 0, 0, dbx.Params{"h": id})
	if err != nil {
		w.t.Fatal(err)
	}
	var kinds []string
	for _, e := range list {
		kinds = append(kinds, e.GetString("kind"))
	}
	return kinds
}

// happened fails unless these events happened to a handover, in this order, others in between.
func (w *world) happened(id string, kinds ...string) {
	w.t.Helper()
	history := w.history(id)
	at := 0
	for _, k := range kinds {
		i := slices.Index(history[at:], k)
		if i < 0 {
			w.t.Errorf("the history is %v, want in it, in order, %v", history, kinds)
			return
		}
		at += i + 1
	}
}

// ruleCodes are the rules behind a handover, sorted.
func ruleCodes(h *core.Record) []string {
	var list []struct{ ID string }
	_ = json.Unmarshal([]byte(h.GetString("rules")), &list)
	var codes []string
	for _, r := range list {
		codes = append(codes, r.ID)
	}
	slices.Sort(codes)
	return codes
}

// at reads a time of a stored record; zero when it is missing.
func at(r *core.Record, field string) time.Time { return r.GetDateTime(field).Time() }

// near fails unless two moments are at most ten seconds apart: the test itself takes time.
func near(t *testing.T, what string, got, want time.Time) {
	t.Helper()
	if got.Sub(want).Abs() > 10*time.Second {
		t.Errorf("%s is %s, want %s", what, got, want)
	}
}

// flag reads a stored true, false or missing, which is never the same as false.
func flag(r *core.Record, field string) string { return r.GetString(field) }

// issuesOn lists what a phone shows to be decided.
func issuesOn(p *phone.Phone) []*phone.Seen { return p.List(care.SyncIssues) }

// lastItem is the receipt of the change a phone recorded last.
func lastItem(t *testing.T, p *phone.Phone) phone.Item {
	t.Helper()
	items := p.Items()
	if len(items) == 0 {
		t.Fatal("the phone has recorded nothing")
	}
	return items[len(items)-1]
}

// outcome fails unless a phone's last change ended so, and returns its receipt.
func outcome(t *testing.T, p *phone.Phone, want care.Status) phone.Item {
	t.Helper()
	item := lastItem(t, p)
	if item.Result == nil {
		t.Fatalf("the last change was not answered; it is %s", item.State)
	}
	if item.Result.Status != want {
		t.Errorf("the last change ended %s, want %s: %+v", item.Result.Status, want, *item.Result)
	}
	return item
}

// moving is the network of a phone that finds the server wherever it runs now.
type moving struct{ w *world }

// Do implements phone.Doer.
func (m moving) Do(r *http.Request) (*http.Response, error) {
	r.URL.Host = strings.TrimPrefix(m.w.http.URL, "http://")
	return http.DefaultClient.Do(r)
}

// findingIt makes a phone survive a restart of the server.
func (w *world) findingIt(o *phone.Options) { o.HTTP = moving{w} }

// restart stops the server as a shutdown would and starts another on the same data.
func (w *world) restart() {
	w.t.Helper()
	dir := w.DataDir()
	w.http.Close()
	ok(w.t, w.srv.Close())
	w.App.Close(w.t)
	w.App = pbtest.Open(w.t, dir, func(app core.App) { server.Bind(app, w.now) })
	w.start()
	w.superuser = ""
}

// rule puts a rule into force, as the clinical lead would.
func (w *world) rule(fields map[string]any) *core.Record {
	w.t.Helper()
	r := w.Put(w.t, care.HandoverRules, with(map[string]any{"version": 1, "state": "active", "title": fmt.Sprint(fields["code"]),
		"collection": care.Visits, "class": "SD", "destination": care.ToPractice, "ask": "Please review."}, pairsOf(fields)...))
	w.tick()
	return r
}

func pairsOf(m map[string]any) []any {
	var list []any
	for k, v := range m {
		list = append(list, k, v)
	}
	return list
}
