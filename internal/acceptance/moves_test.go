package acceptance

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/phone"
)

// clinicalCollections are those of which a limited viewer sees no record but what is their own.
var clinicalCollections = []string{care.Visits, care.Observations}

// mover is a member of staff with a phone, who will be somebody else.
type mover struct {
	w             *world
	staff         *core.Record
	person, alone *core.Record // whom they have by team and by name; alone lets no voluntary service in
	phone         *phone.Phone
	from          care.Duty
	unsent, open  string // keys: what waits on the phone, and the form that was open
	aside         string // the key of a change that is too big for any request; "" for none
	form          *phone.Seen
}

// tooBig stands in a change that no request can carry.
const tooBig = "too big for any request"

// Every move from any role to any other, and out of the service, with work on the phone that was refused,
// that is unsent, that no request can carry, and in an open form: what was written while access was held is taken in and raises its
// alarm; what was written after is kept whole; then the phone holds what a new one of the new role holds, or
// is wiped where the role carries none. // O7, O9, O10
func TestWhoeverMovesHandsInTheirWorkAndKeepsNothingThatIsNotTheirs(t *testing.T) {
	n := 0
	for _, from := range care.Duties() {
		if !from.Device {
			continue
		}
		first := n
		n += len(care.Duties())
		t.Run(fmt.Sprintf("from %s", from.Role), func(t *testing.T) {
			t.Parallel()
			town := newMoveTown(t) // one for each role, or each phone that joins is given all who moved before
			for i, to := range append(care.Duties(), care.Duty{Role: "left"}) {
				if to.Role != from.Role {
					t.Run(fmt.Sprintf("to %s", to.Role), func(t *testing.T) { town.move(t, from, to, first+i) })
				}
			}
			town.t = t
		})
	}
}

// moveTown is a world with a voluntary service in it.
type moveTown struct {
	*world
	charity, friends *core.Record
}

func newMoveTown(t *testing.T) *moveTown {
	w := newWorld(t)
	w.foreign = w.SecondConnection(t) // for all of the moves, not for one
	charity := w.Org(t, care.VoluntaryKind, "Befrienders")
	return &moveTown{world: w, charity: charity, friends: w.Team(t, charity, care.VoluntaryKind, "Befrienders")}
}

// homeOf is the team that somebody of a role belongs to.
func (w *moveTown) homeOf(r care.Role) *core.Record {
	if r == care.Volunteer || r == care.VolunteerCoordinator {
		return w.friends
	}
	return w.nurses
}

// move gives a member of staff another role in the midst of their work; every second one has a change that is too big.
func (w *moveTown) move(t *testing.T, from, to care.Duty, n int) {
	w.t = t
	m := w.mover(from, w.charity, w.homeOf(from.Role), fmt.Sprintf("Mover %d", n))
	m.write(n%2 == 0)
	w.pass(time.Minute)
	home := w.homeOf(to.Role)
	change := map[string]any{"role": string(to.Role), "teams": []string{home.Id}, "organisation": home.GetString("organisation")}
	if to.Role == "left" {
		change = map[string]any{"inactive_since": w.now()}
	}
	w.set(m.staff, change)
	w.pass(time.Minute)
	m.saveOpenForm()
	m.handIn()
	m.check(to)
	w.sql(`UPDATE caseload SET "to" = ? WHERE patient IN (?, ?)`, w.now().UTC().Format("2006-01-02 15:04:05.000Z"), m.person.Id, m.alone.Id)
}

func (w *world) mover(from care.Duty, charity, home *core.Record, name string) *mover {
	m := &mover{w: w, from: from, staff: w.Staff(w.t, from.Role, name, home)}
	m.person, m.alone = w.Patient(w.t, "Person", w.practice), w.Patient(w.t, "Alone", w.practice)
	consent := []map[string]any{{"service": charity.Id, "given": true}}
	w.set(m.person, map[string]any{"consent": consent, "phone": "01632 960222"})
	if home.GetString("kind") == care.VoluntaryKind {
		w.set(m.alone, map[string]any{"consent": consent})
	}
	w.Caseload(w.t, m.person, w.nurses)
	for _, p := range []*core.Record{m.person, m.alone} {
		w.Caseload(w.t, p, m.staff)
	}
	w.tick()
	var line *link
	m.phone, line = w.phoneOn(m.staff)
	line.before = func(r *http.Request) (*http.Response, error) {
		if !strings.HasSuffix(r.URL.Path, "/push") {
			return nil, nil
		}
		body, err := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		if err != nil || !bytes.Contains(body, []byte(tooBig)) {
			return nil, err
		}
		return &http.Response{StatusCode: http.StatusRequestEntityTooLarge, Header: http.Header{},
			Body: io.NopCloser(strings.NewReader(`{"code":"too_large","message":"too large","retry":"never"}`))}, nil
	}
	stranger := w.Patient(w.t, "Stranger", w.practice)
	m.record(m.work(stranger)) // is refused, and waits for a lead
	w.sync(m.phone)
	return m
}

// work is what somebody of the role notes about a person: readings that raise an alarm, or a check-in.
func (m *mover) work(p *core.Record) func(*phone.Change) {
	if m.from.May(care.Create, care.Visits) {
		return func(c *phone.Change) {
			visit := c.Create(care.Visits, m.w.visit(p, "as it was"))
			c.Create(care.Observations, with(m.w.readings(p), "visit", visit))
		}
	}
	return func(c *phone.Change) {
		c.Create(care.Checkins, map[string]any{"patient": p.Id, "staff": m.staff.Id, "happened_at": care.Stamp(m.w.now()), "seen": true, "wellbeing": "well"})
	}
}

func (m *mover) record(steps func(*phone.Change)) string {
	m.w.t.Helper()
	key, err := m.phone.InOne(steps)
	ok(m.w.t, err)
	return key
}

// write leaves work on the phone unsent, perhaps one change that is too big, and opens a form.
func (m *mover) write(big bool) {
	m.unsent = m.record(m.work(m.person))
	if big {
		m.aside = m.record(func(c *phone.Change) {
			c.Create(care.Checkins, map[string]any{"patient": m.person.Id, "concern": tooBig})
		})
	}
	m.form, _ = m.phone.View(care.Patients, m.person.Id)
}

// saveOpenForm saves what was opened before, on a phone that knows of nothing.
func (m *mover) saveOpenForm() {
	if m.from.May(care.Update, care.Patients) {
		m.open = m.record(func(c *phone.Change) { c.EditSeen(m.form, map[string]any{"access_notes": "through the garden"}) })
	}
}

// handIn does what a phone does within half an hour. A draining phone is refused a pull: that is no mistake.
func (m *mover) handIn() {
	_ = m.phone.Sync(context.Background())
	m.w.pass(16 * time.Minute) // another hello is due
	_ = m.phone.Sync(context.Background())
}

func (m *mover) check(to care.Duty) {
	t := m.w.t
	t.Helper()
	if status := m.w.ledgerStatus(m.unsent); status != care.Applied && status != care.Merged {
		t.Errorf("what was written while access was held ended %q", status)
	}
	if m.open != "" && m.w.ledgerStatus(m.open) == "" {
		t.Error("what was in the open form is nowhere")
	}
	if m.from.May(care.Create, care.Visits) && len(m.w.rows(care.Handovers, "patient = {:p}", map[string]any{"p": m.person.Id})) == 0 {
		t.Error("the readings raised no alarm")
	}
	if n := m.phone.Pending(); n > 0 {
		t.Errorf("%d changes are still on the phone", n)
	}
	held := map[string]string{}
	m.phone.EachHeld(func(r phone.Held) {
		held[r.Collection+"/"+r.ID] = fmt.Sprint(r.Version, slices.Sorted(slices.Values(r.Scopes)), string(r.Data))
		if to.View != care.Clinical && (slices.Contains(clinicalCollections, r.Collection) || strings.Contains(string(r.Data), "as it was") || strings.Contains(string(r.Data), "access_notes\":\"")) {
			t.Errorf("something clinical stays: %s %s", r.Collection, r.Data)
		}
	})
	var away []string
	for _, c := range m.phone.Aside() {
		away = append(away, c.Key)
	}
	if big := m.aside != ""; big != (len(away) == 1 && away[0] == m.aside) || !big && len(away) > 0 {
		t.Errorf("put aside are %v, the change that is too big is %q", away, m.aside)
	}
	if !to.Device {
		want := "wipe"
		if m.aside != "" {
			want = "drain"
		}
		if len(held)+len(m.phone.SentLog())+len(m.phone.Scopes()) > 0 || len(m.phone.Items()) != len(away) || m.phone.Directive() != want {
			t.Errorf("the phone is not emptied: directive %q, %d records, %d scopes, %d sent changes, %d receipts",
				m.phone.Directive(), len(held), len(m.phone.Scopes()), len(m.phone.SentLog()), len(m.phone.Items()))
		}
		return
	}
	if volunteers := m.staffTeamKind() == care.VoluntaryKind; volunteers && m.from.Role != care.Volunteer && m.from.Role != care.VolunteerCoordinator {
		if _, there := held[care.Patients+"/"+m.alone.Id]; there {
			t.Error("a voluntary service has somebody who never let it in")
		}
	}
	fresh := m.w.walkerOf(m.staff, m.phone).walk(1000)
	for _, scope := range m.phone.Scopes() {
		if !fresh.scopes[scope] {
			t.Errorf("it holds scope %s, a new phone does not", scope)
		}
		delete(fresh.scopes, scope)
	}
	if len(fresh.scopes) > 0 {
		t.Errorf("it lacks the scopes %v", fresh.scopes)
	}
	for key, r := range fresh.records {
		if want := fmt.Sprint(r.Version, slices.Sorted(slices.Values(r.Scopes)), string(r.Data)); held[key] != want {
			t.Errorf("%s is %.200q, on a new phone %.200q", key, held[key], want)
		}
		delete(held, key)
	}
	for key := range held {
		t.Errorf("it holds %s, a new phone does not", key)
	}
}

func (m *mover) staffTeamKind() string {
	teams := m.w.rows(care.StaffName, "id = {:s}", map[string]any{"s": m.staff.Id})[0].GetStringSlice("teams")
	return m.w.rows(care.Teams, "id = {:t}", map[string]any{"t": teams[0]})[0].GetString("kind")
}

// ledgerStatus is how a change ended; "" for one that never arrived.
func (w *world) ledgerStatus(key string) (status care.Status) {
	w.t.Helper()
	raw, err := json.Marshal(key)
	ok(w.t, err)
	list := []struct {
		Status string `db:"status"`
	}{}
	ok(w.t, w.DB().NewQuery(`SELECT status FROM sync_ledger WHERE key = `+strings.ReplaceAll(string(raw), `"`, `'`)).All(&list))
	if len(list) == 0 {
		return ""
	}
	return care.Status(list[0].Status)
}
