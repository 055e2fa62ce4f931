package sim

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/identifier"
)

// foreignWrite is a value somebody wrote past the engine, or what a plan made of a visit.
type foreignWrite struct {
	after      int64 // head at that moment: the write comes after this change and before the next
	collection string
	id         string
	field      string
	value      any
	// Of a plan: the fields it wrote, whether it made the visit, and whether it withdrew it.
	set           map[string]any
	made, retract bool
	merge         *merging // instead, that two registrations became one, or two again
}

// tape is a backup of the server's data.
type tape struct {
	disk    disk
	foreign int // how much of World.foreign it holds
	booked  []*booked
}

func (w *World) save(r *core.Record) {
	if err := w.machine.app.Save(r); err != nil {
		w.fail("save %s %s: %v", r.Collection().Name, r.Id, err)
	}
}

func (w *World) mustFind(collection, id string) *core.Record {
	r, err := w.machine.app.FindRecordById(collection, id)
	if err != nil {
		w.fail("find %s %s: %v", collection, id, err)
		return nil
	}
	return r
}

func (w *World) newRow(collection string) *core.Record {
	c, err := w.machine.app.FindCollectionByNameOrId(collection)
	if err != nil {
		w.fail("find collection %s: %v", collection, err)
		return nil
	}
	r := core.NewRecord(c)
	id, err := identifier.NewULID(w.clock.Now(), chaos{w})
	if err != nil {
		w.fail("make an id: %v", err)
	}
	r.Id = string(id)
	return r
}

// chaos is the run's randomness as bytes.
type chaos struct{ w *World }

// Read implements io.Reader.
func (c chaos) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(c.w.random.IntN(256))
	}
	return len(b), nil
}

// actCaseload moves people between teams, lends them for a while, or takes them away.
func (w *World) actCaseload() {
	i := w.random.IntN(len(w.town.patients))
	patient := w.town.patients[i]
	rows, err := w.machine.app.FindRecordsByFilter(care.Caseload, "patient = {:p}", "id", 50, 0, map[string]any{"p": patient})
	if err != nil {
		w.fail("list the caseload: %v", err)
		return
	}
	switch roll := w.random.IntN(10); {
	case roll < 4 && len(rows) > 0:
		r := pick(w, rows)
		w.note(serverColumn, "P%d taken off %s", i, w.holderName(r))
		if w.chance(50) {
			if err := w.machine.app.Delete(r); err != nil {
				w.fail("delete a caseload row: %v", err)
			}
			return
		}
		r.Set("to", w.clock.Now())
		w.save(r)
	default:
		r := w.newRow(care.Caseload)
		holder := pick(w, []string{"north", "south", "north", "south", "minds", "friends", "sue", "val", "vic", "sam"})
		r.Set("patient", patient)
		if team, ok := w.town.teams[holder]; ok {
			r.Set("team", team)
		} else {
			r.Set("staff", w.town.staff[holder].id)
		}
		text := fmt.Sprintf("P%d given to %s", i, holder)
		if roll > 6 { // cover that begins and ends by itself
			from := w.clock.Now().Add(time.Duration(w.random.IntN(30)-10) * time.Minute)
			to := from.Add(time.Duration(5+w.random.IntN(120)) * time.Minute)
			r.Set("from", from)
			r.Set("to", to)
			text += " until " + to.Format("15:04")
		}
		w.save(r)
		w.note(serverColumn, "%s", text)
	}
}

func (w *World) holderName(r *core.Record) string {
	for name, id := range w.town.teams {
		if id == r.GetString("team") {
			return name
		}
	}
	for name, p := range w.town.staff {
		if p.id == r.GetString("staff") {
			return name
		}
	}
	return "nobody"
}

// actDashboard changes a record with app.Save, as an administrator in the dashboard does.
func (w *World) actDashboard() {
	if w.chance(15) {
		w.consent()
		return
	}
	i := w.random.IntN(len(w.town.patients))
	id := w.town.patients[i]
	field := pick(w, []string{"access_notes", "phone", "family_name", "preferred_name"})
	r := w.mustFind(care.Patients, id)
	if r == nil {
		return
	}
	value := w.unique("desk " + field)
	r.Set(field, value)
	after := w.head()
	w.save(r)
	w.foreign = append(w.foreign, foreignWrite{after: after, collection: care.Patients, id: id, field: field, value: value})
	w.note(serverColumn, "dashboard: P%d %s", i, field)
}

// consent is given to the voluntary service, or withdrawn.
func (w *World) consent() {
	i := w.random.IntN(len(w.town.patients))
	r := w.mustFind(care.Patients, w.town.patients[i])
	if r == nil {
		return
	}
	given := w.chance(60)
	r.Set("consent", []map[string]any{{"service": w.town.orgs["friends"], "given": given}})
	w.save(r)
	w.note(serverColumn, "P%d consent to friends: %v", i, given)
}

// actRaw writes with SQL, past everything: the notes of a visit, or a visit of its own.
func (w *World) actRaw() {
	db, err := w.machine.db()
	if err != nil {
		w.fail("%v", err)
		return
	}
	i := w.random.IntN(len(w.town.patients))
	var visit string
	switch err := db.QueryRow(`SELECT id FROM visits WHERE patient = ? ORDER BY id DESC LIMIT 1`, w.town.patients[i]).Scan(&visit); {
	case errors.Is(err, sql.ErrNoRows):
		return // all of theirs is filed under another registration
	case err != nil:
		w.fail("find a visit: %v", err)
		return
	}
	value := w.unique("raw note")
	after := w.head()
	if _, err := db.Exec(`UPDATE visits SET note = ? WHERE id = ?`, value, visit); err != nil {
		w.fail("raw SQL: %v", err)
		return
	}
	w.foreign = append(w.foreign, foreignWrite{after: after, collection: care.Visits, id: visit, field: "note", value: value})
	w.note(serverColumn, "raw SQL: note of visit %s", shortKey(visit))
}

// actMisfiled moves a visit that was filed under the wrong person: it leaves one scope and
// enters another.
func (w *World) actMisfiled() {
	from := w.random.IntN(len(w.town.patients))
	to := pick(w, w.town.patients)
	visits, err := w.machine.app.FindRecordsByFilter(care.Visits, "patient = {:p}", "-id", 1, 0, map[string]any{"p": w.town.patients[from]})
	if err != nil || len(visits) == 0 || to == w.town.patients[from] {
		return
	}
	r := visits[0]
	if w.ofPlan(r.Id) {
		return // its plan goes on for whom it was made
	}
	r.Set("patient", to)
	after := w.head()
	w.save(r)
	w.foreign = append(w.foreign, foreignWrite{after: after, collection: care.Visits, id: r.Id, field: "patient", value: to})
	w.note(serverColumn, "dashboard: visit %s of P%d belongs to P%d", shortKey(r.Id), from, w.numberOf(to))
}

// actRole changes somebody's role or teams.
func (w *World) actRole() {
	name := pick(w, []string{"ned", "sam", "sue", "val", "lea"})
	p := w.town.staff[name]
	r := w.mustFind(care.StaffName, p.id)
	if r == nil {
		return
	}
	if w.chance(50) {
		teams := [][]string{{"north"}, {"south"}, {"north", "south"}, {"friends"}}
		var ids []string
		for _, t := range pick(w, teams) {
			ids = append(ids, w.town.teams[t])
		}
		r.Set("teams", ids)
		w.note(serverColumn, "%s now works in other teams", name)
	} else {
		role := pick(w, []care.Role{care.DistrictNurse, care.SupportWorker, care.Volunteer, care.TeamLead, p.role})
		r.Set("role", string(role))
		w.note(serverColumn, "%s is now %s", name, role)
	}
	w.save(r)
	if w.also(15) {
		w.count("role changed before a kill")
		w.crash("before it notices that")
	}
}

// actLeaver lets somebody leave the service.
func (w *World) actLeaver() {
	name := pick(w, []string{"ned", "vic"})
	r := w.mustFind(care.StaffName, w.town.staff[name].id)
	if r == nil || !r.GetDateTime("inactive_since").IsZero() {
		return
	}
	r.Set("inactive_since", w.clock.Now())
	w.save(r)
	w.note(serverColumn, "%s has left", name)
	w.left[name] = true
	w.count("leaver")
}

// actDevice drains or loses one device.
func (w *World) actDevice() {
	w.anyPhone(func(h *handset) {
		if h.Device() == "" || !slices.Contains([]string{"nia-2", "sam", "lea"}, h.name) {
			return
		}
		r, err := w.machine.app.FindRecordById(care.Devices, h.Device())
		if err != nil || r.GetString("state") != "active" {
			return // a restored server may not know it
		}
		state := pick(w, []string{"draining", "lost"})
		r.Set("state", state)
		r.Set("state_since", w.clock.Now())
		w.save(r)
		w.note(serverColumn, "device of %s is %s", h.name, state)
		w.count("device " + state)
	})
}

// actServerBackup makes a backup of the server, or puts the last one back.
func (w *World) actServerBackup() {
	if w.tape == nil || w.chance(50) {
		d, err := w.machine.image()
		if err != nil {
			w.fail("back the server up: %v", err)
			return
		}
		w.tape = &tape{d, len(w.foreign), copyOf(w.booked)}
		w.note(serverColumn, "server backed up at %d", w.head())
		return
	}
	w.restore()
}

// restore puts the backup in place. What a phone that no longer has it had confirmed is gone:
// nobody can bring it back.
func (w *World) restore() {
	w.count("server restored")
	lost := w.ledger()
	put, told := w.machine.replace, "nobody told it" // a file copied back; its phones must find out
	if w.chance(40) {
		put, told = w.machine.restore, "as the restore command does"
	}
	if err := put(w.tape.disk); err != nil {
		w.fail("restore the server: %v", err)
		return
	}
	for name := range w.left { // the backup may be of before they left
		if r := w.mustFind(care.StaffName, w.town.staff[name].id); r != nil && r.GetDateTime("inactive_since").IsZero() {
			delete(w.left, name)
		}
	}
	have := w.ledger()
	onPhones := map[string]bool{}
	for _, h := range w.phones {
		for _, c := range h.Outbox() {
			onPhones[c.Key] = true
		}
		for _, key := range h.SentLog() {
			onPhones[key] = true
		}
	}
	n := 0
	for key := range lost {
		if _, still := have[key]; !still {
			n++
			if !onPhones[key] {
				w.excused[key] = true
			}
		}
	}
	w.foreign, w.booked = w.foreign[:w.tape.foreign], copyOf(w.tape.booked)
	if w.chance(50) {
		w.tape = nil // else it may be put back a second time
	}
	w.note(serverColumn, "↺ server restored from its backup: %d changes lost, head %d, %s", n, w.head(), told)
}
