package sim

import (
	"fmt"
	"net/http"
	"slices"

	"doorstep/internal/care"
)

// merging is a decision at a desk that two registrations are of one person, or that they are two after all. The tables say
// which hold; what each came to is worked out again by the model.
type merging struct {
	dead, survivor string
	undo           bool
	// Of a decision, what it changed of the survivor, as the wire has it; a nil is no value.
	before, after map[string]any
	stays         []string // of an undoing, the fields that it left alone, as the desk was told
}

// mergedField is a field as a desk shows it of two registrations.
type mergedField struct {
	Field    string `json:"field"`
	Survivor any    `json:"survivor"`
	Dead     any    `json:"dead"`
	Takes    any    `json:"takes"`
	Open     bool   `json:"open"`
	Follows  string `json:"follows"`
}

// of is the value of one of the two.
func (f *mergedField) of(whose string) any {
	if whose == "dead" {
		return f.Dead
	}
	return f.Survivor
}

// actMerge lets somebody at a desk make two registrations one, or two again; as often as not just after a phone has lost its
// network.
func (w *World) actMerge() {
	if w.chance(40) {
		w.anyPhone(func(h *handset) {
			h.link.cut = true
			w.note(h.name, "— into a dead spot —")
		})
	}
	if !w.ready() {
		return
	}
	w.noteSettled()
	into := w.mergedInto()
	who := w.town.staff[pick(w, []string{"lea", "lou", "cora"})]
	dead := pick(w, w.town.patients)
	if len(into) > 0 && w.chance(60) { // most are found to be two
		for _, i := range w.random.Perm(len(w.town.patients)) {
			if into[w.town.patients[i]] != "" {
				dead = w.town.patients[i]
			}
		}
	}
	if survivor := into[dead]; survivor != "" {
		w.makeTwo(who, dead, survivor)
		return
	}
	w.makeOne(who, dead, pick(w, w.town.patients))
}

// makeOne makes two registrations one: first it looks what that comes to, and that is what it then comes to.
func (w *World) makeOne(who *person, dead, survivor string) {
	path := carePath + "/people/" + dead + "/merge"
	var plan struct {
		Fields []mergedField `json:"fields"`
	}
	looked := w.tell(who, path, map[string]any{"into": survivor, "preview": true}, &plan)
	m := &merging{dead: dead, survivor: survivor, before: map[string]any{}, after: map[string]any{}}
	choose := map[string]any{}
	for _, f := range plan.Fields {
		if f.Open {
			choose[f.Field] = pick(w, []string{"survivor", "dead"})
		}
	}
	for i := range plan.Fields {
		f := &plan.Fields[i]
		takes := f.Takes
		if whose, chosen := choose[f.Field].(string); chosen {
			takes = f.of(whose)
		} else if f.Follows != "" {
			takes = f.of(fmt.Sprint(choose[f.Follows]))
		} else if wrong := f.loses(); wrong != "" {
			w.fail("P%d into P%d: the %s of the one person, %s, %s", w.numberOf(dead), w.numberOf(survivor), f.Field, jsonOf(f.Takes), wrong)
		}
		if jsonOf(takes) != jsonOf(f.Survivor) {
			m.before[f.Field], m.after[f.Field] = f.Survivor, takes
		}
	}
	after, stood := w.head(), w.filedUnder(dead)
	status, said := w.ask(who, http.MethodPost, path, map[string]any{"into": survivor, "choose": choose})
	w.note(serverColumn, "%s makes P%d one with P%d → %d", who.name, w.numberOf(dead), w.numberOf(survivor), status)
	switch {
	case status != looked:
		w.fail("P%d into P%d: the preview answered %d, and the decision %d: %s", w.numberOf(dead), w.numberOf(survivor), looked, status, said)
	case status != http.StatusOK:
		w.count("merge refused")
		if w.head() != after || w.filedUnder(dead) != stood {
			w.fail("a merge that was refused left something")
		}
	default:
		w.count("made one")
		if n := w.filedUnder(dead); n != 0 {
			w.fail("P%d is one with P%d, and %d records are filed under P%d", w.numberOf(dead), w.numberOf(survivor), n, w.numberOf(dead))
		}
		w.foreign = append(w.foreign, foreignWrite{after: after, merge: m})
	}
}

// makeTwo makes two of one again.
func (w *World) makeTwo(who *person, dead, survivor string) {
	var done struct {
		Stays []string `json:"stays"`
	}
	after := w.head()
	status := w.tell(who, carePath+"/people/"+dead+"/unmerge", map[string]any{}, &done)
	w.note(serverColumn, "%s makes P%d and P%d two again → %d", who.name, w.numberOf(dead), w.numberOf(survivor), status)
	if status != http.StatusOK {
		w.count("undoing refused")
		if w.head() != after || w.mergedInto()[dead] != survivor {
			w.fail("an undoing that was refused left something")
		}
		return
	}
	w.count("two again")
	w.foreign = append(w.foreign, foreignWrite{after: after, merge: &merging{dead: dead, survivor: survivor, undo: true, stays: done.Stays}})
}

// loses says what is lost of a field that nobody chooses, "" for nothing: what only one says, a list, a warning.
func (f *mergedField) loses() string {
	c, _ := care.ByName(care.Patients)
	field, ok := c.Field(f.Field)
	one, wrongOne := field.Check(f.Survivor)
	other, wrongOther := field.Check(f.Dead)
	takes, wrong := field.Check(f.Takes)
	switch {
	case !ok || wrongOne != nil || wrongOther != nil || wrong != nil:
		return "cannot be read"
	case field.Kind == care.Object || field.Kind == care.Bool: // which have rules of their own
	case field.Policy == care.Set:
		have, _ := takes.([]string)
		for _, list := range []any{one, other} {
			names, _ := list.([]string)
			if slices.ContainsFunc(names, func(n string) bool { return !slices.Contains(have, n) }) {
				return "lacks what one of the two says"
			}
		}
	case one == nil && takes != other, one != nil && takes != fmt.Sprint(one, "\n", other):
		return "is not what both say"
	}
	return ""
}

// mergedInto are the dead registrations, each with its survivor.
func (w *World) mergedInto() map[string]string {
	into := map[string]string{}
	db, err := w.machine.db()
	if err != nil {
		w.fail("%v", err)
		return into
	}
	rows, err := db.Query(`SELECT dead, survivor FROM merged_people WHERE undone_at = ''`)
	if err != nil {
		w.fail("read who was merged: %v", err)
		return into
	}
	defer rows.Close()
	for rows.Next() {
		var dead, survivor string
		if err := rows.Scan(&dead, &survivor); err != nil {
			w.fail("read who was merged: %v", err)
		}
		into[dead] = survivor
	}
	if err := rows.Err(); err != nil {
		w.fail("read who was merged: %v", err)
	}
	return into
}

// filedUnder counts what names a person and goes with them.
func (w *World) filedUnder(person string) int64 {
	n, err := w.number(`SELECT (SELECT count(*) FROM visits WHERE patient = ?1) + (SELECT count(*) FROM observations WHERE patient = ?1) + (SELECT count(*) FROM checkins WHERE patient = ?1)
		+ (SELECT count(*) FROM handovers WHERE patient = ?1) + (SELECT count(*) FROM handover_events WHERE patient = ?1) + (SELECT count(*) FROM alarms WHERE patient = ?1)
		+ (SELECT count(*) FROM caseload WHERE patient = ?1) + (SELECT count(*) FROM conflicts WHERE patient = ?1 AND state = 'open') + (SELECT count(*) FROM quarantine WHERE patient = ?1)`, person)
	if err != nil {
		w.fail("count what is filed: %v", err)
	}
	return n
}

// onceOne are those with whom a person was one at some time, and themselves: what was settled meanwhile stays with the survivor.
func (w *World) onceOne(person string) []string {
	list := []string{person}
	for i := range w.foreign {
		if m := w.foreign[i].merge; m != nil && m.dead == person {
			list = append(list, m.survivor)
		}
	}
	return list
}

// noteSettled keeps when each change that had been held back took effect, before the row that keeps it is filed under somebody
// else and gets another version.
func (w *World) noteSettled() {
	db, err := w.read(true)
	if err != nil {
		w.fail("read the tables: %v", err)
		return
	}
	for id, r := range db.rows[care.Quarantine] {
		if r.text("state") == care.IssueResolved && r.changed["patient"].Seq != r.version {
			w.resolved[id] = r.version
		}
	}
}

// settledAt is the number at which a change that had been held back took effect.
func (w *World) settledAt(r *row) int64 {
	if at, filed := w.resolved[r.id], r.changed["patient"].Seq == r.version; filed && at > 0 {
		return at
	}
	return r.version
}
