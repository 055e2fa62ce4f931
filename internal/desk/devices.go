package desk

import (
	"slices"
	"time"

	"doorstep/internal/care"
)

// SilentAfter is how long a phone in use may say nothing before a desk should ask after it
// (product rule): a working day and the night after it.
const SilentAfter = 24 * time.Hour

// Device is a phone as a desk sees it.
type Device struct {
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

	Owner  string    `json:"-"` // the member of staff's id
	SeenAt time.Time `json:"-"`
}

// UnsentWork is what a phone said at its last hello that it still held.
type UnsentWork struct {
	Count  int64  `json:"count"`
	Oldest string `json:"oldest,omitempty"`
}

// States of a phone that has a say.
const (
	active   = "active"
	draining = "draining" // it hands in what it holds and gets nothing
)

// Names tells what staff and teams are called; nil for no id.
type Names interface {
	NamedStaff(id string) *care.Named
	NamedTeam(id string) *care.Named
}

// describe fills in what a desk is told of a phone beyond what is stored.
func (d *Device) describe(names Names, now time.Time) {
	d.Staff = names.NamedStaff(d.Owner)
	d.Silent = (d.State == active || d.State == draining) && d.SeenAt.Before(now.Add(-SilentAfter))
}

// Describe fills that in for a list.
func Describe(devices []Device, names Names, now time.Time) []Device {
	for i := range devices {
		devices[i].describe(names, now)
	}
	return devices
}

// DeviceQuery is one page of phones.
type DeviceQuery struct {
	Team  string // only of its staff, "" = all
	State string // one of care.DeviceStates, "" = all
	After string // the last id of the page before
	Limit int
}

// DevicePages reads phones by the page, by id.
type DevicePages interface {
	Staff(id string) (care.Viewer, bool)
	DevicePage(staff []string, q DeviceQuery) (devices []Device, more bool, err error)
}

// ReadDevices reads one page of the phones of the staff a lead looks after. Another's team and
// none at all answer alike.
func ReadDevices(store DevicePages, names Names, lead Lead, now time.Time, q DeviceQuery) (devices []Device, more bool, err error) {
	staff := lead.MemberIDs()
	if q.Team != "" {
		staff = slices.DeleteFunc(staff, func(id string) bool {
			v, _ := store.Staff(id)
			return !slices.Contains(v.Teams, q.Team)
		})
		if len(staff) == 0 && !slices.Contains(lead.Teams, q.Team) {
			return nil, false, refuse(CodeNotFound, "There is nothing of that name that you may see.")
		}
	}
	devices, more, err = store.DevicePage(staff, q)
	return Describe(devices, names, now), more, err
}

// Devices reads and writes single phones.
type Devices interface {
	Now() time.Time
	// Device finds a phone; nil when there is none.
	Device(id string) (*Device, error)
	SetDeviceState(id, state string) error
}

// SetDeviceState says what a phone may do from now on; changed is false when it may just that
// already. Whoever calls it has its cached tokens dropped after the commit.
func SetDeviceState(store Devices, names Names, lead Lead, id, state string) (d Device, changed bool, err error) {
	found, err := store.Device(id)
	if err != nil {
		return d, false, err
	}
	if found == nil || found.Owner == "" || !lead.LooksAfter(found.Owner) {
		return d, false, refuse(CodeNotFound, "There is no such phone among those you look after.")
	}
	if changed = found.State != state; changed {
		if err := store.SetDeviceState(id, state); err != nil {
			return d, false, err
		}
		if found, err = store.Device(id); err != nil {
			return d, false, err
		}
	}
	found.describe(names, store.Now())
	return *found, changed, nil
}
