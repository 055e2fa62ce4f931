package judge

import (
	"time"

	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/rules"
)

// mergeAlarms are the alarms that hold: those judged now and, of what lies before, those known.
func mergeAlarms(judged []rules.Alarm, known []care.Alarm, since time.Time) []handover.Alarm {
	attached := make(map[string]*care.Alarm, len(known))
	for i := range known {
		attached[known[i].ID] = &known[i]
	}
	var list []handover.Alarm
	have := map[string]int{}
	for _, a := range judged {
		if a.Event.At.Before(since) {
			continue
		}
		h := handover.AlarmOf(a)
		if k := attached[h.ID]; k != nil {
			h.Handover = k.Handover
		}
		if i, twice := have[h.ID]; twice { // both sides of a conflict fire
			list[i].Verified = list[i].Verified || h.Verified
			continue
		}
		have[h.ID] = len(list)
		list = append(list, h)
	}
	for _, k := range known {
		if _, twice := have[k.ID]; !twice && k.Holds && k.ClinicalTime.Before(since) {
			list = append(list, handover.KnownAlarm(k))
		}
	}
	return list
}

// lapsedAlarms are alarms to be stored as not holding. Some held until now: what they rest on was corrected
// or retracted, or earlier evidence arrived; they stay in the table, and their handover stays with whoever
// has it. The others are new: where an "unless" let something pass, evidence from before it that arrives
// later can undo that, so the person is watched until then.
func lapsedAlarms(patient string, j rules.Judgement, known []care.Alarm, since time.Time) (lapsed []care.Alarm) {
	holds := make(map[string]bool, len(j.Alarms))
	for _, a := range j.Alarms {
		holds[a.ID] = true
	}
	have := make(map[string]bool, len(known))
	for _, k := range known {
		have[k.ID] = true
		if k.Holds && !k.ClinicalTime.Before(since) && !holds[k.ID] {
			k.Holds = false
			lapsed = append(lapsed, k)
		}
	}
	for _, p := range j.Passed {
		if a := handover.AlarmOf(p); !have[a.ID] {
			have[a.ID] = true
			lapsed = append(lapsed, a.Stored(patient))
		}
	}
	return lapsed
}

// countRules counts what rules in shadow would have raised since a moment, and which rules failed.
// Neither stops anything.
func (r *Room) countRules(j rules.Judgement, since time.Time) error {
	for _, a := range j.Shadow {
		if a.Event.At.Before(since) {
			continue
		}
		if err := r.Store.CountRule(rules.CountShadow, a.Rule, a.ID, ""); err != nil {
			return err
		}
	}
	for _, f := range j.Faults {
		for _, record := range f.Records {
			if err := r.Store.CountRule(rules.CountFault, f.Rule, record, f.Last); err != nil {
				return err
			}
		}
	}
	return nil
}
