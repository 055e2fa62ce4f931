package arrange

import (
	"errors"
	"slices"

	"doorstep/internal/care"
	"doorstep/internal/handover"
)

// Act does one thing to a handover and stores what comes of it: the handover, its history, its
// deliveries, its next deadline. Version is what the actor saw, 0 for whatever stands: when
// somebody else moved it since, the answer says who and when. A refusal is a *handover.Error and
// nothing was changed; the record comes back as it then stands.
func (r *Room) Act(id string, a handover.Action, actor handover.Actor, version int64) (*care.Record, error) {
	return r.actWith(id, a, actor, version, nil)
}

// actWith is Act whose first event becomes the row of a phone's line, nil for none.
func (r *Room) actWith(id string, a handover.Action, actor handover.Actor, version int64, line *care.Record) (*care.Record, error) {
	rec, err := r.stored(id)
	if err != nil {
		return nil, err
	}
	if rec == nil {
		return nil, &handover.Error{Code: handover.CodeNotFound, Message: "There is no such handover."}
	}
	history, err := r.Store.History(id, handover.Moves())
	if err != nil {
		return nil, err
	}
	h := HandoverOf(rec, history)
	directory := r.Reference.Directory()
	if (a.Kind == handover.Decline || a.Kind == handover.Overdue || a.Kind == handover.TeamGone || a.Kind == handover.NotHere) && a.To.ID == "" {
		a.To, _ = directory.Coordinator(neighbourhoodOf(directory, h))
	}
	m := handover.Machine{Clocks: r.Reference.Clocks(), Calendar: r.Reference.Calendar(directory.Organisation(holderAfter(h, a)))}
	after, events, err := m.Apply(h, a, actor, r.Moment.Now())
	if err != nil {
		return rec, err
	}
	if version > rec.Version {
		return rec, &handover.Error{Code: CodeChanged, State: h.State,
			Message: "This names a version of the handover that there is not. Please read it again, then decide."}
	}
	if len(events) == 0 {
		return rec, nil
	}
	if version != 0 && !actor.System && decidedSince(history, version, actor.Staff) {
		return rec, handover.Already(h)
	}
	old := rec.Clone()
	rec.SetAll(after.Values())
	if err := r.save(rec, old); err != nil {
		return rec, err
	}
	if line != nil {
		if err := r.writeRow(line, rec, events[0]); err != nil {
			return rec, err
		}
		events = events[1:]
	}
	for _, e := range events {
		if err := r.writeEvent(rec, e); err != nil {
			return rec, err
		}
	}
	if after.State.Closed() && !h.State.Closed() {
		if err := r.closed(rec, events); err != nil {
			return rec, err
		}
	}
	return rec, r.watch(rec)
}

// holderAfter is the team in whose working time a handover is due once an action is done.
func holderAfter(h handover.Handover, a handover.Action) string {
	switch a.Kind {
	case handover.HandOn, handover.Decline, handover.NotHere, handover.Overdue:
		if a.To.ID != "" && (h.Class != care.Safeguarding || a.Kind == handover.HandOn) {
			return a.To.ID
		}
	}
	return h.ToTeam
}

// decisions are events after which somebody who has not seen them must look again before they
// decide otherwise. That somebody merely saw or acknowledged it stands in nobody's way, nor that the
// clock escalated it: whoever answers then answers what they read, late.
var decisions = []string{handover.EventAccepted, handover.EventAnswered, handover.EventDeclined, handover.EventHandedOn, handover.EventStoodDown}

// decidedSince says whether anybody else decided something after a version.
func decidedSince(history []*care.Record, version int64, actor string) bool {
	for _, e := range history {
		if e.WrittenUnder() > version && care.AsHandoverEvent(e).By() != actor && slices.Contains(decisions, care.AsHandoverEvent(e).Kind()) {
			return true
		}
	}
	return false
}

// Deliver puts a handover before a team: it is in the team's inbox, or on its list of calls.
func (r *Room) Deliver(id, team string) error {
	to, ok := r.Reference.Directory().Team(team)
	if !ok {
		to = handover.Team{ID: team}
	}
	if gone, err := r.notHere(id, to); gone || err != nil {
		return err
	}
	_, err := r.Act(id, handover.Action{Kind: handover.Deliver, To: to}, system, 0)
	return err
}

// notHere declines for a team what it takes elsewhere, before it comes before anybody there; false: it is delivered. What
// somebody handed on to them is: they knew.
func (r *Room) notHere(id string, to handover.Team) (gone bool, err error) {
	directory := r.Reference.Directory()
	if !slices.ContainsFunc(care.CanBeElsewhere, func(class string) bool { _, any := directory.NotHere(to.ID, care.Class(class)); return any }) {
		return false, nil
	}
	rec, err := r.stored(id)
	if err != nil || rec == nil || care.AsHandover(rec).ToTeam() != to.ID {
		return false, err
	}
	n, elsewhere := directory.NotHere(to.ID, care.AsHandover(rec).Class())
	if !elsewhere {
		return false, nil
	}
	handedOn, err := r.Store.History(id, []string{handover.EventHandedOn})
	if err != nil || len(handedOn) > 0 {
		return false, err
	}
	after, err := r.Act(id, handover.Action{Kind: handover.NotHere, Reason: handover.NotHereText(to.Name, n)}, system, 0)
	return err == nil && care.AsHandover(after).ToTeam() != to.ID, err
}

// Tell writes into the history of a handover what came of telling its team by a way beyond the inbox. No state moves
// because of it: a machine has it, and no person.
func (r *Room) Tell(id, team, kind, text string) error {
	rec, err := r.stored(id)
	if err != nil || rec == nil {
		return err
	}
	return r.writeEvent(rec, handover.Event{Kind: kind, At: r.Moment.Now(), Team: team, Text: text})
}

// Overdue lets the clock act on a handover: no answer in time is a failure, and it goes to the
// next in the chain, and so does one whose team takes nothing any more. One that was answered, or whose deadline
// moved, stays as it is.
func (r *Room) Overdue(id string) error {
	if err := r.withinItsClock(id); err != nil {
		return err
	}
	if err := r.leaveTeamGone(id); err != nil {
		return err
	}
	rec, err := r.Act(id, handover.Action{Kind: handover.Overdue}, system, 0)
	if refused(err) {
		return nil // it is gone, or in no state to be overdue
	}
	if err != nil || rec == nil {
		return err
	}
	return r.watchLater(rec.ID)
}

// leaveTeamGone sends a handover on that stands with a team which takes nothing any more.
func (r *Room) leaveTeamGone(id string) error {
	rec, err := r.stored(id)
	if err != nil || rec == nil || care.AsHandover(rec).ToTeam() == "" {
		return err
	}
	if _, takes := r.Reference.Directory().Team(care.AsHandover(rec).ToTeam()); takes {
		return nil
	}
	if _, err = r.Act(id, handover.Action{Kind: handover.TeamGone}, system, 0); refused(err) {
		return nil
	}
	return err
}

// withinItsClock takes back deadlines that are further off than the class allows from now: the clock was ahead when
// they were set.
func (r *Room) withinItsClock(id string) error {
	rec, err := r.stored(id)
	if err != nil || rec == nil {
		return err
	}
	h, directory := handover.FromRecord(rec), r.Reference.Directory()
	ack, act := r.Reference.Clocks().Within(h, r.Moment.Now(), r.Reference.Calendar(""), r.Reference.Calendar(directory.Organisation(h.ToTeam)))
	old := rec.Clone()
	rec.SetAll(map[string]any{"ack_due": care.Stamp(ack), "act_due": care.Stamp(act)})
	return r.save(rec, old)
}

// watchLater looks again at the next deadline, if it is still to come.
func (r *Room) watchLater(id string) error {
	rec, err := r.stored(id)
	if err != nil || rec == nil {
		return err
	}
	if at, due := handover.Due(handover.FromRecord(rec)); due && at.After(r.Moment.Now()) {
		return r.Store.DueAt(at, care.DueHandover, id)
	}
	return nil
}

// refused says whether the machine did not let somebody do something; anything else went wrong.
func refused(err error) bool {
	var no *handover.Error
	return errors.As(err, &no)
}
