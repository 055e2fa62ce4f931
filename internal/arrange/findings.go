package arrange

import (
	"cmp"
	"slices"

	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/rules"
)

// findings are what the handovers of a person rest on: alarms, the evidence behind them, and to which
// handover each belongs once the plan is carried out.
type findings struct {
	alarms map[string]handover.Alarm
	sorted []handover.Alarm  // by id
	owner  map[string]string // handover of each alarm
	events []rules.Event
	doubts map[string]string
	rules  *rules.Set
}

func newFindings(in Input, attached []handover.Attachment, set *rules.Set) *findings {
	f := &findings{alarms: make(map[string]handover.Alarm, len(in.Alarms)), owner: map[string]string{}, events: in.Events, doubts: in.Doubts, rules: set}
	for _, a := range in.Alarms {
		f.alarms[a.ID], f.owner[a.ID] = a, a.Handover
	}
	for _, a := range attached {
		if a.Handover != "" {
			f.owner[a.Alarm] = a.Handover
		}
	}
	for _, a := range f.alarms {
		f.sorted = append(f.sorted, a)
	}
	slices.SortFunc(f.sorted, func(a, b handover.Alarm) int { return cmp.Compare(a.ID, b.ID) })
	return f
}

// behind lists, in clinical order, the alarms that a handover rests on.
func (f *findings) behind(id string) []string {
	list := slices.DeleteFunc(slices.Clone(f.sorted), func(a handover.Alarm) bool { return f.owner[a.ID] != id })
	slices.SortStableFunc(list, func(a, b handover.Alarm) int { return a.At.Compare(b.At) })
	ids := make([]string, len(list))
	for i := range list {
		ids[i] = list[i].ID
	}
	return ids
}

// asks are the recommendations of the rules of a class. Those of a lesser one say something else about how soon, and
// what they are about stands among the findings.
func (f *findings) asks(reasons []handover.Reason, class care.Class) []string {
	var asks []string
	for _, r := range reasons {
		if rule, ok := f.rules.Rule(r.Rule); ok && rule.Class == class && !slices.Contains(asks, rule.Ask) {
			asks = append(asks, rule.Ask)
		}
	}
	return asks
}

// of returns what the text of a handover shows of the alarms it rests on.
func (f *findings) of(alarms []string) []handover.Finding {
	var list []handover.Finding
	for _, id := range alarms {
		a, ok := f.alarms[id]
		if !ok {
			continue
		}
		found := handover.Finding{Collection: a.Collection, Record: a.Record, At: a.At, ClockKnown: a.ClockKnown, Verified: a.Verified}
		if rule, ok := f.rules.Rule(a.Rule); ok {
			found.Title = rule.Title
		}
		for i := range f.events {
			if e := &f.events[i]; e.ID == a.Record && (found.Values == nil || e.Verified == a.Verified) {
				f.read(&found, e)
			}
		}
		if !a.Verified {
			if found.Doubt = f.doubts[a.Record]; found.Doubt == "" {
				found.Doubt = "a value was refused, or two people recorded different ones"
			}
		}
		list = append(list, found)
	}
	return list
}

// records are the evidence that a handover keeps: what was read, with its score.
func (f *findings) records(alarms []string) []handover.EvidenceItem {
	var kept handover.Evidence
	for _, id := range alarms {
		a, ok := f.alarms[id]
		if !ok {
			continue
		}
		for _, e := range f.events {
			if e.ID == a.Record && !kept.Has(e.ID, e.Verified) {
				kept.Add(evidenceItem(e, a.Class == care.Safeguarding))
			}
		}
	}
	return kept.Records
}

// evidenceItem is a record as a handover keeps it. What is for the safeguarding lead alone is kept with what goes
// to them, whole: the text of a handover may be too short for it.
func evidenceItem(e rules.Event, concern bool) handover.EvidenceItem {
	item := handover.EvidenceItem{Collection: e.Collection, ID: e.ID, At: care.Stamp(e.At), ClockKnown: e.ClockKnown, Verified: e.Verified,
		Values: map[string]any{}, NEWS2: e.NEWS2}
	noun, _ := care.ByName(e.Collection)
	for name, v := range e.Values {
		if f, ok := noun.Field(name); ok && name != "news2" && name != "patient" && (concern || !f.Sealed) {
			item.Values[name] = v
		}
	}
	return item
}
