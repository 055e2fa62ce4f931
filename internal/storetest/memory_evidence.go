package storetest

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/judge"
	"doorstep/internal/rules"
	"doorstep/internal/wire"
)

// Events implements judge.Store.
func (m *Memory) Events(patient string, from, to time.Time) (events []rules.Event, all bool, err error) {
	oldest, all := m.oldestRead(patient)
	for _, name := range rules.Collections {
		for _, rec := range m.list(name, func(r *care.Record) bool {
			return r.Person() == patient && r.Version >= oldest && r.Retracted.IsZero() && !r.ClinicalTime.Before(from) && !r.ClinicalTime.After(to)
		}, byID) {
			events = append(events, rules.EventOf(rec, true))
		}
	}
	return events, all, nil
}

// oldestRead is the version of the oldest record that one judging of a person reads; all says that none is older.
func (m *Memory) oldestRead(patient string) (oldest int64, all bool) {
	var versions []int64
	for _, name := range rules.Collections {
		for _, rec := range m.records[name] {
			if rec.Person() == patient {
				versions = append(versions, rec.Version)
			}
		}
	}
	if len(versions) <= judge.MaxEvidence {
		return 0, true
	}
	slices.SortFunc(versions, func(a, b int64) int { return cmp.Compare(b, a) })
	return versions[judge.MaxEvidence-1], false
}

// Replaced implements judge.Store.
func (m *Memory) Replaced(patient string, sets []string) (map[string]bool, error) {
	replaced := map[string]bool{}
	for _, rec := range m.records[care.Observations] {
		first := care.AsObservation(rec).Replaces()
		if rec.Person() == patient && rec.Retracted.IsZero() && first != rec.ID && slices.Contains(sets, first) {
			replaced[first] = true
		}
	}
	return replaced, nil
}

// OpenIssues implements judge.Store.
func (m *Memory) OpenIssues(of string) ([]*care.Record, error) {
	var list []*care.Record
	for _, name := range []string{care.Conflicts, care.Quarantine} {
		list = append(list, m.list(name, func(i *care.Record) bool { return isOpen(i) && isAbout(i, of) }, byID)...)
	}
	return list, nil
}

// OpenIssuesOf implements takein.Store.
func (m *Memory) OpenIssuesOf(patient, collection, after string, atMost int) ([]*care.Record, error) {
	list := m.list(collection, func(i *care.Record) bool { return isOpen(i) && care.AsIssue(i).Patient() == patient && i.ID > after }, byID)
	return list[:min(len(list), atMost)], nil
}

// isAbout says whether an issue is filed under a person, or keeps a change that names them, or a record.
func isAbout(issue *care.Record, patient string) bool {
	if care.AsIssue(issue).Patient() == patient {
		return true
	}
	return care.AsIssue(issue).HoldsChange() &&
		slices.ContainsFunc(wire.Ops(wire.KeptIn(issue)), func(op care.Op) bool { return op.Patient == patient || op.ID == patient && op.Kind != care.OpCreate })
}

// Watch implements judge.Store.
func (m *Memory) Watch(patient string, since time.Time) judge.Watch {
	w := judge.Watch{Open: m.touched[patient], Later: m.touched[patient]}
	for _, name := range []string{care.Conflicts, care.Quarantine} {
		for _, i := range m.records[name] {
			if isOpen(i) && care.AsIssue(i).Patient() == patient {
				w.Issues++
			}
		}
	}
	for _, h := range m.records[care.Handovers] {
		w.Open = w.Open || care.AsHandover(h).Patient() == patient && !closed(h)
	}
	for _, a := range m.alarms {
		w.Later = w.Later || a.Patient == patient && !since.After(a.ClinicalTime)
	}
	return w
}

func closed(h *care.Record) bool {
	return care.AsHandover(h).State().OffTheClock()
}

// Told implements judge.Store.
func (m *Memory) Told(patient, rule string) (bool, error) {
	for _, a := range m.alarms {
		if a.Patient != patient || a.Rule != rule {
			continue
		}
		h := m.records[care.Handovers][a.Handover]
		if a.Holds && h != nil && !closed(h) && care.AsHandover(h).State() != care.Declined || !a.Holds && a.Handover == "" {
			return true, nil
		}
	}
	return false, nil
}

// Alarms implements judge.Store.
func (m *Memory) Alarms(patient string, from time.Time) ([]care.Alarm, error) {
	var list []care.Alarm
	for _, a := range m.alarms {
		if a.Patient == patient && (!a.ClinicalTime.Before(from) || a.ClinicalTime.After(m.now.Add(-judge.AlarmMemory))) {
			list = append(list, a)
		}
	}
	slices.SortFunc(list, func(a, b care.Alarm) int {
		return cmp.Or(a.ClinicalTime.Compare(b.ClinicalTime), cmp.Compare(a.ID, b.ID))
	})
	return list, nil
}

// PutAlarm implements arrange.Store: of an alarm that is there, what evidence can change is changed.
func (m *Memory) PutAlarm(a care.Alarm) error {
	if err := m.refuse("alarm"); err != nil {
		return err
	}
	m.touched[a.Patient] = true
	if old, ok := m.alarms[a.ID]; ok {
		old.ClinicalTime, old.ClockKnown, old.Destination, old.Verified = a.ClinicalTime, a.ClockKnown, a.Destination, a.Verified
		old.Holds, old.Handover, old.Visit = a.Holds, a.Handover, a.Visit
		a = old
	}
	m.alarms[a.ID] = a
	return nil
}

// Enqueue implements arrange.Store.
func (m *Memory) Enqueue(key, _, _, _ string) error {
	if err := m.refuse("enqueue"); err != nil {
		return err
	}
	if !slices.Contains(m.outbox, key) {
		m.outbox = append(m.outbox, key)
	}
	return nil
}

// CountRule implements judge.Store.
func (m *Memory) CountRule(kind string, rule *rules.Rule, ref, _ string) error {
	if err := m.refuse("count"); err != nil {
		return err
	}
	m.counts[fmt.Sprint(kind, " ", rule.Code, " ", rule.Version, " ", ref)] = true
	return nil
}
