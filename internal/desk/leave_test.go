package desk

import (
	"slices"
	"testing"
	"time"

	"doorstep/internal/care"
)

// service is a town with phones, and with work that hangs on Ann: a visit of her team and one of the south team, a
// handover, and Flo, whom she has herself.
type service struct {
	*town
	noted    map[string]time.Time
	devices  []Device
	refusals map[string][]Refusal
	answers  []string // who may answer the handover
	given    []string // visits that were reassigned
	handover string   // whose it is
	only     string   // who alone administers
}

func aService() *service {
	w := aTown()
	w.rows = append(w.rows, care.CaseloadRow{ID: "r3", Patient: "flo", Staff: "ann", From: noon.Add(-time.Hour)})
	return &service{town: w, noted: map[string]time.Time{}, answers: []string{"otto"}, handover: "ann",
		devices: []Device{{ID: "d1", Owner: "ann", State: active, SeenAt: noon}, {ID: "d2", Owner: "ann", State: draining, SeenAt: noon.Add(-SilentAfter - time.Second)},
			{ID: "d3", Owner: "otto", State: active, SeenAt: noon}}}
}

func (s *service) NoteLeaving(staff string, since time.Time, _ string) error {
	s.noted[staff] = since
	v := s.staff[staff]
	v.InactiveSince = since
	s.staff[staff] = v
	return nil
}

func (s *service) OnlyAdministrator(staff string) (bool, error) { return staff == s.only, nil }

func (s *service) LeavingNoted(staff string) (time.Time, error) { return s.noted[staff], nil }

func (s *service) ForgetLeaving(staff string) error {
	delete(s.noted, staff)
	v := s.staff[staff]
	v.InactiveSince = time.Time{}
	s.staff[staff] = v
	return nil
}

func (s *service) set(staff, from, to string) error {
	for i := range s.devices {
		if d := &s.devices[i]; d.Owner == staff && d.State == from {
			d.State = to
		}
	}
	return nil
}

func (s *service) DrainDevices(staff string) error { return s.set(staff, active, draining) }
func (s *service) ReviveDevices(staff string, _ time.Time) error {
	return s.set(staff, draining, active)
}

func (s *service) DevicesOf(staff, state string) (list []Device, err error) {
	for _, d := range s.devices {
		if d.Owner == staff && d.State == state {
			list = append(list, d)
		}
	}
	return list, nil
}

func (s *service) Hanging(staff string, visits []string) (h Hanging, err error) {
	for _, v := range []HangingVisit{{ID: "v1", Patient: "ivy", Team: north}, {ID: "v2", Patient: "sid", Team: south}} {
		if slices.Contains(visits, v.ID) && !slices.Contains(s.given, v.ID) {
			h.Visits = append(h.Visits, v)
		}
	}
	if s.handover == staff {
		h.Handovers = []string{"h1"}
	}
	for _, r := range s.rows {
		if r.Staff == staff && !r.Over(noon) {
			h.People = append(h.People, r.Patient)
		}
	}
	return h, nil
}

func (s *service) ReassignVisits(visits []string, _ string, _ care.Viewer) (int, error) {
	s.given = append(s.given, visits...)
	return len(visits), nil
}

func (s *service) ReassignHandover(_, from string, to care.Viewer, _ string) (bool, error) {
	if s.handover != from || !slices.Contains(s.answers, to.Staff) {
		return false, nil
	}
	s.handover = to.Staff
	return true, nil
}

func (s *service) leavers(lead Lead) *Leavers {
	return &Leavers{Lead: lead, Staff: s, Work: s, Caseloads: s.by(lead), Names: names{}}
}

func TestWhoNotesThatSomebodyLeaves(t *testing.T) {
	for _, c := range []struct {
		name string
		l    Leaving
		code string
	}{
		{"a nurse of her team", Leaving{Staff: "ann"}, ""},
		{"a nurse of her team, with a colleague who takes over", Leaving{Staff: "ann", To: "otto"}, ""},
		{"somebody she does not look after", Leaving{Staff: "pat"}, CodeNotFound},
		{"herself", Leaving{Staff: "lea"}, CodeYourself},
		{"a nurse, with herself to take over", Leaving{Staff: "ann", To: "ann"}, CodeNotFound},
		{"a nurse, with a colleague who has left", Leaving{Staff: "ann", To: "gone"}, CodeNotFound},
		{"a nurse, with somebody who is not there", Leaving{Staff: "ann", To: "pat"}, CodeNotFound},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := aService()
			s.staff["lea"] = care.Viewer{Staff: "lea", Role: care.TeamLead, Teams: []string{north}}
			lead := leaOf(care.TeamLead, reach{})
			lead.Reach.(*reach).members = append(lead.Reach.(*reach).members, "lea")
			_, err := s.leavers(lead).Leave(c.l)
			refusedWith(t, err, c.code)
			s.only = "ann"
			if _, err := s.leavers(lead).Leave(Leaving{Staff: "ann", At: noon.Add(time.Hour)}); c.code != "" {
				refusedWith(t, err, CodeOnlyAdministrator)
			}
			if _, noted := s.noted["ann"]; noted != (c.code == "") {
				t.Errorf("noted: %v", s.noted)
			}
		})
	}
}

func TestALeaversPhonesHandInAndTheWorkGoesToAColleague(t *testing.T) {
	s, hers := aService(), leaOf(care.TeamLead, reach{holds: []string{"flo"}})
	left, err := s.leavers(hers).Leave(Leaving{Staff: "ann", Visits: []string{"v1", "v2"}})
	refusedWith(t, err, "")
	if len(left.Devices) != 2 || left.Devices[0].Staff.Name != "N. ann" || left.Devices[0].Silent || !left.Devices[1].Silent || left.InactiveSince != care.Stamp(noon) {
		t.Errorf("%+v", left)
	}
	if len(left.Left.Visits) != 2 || len(left.Left.Handovers) != 1 || len(left.Left.People) != 1 {
		t.Errorf("what hangs on her: %+v", left.Left)
	}
	// Asked again, with a colleague for what was left.
	left, err = s.leavers(hers).Leave(Leaving{Staff: "ann", To: "otto", Visits: []string{"v1", "v2"}})
	refusedWith(t, err, "")
	if left.Moved != (TakenOver{Visits: 1, Handovers: 1, People: 1}) || !slices.Equal(s.given, []string{"v1"}) {
		t.Errorf("taken over: %+v, visits %v", left.Moved, s.given)
	}
	if len(left.Left.Visits) != 1 || left.Left.Visits[0].Team != south || len(left.Left.People) != 0 {
		t.Errorf("what still hangs on her: %+v", left.Left)
	}
}

func TestFromWhenSomebodyIsGone(t *testing.T) {
	tomorrow := noon.Add(24 * time.Hour)
	s, hers := aService(), leaOf(care.TeamLead, reach{})
	left, err := s.leavers(hers).Leave(Leaving{Staff: "ann", At: tomorrow})
	if refusedWith(t, err, ""); left.InactiveSince != care.Stamp(tomorrow) || len(left.Devices) != 0 || s.devices[0].State != active {
		t.Errorf("from tomorrow: %+v", left)
	}
	left, err = s.leavers(hers).Leave(Leaving{Staff: "ann"})
	if refusedWith(t, err, ""); left.InactiveSince != care.Stamp(noon) || s.devices[0].State != draining {
		t.Errorf("sooner after all: %+v", left)
	}
	left, err = s.leavers(hers).Leave(Leaving{Staff: "ann", At: tomorrow})
	if refusedWith(t, err, ""); left.InactiveSince != care.Stamp(noon) {
		t.Errorf("later: it stays as it was noted first: %+v", left)
	}
}

func TestWhoTakesBackThatSomebodyLeaves(t *testing.T) {
	for _, c := range []struct {
		name    string
		lead    Lead
		before  func(*service)
		staff   string
		code    string
		changed bool
	}{
		{"a lead, of what a desk noted", leaOf(care.TeamLead, reach{}), func(s *service) { _ = s.NoteLeaving("ann", noon.Add(-time.Hour), "lea") }, "ann", "", true},
		{"of somebody who is in service", leaOf(care.TeamLead, reach{}), func(*service) {}, "ann", "", false},
		{"of somebody she does not look after", leaOf(care.TeamLead, reach{}), func(*service) {}, "pat", CodeNotFound, false},
		{"a lead, of what an administrator closed", leaOf(care.TeamLead, reach{}), func(*service) {}, "gone", CodeClosedElsewhere, false},
		{"a lead, where an administrator closed it at another time since", leaOf(care.TeamLead, reach{}), func(s *service) { s.noted["gone"] = noon.Add(-2 * time.Hour) }, "gone", CodeClosedElsewhere, false},
		{"an administrator, of what an administrator closed", leaOf(care.Administrator, reach{}), func(*service) {}, "gone", "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := aService()
			c.before(s)
			stayed, err := s.leavers(c.lead).Stay(c.staff)
			refusedWith(t, err, c.code)
			if stayed.Changed != c.changed || c.changed && !s.staff[c.staff].InactiveSince.IsZero() {
				t.Errorf("%+v, gone since %v", stayed, s.staff[c.staff].InactiveSince)
			}
			if c.changed && c.staff == "ann" && (len(stayed.Devices) != 2 || len(s.noted) != 0) {
				t.Errorf("her phones: %+v, noted %v", stayed.Devices, s.noted)
			}
		})
	}
}
