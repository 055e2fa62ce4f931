// Package pbdevices keeps, in SQL, which phones the server refuses, and why. It is beside the feed: no phone hears of it.
package pbdevices

import (
	"database/sql"

	"doorstep/internal/care"
	"doorstep/internal/columns"
	"doorstep/internal/desk"
	"doorstep/internal/pbstore"
)

const (
	everyRefusal = `SELECT device, kind, code, since, last, times FROM device_refusals`
	keepRefusal  = `INSERT INTO device_refusals (device, kind, code, since, last, times) SELECT id, ?2, ?3, ?4, ?5, ?6 FROM devices WHERE id = ?1
		ON CONFLICT (device, kind) DO UPDATE SET code = excluded.code, since = excluded.since, last = excluded.last, times = excluded.times`
	forgetRefusal = `DELETE FROM device_refusals WHERE device = ? AND kind = ?`
)

// Pages reads in a snapshot.
type Pages struct{ *pbstore.Snapshot }

// All lists every refusal that stands.
func (v Pages) All() (list []desk.Refusal, err error) {
	err = v.Each(everyRefusal, func(rows *sql.Rows) error {
		var r desk.Refusal
		var since, last string
		err := rows.Scan(&r.Device, &r.Kind, &r.Answer, &since, &last, &r.Times)
		r.Since, r.Last = columns.ParseTime(since), columns.ParseTime(last)
		list = append(list, r)
		return err
	})
	return list, err
}

// Keep writes down how a phone is refused; one that is not there is not kept.
func Keep(tx *pbstore.Tx, r desk.Refusal) error {
	return exec(tx, keepRefusal, r.Device, r.Kind, r.Answer, care.Stamp(r.Since), care.Stamp(r.Last), r.Times)
}

// Forget notes that a phone got what it asked for.
func Forget(tx *pbstore.Tx, device, kind string) error {
	return exec(tx, forgetRefusal, device, kind)
}

func exec(tx *pbstore.Tx, query string, args ...any) error {
	_, err := tx.Statements().Exec(query, args...)
	return err
}
