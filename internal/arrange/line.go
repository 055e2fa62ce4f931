package arrange

import (
	"encoding/json"
	"slices"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/handover"
)

// A phone does something to a handover by writing a line of its history, with or without a network. When the line
// arrives the server does what it says. Where that is not possible any more, because somebody was first or it is
// closed, the line stands as one that was added, with what its author meant: nobody is told that they did what they
// did not, and nothing that they wrote is lost.

// lineActions are what a line does, by its kind; any other kind adds a line.
var lineActions = map[string]handover.Kind{
	handover.EventAcknowledged: handover.Acknowledge, handover.EventAccepted: handover.Accept, handover.EventGivenBack: handover.GiveBack,
	handover.EventAnswered: handover.Answer, handover.EventDeclined: handover.Decline, handover.EventCallReached: handover.RecordCall,
	handover.EventCallNotReached: handover.RecordCall, handover.EventRead: handover.Read, handover.EventStoodDown: handover.StandDown,
	handover.EventAdded: handover.Add,
}

// MaxLines is how many events of the history of a handover one person writes at most, by phone and at an inbox, what they
// change of that which it rests on included. Between people there are a few dozen; what exceeds this is a loop in an
// app. The last ones are kept for what decides: whoever has an app that says "read" without end can still answer.
const (
	MaxLines    = 200
	forDeciding = 20
)

// MostRead is how many events of a history are read at once.
const MostRead = 300

// MayAdd says whether somebody may write lines of these kinds into the history of a handover, beside what they have
// written.
func (r *Room) MayAdd(id, staff string, kinds ...string) (bool, error) {
	only := func(kind string) bool { return decides(lineActions[kind]) || kind == handover.EventGivenBack }
	return r.mayAdd(id, staff, !slices.ContainsFunc(kinds, func(k string) bool { return !only(k) }), len(kinds))
}

func (r *Room) mayAdd(id, staff string, deciding bool, more int) (bool, error) {
	n, err := r.Store.LinesBy(id, staff)
	if !deciding {
		more += forDeciding
	}
	return n+more <= MaxLines, err
}

// Line does what a line says that a phone wrote about a handover it sees, and stores it. The line is a new record
// with its handover, kind, text and detail.
func (r *Room) Line(line *care.Record, author care.Viewer) error {
	l := care.AsHandoverEvent(line)
	a, actor := lineAction(line), handover.Actor{Staff: author.Staff, Role: author.Role, Teams: access.RightsOf(author).ActsFor()}
	_, err := r.actWith(l.Handover(), a, actor, 0, line)
	if refused(err) {
		return r.addLine(line, a.Kind, actor)
	}
	return err
}

// lineAction is what a line says was done.
func lineAction(line *care.Record) handover.Action {
	l := care.AsHandoverEvent(line)
	var d struct {
		Outcome  string `json:"outcome"`
		Cause    string `json:"cause"`
		Name     string `json:"name"`
		Role     string `json:"role"`
		ReadBack bool   `json:"read_back"`
	}
	if raw := l.Detail(); raw != nil {
		_ = json.Unmarshal(raw, &d) // of its shape
	}
	kind, ok := lineActions[l.Kind()]
	if !ok {
		kind = handover.Add
	}
	return handover.Action{Kind: kind, At: line.AuthoredAt, Text: l.Text(), Reason: l.Text(), Outcome: d.Outcome, Cause: d.Cause, Name: d.Name,
		CalledRole: d.Role, Reached: l.Kind() == handover.EventCallReached, ReadBack: d.ReadBack}
}

// addLine stores a line that could not be done as one that was added. What its author wrote is said to whoever has
// the handover, as far as anybody still has it.
func (r *Room) addLine(line *care.Record, meant handover.Kind, actor handover.Actor) error {
	l := care.AsHandoverEvent(line)
	rec, err := r.stored(l.Handover())
	if err != nil || rec == nil {
		return err
	}
	h := handover.FromRecord(rec)
	e := handover.Event{Kind: handover.EventAdded, At: line.AuthoredAt, By: actor.Staff, Team: h.ToTeam, Text: l.Text()}
	if meant != handover.Add {
		e.Detail = map[string]any{"meant": l.Kind()}
	}
	delete(line.Values, "detail")
	if err := r.writeRow(line, rec, e); err != nil || e.Text == "" {
		return err
	}
	return r.amended(rec, e)
}

// amended notes on a handover that something was added to it from outside of the team that has it.
func (r *Room) amended(rec *care.Record, e handover.Event) error {
	old := rec.Clone()
	rec.SetAll(map[string]any{"amended_at": care.Stamp(e.At)})
	return r.save(rec, old)
}
