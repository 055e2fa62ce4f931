package pbstore

import (
	"database/sql"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/wire"
)

// Staying takes back that a member of staff leaves.
type Staying struct {
	Lead  care.Viewer
	Staff string
}

// Stayed is what became of it.
type Stayed struct {
	Staff   string      `json:"staff"`
	Devices []DeviceRow `json:"devices"` // their phones in use
	Changed bool        `json:"changed"` // false: nobody had noted that they leave
}

// notedLeaving lists the moments from which a desk has said that somebody is gone, the last said first.
func (tx *Tx) notedLeaving(staff string) ([]time.Time, error) {
	var noted []time.Time
	err := tx.each(`SELECT at, detail FROM audit WHERE action = 'leave' AND collection = ? AND record = ? ORDER BY id DESC LIMIT 20`,
		func(r *sql.Rows) error {
			var said, detail string
			if err := r.Scan(&said, &detail); err != nil {
				return err
			}
			var asked struct {
				At string `json:"at"`
			}
			if err := json.Unmarshal([]byte(detail), &asked); err != nil {
				return err
			}
			since, err := care.ParseStamp(said)
			if err != nil {
				return err
			}
			if at, err := care.ParseStamp(asked.At); err == nil && at.After(since) {
				since = at
			}
			noted = append(noted, since)
			return nil
		}, care.StaffName, staff)
	return noted, err
}

// Stay takes back what Leave noted: the account works again, and so do the phones that handed in because
// of it. What a colleague took over stays theirs. Only an administrator reopens an account that was closed
// elsewhere than at a desk. Refusals are *wire.Error.
func (tx *Tx) Stay(s Staying) (stayed Stayed, err error) {
	stayed.Staff, stayed.Devices = s.Staff, []DeviceRow{}
	v, ok := tx.Staff(s.Staff)
	if !ok || !tx.store.LooksAfter(s.Lead, s.Staff) {
		return stayed, wire.Fail(http.StatusNotFound, "not_found", wire.RetryNever, "There is no such member of staff among those you look after.")
	}
	if v.InactiveSince.IsZero() {
		return stayed, nil
	}
	noted, err := tx.notedLeaving(s.Staff)
	if err != nil {
		return stayed, err
	}
	atDesk := slices.ContainsFunc(noted, func(at time.Time) bool { return at.Equal(v.InactiveSince) })
	if !atDesk && !care.DutyOf(s.Lead.Role).May(care.Update, care.StaffName) {
		return stayed, wire.Fail(http.StatusConflict, "closed_elsewhere", wire.RetryNever, "An administrator has closed this account, and only an administrator can open it again.")
	}
	if _, err := tx.exec(`UPDATE staff SET inactive_since = '' WHERE id = ?`, s.Staff); err != nil {
		return stayed, err
	}
	stayed.Changed = true
	// Phones that were asked to hand in before that, for another reason, go on doing so.
	if _, err := tx.exec(`UPDATE devices SET state = 'active', state_since = ? WHERE staff = ? AND state = 'draining' AND state_since >= ?`,
		columnStamp(tx.now), s.Staff, columnStamp(v.InactiveSince)); err != nil {
		return stayed, err
	}
	err = tx.each(deviceSelect+` WHERE staff = ? AND state = 'active' ORDER BY id`, func(r *sql.Rows) error {
		d, err := tx.store.scanDevice(r)
		stayed.Devices = append(stayed.Devices, d)
		return err
	}, s.Staff)
	return stayed, err
}
