package sim

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/phone"
)

// ready lets the server take in what others wrote, so that a desk decides by what the tables say; false: it cannot yet.
func (w *World) ready() bool {
	if err := w.machine.tick(); err != nil {
		w.fail("tick: %v", err)
		return false
	}
	return !w.unsettled()
}

// planners and the teams for which they plan.
var planners = []struct{ who, team string }{{"lea", "north"}, {"lou", "south"}, {"cora", "north"}, {"cora", "south"}}

// actPlan lets a lead make a plan, change one or end it.
func (w *World) actPlan() {
	if !w.ready() {
		return
	}
	live := slices.DeleteFunc(slices.Clone(w.booked), func(b *booked) bool { return b.ended })
	if len(live) == 0 || len(w.booked) < mostBooked && w.chance(50) {
		w.makePlan()
		return
	}
	w.changePlan(pick(w, live), w.chance(30))
}

// content makes up what a plan says.
func (w *World) content(b *booked) map[string]any {
	b.every, b.from = 1+w.random.IntN(3), 60*(7+w.random.IntN(10))+15*w.random.IntN(4)
	b.to = b.from + 30*(1+w.random.IntN(4))
	b.purpose = pick(w, []string{"insulin", "wound_care", "bloods"})
	b.staff = ""
	if name := pick(w, []string{"", "nia", "ned", "sam", "sue"}); name != "" {
		b.staff = w.town.staff[name].id
	}
	b.start = dayOf(w.clock.Now(), w.random.IntN(3))
	rule := "FREQ=DAILY"
	if b.every > 1 {
		rule += fmt.Sprintf(";INTERVAL=%d", b.every)
	}
	return map[string]any{"purpose": b.purpose, "rule": rule, "start": b.start, "from": hhmm(b.from), "to": hhmm(b.to), "minutes": 15, "staff": b.staff}
}

func (w *World) makePlan() {
	by := pick(w, planners)
	i := w.random.IntN(len(w.town.patients))
	b := &booked{patient: w.town.patients[i], team: w.town.teams[by.team], visits: map[string]*bookedVisit{}}
	body := map[string]any{"patient": b.patient, "team": b.team, "plan": w.content(b)}
	plans, after, now := w.plansThere(), w.head(), w.clock.Now()
	var answer struct{ Plan struct{ ID string } }
	status := w.tell(w.town.staff[by.who], carePath+"/plans", body, &answer)
	w.note(serverColumn, "%s plans for P%d with %s → %d", by.who, i, by.team, status)
	if status != http.StatusCreated {
		w.count("plan refused")
		if n := w.plansThere(); n != plans {
			w.fail("a plan that was refused left something: %d plans and visits, and there were %d", n, plans)
		}
		return
	}
	w.count("planned")
	b.id, b.upTo = answer.Plan.ID, dayOf(now, horizon-1)
	w.booked = append(w.booked, b)
	w.follow(b, after, b.steps(now, b.wanted(now, b.staff), nil), nil)
}

func (w *World) changePlan(b *booked, end bool) {
	who := w.town.staff[pick(w, []string{"lea", "lou", "cora"})]
	stood, after, now := w.stood(b.id), w.head(), w.clock.Now()
	next := *b
	path, body := carePath+"/plans/"+b.id, map[string]any{}
	if end {
		path += "/end"
	} else {
		body["plan"] = w.content(&next)
	}
	status := w.tell(who, path, body, nil)
	w.note(serverColumn, "%s changes plan %s, ends it: %v → %d", who.name, shortKey(b.id), end, status)
	var steps []step
	if status == http.StatusOK {
		w.count("plan changed")
		b.every, b.from, b.to, b.purpose, b.staff, b.start = next.every, next.from, next.to, next.purpose, next.staff, next.start
		b.ended, b.upTo = end, dayOf(now, horizon-1)
		steps = b.steps(now, b.wanted(now, b.staff), stood)
	}
	w.follow(b, after, steps, stood)
}

// actExtend is the job that lets the next days stand.
func (w *World) actExtend() {
	if !w.ready() {
		return
	}
	after, now, last := w.head(), w.clock.Now(), dayOf(w.clock.Now(), horizon-1)
	stood := map[string]map[string]standing{}
	for _, b := range w.booked {
		stood[b.id] = w.stood(b.id)
	}
	holds := w.caseloadNow()
	if err := w.machine.srv.ExtendPlans(context.Background()); err != nil {
		w.fail("extend plans: %v", err)
		return
	}
	w.note(serverColumn, "the next days of plans stand")
	w.count("plans extended")
	for _, b := range w.booked {
		var steps []step
		switch {
		case b.ended || b.upTo >= last:
		case !holds[b.patient+" by team:"+b.team]:
			b.ended = true
			w.count("plan stopped")
		default:
			b.upTo = last
			steps = b.steps(now, b.wanted(now, w.whoMayGo(b, holds)), stood[b.id])
		}
		w.follow(b, after, steps, stood[b.id])
	}
}

// actDischarge takes somebody for whom there is a plan off the caseload of its team; in the night the plan stops.
func (w *World) actDischarge() {
	live := slices.DeleteFunc(slices.Clone(w.booked), func(b *booked) bool { return b.ended })
	if len(live) == 0 {
		return
	}
	b := pick(w, live)
	rows, err := w.machine.app.FindRecordsByFilter(care.Caseload, "patient = {:p} && team = {:t}", "id", 50, 0, map[string]any{"p": b.patient, "t": b.team})
	if err != nil {
		w.fail("list the caseload: %v", err)
		return
	}
	for _, r := range rows {
		r.Set("to", w.clock.Now())
		w.save(r)
	}
	w.note(serverColumn, "the person of plan %s is taken off its team, and a night passes", shortKey(b.id))
	w.pass(24 * time.Hour)
	w.actExtend()
}

// actMovePlanned gives planned visits to somebody else, or puts them on another day or at another time.
func (w *World) actMovePlanned() {
	if len(w.booked) == 0 || !w.ready() {
		return
	}
	b := pick(w, w.booked)
	stood, after := w.stood(b.id), w.head()
	var days, ids []string
	for _, day := range slices.Sorted(maps.Keys(stood)) {
		if s := stood[day]; s.status == "planned" && !s.retracted && s.team == b.team && len(ids) < 3 && w.chance(30) {
			days, ids = append(days, day), append(ids, s.id)
		}
	}
	if len(ids) == 0 {
		return
	}
	body := map[string]any{"team": b.team, "contacts": ids}
	to, later := "", 0
	if roll := w.random.IntN(3); roll == 0 {
		later = 1 + w.random.IntN(2)
		body["days"] = later
	} else {
		if name := pick(w, []string{"", "nia", "ned", "sam"}); name != "" {
			to = w.town.staff[name].id
		}
		body["staff"] = to
	}
	who := w.town.staff[pick(w, []string{"lea", "lou", "cora"})]
	var answer struct {
		Moved   int
		Refused []struct{ ID string }
	}
	status := w.tell(who, carePath+"/board/move", body, &answer)
	w.note(serverColumn, "%s moves %d visits of plan %s → %d, %d moved", who.name, len(ids), shortKey(b.id), status, answer.Moved)
	now := w.stood(b.id)
	for i, day := range days {
		want, set := stood[day], map[string]any{}
		stays := status != http.StatusOK || slices.ContainsFunc(answer.Refused, func(r struct{ ID string }) bool { return r.ID == ids[i] })
		switch {
		case stays:
		case later > 0:
			want.start, want.end = w.shifted(want.start, later), w.shifted(want.end, later)
			set["planned_start"], set["planned_end"] = want.start, want.end
		case want.staff != to:
			want.staff = to
			if set["staff"] = nil; to != "" {
				set["staff"] = to
			}
		}
		if now[day] != want {
			w.fail("the visit of %s of plan %s is %+v after a move, and must be %+v", day, shortKey(b.id), now[day], want)
		}
		if len(set) > 0 {
			w.count("planned visit moved")
			w.foreign = append(w.foreign, foreignWrite{after: after, collection: care.Visits, id: ids[i], set: set})
		}
	}
}

// shifted is a time so many days later by the clocks of London.
func (w *World) shifted(stamp string, days int) string {
	at, err := care.ParseStamp(stamp)
	if err != nil {
		w.fail("%q is no time: %v", stamp, err)
		return ""
	}
	return care.Stamp(at.In(london).AddDate(0, 0, days))
}

// actPlannedVisit lets somebody make a visit that is planned, or write into it.
func (w *World) actPlannedVisit() {
	w.anyPhone(func(h *handset) {
		h.unlock()
		var list []*phone.Seen
		for _, v := range h.List(care.Visits) {
			if v.Text("status") == "planned" && v.Text("planned_start") != "" {
				list = append(list, v)
			}
		}
		if len(list) == 0 || care.DutyOf(h.owner.role).Rights[care.Visits]&care.Update == 0 {
			return
		}
		v := list[min(w.random.IntN(len(list)), w.random.IntN(len(list)))]
		w.count("planned visit made")
		h.change("makes planned visit "+shortKey(v.ID), func(c *phone.Change) {
			h.edit(c, v, map[string]any{"status": "completed", "outcome": "care_given", "note": w.unique("planned")})
		})
	})
}

// tell is call for what a page sends; 201 brings an answer too.
func (w *World) tell(who *person, path string, body, into any) int {
	status, answer := w.ask(who, http.MethodPost, path, body)
	if into != nil && status < 300 {
		if err := decodeNumbers(answer, into); err != nil {
			w.fail("%s answered what cannot be read: %v", path, err)
		}
	}
	return status
}
