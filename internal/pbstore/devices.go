package pbstore

import (
	"database/sql"
	"errors"
	"time"

	"doorstep/internal/columns"
	"doorstep/internal/desk"
)

const (
	deviceSelect = `SELECT id, staff, name, platform, app_version, "schema", state, coalesce(state_since || '', ''), coalesce(last_seen || '', ''),
		coalesce(outbox_count, 0), coalesce(outbox_oldest || '', ''), clock_offset_ms FROM devices`
	devicePage = deviceSelect + ` WHERE staff IN (SELECT value FROM json_each(?1)) AND (?2 = '' OR state = ?2) AND id > ?3 ORDER BY id LIMIT +?4`
	device     = deviceSelect + ` WHERE id = ?`
	devicesOf  = deviceSelect + ` WHERE staff = ? AND state = ? ORDER BY id`
	// devicesWithWork have a say still, or hold something.
	devicesWithWork = deviceSelect + ` WHERE staff = ? AND (state IN ('active', 'draining') OR coalesce(outbox_count, 0) > 0) ORDER BY id`

	setDeviceState = `UPDATE devices SET state = ?, state_since = ? WHERE id = ?`
	drainDevices   = `UPDATE devices SET state = 'draining', state_since = ? WHERE staff = ? AND state = 'active'`
	reviveDevices  = `UPDATE devices SET state = 'active', state_since = ? WHERE staff = ? AND state = 'draining' AND state_since >= ?`
)

// DevicePage implements desk.DevicePages.
func (v *Snapshot) DevicePage(staff []string, q desk.DeviceQuery) (devices []desk.Device, more bool, err error) {
	devices, err = devicesFrom(v, devicePage, jsonList(staff), q.State, q.After, q.Limit+1)
	if len(devices) > q.Limit {
		return devices[:q.Limit], true, err
	}
	return devices, false, err
}

// Device implements desk.Devices.
func (tx *Tx) Device(id string) (*desk.Device, error) {
	d, err := scanDevice(tx.row(device, id))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &d, err
}

// SetDeviceState implements desk.Devices.
func (tx *Tx) SetDeviceState(id, state string) error {
	_, err := tx.exec(setDeviceState, state, columns.Stamp(tx.now), id)
	return err
}

// DrainDevices implements desk.StaffStore.
func (tx *Tx) DrainDevices(staff string) error {
	_, err := tx.exec(drainDevices, columns.Stamp(tx.now), staff)
	return err
}

// ReviveDevices implements desk.StaffStore.
func (tx *Tx) ReviveDevices(staff string, since time.Time) error {
	_, err := tx.exec(reviveDevices, columns.Stamp(tx.now), staff, columns.Stamp(since))
	return err
}

// DevicesOf implements desk.StaffStore.
func (tx *Tx) DevicesOf(staff, state string) ([]desk.Device, error) {
	return devicesFrom(tx, devicesOf, staff, state)
}

// DevicesWithWork lists the phones of a member of staff that have a say still, or hold something.
func (v *Snapshot) DevicesWithWork(staff string) ([]desk.Device, error) {
	return devicesFrom(v, devicesWithWork, staff)
}

func devicesFrom(r reader, query string, args ...any) (devices []desk.Device, err error) {
	err = r.each(query, func(rows *sql.Rows) error {
		d, err := scanDevice(rows)
		devices = append(devices, d)
		return err
	}, args...)
	return devices, err
}

func scanDevice(r interface{ Scan(...any) error }) (desk.Device, error) {
	var d desk.Device
	var since, seen, oldest string
	var schema, offset sql.NullInt64
	err := r.Scan(&d.ID, &d.Owner, &d.Name, &d.Platform, &d.AppVersion, &schema, &d.State, &since, &seen, &d.Unsent.Count, &oldest, &offset)
	d.SeenAt = columns.ParseTime(seen)
	d.StateSince, d.LastSeen, d.Unsent.Oldest = columns.WireTime(since), columns.WireTime(seen), columns.WireTime(oldest)
	if schema.Valid {
		d.Schema = &schema.Int64
	}
	if offset.Valid {
		d.ClockOffsetMs = &offset.Int64
	}
	return d, err
}
