package sim

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"doorstep/internal/care"
)

// Plans that repeat are worked out here a second time, from days and clocks alone: which visits must stand, which must
// follow a change and which must be left as they are. After each thing that a desk or the job does, the tables must say
// the same.

// booked is a plan as the simulator knows it: a visit every so many days, at one time of the day.
type booked struct {
	id, patient, team, purpose, staff string
	every, from, to                   int // days; minutes after midnight in London
	start                             string
	ended                             bool
	upTo                              string // the last day that was worked out
	visits                            map[string]*bookedVisit
}

// bookedVisit is what a plan came to on a day of its rule.
type bookedVisit struct {
	id        string
	withdrawn bool
	wrote     booking // by the plan, last
}

// booking is how a visit is planned; times as the wire has them.
type booking struct{ start, end, staff, purpose, team string }

// standing is a visit as the tables have it.
type standing struct {
	booking
	id, patient, status string
	retracted           bool
}

// step is what must happen to the visit of a day.
type step struct {
	day                   string
	make, write, withdraw bool
	want                  booking
}

var london = func() *time.Location {
	l, err := time.LoadLocation("Europe/London")
	if err != nil {
		return time.UTC // which differs in summer, and would be seen
	}
	return l
}()

// horizon is how many days stand, the present one among them.
const horizon = 14

const mostBooked = 5

// dayOf is the day of a moment so many days later, in London.
func dayOf(t time.Time, later int) string {
	return t.In(london).AddDate(0, 0, later).Format(time.DateOnly)
}

// clockOn is the moment at which the clocks of London show a time on a day.
func clockOn(day string, minutes int) time.Time {
	d, _ := time.ParseInLocation(time.DateOnly, day, london) // days are made by dayOf
	return time.Date(d.Year(), d.Month(), d.Day(), 0, minutes, 0, 0, london).UTC()
}

func hhmm(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

// wanted is what a plan stands for from a day on; staff goes.
func (b *booked) wanted(now time.Time, staff string) map[string]booking {
	want := map[string]booking{}
	if b.ended {
		return want
	}
	first, _ := time.Parse(time.DateOnly, b.start) // days are made by dayOf
	for n := range horizon {
		day := dayOf(now, n)
		if at, err := time.Parse(time.DateOnly, day); err != nil || at.Before(first) || int(at.Sub(first).Hours()/24)%b.every != 0 {
			continue
		}
		want[day] = booking{care.Stamp(clockOn(day, b.from)), care.Stamp(clockOn(day, b.to)), staff, b.purpose, b.team}
	}
	return want
}

// steps are what must become of the visits of a plan, by how they stood.
func (b *booked) steps(now time.Time, want map[string]booking, stood map[string]standing) (list []step) {
	at := care.Stamp(now)
	days := slices.Sorted(maps.Keys(want))
	for _, day := range slices.Sorted(maps.Keys(b.visits)) {
		if _, is := want[day]; !is {
			days = append(days, day)
		}
	}
	for _, day := range days {
		w, is := want[day]
		v := b.visits[day]
		untouched := false
		if v != nil && !v.withdrawn {
			s, there := stood[day]
			untouched = there && !s.retracted && s.status == "planned" && v.wrote.start > at && s.booking == v.wrote
		}
		switch {
		case is && (v == nil || v.withdrawn):
			if w.start > at {
				list = append(list, step{day: day, make: true, want: w})
			}
		case is && v.wrote == w:
		case is && untouched && w.start > at:
			list = append(list, step{day: day, write: true, want: w})
		case !is && untouched:
			list = append(list, step{day: day, withdraw: true})
		}
	}
	return list
}

// stood reads what the tables have of a plan, by the day of its rule.
func (w *World) stood(plan string) map[string]standing {
	found := map[string]standing{}
	db, err := w.machine.db()
	if err != nil {
		w.fail("%v", err)
		return found
	}
	rows, err := db.Query(`SELECT p.day, p.contact, v.patient, v.status, v.retracted <> '', v.planned_start, v.planned_end, v.staff, v.purpose, v.team
		FROM plan_visits p JOIN visits v ON v.id = p.contact WHERE p.plan = ?`, plan)
	if err != nil {
		w.fail("read what a plan came to: %v", err)
		return found
	}
	defer rows.Close()
	for rows.Next() {
		var s standing
		var day string
		if err := rows.Scan(&day, &s.id, &s.patient, &s.status, &s.retracted, &s.start, &s.end, &s.staff, &s.purpose, &s.team); err != nil {
			w.fail("read what a plan came to: %v", err)
		}
		s.start, s.end = wireTime(s.start), wireTime(s.end)
		found[day] = s
	}
	if err := rows.Err(); err != nil {
		w.fail("read what a plan came to: %v", err)
	}
	return found
}

func wireTime(stored string) string {
	if len(stored) > 10 {
		return stored[:10] + "T" + stored[11:]
	}
	return stored
}

// follow compares what became of a plan with what must, and keeps it as what took effect after a number.
func (w *World) follow(b *booked, after int64, steps []step, before map[string]standing) {
	now := w.stood(b.id)
	changed := map[string]bool{}
	for _, s := range steps {
		changed[s.day] = true
		have, there := now[s.day]
		was := b.visits[s.day]
		switch {
		case !there:
			w.fail("plan %s: on %s nothing stands, and %+v must", shortKey(b.id), s.day, s.want)
			return
		case s.withdraw:
			if !have.retracted || have.id != was.id {
				w.fail("plan %s: the visit of %s must be withdrawn", shortKey(b.id), s.day)
			}
			was.withdrawn = true
			w.foreign = append(w.foreign, foreignWrite{after: after, collection: care.Visits, id: have.id, retract: true})
			continue
		case have.retracted || have.booking != s.want || s.make && have.patient != b.patient:
			w.fail("plan %s: on %s stands %+v, and must %+v", shortKey(b.id), s.day, have, s.want)
		}
		if s.make {
			if was != nil && was.id == have.id {
				w.fail("plan %s: the visit of %s that phones hold as gone was made again under its id", shortKey(b.id), s.day)
			}
			b.visits[s.day] = &bookedVisit{id: have.id, wrote: s.want}
			w.foreign = append(w.foreign, foreignWrite{after: after, collection: care.Visits, id: have.id, made: true, set: s.want.fields(b.patient)})
			continue
		}
		set := map[string]any{}
		for name, v := range s.want.fields(b.patient) {
			if was.wrote.fields(b.patient)[name] != v {
				set[name] = v
			}
		}
		was.wrote = s.want
		w.foreign = append(w.foreign, foreignWrite{after: after, collection: care.Visits, id: have.id, set: set})
	}
	for day, s := range before {
		if !changed[day] && now[day] != s {
			w.fail("plan %s: the visit of %s was left to itself, and is %+v, not %+v", shortKey(b.id), day, now[day], s)
		}
	}
	if len(now) != len(b.visits) {
		w.fail("plan %s: %d days stand, and %d must", shortKey(b.id), len(now), len(b.visits))
	}
}

// fields are those of a visit that is planned so; what is empty is no value.
func (k booking) fields(patient string) map[string]any {
	set := map[string]any{"patient": patient, "status": "planned", "planned_start": k.start, "planned_end": k.end, "team": k.team, "purpose": k.purpose, "staff": nil}
	if k.staff != "" {
		set["staff"] = k.staff
	}
	return set
}

// whoMayGo is whom a plan names, while they are in service and have the person; "" for nobody.
func (w *World) whoMayGo(b *booked, holds map[string]bool) string {
	if b.staff == "" {
		return ""
	}
	r := w.mustFind(care.StaffName, b.staff)
	if r == nil {
		return ""
	}
	left := r.GetDateTime("inactive_since").Time()
	if !left.IsZero() && !left.After(w.clock.Now()) {
		return ""
	}
	names := []string{"staff:" + b.staff}
	switch care.DutyOf(care.Role(r.GetString("role"))).Reach {
	case care.TeamPeople:
		for _, t := range r.GetStringSlice("teams") {
			names = append(names, "team:"+t)
		}
	case care.OwnPeople:
	default:
		return ""
	}
	if slices.ContainsFunc(names, func(name string) bool { return holds[b.patient+" by "+name] }) {
		return b.staff
	}
	return ""
}

// plansThere counts plans and what they came to.
func (w *World) plansThere() int64 {
	n, err := w.number(`SELECT (SELECT count(*) FROM visit_plans) + (SELECT count(*) FROM plan_visits) + (SELECT count(*) FROM visits)`)
	if err != nil {
		w.fail("count plans: %v", err)
	}
	return n
}

// ofPlan says whether a visit came of a plan.
func (w *World) ofPlan(visit string) bool {
	return slices.ContainsFunc(w.booked, func(b *booked) bool {
		return slices.ContainsFunc(slices.Collect(maps.Values(b.visits)), func(v *bookedVisit) bool { return v.id == visit })
	})
}

// copyOf are plans as they are now, for a backup.
func copyOf(plans []*booked) []*booked {
	list := make([]*booked, len(plans))
	for i, b := range plans {
		again := *b
		again.visits = map[string]*bookedVisit{}
		for day, v := range b.visits {
			visit := *v
			again.visits[day] = &visit
		}
		list[i] = &again
	}
	return list
}
