package pbstore

import (
	"time"

	"doorstep/internal/care"
	"doorstep/internal/columns"
)

const (
	setInactive = `UPDATE staff SET inactive_since = ? WHERE id = ?`
	noteLeaving = `INSERT INTO leaving (staff, since, noted_at, noted_by) VALUES (?, ?, ?, ?)
		ON CONFLICT (staff) DO UPDATE SET since = excluded.since, noted_at = excluded.noted_at, noted_by = excluded.noted_by`
	leavingNoted  = `SELECT since FROM leaving WHERE staff = ?`
	forgetLeaving = `DELETE FROM leaving WHERE staff = ?`
)

// NoteLeaving implements desk.StaffStore.
func (tx *Tx) NoteLeaving(staff string, since time.Time, by string) error {
	if _, err := tx.exec(setInactive, columns.Stamp(since), staff); err != nil {
		return err
	}
	_, err := tx.exec(noteLeaving, staff, care.Stamp(since), care.Stamp(tx.now), by)
	return err
}

// LeavingNoted implements desk.StaffStore.
func (tx *Tx) LeavingNoted(staff string) (time.Time, error) {
	since, err := texts(tx, leavingNoted, staff)
	if err != nil || len(since) == 0 {
		return time.Time{}, err
	}
	return care.ParseStamp(since[0])
}

// ForgetLeaving implements desk.StaffStore.
func (tx *Tx) ForgetLeaving(staff string) error {
	if _, err := tx.exec(setInactive, "", staff); err != nil {
		return err
	}
	_, err := tx.exec(forgetLeaving, staff)
	return err
}
