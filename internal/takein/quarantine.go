package takein

import (
	"strconv"

	"doorstep/internal/care"
	"doorstep/internal/rules"
	"doorstep/internal/wire"
)

// quarantine keeps a mutation whole and tells its author and the team's lead.
func (in *input) quarantine(no *refusal) (*outcome, error) {
	patient, collection, record, err := in.subject()
	if err != nil {
		return nil, err
	}
	q := in.newHeld(care.HeldMutation, patient, in.beyondLimited())
	q.SetAll(map[string]any{"collection": care.Clip(collection, 40), "record": care.Clip(record, 60), "field": no.field, "code": no.code,
		"message": no.message, "fix": care.FixOf(no.code), "waits_for": no.waitsFor})
	quote(q, in.m.Raw)
	switch raised, err := in.raisesAll(q, patient); {
	case err != nil:
		return nil, err
	case !raised:
		in.hasten(q)
	}
	if no.code == care.CodeKeyTaken { // sent again, it is the same issue
		q.ID = rules.ID("key taken", in.m.Key, strconv.FormatInt(in.m.Fingerprint(), 16))
	}
	if no.code == care.CodeSealed { // found again when its phone sends it in clear
		q.ID = unopenedID(in.m.Key)
	}
	if in.replayOf != nil {
		q.ID = in.replayOf.ID
		if err := in.stillHeld(no); err != nil {
			return nil, err
		}
	} else if err := in.openIssue(q); err != nil {
		return nil, err
	}
	p := &planned{}
	if err := in.wordsRefused(p, q); err != nil {
		return nil, err
	}
	if err := in.raiseWords(p); err != nil {
		return nil, err
	}
	return &outcome{planned: p, refused: q, result: wire.Result{Mid: in.m.Mid, Key: in.m.Key, Status: care.Quarantined,
		Issues: []wire.Issue{{ID: q.ID, Code: no.code, Field: no.field, Message: no.message, Fix: care.FixOf(no.code)}}}}, nil
}

// quote keeps in an issue what was sent, to the last byte.
func quote(issue *care.Record, sent []byte) {
	if content, raw := care.Quote(sent); raw != "" {
		issue.SetAll(map[string]any{"raw": raw})
	} else {
		issue.SetAll(map[string]any{"content": content})
	}
}

// raisesAll says whether the handovers in a refused change reach somebody all the same; see arrange.RaiseRefused. They do not
// where it is about nobody, or where their author raises too many.
func (in *input) raisesAll(q *care.Record, patient string) (bool, error) {
	issue := care.AsIssue(q)
	if patient == "" || issue.Code() == care.CodeTooManyHandovers {
		return false, nil
	}
	for _, op := range wire.Ops(in.m) {
		if op.Collection != care.Handovers || op.Kind != care.OpCreate {
			continue
		}
		class, _ := op.Set["class"].(string)
		if may, err := in.Handovers.MayRaise(issue.Author(), care.Class(class), 0); err != nil || !may {
			return false, err
		}
	}
	return true, nil
}

// hasten makes a refused change due as soon as the most urgent handover in it, a day at the latest.
func (in *input) hasten(q *care.Record) {
	due := in.Moment.Now().Add(IssueDeadline)
	for _, op := range wire.Ops(in.m) {
		if op.Collection != care.Handovers || op.Kind != care.OpCreate {
			continue
		}
		class, _ := op.Set["class"].(string)
		if at := in.Handovers.AcknowledgeBy(care.Class(class), in.at); !at.IsZero() && at.Before(due) {
			due = at
		}
	}
	q.SetAll(map[string]any{"due_at": care.Stamp(due)})
}

// stillHeld notes why a replay did not go through either.
func (in *input) stillHeld(no *refusal) error {
	rec := in.replayOf
	if care.AsIssue(rec).Code() == no.code && care.AsIssue(rec).WaitsFor() == no.waitsFor {
		return nil
	}
	old := rec.Clone()
	rec.SetAll(map[string]any{"code": no.code, "message": no.message, "fix": care.FixOf(no.code), "waits_for": no.waitsFor})
	return in.Store.Update(rec, old, []string{"code", "message", "fix", "waits_for"})
}
