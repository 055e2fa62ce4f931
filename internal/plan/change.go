package plan

import (
	"time"

	"doorstep/internal/care"
	"doorstep/internal/worktime"
)

// Stood is what stands for an occurrence already.
type Stood struct {
	Day   worktime.Date
	Place int
	ID    string // of the visit or check-in
	// Turn counts how often the plan withdrew one of that day before; see ContactID.
	Turn int
	// Withdrawn: the plan took it away; another may be made.
	Withdrawn bool
	// Wrote is what the plan wrote last.
	Wrote Contact
	// Record is the visit or check-in as it stands; nil where there is none.
	Record *care.Record
}

// Step is one thing to do to one contact.
type Step struct {
	Stood
	// Make it, write it anew, or withdraw it: one of them.
	Make, Write, Withdraw bool
	// Want is what the contact is to be, of one that is made or written.
	Want Contact
}

// Steps are what makes contacts be as a plan wants them: those that are missing are made, those that nobody has
// touched are written anew or withdrawn, and what somebody touched is left as it is. Nothing before a moment is
// looked at: what has begun is not planned any more. Kept counts those that differ from the plan and stay.
func Steps(plan string, want []Occurrence, stood []Stood, after time.Time) (steps []Step, kept int) {
	type key struct {
		day   worktime.Date
		place int
	}
	have := make(map[key]Stood, len(stood))
	for _, s := range stood {
		have[key{s.Day, s.Place}] = s
	}
	wanted := make(map[key]bool, len(want))
	for _, o := range want {
		k := key{o.Day, o.Place}
		wanted[k] = true
		s, there := have[k]
		switch {
		case !there || s.Withdrawn:
			if !o.Start.After(after) {
				continue
			}
			turn := 0
			if there {
				turn = s.Turn + 1
			}
			steps = append(steps, Step{Stood: Stood{Day: o.Day, Place: o.Place, Turn: turn, ID: ContactID(plan, o.Day, o.Place, turn)}, Make: true, Want: o.Contact})
		case s.Wrote.same(o.Contact):
		case s.untouched(after) && o.Start.After(after):
			steps = append(steps, Step{Stood: s, Write: true, Want: o.Contact})
		case s.ahead(after):
			kept++
		}
	}
	for _, s := range stood {
		if s.Withdrawn || wanted[key{s.Day, s.Place}] {
			continue
		}
		if s.untouched(after) {
			steps = append(steps, Step{Stood: s, Withdraw: true})
		} else if s.ahead(after) {
			kept++
		}
	}
	return steps, kept
}

// ahead says whether the contact has still to be made.
func (s *Stood) ahead(after time.Time) bool {
	return s.Record != nil && s.Record.Retracted.IsZero() && care.OnlyPlanned(s.Record) && s.Wrote.Start.After(after)
}

// untouched says whether a contact that is still ahead is as the plan wrote it: nobody moved it, gave it to somebody
// else, wrote into it or took it away.
func (s *Stood) untouched(after time.Time) bool {
	return s.ahead(after) && ContactOf(s.Record).same(s.Wrote)
}

// ContactOf is what a plan would have had to write for a visit or check-in to stand as it does.
func ContactOf(r *care.Record) Contact {
	if r.Collection.Name == care.Checkins {
		c := care.AsCheckin(r)
		return Contact{Start: c.PlannedStart(), End: c.PlannedEnd(), Staff: c.Staff(), Team: c.Team()}
	}
	v := care.AsVisit(r)
	return Contact{Start: v.PlannedStart(), End: v.PlannedEnd(), Staff: v.Staff(), Purpose: v.Purpose(), Team: v.Team()}
}

// same says whether two contacts are alike. Times are kept to the millisecond.
func (c Contact) same(o Contact) bool {
	return c.Start.Equal(o.Start) && c.End.Equal(o.End) && c.Staff == o.Staff && c.Purpose == o.Purpose && c.Team == o.Team
}

// Fields are the fields of a visit or check-in, but for whom it is about, that make it this contact.
func (c Contact) Fields(kind string) map[string]any {
	set := map[string]any{"team": c.Team, "staff": orNil(c.Staff), "planned_start": care.Stamp(c.Start), "planned_end": care.Stamp(c.End)}
	if kind == care.Visits {
		set["purpose"], set["status"] = orNil(c.Purpose), "planned"
	}
	return set
}

// Differ are those of the fields in which another contact is another.
func (c Contact) Differ(kind string, was Contact) map[string]any {
	set, old := c.Fields(kind), was.Fields(kind)
	for name, v := range set {
		if old[name] == v {
			delete(set, name)
		}
	}
	return set
}

func orNil(text string) any {
	if text == "" {
		return nil
	}
	return text
}
