package takein

import (
	"doorstep/internal/care"
	"doorstep/internal/reconcile"
	"doorstep/internal/wire"
)

// update plans an edit of named fields.
func (in *input) update(p *planned, d *draft, op *care.Op) error {
	var aside []asideField
	recorded := d.old != nil && !care.OnlyPlanned(d.rec)
	for _, name := range whoLast(op.Set) {
		d.writes = append(d.writes, name)
		f, v, wrong, stored := in.sift(p, d.rec.Collection, name, op.Set[name])
		aside = append(aside, wrong...)
		if !stored {
			continue
		}
		if why, err := in.fits(p, d.rec, d.rec.Person(), f, v); err != nil {
			return err
		} else if why != nil {
			aside = append(aside, asideField{name, care.JSON(op.Set[name]), why})
			continue
		}
		e := in.edit(f, op)
		e.Value = v
		if raw, ok := op.Was[name]; ok {
			if was, why := f.Check(raw); why == nil {
				e.Was, e.HasWas = was, true
			} else if known, _, unknown := f.Sift(raw); unknown != nil { // members of a list that the server does not know
				e.Was, e.HasWas = known, true
			}
		}
		if namesWho(d.rec.Collection, name) {
			in.mergeWho(p, d, e, recorded)
		} else {
			in.merge(p, d, e)
		}
	}
	in.setAside(p, d.rec, d.rec.Person(), aside)
	in.doubtNumber(d)
	return in.derive(p, d)
}

// merge lets one field meet what is stored.
func (in *input) merge(p *planned, d *draft, e reconcile.Edit) {
	name := e.Field.Name
	if e.Field.Sealed {
		in.grow(p, d, e)
		return
	}
	cur := reconcile.Current{Value: d.rec.Get(name), Last: d.rec.LastChange(name), Version: d.rec.Version}
	if !d.rec.Retracted.IsZero() {
		in.keepAgainst(p, d, e)
		return
	}
	if e.Field.Policy == care.Set {
		was, _ := cur.Value.([]string)
		if e.HasWas {
			was, _ = e.Was.([]string)
		}
		wanted, _ := e.Value.([]string)
		add, remove := reconcile.Difference(was, wanted)
		if e.Resolving && !e.HasWas { // what was set aside joins what is stored
			remove = nil
		}
		in.mergeMembers(d, e, cur, add, remove)
		return
	}
	outcome := reconcile.Field(cur, e)
	if outcome == reconcile.Clean && d.rec.Collection.AppendOnly && d.old != nil && !e.Resolving {
		outcome = reconcile.Lost // nobody measures afterwards: what a set lacks, only a decision about it fills in
	}
	switch outcome {
	case reconcile.Same:
	case reconcile.Restamped, reconcile.Clean, reconcile.Won:
		if outcome == reconcile.Won {
			in.conflictOfValues(p, d, e, outcome, cur)
		}
		d.write(name, e.Value, care.Change{Seq: in.Moment.Seq(), Client: e.Client, Author: e.Author, At: e.At}.ReceivedAt(in.received))
	case reconcile.Lost:
		in.conflictOfValues(p, d, e, outcome, cur)
	}
}

// conflictOfValues keeps two values of a field; of times as they were, by the server's clock.
func (in *input) conflictOfValues(p *planned, d *draft, e reconcile.Edit, outcome reconcile.Outcome, cur reconcile.Current) {
	e.Value, cur.Value = in.corrected(d, e.Field.Name, e.Value), d.rec.AsItWas(e.Field.Name)
	in.conflict(p, d, e, policyName(e.Field.Policy), outcome, cur)
}

func (in *input) mergeMembers(d *draft, e reconcile.Edit, cur reconcile.Current, add, remove []string) {
	if value, change, changed := reconcile.Members(cur, add, remove, e, in.Moment.Seq()); changed {
		d.write(e.Field.Name, value, change)
	}
}

// members plans an add to, or a remove from, a list.
func (in *input) members(p *planned, d *draft, op *care.Op) error {
	raw := any(op.Values)
	f, v, aside, stored := in.sift(p, d.rec.Collection, op.Field, raw)
	if stored && f.Sealed {
		e := in.edit(f, op)
		e.Value = v
		in.grow(p, d, e)
		return in.derive(p, d)
	}
	if stored && f.Policy != care.Set {
		aside, stored = []asideField{{op.Field, care.JSON(raw), &care.Problem{Code: care.CodeWrongType, Message: op.Field + " is not a list one can add to."}}}, false
	}
	in.setAside(p, d.rec, d.rec.Person(), aside)
	if !stored {
		return nil
	}
	values, _ := v.([]string)
	d.writes = append(d.writes, f.Name)
	e := in.edit(f, op)
	cur := reconcile.Current{Value: d.rec.Get(f.Name), Last: d.rec.LastChange(f.Name)}
	switch {
	case !d.rec.Retracted.IsZero() && op.Kind == care.OpAdd:
		in.membersAgainst(p, d, e, values, nil)
	case !d.rec.Retracted.IsZero():
		in.membersAgainst(p, d, e, nil, values)
	case op.Kind == care.OpAdd:
		in.mergeMembers(d, e, cur, values, nil)
	default:
		in.mergeMembers(d, e, cur, nil, values)
	}
	return in.derive(p, d)
}

// retract plans the withdrawal of a record; not over changes its author had not seen.
func (in *input) retract(p *planned, d *draft, op *care.Op) {
	base := in.Store.BaseSeq(op.Base)
	switch reconcile.Retraction(d.rec, base, in.by.Client) {
	case reconcile.Same:
	case reconcile.Lost:
		var newest care.Change
		for _, c := range d.rec.Changed {
			if c.Seq > newest.Seq {
				newest = c
			}
		}
		e := reconcile.Edit{Field: &care.Field{}, Value: withdrawn, Base: base,
			Client: in.by.Client, Author: in.by.Staff, At: in.at}
		in.conflict(p, d, e, care.PolicyRetract, reconcile.Lost, reconcile.Current{Value: standing, Last: newest})
	default:
		in.withdraw(d)
	}
}

// conflict keeps both sides: the one that stands and the one that lost.
func (in *input) conflict(p *planned, d *draft, e reconcile.Edit, policy string, outcome reconcile.Outcome, cur reconcile.Current) {
	kept, lost := cur.Value, e.Value
	keptBy, lostBy := cur.Last, care.Change{Author: e.Author, At: e.At}
	side := "theirs"
	if outcome == reconcile.Won {
		kept, lost, keptBy, lostBy = lost, kept, lostBy, keptBy
		side = "yours"
	}
	c := in.newIssue(care.Conflicts, d.rec.Person(), e.Field.Name != "" && !e.Field.Limited)
	c.SetAll(map[string]any{"collection": d.rec.Collection.Name, "record": d.rec.ID, "field": e.Field.Name, "policy": policy,
		"kept": care.JSON(kept), "lost": care.JSON(lost), "kept_by": keptBy.Author, "kept_at": care.Stamp(keptBy.At),
		"lost_by": lostBy.Author, "lost_at": care.Stamp(lostBy.At)})
	if e.HasWas {
		c.Values["before"] = care.JSON(e.Was)
	}
	p.issues = append(p.issues, c)
	p.conflicts = append(p.conflicts, wire.Conflict{ID: c.ID, Collection: d.rec.Collection.Name,
		Record: d.rec.ID, Field: e.Field.Name, Policy: policy, Kept: side, Theirs: care.JSON(cur.Value), Yours: care.JSON(e.Value),
		By: cur.Last.Author, At: care.Stamp(cur.Last.At)})
}

func policyName(policy care.Policy) string {
	switch policy {
	case care.Latest:
		return care.PolicyLatest
	case care.Set:
		return "set"
	case care.Immutable:
		return "immutable"
	case care.Server:
		return "server"
	case care.Manual:
	}
	return "manual"
}
