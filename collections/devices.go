package collections

import (
	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// Device is one phone that was enrolled.
type Device struct{ core.BaseRecordProxy }

// Staff is the id of the phone's holder.
func (d *Device) Staff() string { return d.GetString("staff") }

// Client is the outbox numbered on this device.
func (d *Device) Client() string { return d.GetString("client") }

// State is one of care.DeviceStates.
func (d *Device) State() string { return d.GetString("state") }

// Devices is the collection of phones: no built-in reads. A leaver's phones are found by their
// holder.
func Devices() *core.Collection {
	c := build(care.Devices)
	c.AddIndex("idx_devices_staff", false, "`staff`", "")
	return c
}
