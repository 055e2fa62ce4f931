package takein

import (
	"slices"

	"doorstep/internal/care"
)

// A change to a visit that was held back may be about another visit than the one that somebody else has recorded
// since under the same plan. Field by field the two would be mixed, half of each. So whoever lets it in says whether
// it is a visit of its own, or one with the other: then what the two say differently becomes conflicts.

// contactFields are those by which somebody records what happened.
var contactFields = map[string][]string{
	care.Visits:   {"status", "no_access_kind", "started_at", "ended_at", "outcome", "note"},
	care.Checkins: {"happened_at", "seen", "wellbeing", "concern"},
}

// planFields are those that a visit of its own takes over from the plan it was made by.
var planFields = []string{"team", "purpose", "planned_start", "planned_end", "delegated_by"}

// recordedTwice says whether an approved op records a contact that somebody else has recorded since its author saw it.
func (in *input) recordedTwice(d *draft, op *care.Op) bool {
	fields := contactFields[d.rec.Collection.Name]
	if in.by.Approver == nil || in.together || d.old == nil || !slices.ContainsFunc(fields, func(f string) bool { _, sets := op.Set[f]; return sets }) {
		return false
	}
	base := in.Store.BaseSeq(op.Base)
	return slices.ContainsFunc(fields, func(f string) bool {
		last := d.rec.LastChange(f)
		return last.Seq > base && last.Client != in.by.Client
	})
}

// changedContact is the place of the first op that changes a contact; below zero where the first op about one makes it,
// or there is none.
func changedContact(ops []care.Op) int {
	first := slices.IndexFunc(ops, func(op care.Op) bool { return contactFields[op.Collection] != nil })
	if first >= 0 && ops[first].Kind == care.OpCreate {
		return -1
	}
	return first
}

// asOwn makes a record of its own of what a change would have done to a stored one, with what else of the change
// refers to it. A change that makes a record is left as it is.
func (r *Room) asOwn(m *care.Mutation, id string) error {
	first := changedContact(m.Ops)
	if first < 0 || !care.IsID(id) {
		return nil
	}
	old := m.Ops[first].ID
	c, _ := care.ByName(m.Ops[first].Collection)
	stored, err := r.Store.Record(c, old)
	if err != nil || stored == nil {
		return err
	}
	made := &m.Ops[first]
	set := map[string]any{"patient": stored.Person(), whoField: m.Author}
	for _, name := range planFields {
		if v := stored.Get(name); v != nil {
			set[name] = v
		}
	}
	for name, v := range made.Set {
		set[name] = v
	}
	if made.Kind == care.OpAdd {
		set[made.Field] = made.Values
	}
	*made = care.Op{Kind: care.OpCreate, Collection: c.Name, ID: id, Patient: stored.Person(), Set: set}
	for i := range m.Ops {
		op := &m.Ops[i]
		if op.ID == old {
			op.ID, op.Base = id, care.Base{}
		}
		for name, v := range op.Set {
			if v == old {
				op.Set[name] = id
			}
		}
	}
	return nil
}
