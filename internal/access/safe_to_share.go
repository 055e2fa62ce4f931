package access

import (
	"maps"
	"slices"

	"doorstep/internal/care"
)

// SafeToShare says whether a field, by name, is part of what limited viewers get of a collection. What
// nobody knows is not.
func SafeToShare(collection, field string) bool {
	c, ok := care.ByName(collection)
	if !ok {
		return false
	}
	f, ok := c.Field(field)
	return ok && f.Limited
}

// SafeToShareOp says whether all that an op holds is part of what limited viewers get.
func SafeToShareOp(op *care.Op) bool {
	fields := slices.AppendSeq(slices.Collect(maps.Keys(op.Set)), maps.Keys(op.Was))
	if op.Field != "" {
		fields = append(fields, op.Field)
	}
	if len(fields) == 0 { // a withdrawal: what there is to withdraw
		c, ok := care.ByName(op.Collection)
		return ok && slices.ContainsFunc(c.Fields, func(f care.Field) bool { return f.Limited })
	}
	return !slices.ContainsFunc(fields, func(field string) bool { return !SafeToShare(op.Collection, field) })
}

// Sealed says whether a field is one that its collection keeps for the safeguarding lead alone; see
// care.SealedName for what only bears such a name.
func Sealed(collection, field string) bool {
	c, ok := care.ByName(collection)
	if !ok {
		return false
	}
	f, ok := c.Field(field)
	return ok && f.Sealed
}
