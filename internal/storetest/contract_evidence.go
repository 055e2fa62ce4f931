package storetest

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/rooms"
	"doorstep/internal/rules"
)

func holding(b *bench, t *Town) {
	b.do(func(s rooms.Store) {
		for _, c := range []struct {
			who       string
			viewer    care.Viewer
			at        time.Time
			now, then bool
		}{
			{"their nurse", t.Nurse(), s.Now(), true, true},
			{"a nurse of another team", t.Stranger(), s.Now(), false, false},
			{"a doctor of their practice's team", t.Doctor(), s.Now(), false, false},
		} {
			if now, then := s.Holds(c.viewer, t.Ada, c.at); now != c.now || then != c.then {
				b.t.Errorf("%s has Ada now %v, then %v", c.who, now, then)
			}
		}
		if !slices.Equal(s.Teams(t.Ada), []string{t.Nurses}) {
			b.t.Errorf("Ada is with %v", s.Teams(t.Ada))
		}
		ann, found := s.Staff(t.Ann)
		if !found || ann.Role != care.DistrictNurse || !slices.Equal(ann.Teams, []string{t.Nurses}) || ann.Organisation != t.Trust {
			b.t.Errorf("Ann is %+v", ann)
		}
		if _, found := s.Staff(ID(1)); found {
			b.t.Error("somebody who does not exist is staff")
		}
		ada := must(s.Patient(t.Ada))(b.t)
		if ada == nil || care.AsPatient(ada).Practice() != t.Practice || must(s.Patient(ID(4444)))(b.t) != nil {
			b.t.Errorf("Ada is %v", ada)
		}
	})
}

func directories(b *bench, t *Town) {
	b.do(func(s rooms.Store) {
		d := s.Directory()
		if p, found := d.Practice(t.Practice); !found || p.ID != t.Surgery || p.Kind != "practice" {
			b.t.Errorf("the practice's team is %+v", p)
		}
		if _, found := d.Practice(t.Trust); found {
			b.t.Error("the trust has a practice's team")
		}
		for _, hood := range []string{t.Riverside, ""} {
			if c, found := d.Coordinator(hood); !found || c.ID != t.Coordination {
				b.t.Errorf("the coordination near %q is %+v", hood, c)
			}
			if c, found := d.Safeguarding(hood); !found || c.ID != t.Safeguarding {
				b.t.Errorf("the safeguarding team near %q is %+v", hood, c)
			}
		}
		if v, found := d.Service(t.Befrienders); !found || v.ID != t.Befrienders || v.Kind != care.VoluntaryKind {
			b.t.Errorf("the volunteers' service is %+v", v)
		}
		if _, found := d.Service(t.Nurses); found {
			b.t.Error("nurses are a voluntary service")
		}
		if d.Neighbourhood(t.Nurses) != t.Riverside || d.Organisation(t.Nurses) != t.Trust {
			b.t.Errorf("neighbourhood %s, organisation %s", d.Neighbourhood(t.Nurses), d.Organisation(t.Nurses))
		}
		if _, found := d.Team(ID(1)); found || d.Neighbourhood(ID(1)) != "" || d.Organisation(ID(1)) != "" {
			b.t.Error("a team that does not exist has a place")
		}
		ack, act := s.Clocks().Deadlines(care.SameDay, Monday, s.Calendar(""))
		if !ack.After(Monday) || act.Before(ack) {
			b.t.Errorf("same day is due at %s and %s", ack, act)
		}
		if rule, found := s.Rules().Rule(ThirdMissedDose.Code); !found || rule.Class != care.Urgent {
			b.t.Error("the rule that was added is not in force")
		}
	})
}

func evidence(b *bench, t *Town) {
	at := func(hours int) time.Time { return Monday.Add(time.Duration(hours) * time.Hour) }
	set := func(n, hours int, values map[string]any) *care.Record {
		all := map[string]any{"patient": t.Ada, "pulse": int64(70)}
		for k, v := range values {
			all[k] = v
		}
		return Record(care.Observations, ID(1000+n), t.Ann, at(hours), all)
	}
	b.do(func(s rooms.Store) {
		withdrawn := set(4, -3, nil)
		withdrawn.Retracted = Monday
		for _, rec := range []*care.Record{set(2, -5, nil), set(1, -1, map[string]any{"replaces": ID(1002)}), set(3, -30, nil), withdrawn,
			set(5, -2, map[string]any{"patient": t.Ben}), visit(t, 9, nil)} {
			must(s.Insert(rec))(b.t)
		}
		old := b.read(s, care.Observations, withdrawn.ID)
		ok(b.t, s.Update(withdrawn, old, nil))
	})
	b.do(func(s rooms.Store) {
		var got []string
		events, all, err := s.Events(t.Ada, at(-10), at(1))
		if ok(b.t, err); !all {
			b.t.Error("five records are too many")
		}
		for _, e := range events {
			got = append(got, fmt.Sprint(e.Collection, " ", e.ID, " ", e.Verified))
		}
		want := []string{fmt.Sprint(care.Visits, " ", ID(1009), " true"), fmt.Sprint(care.Observations, " ", ID(1001), " true"),
			fmt.Sprint(care.Observations, " ", ID(1002), " true")}
		if !slices.Equal(got, want) {
			b.t.Errorf("evidence is\n%q, want\n%q", got, want)
		}
	})
}

func replacing(b *bench, t *Town) {
	set := func(n int, patient string, replaces int) *care.Record {
		return Record(care.Observations, ID(1000+n), t.Ann, Monday.Add(-time.Duration(n)*time.Hour),
			map[string]any{"patient": patient, "replaces": ID(1000 + replaces)})
	}
	b.do(func(s rooms.Store) {
		withdrawn := set(14, t.Ada, 4)
		for _, rec := range []*care.Record{set(11, t.Ada, 1), set(12, t.Ada, 12), set(13, t.Ben, 3), withdrawn, set(15, t.Ada, 5)} {
			must(s.Insert(rec))(b.t)
		}
		old := b.read(s, care.Observations, withdrawn.ID)
		withdrawn.Retracted = Monday
		ok(b.t, s.Update(withdrawn, old, nil))
	})
	b.do(func(s rooms.Store) {
		asked := []string{ID(1001), ID(1002), ID(1003), ID(1004), ID(1012)}
		if got := must(s.Replaced(t.Ada, asked))(b.t); len(got) != 1 || !got[ID(1001)] {
			b.t.Errorf("replaced are %v: not by a set of somebody else's, one that was withdrawn, or itself", got)
		}
	})
}

func conflict(t *Town, n int) *care.Record {
	return Record(care.Conflicts, ID(3000+n), t.Ann, time.Time{}, map[string]any{"patient": t.Ada, "state": care.IssueOpen, "collection": care.Visits,
		"record": ID(1001), "field": "note", "kept": json.RawMessage(`"a"`), "lost": json.RawMessage(`"b"`), "opened_at": care.Stamp(Monday)})
}

func issues(b *bench, t *Town) {
	b.do(func(s rooms.Store) {
		must(s.Insert(held(t, 1, creates(t, ID(1001)), nil)))(b.t)
		bens := map[string]any{"op": "create", "collection": care.Visits, "id": ID(1002), "set": map[string]any{"patient": t.Ben}}
		must(s.Insert(held(t, 2, bens, map[string]any{"patient": t.Ben})))(b.t)
		must(s.Insert(conflict(t, 2)))(b.t)
		must(s.Insert(conflict(t, 1)))(b.t)
		if got := s.Watch(t.Ada, s.Now()).Issues; got != 3 {
			b.t.Errorf("in the change that opens them, %d are open", got)
		}
		if got := idsOf(must(s.OpenIssues(t.Ada))(b.t)); !slices.Equal(got, []string{ID(3001), ID(3002), ID(2001)}) {
			b.t.Errorf("in the change that opens them, open are %v", got)
		}
	})
	b.do(func(s rooms.Store) {
		for _, c := range []struct {
			collection, after string
			atMost            int
			want              []string
		}{
			{care.Conflicts, "", 2, []string{ID(3001), ID(3002)}}, {care.Conflicts, "", 1, []string{ID(3001)}}, {care.Conflicts, ID(3001), 2, []string{ID(3002)}},
			{care.Conflicts, ID(3002), 2, nil}, {care.Quarantine, "", 2, []string{ID(2001)}},
		} {
			if got := idsOf(must(s.OpenIssuesOf(t.Ada, c.collection, c.after, c.atMost))(b.t)); !slices.Equal(got, c.want) {
				b.t.Errorf("at most %d %s after %q are %v, want %v", c.atMost, c.collection, c.after, got, c.want)
			}
		}
	})
	b.do(func(s rooms.Store) {
		b.decideIssue(s, care.Conflicts, ID(3002))
		b.decideIssue(s, care.Quarantine, ID(2001))
	})
	b.do(func(s rooms.Store) {
		if got := idsOf(must(s.OpenIssues(t.Ada))(b.t)); !slices.Equal(got, []string{ID(3001)}) || s.Watch(t.Ada, s.Now()).Issues != 1 {
			b.t.Errorf("open are %v, counted %d", got, s.Watch(t.Ada, s.Now()).Issues)
		}
		if got := idsOf(must(s.OpenIssuesOf(t.Ada, care.Conflicts, "", 9))(b.t)); !slices.Equal(got, []string{ID(3001)}) {
			b.t.Errorf("of the conflicts, open are %v", got)
		}
		if got := must(s.OpenIssues(ID(4444)))(b.t); len(got) != 0 {
			b.t.Errorf("%d issues of somebody unknown", len(got))
		}
	})
}

func named(b *bench, t *Town) {
	both := func(n int) *care.Record {
		row := held(t, n, creates(t, ID(1000+n)), nil)
		row.Values["content"] = care.JSON(map[string]any{"mid": n, "key": ID(7000 + n), "author": t.Ann, "authored_at": care.Stamp(Monday), "ops": []any{
			creates(t, ID(1000+n)), map[string]any{"op": "create", "collection": care.Visits, "id": ID(1100 + n), "set": map[string]any{"patient": t.Ben}}}})
		return row
	}
	of := func(s rooms.Store, patient string) []string { return idsOf(must(s.OpenIssues(patient))(b.t)) }
	b.do(func(s rooms.Store) {
		must(s.Insert(both(1)))(b.t)
		if !slices.Equal(of(s, t.Ada), []string{ID(2001)}) || !slices.Equal(of(s, t.Ben), []string{ID(2001)}) {
			b.t.Errorf("in the change that holds it, it is Ada's %v and Ben's %v", of(s, t.Ada), of(s, t.Ben))
		}
	})
	b.do(func(s rooms.Store) {
		if !slices.Equal(of(s, t.Ben), []string{ID(2001)}) {
			b.t.Errorf("later it is Ben's %v", of(s, t.Ben))
		}
		b.decideIssue(s, care.Quarantine, ID(2001))
		if len(of(s, t.Ben)) > 0 {
			b.t.Error("decided, it is Ben's still")
		}
	})
	b.do(func(s rooms.Store) {
		if len(of(s, t.Ben)) > 0 {
			b.t.Error("decided, it is Ben's later")
		}
	})
}

func alarm(t *Town, n int, at time.Time) care.Alarm {
	return care.Alarm{ID: ID(5000 + n), Rule: "soft_signs", Version: 1, Patient: t.Ada, Collection: care.Visits, Record: ID(1001), ClinicalTime: at,
		ClockKnown: true, Class: care.SameDay, Destination: t.Surgery, Staff: t.Ann, Team: t.Nurses, Verified: true, Holds: true}
}

func alarms(b *bench, t *Town) {
	b.do(func(s rooms.Store) {
		ok(b.t, s.PutAlarm(alarm(t, 2, Monday.Add(-time.Hour))))
		ok(b.t, s.PutAlarm(alarm(t, 1, Monday.Add(-2*time.Hour))))
		ok(b.t, s.PutAlarm(alarm(t, 3, Monday.Add(-31*24*time.Hour))))
		other := alarm(t, 4, Monday)
		other.Patient = t.Ben
		ok(b.t, s.PutAlarm(other))
	})
	b.do(func(s rooms.Store) {
		changed := alarm(t, 2, Monday.Add(-3*time.Hour))
		changed.Holds, changed.Verified, changed.Handover, changed.Rule = false, false, ID(6001), "another"
		ok(b.t, s.PutAlarm(changed))
	})
	b.do(func(s rooms.Store) {
		if all := must(s.Alarms(t.Ada, Monday.Add(-32*24*time.Hour)))(b.t); len(all) != 3 || all[0].ID != ID(5003) {
			b.t.Errorf("from before that on, alarms are %+v", all)
		}
		list := must(s.Alarms(t.Ada, s.Now()))(b.t)
		if len(list) != 2 || list[0].ID != ID(5002) || list[1].ID != ID(5001) {
			b.t.Fatalf("alarms are %+v", list)
		}
		want := alarm(t, 2, Monday.Add(-3*time.Hour))
		want.Holds, want.Verified, want.Handover = false, false, ID(6001)
		if list[0] != want { // a rule once raised stays the rule it was
			b.t.Errorf("the changed one is\n%+v, want\n%+v", list[0], want)
		}
	})
}

func handoverOf(t *Town, n int, state care.State) *care.Record {
	return Record(care.Handovers, ID(6000+n), t.Ann, time.Time{}, map[string]any{"patient": t.Ada, "state": string(state), "class": "SD", "to_team": t.Surgery,
		"raised_at": care.Stamp(Monday)})
}

func watching(b *bench, t *Town) {
	quiet := func(s rooms.Store, when string, open, later bool) {
		b.t.Helper()
		if w := s.Watch(t.Ada, Monday); w.Open != open || w.Later != later {
			b.t.Errorf("%s: open %v, later %v", when, w.Open, w.Later)
		}
	}
	b.do(func(s rooms.Store) {
		quiet(s, "at first", false, false)
		ok(b.t, s.PutAlarm(alarm(t, 1, Monday.Add(-time.Minute))))
		quiet(s, "in the change that judges them", true, true)
	})
	b.do(func(s rooms.Store) {
		quiet(s, "with an earlier alarm", false, false)
		ok(b.t, s.PutAlarm(alarm(t, 2, Monday)))
	})
	b.do(func(s rooms.Store) {
		quiet(s, "with an alarm of that moment", false, true)
		must(s.Insert(handoverOf(t, 1, care.Queued)))(b.t)
	})
	b.do(func(s rooms.Store) {
		quiet(s, "with an open handover", true, true)
		old := b.read(s, care.Handovers, ID(6001))
		rec := old.Clone()
		rec.SetAll(map[string]any{"state": string(care.Done)})
		ok(b.t, s.Update(rec, old, []string{"state"}))
	})
	b.do(func(s rooms.Store) { quiet(s, "with a closed one", false, true) })
}

func told(b *bench, t *Town) {
	b.do(func(s rooms.Store) {
		for n, state := range map[int]care.State{1: care.Queued, 2: care.Done, 3: care.Declined} {
			must(s.Insert(handoverOf(t, n, state)))(b.t)
			a := alarm(t, n, Monday)
			a.Rule, a.Handover = fmt.Sprint("rule ", n), ID(6000+n)
			ok(b.t, s.PutAlarm(a))
		}
		passed, past := alarm(t, 4, Monday), alarm(t, 5, Monday)
		passed.Rule, passed.Holds = "rule 4", false
		past.Rule, past.Holds, past.Handover = "rule 5", false, ID(6001)
		ok(b.t, s.PutAlarm(passed))
		ok(b.t, s.PutAlarm(past))
	})
	b.do(func(s rooms.Store) {
		for n, want := range map[int]bool{1: true, 2: false, 3: false, 4: true, 5: false, 6: false} {
			if got := must(s.Told(t.Ada, fmt.Sprint("rule ", n)))(b.t); got != want {
				b.t.Errorf("told of rule %d: %v, want %v", n, got, want)
			}
		}
	})
}

func once(b *bench, t *Town) {
	for range 2 {
		b.do(func(s rooms.Store) {
			ok(b.t, s.Enqueue("key 1", "inbox", ID(6001), t.Surgery))
			ok(b.t, s.Enqueue("key 1", "inbox", ID(6002), t.Nurses))
			ok(b.t, s.DueAt(Monday.Add(time.Hour), care.DueHandover, ID(6001)))
			ok(b.t, s.DueAt(Monday.Add(2*time.Hour), care.DueIssue, ID(2001)))
		})
	}
	if keys := must(b.Outbox())(b.t); !slices.Equal(keys, []string{"key 1"}) {
		b.t.Errorf("the outbox holds %v", keys)
	}
	for _, want := range [][]care.DueKind{{care.DueHandover}, nil} {
		if got := b.due(Monday.Add(time.Hour)); !slices.Equal(got, want) {
			b.t.Errorf("after an hour is due %v, want %v", got, want)
		}
	}
	if got := b.due(Monday.Add(3 * time.Hour)); !slices.Equal(got, []care.DueKind{care.DueIssue}) {
		b.t.Errorf("after three hours is due %v", got)
	}
}

func counting(b *bench, _ *Town) {
	b.do(func(s rooms.Store) {
		rule, _ := s.Rules().Rule(ThirdMissedDose.Code)
		for _, ref := range []string{ID(1001), ID(1001), ID(1002)} {
			ok(b.t, s.CountRule(rules.CountShadow, rule, ref, ""))
		}
		ok(b.t, s.CountRule(rules.CountFault, rule, ID(1001), "no such field"))
	})
	if got := must(b.Counts())(b.t); got[rules.CountShadow] != 2 || got[rules.CountFault] != 1 {
		b.t.Errorf("counted are %v", got)
	}
}
