package takein

import (
	"slices"

	"doorstep/internal/care"
	"doorstep/internal/wire"
)

// What of one person's changes may wait until somebody decides about it: rows, and bytes that the quarantine quotes.
// A day of work without a signal is some hundred rows of a kilobyte; what exceeds this is a broken phone.
const (
	MaxHeldRows  = 2000
	MaxHeldBytes = 32 << 20
)

// MaxWoken is how many changes that waited run again in one transaction; those behind them in the next.
const MaxWoken = 50

// full says whether there is no room to keep so many more bytes of the author's.
func (in *input) full(more int) bool {
	if in.replayOf != nil {
		return false // it is kept already
	}
	rows, bytes := in.Store.Held(in.by.Staff)
	return rows >= MaxHeldRows || bytes+int64(more) > MaxHeldBytes
}

// leavesOpen says whether a plan leaves something that somebody has to decide.
func (p *planned) leavesOpen() bool {
	return slices.ContainsFunc(p.issues, func(i *care.Record) bool { return care.AsIssue(i).AwaitsDecision() })
}

// leaveOnPhone turns a change away for which there is no room. Its phone keeps it and sends it again under its next
// number; the changes behind it go on. What it says is judged all the same.
func (in *input) leaveOnPhone() (*outcome, error) {
	no := noRoom()
	patient, collection, record, err := in.subject()
	if err != nil {
		return nil, err
	}
	q := in.newHeld(care.HeldMutation, patient, in.beyondLimited())
	q.SetAll(map[string]any{"collection": care.Clip(collection, 40), "record": care.Clip(record, 60), "code": no.code, "message": no.message})
	quote(q, in.m.Raw)
	p := &planned{}
	if err := in.wordsRefused(p, q); err != nil {
		return nil, err
	}
	if err := in.raiseWords(p); err != nil {
		return nil, err
	}
	return &outcome{planned: p, refused: q, result: wire.Result{Mid: in.m.Mid, Key: in.m.Key, Status: care.Quarantined,
		Issues: []wire.Issue{{Code: no.code, Message: no.message, Fix: care.FixOf(no.code)}}}}, nil
}

// TurnedAway says whether a change was neither stored nor kept, so that its phone may send it again.
func TurnedAway(res *wire.Result) bool {
	return len(res.Issues) == 1 && res.Issues[0].Code == care.CodeNoRoom && res.Issues[0].ID == ""
}
