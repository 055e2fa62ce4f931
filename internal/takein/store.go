package takein

import (
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
		if d.old != nil && !d.dirty {
			continue
		}
		if err := in.write(d); err != nil {
			return nil, err
		}
		o.result.Records = append(o.result.Records, wire.RecordRef{Collection: d.rec.Collection.WireName(), ID: d.rec.ID, Version: d.rec.Version})
	}
	for _, m := range p.manual {
		if err := in.Handovers.Announce(m); err != nil {
			return nil, err
		}
	}
	for _, d := range p.drafts {
		if called(d) {
			if err := in.Handovers.RecordCall(d.rec, in.wrote); err != nil {
				return nil, err
			}
		}
	}
	for _, issue := range p.issues {
		if err := in.openIssue(issue); err != nil {
			return nil, err
		}
	}
	return o, in.raiseWords(p)
}

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

// callFields are what a sender's phone may add to a handover: the call it made.
var callFields = []string{"called_at", "called_name", "called_role", "reached", "read_back"}

// called says whether a change recorded a call on a handover.
func called(d *draft) bool {
	if d.old == nil || !d.dirty || d.rec.Collection.Name != care.Handovers {
		return false
	}
	for _, f := range callFields {
		if !care.Equal(d.rec.Get(f), d.old.Get(f)) {
			return true
		}
	}
	return false
}
