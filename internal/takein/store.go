package takein

import (
	"slices"

	"doorstep/internal/arrange"
	"doorstep/internal/care"
	"doorstep/internal/wire"
)

// store writes a plan. Only the insert of a lone create can still be refused, and then
// nothing was written before it.
func (in *input) store(p *planned) (*outcome, error) {
	o := &outcome{planned: p, result: wire.Result{Mid: in.m.Mid, Key: in.m.Key, Status: care.Applied, Conflicts: p.conflicts, Issues: p.notices}}
	if len(p.conflicts) > 0 || len(p.notices) > 0 {
		o.result.Status = care.Merged
	}
	for _, d := range p.drafts {
		if err := in.noteSpoken(d); err != nil {
			return nil, err
		}
		if d.old != nil && !d.dirty {
			continue
		}
		if err := in.write(d); err != nil {
			return nil, err
		}
		o.result.Records = append(o.result.Records, wire.RecordRef{Collection: d.rec.Collection.WireName(), ID: d.rec.ID, Version: d.rec.Version})
	}
	for _, other := range p.toldOf {
		if err := in.Notes.Audit(in.by.Staff, in.by.Device, ActionSameNumber, care.Patients, other, other, nil); err != nil {
			return nil, err
		}
	}
	for _, e := range p.early {
		if err := in.Notes.Expect(e.names, e.by); err != nil {
			return nil, err
		}
	}
	for _, m := range p.manual {
		if err := in.Handovers.Announce(m); err != nil {
			return nil, err
		}
	}
	for _, d := range p.drafts {
		if wrote(d, call999Fields) {
			if err := in.Handovers.RecordCall(d.rec, in.wrote, arrange.Rung999); err != nil {
				return nil, err
			}
		}
		if wrote(d, callFields) {
			if err := in.Handovers.RecordCall(d.rec, in.wrote, arrange.RungPractice); err != nil {
				return nil, err
			}
		}
	}
	for _, line := range p.lines {
		if err := in.Handovers.Line(line, in.wrote); err != nil {
			return nil, err
		}
		o.result.Records = append(o.result.Records, wire.RecordRef{Collection: line.Collection.Name, ID: line.ID, Version: line.Version})
	}
	for _, issue := range p.issues {
		if err := in.openIssue(issue); err != nil {
			return nil, err
		}
	}
	return o, in.raiseWords(p)
}

// ActionSameNumber is what the audit calls an answer by which somebody learns that a person is registered with an NHS
// number.
const ActionSameNumber = "same_number"

func (in *input) write(d *draft) error {
	if d.old != nil {
		return in.Store.Update(d.rec, d.old, d.fields)
	}
	ok, err := in.Store.Insert(d.rec)
	if err != nil {
		return err
	}
	if !ok {
		return idTaken()
	}
	if dead := in.came[d.rec.ID]; dead != "" {
		if err := in.Notes.NoteFiled(dead, d.rec.Collection.Name, d.rec.ID); err != nil {
			return err
		}
	}
	if d.rec.Collection.Name != care.Patients {
		return nil
	}
	switch {
	case in.by.AdmitTo != "":
		return in.Store.Admit(d.rec.ID, in.by.AdmitTo, "registered at the desk")
	case len(in.wrote.Teams) > 0:
		return in.Store.Admit(d.rec.ID, in.wrote.Teams[0], "registered by phone")
	}
	return nil
}

// What a sender's phone may add to a handover: the call it made to whoever it goes to, and that to 999.
var (
	callFields    = []string{"called_at", "called_name", "called_role", "reached", "read_back", "called_why"}
	call999Fields = []string{"called_999", "called_999_at", "called_999_name", "called_999_read_back", "called_999_why"}
	callsFields   = slices.Concat(callFields, call999Fields)
)

// wrote says whether a change gave any of these fields of a handover another value than it had.
func wrote(d *draft, fields []string) bool {
	if d.rec.Collection.Name != care.Handovers || d.old != nil && !d.dirty {
		return false
	}
	return slices.ContainsFunc(fields, func(f string) bool {
		if d.old == nil {
			return d.rec.Get(f) != nil
		}
		return !care.Equal(d.rec.Get(f), d.old.Get(f))
	})
}
