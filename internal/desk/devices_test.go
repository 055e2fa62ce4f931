package desk

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
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

func (s *service) Refusals([]string) (map[string][]Refusal, error) { return s.refusals, nil }

// Why a phone does not sync, as a desk is told: nothing of one that does, or that is out of use.
func TestWhyAPhoneDoesNotSync(t *testing.T) {
	ms := func(d time.Duration) *int64 { n := d.Milliseconds(); return &n }
	ago := func(d time.Duration) string { return care.Stamp(noon.Add(-d)) }
	refused := func(since time.Duration) []Refusal {
		return []Refusal{{Device: "d", Kind: "push", Answer: "gap", Since: noon.Add(-since), Last: noon, Times: 7}}
	}
	old := int64(0)
	for _, c := range []struct {
		name     string
		device   Device
		refusals []Refusal
		want     string
	}{
		{"one that syncs", Device{State: active, SeenAt: noon}, nil, ""},
		{"it was not heard of for a day", Device{State: active, SeenAt: noon.Add(-25 * time.Hour), LastSeen: ago(25 * time.Hour)}, nil, "silent " + ago(25*time.Hour)},
		{"it was never heard of", Device{State: active}, nil, "never_seen"},
		{"it holds work of this morning", Device{State: active, SeenAt: noon, Unsent: UnsentWork{Count: 1, Oldest: ago(5 * time.Hour)}}, nil, "unsent " + ago(5*time.Hour)},
		{"it holds work of a moment ago", Device{State: active, SeenAt: noon, Unsent: UnsentWork{Count: 1, Oldest: ago(time.Hour)}}, nil, ""},
		{"it holds old work by a clock that is five hours slow", Device{State: active, SeenAt: noon, ClockOffsetMs: ms(5 * time.Hour), Unsent: UnsentWork{Count: 1, Oldest: ago(5*time.Hour + time.Minute)}}, nil, "clock"},
		{"it was refused just now", Device{State: active, SeenAt: noon}, refused(time.Minute), ""},
		{"it has been refused for an hour", Device{State: active, SeenAt: noon}, refused(time.Hour), "refused " + ago(time.Hour) + " push gap 7"},
		{"its clock is three minutes fast", Device{State: active, SeenAt: noon, ClockOffsetMs: ms(-3 * time.Minute)}, nil, "clock"},
		{"its app is too old", Device{State: active, SeenAt: noon, Schema: &old}, nil, "old_app"},
		{"it hands in what it holds and is silent", Device{State: draining, SeenAt: noon.Add(-25 * time.Hour), LastSeen: ago(25 * time.Hour)}, nil, "silent " + ago(25*time.Hour)},
		{"it is lost", Device{State: "lost", Unsent: UnsentWork{Count: 1, Oldest: ago(100 * time.Hour)}}, refused(time.Hour), ""},
		{"all at once, the worst first", Device{State: active, SeenAt: noon.Add(-48 * time.Hour), LastSeen: ago(48 * time.Hour), Schema: &old, ClockOffsetMs: ms(time.Hour), Unsent: UnsentWork{Count: 1, Oldest: ago(72 * time.Hour)}}, refused(time.Hour),
			"refused " + ago(time.Hour) + " push gap 7, silent " + ago(48*time.Hour) + ", unsent " + ago(71*time.Hour) + ", old_app, clock"},
	} {
		c.device.describe(names{}, c.refusals, noon)
		var got []string
		for i, r := range c.device.Reasons {
			if i > 0 && slices.Index(Reasons, r.Code) < slices.Index(Reasons, c.device.Reasons[i-1].Code) {
				t.Errorf("%s: %s comes late", c.name, r.Code)
			}
			text := r.Code + " " + r.Since + " " + r.Asks + " " + r.Answer
			if r.Times > 0 {
				text += " " + strconv.FormatInt(r.Times, 10)
			}
			got = append(got, strings.Join(strings.Fields(text), " "))
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%s: %q, want %q", c.name, s, c.want)
		}
	}
}

// Asked for phones that fail alone, a page that has none still says where the next one begins.
func TestALeadAsksForThePhonesThatFail(t *testing.T) {
	s := aService()
	s.refusals = map[string][]Refusal{"d3": {{Device: "d3", Kind: "pull", Answer: "cursor", Since: noon.Add(-time.Hour)}}}
	list, err := ReadDevices(s, names{}, leaOf(lea.Role, reach{}), noon, DeviceQuery{Failing: true})
	if err != nil || len(list.Devices) != 2 || list.Devices[0].ID != "d2" || list.Devices[1].ID != "d3" {
		t.Errorf("%+v, %v", list, err)
	}
	s.devices, s.refusals = s.devices[:1], nil
	if list, err = ReadDevices(s, names{}, leaOf(lea.Role, reach{}), noon, DeviceQuery{Failing: true}); err != nil || len(list.Devices) != 0 || list.Last != "d1" {
		t.Errorf("%+v, %v", list, err)
	}
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
		list, err := ReadDevices(s, names{}, leaOf(lea.Role, reach{}), noon, DeviceQuery{Team: c.team})
		refusedWith(t, err, c.code)
		var got []string
		for _, d := range list.Devices {
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
