package judge

import (
	"slices"

	"doorstep/internal/care"
	"doorstep/internal/rules"
)

// MaxEvidence is how many records of a person, and how many open issues of each kind, one judging reads at most:
// those that came last. Judging walks the history of each of them, within the transaction that everybody waits
// for, so its cost must not grow with what a stuck sensor or a loop in an app sends. It exceeds what one
// transaction takes in, so that whatever is new is judged.
const MaxEvidence = 300

// addUnread completes the judgement of a part of the evidence. What is known of records that were not read
// stands as it is; and where there are more records in the window of the rules than a person can have made, a
// person is told that the rules have not looked at all of them.
func addUnread(j *rules.Judgement, patient string, known []care.Alarm, events []rules.Event) {
	read := make(map[string]bool, len(events))
	for i := range events {
		read[events[i].ID] = true
	}
	told := false
	last, tooMany := rules.HasTooMany(events)
	for _, k := range known {
		if !k.Holds {
			continue
		}
		same := k.Rule == rules.TooMany.Code
		if tooMany && same && !k.ClinicalTime.Before(last.At.Add(-rules.Window)) {
			told = true
			j.Alarms = append(j.Alarms, standing(k))
		} else if !same && !read[k.Record] {
			j.Alarms = append(j.Alarms, standing(k))
		}
	}
	if tooMany && !told {
		j.Alarms = append(j.Alarms, rules.Alarm{ID: rules.AlarmID(rules.TooMany.Code, patient, last.ID), Rule: rules.TooMany, Event: last})
	}
	slices.SortStableFunc(j.Alarms, func(a, b rules.Alarm) int { return a.Event.At.Compare(b.Event.At) })
}

// standing is a known alarm as if it had been judged now and had come out the same.
func standing(k care.Alarm) rules.Alarm {
	return rules.Alarm{ID: k.ID, NEWS2: k.NEWS2,
		Rule: &rules.Rule{Code: k.Rule, Version: int(k.Version), Class: k.Class, Destination: k.Destination, State: rules.Active},
		Event: rules.Event{Collection: k.Collection, ID: k.Record, Visit: k.Visit, Patient: k.Patient, Staff: k.Staff, Team: k.Team,
			At: k.ClinicalTime, ClockKnown: k.ClockKnown, Verified: k.Verified}}
}
