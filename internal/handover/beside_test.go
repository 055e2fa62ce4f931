package handover

import (
	"slices"
	"testing"
	"time"

	"doorstep/internal/care"
)

// partners are whose the teams of these tests are.
func partners(team string) (organisation, kind string) {
	of := map[string][2]string{"oak": {"Oak", "practice"}, "oak-2": {"Oak", "practice"}, "minds": {"Minds", "mental_health"}, "friends": {"Friends", kindVoluntary},
		"safe": {"Trust", kindSafeguarding}, "care": {"Council", "social_care"}}[team]
	return of[0], of[1]
}

// What another partner was asked is shown beside a handover; what is sealed, what a voluntary service was asked, and copies never are.
func TestWhatOtherPartnersWereAskedStandsBeside(t *testing.T) {
	asked := func(team string, change func(*Handover)) Handover {
		h := Handover{ID: "other", Patient: "ada", ToTeam: team, Class: care.SameDay, State: care.Sent}
		if change != nil {
			change(&h)
		}
		return h
	}
	mine := Handover{ID: "mine", Patient: "ada", ToTeam: "oak", Class: care.SameDay, State: care.Accepted, Follows: "first"}
	for name, c := range map[string]struct {
		mine, other Handover
		beside      bool
	}{
		"another partner":              {mine, asked("minds", nil), true},
		"taken on there":               {mine, asked("minds", func(h *Handover) { h.State = care.Accepted }), true},
		"the same team":                {mine, asked("oak", nil), false},
		"a team of the same partner":   {mine, asked("oak-2", nil), false},
		"nobody's team":                {mine, asked("gone", nil), false},
		"itself":                       {mine, asked("minds", func(h *Handover) { h.ID = "mine" }), false},
		"another person":               {mine, asked("minds", func(h *Handover) { h.Patient = "ben" }), false},
		"answered":                     {mine, asked("minds", func(h *Handover) { h.State = care.Done }), false},
		"a concern":                    {mine, asked("minds", func(h *Handover) { h.Class = care.Safeguarding }), false},
		"with the safeguarding lead":   {mine, asked("safe", nil), false},
		"with a voluntary service":     {mine, asked("friends", nil), false},
		"a copy":                       {mine, asked("minds", func(h *Handover) { h.Copy = true }), false},
		"of somebody who has them not": {mine, asked("minds", func(h *Handover) { h.Stranger = true }), false},
		"what its answer asks for":     {mine, asked("minds", func(h *Handover) { h.Follows = "mine" }), false},
		"what it follows":              {mine, asked("minds", func(h *Handover) { h.ID = "first" }), false},
		"seen by a voluntary service":  {asked("friends", func(h *Handover) { h.ID = "mine" }), asked("minds", nil), false},
		"seen by the safeguarding lead": {asked("safe", func(h *Handover) { h.ID, h.Class = "mine", care.Safeguarding }),
			asked("minds", nil), false},
	} {
		if got := len(AsksBeside(c.mine, []Handover{c.other}, partners)) == 1; got != c.beside {
			t.Errorf("%s: beside is %v", name, got)
		}
	}
	list := []Handover{asked("minds", func(h *Handover) { h.ID, h.RaisedAt = "b", now }), asked("care", func(h *Handover) { h.ID, h.RaisedAt = "a", now.Add(-time.Hour) }),
		asked("care", func(h *Handover) { h.ID, h.Class = "u", care.Urgent })}
	var order []string
	for _, h := range AsksBeside(mine, list, partners) {
		order = append(order, h.ID)
	}
	if !slices.Equal(order, []string{"u", "a", "b"}) {
		t.Errorf("the order is %v", order)
	}
}

// One is answered with another that is no less urgent and that somebody looks after: nobody's urgency and nobody's clock is lost.
func TestOneIsAnsweredWithTheOther(t *testing.T) {
	for name, c := range map[string]struct {
		state care.State
		class care.Class
		may   bool
	}{
		"as urgent": {care.Sent, care.SameDay, true}, "more urgent": {care.Accepted, care.Urgent, true}, "less urgent": {care.Accepted, care.Routine, false},
		"nobody answered it": {care.Escalated, care.SameDay, false}, "nobody has it": {care.NoDestination, care.SameDay, false}, "nobody rang": {care.CallNeeded, care.SameDay, false},
	} {
		h := standing(care.Sent, "")
		h.Class = care.SameDay
		other := Handover{ID: "other", ToTeam: "minds", State: c.state, Class: c.class}
		if !c.may {
			refused(t, h, Action{Kind: StandDown, Reason: "x", With: &other}, gp, now, CodeWrongState)
			continue
		}
		got, events := apply(t, h, Action{Kind: StandDown, Reason: "It is answered with what Minds was asked.", With: &other}, gp, now)
		e := last(events)
		if got.State != care.StoodDown || e.Kind != EventJoined || e.By != "gp" || e.Detail["into"] != "other" || e.Text != "It is answered with what Minds was asked." {
			t.Errorf("%s: %s %+v", name, got.State, e)
		}
		refused(t, got, Action{Kind: StandDown, Reason: "x", With: &other}, gp, now, CodeAlready)
		refused(t, h, Action{Kind: StandDown, Reason: "x", With: &other}, reception, now, CodeNotAllowed)
	}
}
