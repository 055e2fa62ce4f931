package arrange

import (
	"slices"

	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/rules"
)

// read takes into a finding what one reading of its record says, and what that replaces.
func (f *findings) read(found *handover.Finding, e *rules.Event) {
	found.Values, found.NEWS2, found.WrittenAt, found.Was = e.Values, e.NEWS2, e.WrittenAt, nil
	first, _ := e.Values["replaces"].(string)
	for i := range f.events {
		if was := &f.events[i]; first != "" && was.ID == first && e.Collection == care.Observations {
			found.Was = findingOf(was)
		}
	}
}

func findingOf(e *rules.Event) *handover.Finding {
	return &handover.Finding{Collection: e.Collection, Record: e.ID, At: e.At, ClockKnown: e.ClockKnown, Verified: e.Verified, Values: e.Values,
		NEWS2: e.NEWS2, WrittenAt: e.WrittenAt}
}

// around are some findings with what else was recorded of the visits they belong to, and of one more: whether somebody
// was seen, what was noted, and readings at which no rule held. In clinical order.
func (f *findings) around(list []handover.Finding, visit string) []handover.Finding {
	visits, known := map[string]bool{visit: true}, map[string]bool{}
	for i := range list {
		known[list[i].Record] = true
		visits[f.visitOf(list[i].Record)] = true
	}
	delete(visits, "")
	for i := range f.events {
		e := &f.events[i]
		if !visits[e.Visit] || known[e.ID] || e.Replaced || !e.Verified {
			continue
		}
		known[e.ID] = true
		more := findingOf(e)
		f.read(more, e)
		list = append(list, *more)
	}
	slices.SortStableFunc(list, func(a, b handover.Finding) int { return a.At.Compare(b.At) })
	return list
}

func (f *findings) visitOf(record string) string {
	for i := range f.events {
		if f.events[i].ID == record {
			return f.events[i].Visit
		}
	}
	return ""
}

// before is the last scored set that was taken before the first of some findings that has a score, as far back as
// rules look; nil for none.
func (f *findings) before(list []handover.Finding) *handover.Finding {
	i := slices.IndexFunc(list, func(x handover.Finding) bool { return x.NEWS2 != nil })
	if i < 0 {
		return nil
	}
	var last *rules.Event
	for n := range f.events {
		e := &f.events[n]
		if e.NEWS2 == nil || !e.Verified || e.Replaced || !e.At.Before(list[i].At) || list[i].At.Sub(e.At) > rules.Window {
			continue
		}
		if last == nil || e.At.After(last.At) {
			last = e
		}
	}
	if last == nil {
		return nil
	}
	return findingOf(last)
}

// kept adds to some findings what a safeguarding lead was told before in somebody's own words and they do not hold:
// what its reader was told once stays told.
func kept(list []handover.Finding, evidence *handover.Evidence) []handover.Finding {
	told := map[string]bool{}
	for i := range list {
		words, _ := list[i].Values["safeguarding"].(string)
		told[words] = true
	}
	var earlier []handover.Finding
	for _, item := range evidence.Records {
		words, _ := item.Values["safeguarding"].(string)
		if words == "" || told[words] {
			continue
		}
		found := handover.Finding{Collection: item.Collection, Record: item.ID, ClockKnown: item.ClockKnown, Verified: item.Verified,
			Values: map[string]any{"safeguarding": words}}
		found.At, _ = care.ParseStamp(item.At) // written by us
		earlier = append(earlier, found)
	}
	return append(earlier, list...)
}
