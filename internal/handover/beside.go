package handover

import (
	"slices"

	"doorstep/internal/care"
)

// Partner says whose a team is and of which kind; "" for nobody's.
type Partner func(team string) (organisation, kind string)

// AsksBeside are those of other handovers that ask another partner about the same person and are open beside this one: of
// those whoever reads them may find that two ask for the same. A safeguarding concern, a voluntary service and a copy take no part: that
// there is one is told to nobody who does not have it. The most urgent first, then the oldest.
func AsksBeside(h Handover, others []Handover, of Partner) (list []Handover) {
	for i := range others {
		if beside(&h, &others[i], of) {
			list = append(list, others[i])
		}
	}
	slices.SortStableFunc(list, func(a, b Handover) int {
		if by := b.Class.Urgency() - a.Class.Urgency(); by != 0 {
			return by
		}
		return a.RaisedAt.Compare(b.RaisedAt)
	})
	return list
}

func beside(h, o *Handover, of Partner) bool {
	asks := func(x *Handover) (string, bool) {
		organisation, kind := of(x.ToTeam)
		return organisation, x.State.Open() && !x.Copy && !x.Stranger && x.Class != care.Safeguarding && organisation != "" &&
			kind != kindVoluntary && kind != kindSafeguarding
	}
	mine, one := asks(h)
	theirs, other := asks(o)
	return one && other && o.ID != h.ID && o.Patient == h.Patient && mine != theirs && o.Follows != h.ID && h.Follows != o.ID
}

// CanJoin says whether a handover can be answered with another one beside it: that one is no less urgent, and somebody looks for its
// answer in time.
func (h Handover) CanJoin(other Handover) bool {
	return other.Class.Urgency() >= h.Class.Urgency() && other.State.Open() && !other.State.Stuck()
}

// SameCause says whether two handovers were raised by the same visit, so that it is likely that they ask for the same.
func (h Handover) SameCause(other Handover) bool { return h.Visit != "" && h.Visit == other.Visit }

// answeredWith stands a handover down because what another partner was asked answers it. Its clock ends, the other's goes on.
func (m *move) answeredWith(other *Handover) error {
	if !m.h.CanJoin(*other) {
		return refuse(CodeWrongState, m.h, "The other one is less urgent than this, or nobody there answers it in time. Answer this one, or stand it down with a reason.")
	}
	m.h.State = care.StoodDown
	e := m.say(EventJoined, m.a.Reason)
	e.Detail = map[string]any{"into": other.ID, "to": other.ToTeam}
	if !m.h.at(m.actor.Teams) {
		e.Deliver = true
	}
	return nil
}
