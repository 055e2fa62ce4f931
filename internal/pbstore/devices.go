package pbstore

import (
	"database/sql"
	"errors"
	"time"

	"doorstep/internal/columns"
	"doorstep/internal/desk"
)

const (
	// DeviceColumns reads whole phones.
	DeviceColumns = `SELECT id, staff, name, platform, app_version, "schema", state, coalesce(state_since || '', ''), coalesce(last_seen || '', ''),
		coalesce(outbox_count, 0), coalesce(outbox_oldest || '', ''), clock_offset_ms FROM devices`
	device    = DeviceColumns + ` WHERE id = ?`
	devicesOf = DeviceColumns + ` WHERE staff = ? AND state = ? ORDER BY id`

	setDeviceState = `UPDATE devices SET state = ?, state_since = ? WHERE id = ?`
	drainDevices   = `UPDATE devices SET state = 'draining', state_since = ? WHERE staff = ? AND state = 'active'`
	reviveDevices  = `UPDATE devices SET state = 'active', state_since = ? WHERE staff = ? AND state = 'draining' AND state_since >= ?`
)

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
	return DevicesFrom(tx, devicesOf, staff, state)
}

// DevicesFrom reads phones by a statement that begins with DeviceColumns.
func DevicesFrom(r reader, query string, args ...any) (devices []desk.Device, err error) {
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
