package pipeline

import (
	"errors"

	"doorstep/internal/care"
	"doorstep/internal/wire"
)

// Replay runs a quarantined mutation again, as its author and with its author's clock, with the
// resolver's corrections. Approved means that a person who may decided it, so that the author's
// own permission no longer matters. What is still not possible stays where it is.
func Replay(tx Tx, row *care.Record, set map[string]any, resolver string, approved bool) (wire.Result, error) {
	r := replay{row: row, set: set}
	m, ok := r.decode()
	if !ok {
		return wire.Result{Status: care.Quarantined}, nil
	}
	author, _ := tx.Staff(row.Text("author"))
	by := By{Viewer: author, Device: row.Text("device"), Client: row.Text("client"),
		Offset: row.ClockOffset, OffsetKnown: row.ClockKnown, Approved: approved}
	by.Staff = row.Text("author")
	if approved {
		m.Author = by.Staff
	}
	p := newPlan(tx, m, by)
	p.again = clone(row)
	p.received = row.ReceivedAt
	p.at, p.known = by.Correct(m.AuthoredAt, p.received)

	err := p.make()
	if err == nil {
		err = p.store()
	}
	var no *refusal
	if errors.As(err, &no) {
		if len(set) > 0 { // what is wrong with a correction says nothing about what is kept
			return wire.Result{Status: care.Quarantined, Issues: []wire.Issue{{ID: row.ID, Code: no.code, Field: no.field, Message: no.message, Fix: no.fix}}}, nil
		}
		err := p.quarantine(no)
		return p.result, err
	}
	if err != nil {
		return wire.Result{}, err
	}
	if err := p.closeRow(resolver); err != nil {
		return wire.Result{}, err
	}
	if err := p.joinRefusedBy(row); err != nil {
		return wire.Result{}, err
	}
	if err := p.judge(); err != nil {
		return wire.Result{}, err
	}
	return p.result, p.wake()
}

// closeRow marks the quarantine row settled by this replay.
func (p *plan) closeRow(resolver string) error {
	rec := p.again
	old := clone(rec)
	set(rec, map[string]any{"state": "resolved", "resolved_by": resolver, "resolved_at": care.Stamp(p.now),
		"resolution": jsonOf(map[string]any{"status": p.result.Status, "records": p.result.Records})})
	p.settled = append(p.settled, rec)
	return p.tx.Update(rec, old, []string{"state", "resolved_by", "resolved_at", "resolution"})
}

// stillHeld notes why a replay did not go through either.
func (p *plan) stillHeld(no *refusal) error {
	rec := p.again
	if rec.Text("code") == no.code && rec.Text("waits_for") == no.waitsFor {
		return nil
	}
	old := clone(rec)
	set(rec, map[string]any{"code": no.code, "message": no.message, "fix": no.fix})
	rec.Values["waits_for"] = nil
	if no.waitsFor != "" {
		rec.Values["waits_for"] = no.waitsFor
	}
	return p.tx.Update(rec, old, []string{"code", "message", "fix", "waits_for"})
}

func decodeKept(raw []byte) (*care.Mutation, bool) {
	m, err := wire.DecodeKept(raw)
	if err != nil || m.Fault != nil {
		return nil, false
	}
	return &m, true
}
