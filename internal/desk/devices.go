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
	// Reasons are why it does not sync, the worst first; none where it does.
	Reasons []Reason `json:"reasons"`

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
func (d *Device) describe(names Names, refusals []Refusal, now time.Time) {
	d.Staff = names.NamedStaff(d.Owner)
	d.Silent = (d.State == active || d.State == draining) && d.SeenAt.Before(now.Add(-SilentAfter))
	d.Reasons = d.reasons(refusals, now)
}

// Describe fills that in for a list. Refusals are how the server refuses them, by phone; nil where that is not told.
func Describe(devices []Device, names Names, refusals map[string][]Refusal, now time.Time) []Device {
	for i := range devices {
		devices[i].describe(names, refusals[devices[i].ID], now)
	}
	return devices
}

// DeviceQuery is one page of phones.
type DeviceQuery struct {
	Team  string // only of its staff, "" = all
	State string // one of care.DeviceStates, "" = all
	// Failing: only those that do not sync, so that a page may hold fewer than its limit.
	Failing bool
	After   string // the last id of the page before
	Limit   int
}

// DevicePages reads phones by the page, by id.
type DevicePages interface {
	Staff(id string) (care.Viewer, bool)
	DevicePage(staff []string, q DeviceQuery) (devices []Device, more bool, err error)
	// Refusals are how the server refuses some phones, by phone.
	Refusals(devices []string) (map[string][]Refusal, error)
}

// DeviceList is one page of phones; Last is the id after which the next one begins.
type DeviceList struct {
	Devices []Device
	Last    string
	More    bool
}

// ReadDevices reads one page of the phones of the staff a lead looks after. Another's team and
// none at all answer alike.
func ReadDevices(store DevicePages, names Names, lead Lead, now time.Time, q DeviceQuery) (list DeviceList, err error) {
	staff := lead.MemberIDs()
	if q.Team != "" {
		staff = slices.DeleteFunc(staff, func(id string) bool {
			v, _ := store.Staff(id)
			return !slices.Contains(v.Teams, q.Team)
		})
		if len(staff) == 0 && !slices.Contains(lead.Teams, q.Team) {
			return list, refuse(CodeNotFound, "There is nothing of that name that you may see.")
		}
	}
	if list.Devices, list.More, err = store.DevicePage(staff, q); err != nil {
		return list, err
	}
	ids := idsOf(list.Devices)
	if len(ids) > 0 {
		list.Last = ids[len(ids)-1]
	}
	refusals, err := store.Refusals(ids)
	if err != nil {
		return list, err
	}
	list.Devices = Describe(list.Devices, names, refusals, now)
	if q.Failing {
		list.Devices = slices.DeleteFunc(list.Devices, func(d Device) bool { return len(d.Reasons) == 0 })
	}
	return list, nil
}

func idsOf(devices []Device) []string {
	ids := make([]string, len(devices))
	for i, d := range devices {
		ids[i] = d.ID
	}
	return ids
}

// Devices reads and writes single phones.
type Devices interface {
	Now() time.Time
	// Device finds a phone; nil when there is none.
	Device(id string) (*Device, error)
	SetDeviceState(id, state string) error
	Refusals(devices []string) (map[string][]Refusal, error)
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
	refusals, err := store.Refusals([]string{id})
	if err != nil {
		return d, false, err
	}
	found.describe(names, refusals[id], store.Now())
	return *found, changed, nil
}
