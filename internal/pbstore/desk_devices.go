package pbstore

import (
	"database/sql"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/identity"
	"doorstep/internal/wire"
)

// SilentAfter is how long a phone in use may say nothing before a desk should ask after it
// (product rule): a working day and the night after it.
const SilentAfter = 24 * time.Hour

// DeviceRow is a phone as a desk sees it.
type DeviceRow struct {
	ID            string      `json:"id"`
	Staff         *care.Named `json:"staff"`
	Name          string      `json:"name"`
	Platform      string      `json:"platform"`
	AppVersion    string      `json:"app_version,omitempty"`
	Schema        *int64      `json:"schema,omitempty"`
	State         string      `json:"state"`
	StateSince    string      `json:"state_since,omitempty"`
	LastSeen      string      `json:"last_seen,omitempty"`
	Silent        bool        `json:"silent"`
	Unsent        UnsentWork  `json:"unsent"`
	ClockOffsetMs *int64      `json:"clock_offset_ms,omitempty"` // server minus device
}

// UnsentWork is what a phone said at its last hello that it still held.
type UnsentWork struct {
	Count  int64  `json:"count"`
	Oldest string `json:"oldest,omitempty"`
}

const deviceSelect = `SELECT id, staff, name, platform, app_version, "schema", state, coalesce(state_since || '', ''), coalesce(last_seen || '', ''),
	coalesce(outbox_count, 0), coalesce(outbox_oldest || '', ''), clock_offset_ms FROM devices`

// DeviceQuery is one page of the phones a viewer looks after.
type DeviceQuery struct {
	Access *access.Access
	Team   string // only of its staff, "" = all
	State  string // one of care.DeviceStates, "" = all
	After  string
	Limit  int
}

// Devices reads one page, by id.
func (v *Snapshot) Devices(q DeviceQuery) (rows []DeviceRow, more bool, err error) {
	members := q.Access.Members()
	if q.Team != "" {
		members = slices.DeleteFunc(members, func(m Member) bool {
			return !slices.ContainsFunc(m.Teams, func(t care.Named) bool { return t.ID == q.Team })
		})
		if len(members) == 0 && !slices.Contains(q.Access.Teams, q.Team) {
			return nil, false, identity.ErrNotFound // another's team and none at all answer alike
		}
	}
	staff, err := json.Marshal(memberIDs(members))
	if err != nil {
		return nil, false, err
	}
	err = v.each(deviceSelect+` WHERE staff IN (SELECT value FROM json_each(?1)) AND (?2 = '' OR state = ?2) AND id > ?3 ORDER BY id LIMIT ?4`,
		func(r *sql.Rows) error {
			d, err := v.store.scanDevice(r)
			rows = append(rows, d)
			return err
		}, string(staff), q.State, q.After, q.Limit+1)
	if len(rows) > q.Limit {
		return rows[:q.Limit], true, err
	}
	return rows, false, err
}

func (s *Store) scanDevice(r interface{ Scan(...any) error }) (DeviceRow, error) {
	var d DeviceRow
	var staff, since, seen, oldest string
	var schema, offset sql.NullInt64
	err := r.Scan(&d.ID, &staff, &d.Name, &d.Platform, &d.AppVersion, &schema, &d.State, &since, &seen, &d.Unsent.Count, &oldest, &offset)
	d.Staff = s.NamedStaff(staff)
	d.StateSince, d.LastSeen, d.Unsent.Oldest = wireTime(since), wireTime(seen), wireTime(oldest)
	if schema.Valid {
		d.Schema = &schema.Int64
	}
	if offset.Valid {
		d.ClockOffsetMs = &offset.Int64
	}
	inUse := d.State == "active" || d.State == "draining"
	d.Silent = inUse && parseColumnTime(seen).Before(s.now().Add(-SilentAfter))
	return d, err
}

func wireTime(column string) string { return care.Stamp(parseColumnTime(column)) }

// SetDeviceState says what a phone may do from now on; changed is false when it may just that
// already. Whoever calls it has its cached tokens dropped after the commit. Refusals are *wire.Error.
func (tx *Tx) SetDeviceState(viewer care.Viewer, id, state string) (d DeviceRow, changed bool, err error) {
	d, err = tx.store.scanDevice(tx.row(deviceSelect+` WHERE id = ?`, id))
	if errors.Is(err, sql.ErrNoRows) || err == nil && (d.Staff == nil || !tx.store.LooksAfter(viewer, d.Staff.ID)) {
		return d, false, wire.Fail(http.StatusNotFound, "not_found", wire.RetryNever, "There is no such phone among those you look after.")
	}
	if err != nil || d.State == state {
		return d, false, err
	}
	if _, err := tx.exec(`UPDATE devices SET state = ?, state_since = ? WHERE id = ?`, state, columnStamp(tx.now), id); err != nil {
		return d, false, err
	}
	d, err = tx.store.scanDevice(tx.row(deviceSelect+` WHERE id = ?`, id))
	return d, true, err
}

// DrainDevices makes every active phone of a member of staff hand in what it holds and take
// nothing any more. It returns all of their phones that still have a say.
func (tx *Tx) DrainDevices(staff string) ([]DeviceRow, error) {
	if _, err := tx.exec(`UPDATE devices SET state = 'draining', state_since = ? WHERE staff = ? AND state = 'active'`, columnStamp(tx.now), staff); err != nil {
		return nil, err
	}
	rows := []DeviceRow{}
	err := tx.each(deviceSelect+` WHERE staff = ? AND state = 'draining' ORDER BY id`, func(r *sql.Rows) error {
		d, err := tx.store.scanDevice(r)
		rows = append(rows, d)
		return err
	}, staff)
	return rows, err
}
