package takein

import (
	"errors"
	"maps"
	"slices"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/wire"
)

// Resolver is who settled an issue, and when; no Staff is the server.
type Resolver struct {
	Staff string
	At    time.Time
}

// Replay runs a quarantined mutation again, as its author and with its author's clock, with the
// resolver's corrections, at the time when they decided. An approver lends their rights to it; where neither they nor the author may, or
// what they corrected does not fit, nothing changes of what is kept.
func (r *Room) Replay(row *care.Record, set map[string]any, resolver Resolver, approver *care.Viewer) (wire.Result, error) {
	again := replay{row: row, set: set, approver: approver}
	m, ok := again.decode()
	if !ok {
		return wire.Result{Status: care.Quarantined}, nil
	}
	if id, own := set["id"].(string); own {
		if err := r.asOwn(m, id); err != nil {
			return wire.Result{}, err
		}
	}
	r.Moment.Next() // it is a change of its own: what wakes it may have written the same record under its number
	in := r.replayInput(again, m)
	o, err := in.planAndStore()
	var no *refusal
	switch {
	case errors.As(err, &no) && (len(set) > 0 || approver != nil && no.code == care.CodeNoPermission): // which says nothing about what is kept
		return wire.Result{Status: care.Quarantined, Issues: []wire.Issue{{ID: row.ID, Code: no.code, Field: no.field, Message: no.message, Fix: care.FixOf(no.code)}}}, nil
	case errors.As(err, &no):
		if o, err = in.quarantine(no); err != nil {
			return wire.Result{}, err
		}
		return o.result, nil
	case err != nil:
		return wire.Result{}, err
	}
	if err := in.closeRow(o, resolver); err != nil {
		return wire.Result{}, err
	}
	if err := r.Handovers.ReplaceRefused(row, m.Ops); err != nil {
		return wire.Result{}, err
	}
	return in.judged(o)
}

// planAndStore takes a change from its input to its outcome; a *refusal when it cannot be represented.
func (in *input) planAndStore() (*outcome, error) {
	p, err := in.plan()
	if err != nil {
		return nil, err
	}
	if p.leavesOpen() && in.full(len(in.m.Raw)) {
		return nil, noRoom()
	}
	return in.store(p)
}

// judged lets the rules look at an outcome, and then runs what this change resolved and what waited for
// records that it made.
func (in *input) judged(o *outcome) (wire.Result, error) {
	if err := errors.Join(in.rescore(o), in.noteDeaths(o), in.noteStays(o)); err != nil {
		return wire.Result{}, err
	}
	if err := in.Judge.Judge(o.takenIn()); err != nil {
		return wire.Result{}, err
	}
	for _, r := range o.replays {
		res, err := in.Replay(r.row, r.set, Resolver{in.by.Staff, in.decidedAt(r.row)}, r.approver)
		if err != nil {
			return wire.Result{}, err
		}
		o.result.Records = append(o.result.Records, res.Records...)
		o.result.Conflicts = append(o.result.Conflicts, res.Conflicts...)
		o.result.Issues = append(o.result.Issues, res.Issues...)
		if res.Status != care.Applied {
			o.result.Status = care.Merged
		}
	}
	for _, d := range o.drafts {
		if d.old != nil {
			continue
		}
		if err := in.setAsideMisnamed(d.rec); err != nil {
			return wire.Result{}, err
		}
		if err := in.wakeFor(d.rec); err != nil {
			return wire.Result{}, err
		}
	}
	return o.result, nil
}

// closeRow marks the quarantine row settled by this replay.
func (in *input) closeRow(o *outcome, resolver Resolver) error {
	rec := in.replayOf
	old := rec.Clone()
	rec.SetAll(map[string]any{"state": care.IssueResolved, "resolved_by": resolver.Staff, "resolved_at": care.Stamp(resolver.At),
		"resolution": care.JSON(map[string]any{"status": o.result.Status, "records": o.result.Records})})
	o.settled = append(o.settled, rec)
	return in.Store.Update(rec, old, []string{"state", "resolved_by", "resolved_at", "resolution"})
}

// decode reads the kept mutation and puts the corrections in. A decision that was kept is corrected by another in
// its place.
func (r replay) decode() (*care.Mutation, bool) {
	m, err := wire.DecodeKept(care.AsIssue(r.row).Content())
	if err != nil || m.Fault != nil || len(m.Ops) == 0 {
		return nil, false
	}
	if m.Ops[0].Kind == care.OpResolve && len(r.set) > 0 {
		m.Ops[0].Set = maps.Clone(r.set)
		delete(m.Ops[0].Set, "together")
		return &m, true
	}
	for _, field := range slices.Sorted(maps.Keys(r.set)) {
		if field != "together" && (field != "id" || changedContact(m.Ops) < 0) { // see asOwn
			correct(m.Ops, field, r.set[field])
		}
	}
	return &m, true
}

// correct puts one corrected value into every op it is about: the person into all of them; a new id into the first
// create and into whatever refers to the record by the old one; any other field into the ops that set it, or where
// none does into the first whose collection has it.
func correct(ops []care.Op, field string, value any) {
	text, _ := value.(string)
	switch field {
	case "patient":
		for i := range ops {
			ops[i].Patient = text
			if ops[i].Kind == care.OpCreate && ops[i].Collection != care.Patients {
				put(&ops[i], field, value)
			}
		}
	case "id":
		rename(ops, text)
	default:
		if !correctSet(ops, field, value) {
			put(firstWith(ops, field), field, value)
		}
	}
}

// correctSet corrects a field in the ops that set it; false where none does.
func correctSet(ops []care.Op, field string, value any) (found bool) {
	for i := range ops {
		if _, ok := ops[i].Set[field]; ok {
			ops[i].Set[field] = value
			found = true
		}
	}
	return found
}

// firstWith is the first op whose collection has a field, else the first.
func firstWith(ops []care.Op, field string) *care.Op {
	for i := range ops {
		if c, ok := care.ByName(ops[i].Collection); ok {
			if _, ok := c.Field(field); ok {
				return &ops[i]
			}
		}
	}
	return &ops[0]
}

func put(op *care.Op, field string, value any) {
	if op.Set == nil {
		op.Set = map[string]any{}
	}
	op.Set[field] = value
}

// rename gives the record that the first create of a change makes another id, and all that refers to it.
func rename(ops []care.Op, id string) {
	first := slices.IndexFunc(ops, func(op care.Op) bool { return op.Kind == care.OpCreate })
	if first < 0 {
		return
	}
	old, collection := ops[first].ID, ops[first].Collection
	for i := range ops {
		op := &ops[i]
		if op.ID == old && op.Collection == collection {
			op.ID = id
		}
		c, ok := care.ByName(op.Collection)
		if !ok {
			continue
		}
		for j := range c.Fields {
			if f := &c.Fields[j]; f.Ref == collection && op.Set[f.Name] == old {
				op.Set[f.Name] = id
			}
		}
		if collection == care.Patients && op.Patient == old {
			op.Patient = id
		}
	}
}
