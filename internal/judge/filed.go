package judge

import (
	"strconv"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/rules"
	"doorstep/internal/wire"
)

// Filed judges a person anew after records were filed under them, or taken from them, by a decision about whom those are
// about: from the earliest moment on at which one of these happened, or something in doubt about the person did, as far back
// as readings are judged anew at all. It says from when on that is, zero: there is nothing. The alarms at those records have
// to be filed by then.
func (r *Room) Filed(patient string, since time.Time) (time.Time, error) {
	record, err := r.Reference.Patient(patient)
	if err != nil || record == nil {
		return since, err
	}
	d, err := r.allDoubts(patient, nil)
	if err != nil {
		return since, err
	}
	for i := range d.events {
		since = care.Earliest(since, d.events[i].At)
	}
	for _, rec := range d.stored {
		since = care.Earliest(since, rec.ClinicalTime)
	}
	if since.IsZero() {
		return since, nil
	}
	from := since
	if oldest := r.Moment.Now().Add(-AlarmMemory); from.Before(oldest) {
		from = oldest
	}
	n := &News{}
	n.act(from)
	return since, r.judge(record, n, d)
}

// HeldRecords are the records that a refused change tells of, by the ids by which alarms name them.
func (r *Room) HeldRecords(issue *care.Record) (records []string) {
	for i, op := range wire.Ops(wire.KeptIn(issue)) {
		records = append(records, heldRecord(issue, &op, i))
	}
	return records
}

// heldRecord is by which id an op of a refused change, the one of that number, is known.
func heldRecord(issue *care.Record, op *care.Op, n int) string {
	if care.IsID(op.ID) {
		return op.ID
	}
	return rules.ID("refused", care.AsIssue(issue).Key(), strconv.Itoa(n))
}

// meant is who is meant where a refused change names somebody: their registration may have been made one with another's
// since.
func (r *Room) meant(person string) (string, error) {
	return care.Survivor(person, r.Reference.Patient)
}
