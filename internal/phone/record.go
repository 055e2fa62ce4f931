package phone

import (
	"fmt"

	"doorstep/internal/care"
	"doorstep/internal/wire"
)

// Change is several steps that take effect together or not at all: a visit and its readings.
// The first step that cannot be taken spoils it; InOne then records nothing.
type Change struct {
	p   *Phone
	ops []Op
	err error
}

// InOne records one change made of several steps and returns its key, by which Item knows it.
// It fails, and records nothing, when a step cannot be taken or storage fails.
func (p *Phone) InOne(steps func(*Change)) (key string, err error) {
	switch {
	case p.self.Directive == directiveWipe:
		return "", ErrWiped
	case p.self.Staff == "":
		return "", ErrNotSignedIn
	}
	c := &Change{p: p}
	steps(c)
	switch {
	case c.err != nil:
		return "", c.err
	case len(c.ops) == 0:
		return "", nil
	case len(c.ops) > wire.MaxMutationOps:
		return "", fmt.Errorf("%w: %d, at most %d", ErrTooMuch, len(c.ops), wire.MaxMutationOps)
	}
	return p.record(c.ops)
}

// Create records a new record and returns its id.
func (p *Phone) Create(collection string, values map[string]any) (id string, err error) {
	_, err = p.InOne(func(c *Change) { id = c.Create(collection, values) })
	return id, err
}

// Edit changes fields of a record as it is seen now.
func (p *Phone) Edit(collection, id string, changes map[string]any) error {
	_, err := p.InOne(func(c *Change) { c.Edit(collection, id, changes) })
	return err
}

// AddTo adds members to a list of a record; RemoveFrom takes members away.
func (p *Phone) AddTo(collection, id, field string, members ...string) error {
	_, err := p.InOne(func(c *Change) { c.AddTo(collection, id, field, members...) })
	return err
}

// RemoveFrom takes members out of a list of a record.
func (p *Phone) RemoveFrom(collection, id, field string, members ...string) error {
	_, err := p.InOne(func(c *Change) { c.RemoveFrom(collection, id, field, members...) })
	return err
}

// Retract withdraws a record.
func (p *Phone) Retract(collection, id string) error {
	_, err := p.InOne(func(c *Change) { c.Retract(collection, id) })
	return err
}

// Resolve decides a conflict, or mends what was set aside or quarantined: set holds the values
// that are right.
func (p *Phone) Resolve(issue string, set map[string]any) error {
	_, err := p.InOne(func(c *Change) { c.Resolve(issue, set) })
	return err
}

// Create adds a new record to the change and returns its id.
func (c *Change) Create(collection string, values map[string]any) (id string) {
	id, err := c.p.newID()
	if err != nil {
		c.fail(err)
		return ""
	}
	c.CreateAs(collection, id, values)
	return id
}

// CreateAs is Create under an id made elsewhere.
func (c *Change) CreateAs(collection, id string, values map[string]any) {
	set, err := plain(values)
	if err != nil {
		c.fail(err)
		return
	}
	c.ops = append(c.ops, Op{Op: string(care.OpCreate), Collection: collection, ID: id, Set: set})
}

// View returns a record with the steps of this change on top.
func (c *Change) View(collection, id string) (*Seen, bool) {
	s, _ := c.p.View(collection, id)
	s = overlay(s, c.ops, collection, id)
	return s, s != nil
}

// Edit adds an edit of a record as it is seen now.
func (c *Change) Edit(collection, id string, changes map[string]any) {
	if s, ok := c.see(collection, id); ok {
		c.EditSeen(s, changes)
	}
}

// EditSeen adds an edit of a record as its author saw it, perhaps some time ago: a form that
// was open while a pull brought something newer.
func (c *Change) EditSeen(seen *Seen, changes map[string]any) {
	set, err := plain(changes)
	if err != nil {
		c.fail(err)
		return
	}
	was := make(map[string]any, len(set))
	for field := range set {
		was[field] = seen.Values[field]
	}
	op := c.op(care.OpUpdate, seen)
	op.Set, op.Was = set, was
	c.ops = append(c.ops, op)
}

// AddTo adds members to a list of a record.
func (c *Change) AddTo(collection, id, field string, members ...string) {
	c.list(care.OpAdd, collection, id, field, members)
}

// RemoveFrom takes members out of a list of a record.
func (c *Change) RemoveFrom(collection, id, field string, members ...string) {
	c.list(care.OpRemove, collection, id, field, members)
}

func (c *Change) list(kind care.OpKind, collection, id, field string, members []string) {
	s, ok := c.see(collection, id)
	if !ok {
		return
	}
	op := c.op(kind, s)
	op.Field = field
	for _, m := range members {
		op.Values = append(op.Values, m)
	}
	c.ops = append(c.ops, op)
}

// Retract withdraws a record as it is seen now.
func (c *Change) Retract(collection, id string) {
	if s, ok := c.see(collection, id); ok {
		c.ops = append(c.ops, c.op(care.OpRetract, s))
	}
}

// Resolve decides an issue this phone holds. Its base is what the decider saw: the issue and
// the record it is about.
func (c *Change) Resolve(issue string, set map[string]any) {
	s, ok := c.see(care.SyncIssues, issue)
	if !ok {
		return
	}
	values, err := plain(set)
	if err != nil {
		c.fail(err)
		return
	}
	base := s.Base
	if about, ok := c.p.records[recordKey(s.Text("collection"), s.Text("record"))]; ok {
		base = later(base, baseOf(about))
	}
	c.ops = append(c.ops, Op{Op: string(care.OpResolve), Issue: issue, Patient: s.Patient(), Base: base, Set: values})
}

// op starts an op on a record as it was seen.
func (c *Change) op(kind care.OpKind, s *Seen) Op {
	return Op{Op: string(kind), Collection: s.Collection, ID: s.ID, Patient: s.Patient(), Base: c.baseFor(s)}
}

// baseFor is the base of an edit: what its author saw, but while own work on the record is
// pending that work's base, because it hid from the author what a pull brought since.
func (c *Change) baseFor(s *Seen) string {
	base := s.Base
	for _, row := range c.p.outbox {
		if b, ok := pendingBase(row.Ops, s); ok {
			return earlier(b, base)
		}
	}
	if b, ok := pendingBase(c.ops, s); ok {
		return earlier(b, base)
	}
	return base
}

// pendingBase finds the first of the ops that concerns the record.
func pendingBase(ops []Op, s *Seen) (string, bool) {
	for i := range ops {
		if ops[i].Collection == s.Collection && ops[i].ID == s.ID {
			return ops[i].Base, true
		}
	}
	return "", false
}

// earlier returns the lower of two bases; "", nothing seen, is lowest. Bases of two epochs
// cannot be compared: then the first, which is the older work's, stays.
func earlier(a, b string) string {
	x, y, ok := bases(a, b)
	if !ok || x.Seq <= y.Seq {
		return a
	}
	return b
}

// later returns the higher of two bases, the first when they cannot be compared.
func later(a, b string) string {
	x, y, ok := bases(a, b)
	if ok && y.Seq > x.Seq {
		return b
	}
	return a
}

func bases(a, b string) (x, y care.Base, ok bool) {
	x, errX := wire.ParseBase(a)
	y, errY := wire.ParseBase(b)
	return x, y, errX == nil && errY == nil && x.Epoch == y.Epoch
}

func (c *Change) see(collection, id string) (*Seen, bool) {
	s, ok := c.View(collection, id)
	if !ok {
		c.fail(fmt.Errorf("%w: %s %s", ErrNotHeld, collection, id))
	}
	return s, ok
}

func (c *Change) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}
