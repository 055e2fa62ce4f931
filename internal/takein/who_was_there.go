package takein

import (
	"maps"
	"slices"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/reconcile"
)

// Who is named as staff of a contact is a plan until something is recorded of it: whoever plans later wins. From
// then on it says who was there, and belongs to what that person wrote: a note never stands under another name.

// whoField is the field that names who is, or was, to be there.
const whoField = "staff"

// namesWho says whether a field is that of a visit or check-in.
func namesWho(c *care.Collection, field string) bool {
	return field == whoField && (c.Name == care.Visits || c.Name == care.Checkins)
}

// whoLast sorts the fields of an edit, for conflicts in a stable order; who was there comes last, when it is
// known what became of the rest.
func whoLast(set map[string]any) []string {
	names := slices.Sorted(maps.Keys(set))
	if i := slices.Index(names, whoField); i >= 0 {
		names = append(slices.Delete(names, i, i+1), whoField)
	}
	return names
}

// mergeWho lets who was there meet who is named. Recorded: something had been recorded before this edit.
func (in *input) mergeWho(p *planned, d *draft, e reconcile.Edit, recorded bool) {
	f := *e.Field
	switch {
	case recorded:
		f.Policy = care.Manual
		e.Field = &f
	case !care.OnlyPlanned(d.rec) && d.old != nil:
		// This edit is what was recorded, so its name stands, whoever planned what in the meantime.
		if last := d.rec.LastChange(whoField).At; !e.At.After(last) {
			e.At = last.Add(time.Millisecond)
		}
	}
	in.merge(p, d, e)
}
