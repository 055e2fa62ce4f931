package pipeline

import (
	"errors"

	"doorstep/internal/care"
	"doorstep/internal/wire"
)

// Accept takes one mutation in and says how it ended. An error means that the store could not
// do its part and nothing of this transaction may be acknowledged; whatever is wrong with the
// mutation itself is in the result.
func Accept(tx Tx, m *care.Mutation, by By) (wire.Result, error) {
	p := newPlan(tx, m, by)
	err := p.make()
	if err == nil {
		err = p.store()
	}
	var no *refusal
	switch {
	case errors.As(err, &no):
		if err := p.quarantine(no); err != nil {
			return wire.Result{}, err
		}
	case err != nil:
		return wire.Result{}, err
	}
	if err := p.judge(); err != nil {
		return wire.Result{}, err
	}
	if err := p.wake(); err != nil {
		return wire.Result{}, err
	}
	return p.result, nil
}

// Fault quarantines a mutation the server itself could not take in, with its full content.
func Fault(tx Tx, m *care.Mutation, by By) (wire.Result, error) {
	p := newPlan(tx, m, by)
	err := p.quarantine(&refusal{code: "server_error", fix: "supervisor",
		message: "The server could not take this change in. It is kept whole and somebody will look at it."})
	if err != nil {
		return p.result, err
	}
	// Judged apart: should that be what failed, the change is kept all the same.
	return p.result, tx.DueAt(tx.Now(), DueJudge, p.refused.Text("patient"))
}

// KeyTaken quarantines a mutation whose key belongs to another change.
func KeyTaken(tx Tx, m *care.Mutation, by By) (wire.Result, error) {
	p := newPlan(tx, m, by)
	err := p.quarantine(&refusal{code: "key_taken", fix: "supervisor",
		message: "The key of this change was used for another one before. It is kept whole and waits for a decision."})
	if err != nil {
		return p.result, err
	}
	return p.result, p.judge()
}

// refusal says why a mutation cannot be represented; it is quarantined, never dropped.
type refusal struct {
	code     string
	field    string
	message  string
	fix      string // edit, supervisor, none
	waitsFor string // record whose appearance runs it again
}

// Error implements error.
func (r *refusal) Error() string { return r.code + ": " + r.message }

// wake runs what this mutation resolved, and what waited for records that it created.
func (p *plan) wake() error {
	for _, r := range p.replays {
		res, err := Replay(p.tx, r.row, r.set, p.by.Staff, r.approved)
		if err != nil {
			return err
		}
		p.result.Records = append(p.result.Records, res.Records...)
		p.result.Conflicts = append(p.result.Conflicts, res.Conflicts...)
		p.result.Issues = append(p.result.Issues, res.Issues...)
		if res.Status != care.Applied {
			p.result.Status = care.Merged
		}
	}
	for _, d := range p.drafts {
		if d.old != nil {
			continue
		}
		if err := p.wakeFor(d.rec); err != nil {
			return err
		}
	}
	return nil
}

// wakeFor replays what waited for a record that this mutation made. Where a supervisor let the
// record in, they let in what its author wrote about it too: the chain is decided once.
func (p *plan) wakeFor(rec *care.Record) error {
	return wake(p.tx, rec.ID, func(q *care.Record) bool {
		return p.by.Approved && q.Text("author") == p.by.Staff && q.Text("patient") == personOf(rec)
	})
}

// Wake replays the quarantined changes that waited for a record to appear, or for a person to be
// on a caseload, oldest first.
func Wake(tx Tx, record string) error {
	return wake(tx, record, func(*care.Record) bool { return false })
}

func wake(tx Tx, record string, approved func(*care.Record) bool) error {
	waiting, err := tx.WaitingFor(record)
	if err != nil {
		return err
	}
	for _, q := range waiting {
		if _, err := Replay(tx, q, nil, "", approved(q)); err != nil {
			return err
		}
	}
	return nil
}
