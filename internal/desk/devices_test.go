package desk

import (
	"slices"
	"testing"
	"time"
)

func (s *service) Device(id string) (*Device, error) {
	for _, d := range s.devices {
		if d.ID == id {
			return &d, nil
		}
	}
	return nil, nil
}

func (s *service) SetDeviceState(id, state string) error {
	for i := range s.devices {
		if s.devices[i].ID == id {
			s.devices[i].State = state
		}
	}
	return nil
}

func (s *service) DevicePage(staff []string, _ DeviceQuery) (list []Device, more bool, err error) {
	for _, d := range s.devices {
		if slices.Contains(staff, d.Owner) {
			list = append(list, d)
		}
	}
	return list, false, nil
}

func TestWhoDecidesWhatAPhoneMayDo(t *testing.T) {
	hers := Lead{Rights: lea.Rights, Reach: &reach{members: []string{"ann"}}}
	for _, c := range []struct {
		name, id, state, code string
		changed               bool
	}{
		{"withdrawn", "d1", "revoked", "", true},
		{"as it is already", "d1", active, "", false},
		{"of somebody she does not look after", "d3", "revoked", CodeNotFound, false},
		{"that is not there", "d9", "revoked", CodeNotFound, false},
		{"of nobody", "d0", "revoked", CodeNotFound, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := aService()
			s.devices = append(s.devices, Device{ID: "d0", State: active})
			d, changed, err := SetDeviceState(s, names{}, hers, c.id, c.state)
			refusedWith(t, err, c.code)
			if changed != c.changed || c.code == "" && (d.State != c.state || d.Staff.ID != "ann") {
				t.Errorf("%v %+v", changed, d)
			}
		})
	}
}

func TestALeadSeesThePhonesOfTheirStaffAndWhichAreSilent(t *testing.T) {
	s := aService()
	for _, c := range []struct {
		name, team, code string
		want             []string
	}{
		{"of all", "", "", []string{"d1", "d2", "d3"}},
		{"of her team", north, "", []string{"d1", "d2", "d3"}},
		{"of a team that is not hers", south, CodeNotFound, nil},
	} {
		devices, _, err := ReadDevices(s, names{}, leaOf(lea.Role, reach{}), noon, DeviceQuery{Team: c.team})
		refusedWith(t, err, c.code)
		var got []string
		for _, d := range devices {
			got = append(got, d.ID)
			if d.Silent != (d.ID == "d2") {
				t.Errorf("%s: %s is silent: %v", c.name, d.ID, d.Silent)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// counts remembers for when it was asked.
type counts struct{ silentSince time.Time }

func (c *counts) Queues(teams, staff []string, now, silentSince time.Time) (Queues, error) {
	c.silentSince = silentSince
	return Queues{Open: int64(len(teams)), SilentDevices: int64(len(staff))}, nil
}

func TestADeskOpensWithWhatWaitsForItsTeamsAndStaff(t *testing.T) {
	store := &counts{}
	q, err := ReadQueues(store, leaOf(lea.Role, reach{}), noon)
	if err != nil || q.Open != 1 || q.SilentDevices != 4 || !store.silentSince.Equal(noon.Add(-24*time.Hour)) {
		t.Errorf("%+v %v, silent since %v", q, err, store.silentSince)
	}
}
