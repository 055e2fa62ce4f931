package pipeline

import (
	"encoding/json"
	"slices"
	"sort"

	"doorstep/internal/care"
	"doorstep/internal/reconcile"
	"doorstep/internal/wire"
)

// update plans an edit of named fields.
func (p *plan) update(d *draft, op *care.Op) error {
	names := make([]string, 0, len(op.Set))
	for name := range op.Set {
		names = append(names, name)
	}
	sort.Strings(names) // conflicts come out in a stable order
	var aside []asideField
	for _, name := range names {
		f, v, why := p.check(d.rec.Collection, name, op.Set[name])
		if why != nil {
			aside = append(aside, asideField{name, op.Set[name], why})
			continue
		}
		e := p.edit(f, op)
		e.Value = v
		if raw, ok := op.Was[name]; ok {
			if was, why := f.Check(raw); why == nil {
				e.Was, e.HasWas = was, true
			}
		}
		p.apply(d, e)
	}
	p.setAside(d.rec, personOf(d.rec), aside)
	return p.finish(d)
}

func (p *plan) edit(f *care.Field, op *care.Op) reconcile.Edit {
	return reconcile.Edit{Field: f, Base: p.base(op), Client: p.by.Client, Author: p.by.Staff,
		At: p.at, Resolving: op.Kind == care.OpResolve}
}

func (p *plan) base(op *care.Op) int64 {
	if p.by.Faults.TrustOldBase {
		return op.Base.Seq
	}
	return p.tx.BaseSeq(op.Base)
}

// apply lets one field meet what is stored.
func (p *plan) apply(d *draft, e reconcile.Edit) {
	name := e.Field.Name
	last := d.rec.LastChange(name)
	cur := reconcile.Current{Value: d.rec.Get(name), Last: last}
	if !d.rec.Retracted.IsZero() {
		// Nothing is resurrected and nothing hidden: the text of a late edit is kept for review,
		// and whoever withdrew the record is told.
		cur.Last = d.rec.LastChange(withdrawal)
		p.conflict(d, e, "retracted", reconcile.Lost, cur)
		return
	}
	if e.Field.Policy == care.Set {
		p.applySet(d, e, cur)
		return
	}
	outcome := reconcile.Field(cur, e)
	if outcome == reconcile.Lost && p.by.Faults.SilentOverwrite && e.Field.Policy == care.Manual {
		outcome = reconcile.Clean
	}
	switch outcome {
	case reconcile.Same:
	case reconcile.Restamped, reconcile.Clean, reconcile.Won:
		if outcome == reconcile.Won {
			p.conflict(d, e, policyName(e.Field.Policy), outcome, cur)
		}
		p.write(d, name, e.Value, care.Change{Seq: p.tx.Seq(), Client: e.Client, Author: e.Author, At: e.At})
	case reconcile.Lost:
		p.conflict(d, e, policyName(e.Field.Policy), outcome, cur)
	}
}

func (p *plan) applySet(d *draft, e reconcile.Edit, cur reconcile.Current) {
	was, _ := cur.Value.([]string)
	if e.HasWas {
		was, _ = e.Was.([]string)
	}
	now, _ := e.Value.([]string)
	add, remove := reconcile.Difference(was, now)
	p.applyMembers(d, e, cur, add, remove)
}

func (p *plan) applyMembers(d *draft, e reconcile.Edit, cur reconcile.Current, add, remove []string) {
	value, change, changed := reconcile.Members(cur, add, remove, e, p.tx.Seq())
	if changed {
		p.write(d, e.Field.Name, value, change)
	}
}

func (p *plan) write(d *draft, field string, value any, change care.Change) {
	if value == nil {
		delete(d.rec.Values, field)
	} else {
		d.rec.Values[field] = value
	}
	d.ever = true
	if d.old == nil {
		return // still being made: creation is the change
	}
	if d.rec.Changed == nil {
		d.rec.Changed = map[string]care.Change{}
	}
	d.rec.Changed[field] = change
	if !slices.Contains(d.fields, field) {
		d.fields = append(d.fields, field)
	}
}

// members plans an add to, or a remove from, a list.
func (p *plan) members(d *draft, op *care.Op) error {
	raw := any(op.Values)
	f, v, why := p.check(d.rec.Collection, op.Field, raw)
	if why == nil && f.Policy != care.Set {
		why = &care.Problem{Code: "wrong_type", Message: op.Field + " is not a list one can add to."}
	}
	if why != nil {
		p.setAside(d.rec, personOf(d.rec), []asideField{{op.Field, raw, why}})
		return nil
	}
	values, _ := v.([]string)
	e := p.edit(f, op)
	cur := reconcile.Current{Value: d.rec.Get(f.Name), Last: d.rec.LastChange(f.Name)}
	switch {
	case !d.rec.Retracted.IsZero():
		e.Value, cur.Last = v, d.rec.LastChange(withdrawal)
		p.conflict(d, e, "retracted", reconcile.Lost, cur)
	case op.Kind == care.OpAdd:
		p.applyMembers(d, e, cur, values, nil)
	default:
		p.applyMembers(d, e, cur, nil, values)
	}
	return p.finish(d)
}

// retract plans the withdrawal of a record; not over changes its author had not seen.
func (p *plan) retract(d *draft, op *care.Op) error {
	base := p.base(op)
	switch reconcile.Retraction(d.rec, base, p.by.Client) {
	case reconcile.Same:
	case reconcile.Lost:
		var newest care.Change
		for _, c := range d.rec.Changed {
			if c.Seq > newest.Seq {
				newest = c
			}
		}
		e := reconcile.Edit{Field: &care.Field{}, Value: json.RawMessage(`{"retract":true}`), Base: base,
			Client: p.by.Client, Author: p.by.Staff, At: p.at}
		p.conflict(d, e, "retract", reconcile.Lost, reconcile.Current{Value: json.RawMessage(`{"retract":false}`), Last: newest})
	default:
		p.withdraw(d)
	}
	return nil
}

// withdrawal is the name under which care.Record.Changed keeps who withdrew a record.
const withdrawal = "retracted"

func (p *plan) withdraw(d *draft) {
	d.rec.Retracted, d.ever = p.now, true
	if d.rec.Changed == nil {
		d.rec.Changed = map[string]care.Change{}
	}
	d.rec.Changed[withdrawal] = care.Change{Seq: p.tx.Seq(), Client: p.by.Client, Author: p.by.Staff, At: p.at}
}

// conflict keeps both sides: the one that stands and the one that lost.
func (p *plan) conflict(d *draft, e reconcile.Edit, policy string, outcome reconcile.Outcome, cur reconcile.Current) {
	kept, lost := cur.Value, e.Value
	keptBy, lostBy := cur.Last, care.Change{Author: e.Author, At: e.At}
	side := "theirs"
	if outcome == reconcile.Won {
		kept, lost, keptBy, lostBy = lost, kept, lostBy, keptBy
		side = "yours"
	}
	c := p.issue(care.Conflicts, personOf(d.rec))
	set(c, map[string]any{"collection": d.rec.Collection.Name, "record": d.rec.ID, "field": e.Field.Name, "policy": policy,
		"kept": jsonOf(kept), "lost": jsonOf(lost), "kept_by": keptBy.Author, "kept_at": care.Stamp(keptBy.At),
		"lost_by": lostBy.Author, "lost_at": care.Stamp(lostBy.At), "state": "open"})
	if e.HasWas {
		c.Values["before"] = jsonOf(e.Was)
	}
	p.issues = append(p.issues, c)
	p.result.Conflicts = append(p.result.Conflicts, wire.Conflict{ID: c.ID, Collection: d.rec.Collection.Name,
		Record: d.rec.ID, Field: e.Field.Name, Policy: policy, Kept: side, Theirs: jsonOf(cur.Value), Yours: jsonOf(e.Value),
		By: cur.Last.Author, At: care.Stamp(cur.Last.At)})
}

func policyName(policy care.Policy) string {
	switch policy {
	case care.Latest:
		return "latest"
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

func jsonOf(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		return json.RawMessage("null") // unreachable: care's Go values all marshal
	}
	return b
}
