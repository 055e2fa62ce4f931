package plan

import (
	"cmp"
	"slices"
	"time"

	"doorstep/internal/care"
)

// A visit is a duplicate of one by another service for the same person and purpose within a day of it. Phones judge it by the
// same cases, before anybody leaves: pb_public/app/model/duplicates.js, testdata/duplicates.json.
const (
	duplicateWithin = 24 * time.Hour
	// together: two who begin so close to each other make one visit.
	together = 30 * time.Minute
)

// ordered are purposes for which somebody is visited more than once a day because it was ordered so, and the one that says
// nothing of what a visit is for.
var ordered = []string{"insulin", "medication", "palliative", "other"}

// Ordered says whether a visit for a purpose repeats nothing, because several a day are ordered, or says not what it is for.
func Ordered(purpose string) bool { return slices.Contains(ordered, purpose) }

// Repeatable is a visit that another may repeat.
type Repeatable struct {
	ID, Patient, Purpose, Status string
	Service                      string // the organisation that makes it, "" = not known
	Start                        time.Time
}

// Duplicates are those of other visits that a planned one repeats, or that repeat it, the earliest first.
func Duplicates(v Repeatable, others []Repeatable) (list []Repeatable) {
	if v.Purpose == "" || v.Service == "" || Ordered(v.Purpose) {
		return nil
	}
	for _, o := range others {
		apart := o.Start.Sub(v.Start).Abs()
		if o.Patient == v.Patient && o.Purpose == v.Purpose && o.Service != "" && o.Service != v.Service && apart > together && apart <= duplicateWithin && stands(o.Status) {
			list = append(list, o)
		}
	}
	slices.SortStableFunc(list, func(a, b Repeatable) int { return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.ID, b.ID)) })
	return list
}

// stands says whether a visit is to be made, or was.
func stands(status string) bool {
	i := slices.Index(care.VisitStatuses, status)
	return status == "" || i >= 0 && i <= slices.Index(care.VisitStatuses, "completed")
}
