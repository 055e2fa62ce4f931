package desk

import (
	"maps"
	"slices"
	"time"

	"doorstep/internal/care"
)

// ImpactReader says what phones hold of a person.
type ImpactReader interface {
	// StaffHolding lists the staff in service who hold a person at a time, with their view.
	StaffHolding(person *care.Record, at time.Time) (map[string]care.View, error)
	// RecordsAbout counts the records of a person in one view.
	RecordsAbout(patient string, view care.View) (int64, error)
	// ActivePhones counts the phones in use of these staff.
	ActivePhones(staff []string) (int, error)
}

// Impact is what a change of a caseload does to phones: whom it takes people away from, and who
// gets them.
type Impact struct {
	Purges    Effect `json:"purges"`
	Backfills Effect `json:"backfills"`
}

// Effect counts one side of it. Records are those of the people concerned, once each.
type Effect struct {
	People  int   `json:"people"`
	Staff   int   `json:"staff"`
	Devices int   `json:"devices"`
	Records int64 `json:"records"`

	staff map[string]bool
}

// measured changes a person's caseload and adds to impact what that does to phones at the time
// from which it counts.
func (c *Caseloads) measured(person *care.Record, at time.Time, impact *Impact, change func() error) error {
	before, err := c.Impact.StaffHolding(person, at)
	if err != nil {
		return err
	}
	if err := change(); err != nil {
		return err
	}
	after, err := c.Impact.StaffHolding(person, at)
	if err != nil {
		return err
	}
	if err := c.count(&impact.Purges, person.ID, before, after); err != nil {
		return err
	}
	return c.count(&impact.Backfills, person.ID, after, before)
}

// count adds those who are in one list and not in the other. The records are counted in the
// widest view among them.
func (c *Caseloads) count(e *Effect, patient string, in, notIn map[string]care.View) error {
	found, widest := false, care.Limited
	for staff, view := range in {
		if _, both := notIn[staff]; both {
			continue
		}
		if e.staff == nil {
			e.staff = map[string]bool{}
		}
		e.staff[staff], found = true, true
		if view == care.Clinical {
			widest = care.Clinical
		}
	}
	if !found {
		return nil
	}
	e.People++
	e.Staff = len(e.staff)
	n, err := c.Impact.RecordsAbout(patient, widest)
	if err != nil {
		return err
	}
	e.Records += n
	e.Devices, err = c.Impact.ActivePhones(slices.Sorted(maps.Keys(e.staff)))
	return err
}
