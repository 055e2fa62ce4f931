package storetest

import (
	"cmp"
	"slices"
	"time"

	"doorstep/internal/arrange"
	"doorstep/internal/care"
	"doorstep/internal/handover"
)

// Handovers implements judge.Store.
func (m *Memory) Handovers(patient string, named []string) ([]*care.Record, error) {
	return m.list(care.Handovers, func(rec *care.Record) bool {
		h := care.AsHandover(rec)
		return h.Patient() == patient && (!h.State().Closed() || care.ByStranger(h.Evidence()) || slices.Contains(named, rec.ID))
	}, byID), nil
}

// EveryHandover lists all handovers of a person, closed ones too.
func (m *Memory) EveryHandover(patient string) ([]*care.Record, error) {
	return m.list(care.Handovers, func(h *care.Record) bool { return care.AsHandover(h).Patient() == patient }, byID), nil
}

// HandoversAbout implements arrange.Store.
func (m *Memory) HandoversAbout(patient string, records ...string) ([]*care.Record, error) {
	tells := func(h *care.Record) bool {
		of := []string{care.AsHandover(h).Visit()}
		for _, item := range handover.EvidenceIn(h).Records {
			of = append(of, item.ID)
		}
		return slices.ContainsFunc(records, func(r string) bool { return r != "" && slices.Contains(of, r) })
	}
	last := func(h *care.Record) int {
		if care.AsHandover(h).State().Closed() {
			return 1
		}
		return 0
	}
	list := m.list(care.Handovers, func(h *care.Record) bool { return care.AsHandover(h).Patient() == patient && tells(h) },
		func(a, b *care.Record) int {
			return cmp.Or(cmp.Compare(last(a), last(b)), cmp.Compare(b.Version, a.Version))
		})
	return list[:min(len(list), arrange.MostConcerned)], nil
}

// WholeHistory lists all events of a handover, oldest first.
func (m *Memory) WholeHistory(of string) []*care.Record {
	return m.list(care.HandoverEvents, func(e *care.Record) bool { return care.AsHandoverEvent(e).Handover() == of },
		func(a, b *care.Record) int { return cmp.Compare(a.WrittenUnder(), b.WrittenUnder()) })
}

// History implements arrange.Store.
func (m *Memory) History(handover string, kinds []string) ([]*care.Record, error) {
	list := slices.DeleteFunc(m.WholeHistory(handover), func(e *care.Record) bool { return !slices.Contains(kinds, care.AsHandoverEvent(e).Kind()) })
	return list[max(0, len(list)-arrange.MostRead):], nil
}

// RaisedBy implements arrange.Store.
func (m *Memory) RaisedBy(staff string, after time.Time) (int, error) {
	list := m.list(care.Handovers, func(h *care.Record) bool {
		of := care.AsHandover(h)
		return of.FromStaff() == staff && of.ByHand() && of.RaisedAt().After(after)
	}, byID)
	return min(len(list), arrange.MaxByHand), nil
}

// LinesBy implements arrange.Store.
func (m *Memory) LinesBy(handover, staff string) (n int, err error) {
	for _, e := range m.WholeHistory(handover) {
		if by := care.AsHandoverEvent(e).By(); by != "" && by == staff && n < arrange.MaxLines {
			n++
		}
	}
	return n, nil
}
