package judge

import (
	"time"

	"doorstep/internal/care"
)

// Filed judges a person anew after records were filed under them, or taken from them, by a decision about whom those are
// about: from the earliest moment on at which one of these happened, as far back as readings are judged anew at all. The
// alarms at those records have to be filed by then.
func (r *Room) Filed(patient string, since time.Time) error {
	record, err := r.Reference.Patient(patient)
	if err != nil || record == nil || since.IsZero() {
		return err
	}
	d, err := r.allDoubts(patient, nil)
	if err != nil {
		return err
	}
	if oldest := r.Moment.Now().Add(-AlarmMemory); since.Before(oldest) {
		since = oldest
	}
	n := &News{}
	n.act(since)
	return r.judge(record, n, d)
}

// meant is who is meant where a refused change names somebody: their registration may have been made one with another's
// since.
func (r *Room) meant(person string) (string, error) {
	return care.Survivor(person, r.Reference.Patient)
}
