package pbstore

import (
	"context"
	"database/sql"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/columns"
)

// What goes by the clock, looked through after it was set.
const (
	openHandoverIDs = `SELECT '` + string(care.DueHandover) + `', id FROM handovers WHERE state NOT IN ` + care.SQLOffTheClock + ` UNION ALL SELECT '` + string(care.DueLone) + `', id FROM lone_stays WHERE closed_at = ''`
	openIssueIDs    = `SELECT '` + string(care.DueIssue) + `', id FROM conflicts WHERE ` + care.SQLIssueOpen + `
		UNION ALL SELECT '` + string(care.DueIssue) + `', id FROM quarantine WHERE ` + care.SQLIssueOpen
	datedPeople = `SELECT '` + string(care.DueCaseload) + `', patient FROM caseload
		WHERE "from" > ?1 AND "from" <= ?2 OR "to" > ?1 AND "to" <= ?2
		UNION SELECT '` + string(care.DueCaseload) + `', id FROM patients WHERE CAST(consent AS TEXT) LIKE '%"expires"%'`
	// waitsAhead are rows that need no moment of their own, for they were due when they were written, and those that wait longer than any does.
	waitsAhead = `SELECT kind, ref FROM sync_due WHERE at > ?1 AND (kind IN ('` + string(care.DueWake) + `', '` + string(care.DueJudge) + `')
		OR kind = '` + string(care.DueLapse) + `' AND at > ?2)`

	forgetMarksAhead  = `DELETE FROM sync_marks WHERE minute > ?`
	hastenDeliveries  = `UPDATE outbox SET due_at = ?1 WHERE state = 'waiting' AND due_at > ?2`
	endSignInCodes    = `UPDATE sign_in_codes SET expires_at = ?1 WHERE expires_at > ?1`
	signInCodesLonger = 10 * time.Minute // as identity.CodeLifetime
)

// GoesByClock lists what must be looked at again after the clock was moved over a time.
func (s *Store) GoesByClock(ctx context.Context, earliest, latest time.Time) (list []Due, err error) {
	collect := func(r *sql.Rows) error {
		var d Due
		err := r.Scan(&d.Kind, &d.Ref)
		list = append(list, d)
		return err
	}
	err = s.Read(ctx, func(v *Snapshot) error {
		if err := v.each(openHandoverIDs, collect); err != nil {
			return err
		}
		if err := v.each(openIssueIDs, collect); err != nil {
			return err
		}
		if err := v.each(datedPeople, collect, columns.Stamp(earliest), columns.Stamp(latest)); err != nil {
			return err
		}
		return v.each(waitsAhead, collect, care.Stamp(s.now()), care.Stamp(s.now().Add(s.retention)))
	})
	return list, err
}

// LastMark is the latest minute in which anything was written; zero when nothing ever was.
func (s *Store) LastMark() time.Time {
	s.mem.mu.RLock()
	defer s.mem.mu.RUnlock()
	if s.mem.minute == 0 {
		return time.Time{}
	}
	return time.Unix(s.mem.minute*60, 0)
}

// ForgetAhead takes back what a clock that was ahead has left: marks of minutes that have not come yet, deliveries
// that wait longer than any does, sign-in codes that live longer than any may.
func (tx *Tx) ForgetAhead(mostRetry time.Duration) error {
	now := tx.now.Unix() / 60
	if _, err := tx.exec(forgetMarksAhead, now); err != nil {
		return err
	}
	tx.note(func(m *memory) { m.minute = min(m.minute, now) })
	if _, err := tx.exec(hastenDeliveries, care.Stamp(tx.now), care.Stamp(tx.now.Add(mostRetry))); err != nil {
		return err
	}
	_, err := tx.exec(endSignInCodes, care.Stamp(tx.now.Add(signInCodesLonger)))
	return err
}
