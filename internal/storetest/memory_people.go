package storetest

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/arrange"
	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/rules"
	"doorstep/internal/worktime"
)

// people are the staff, teams and caseloads of the store in memory.
type people struct {
	staff    map[string]care.Viewer
	teams    map[string]team
	caseload []grant
}

type team struct {
	handover.Team
	organisation string
	notHere      care.NotHeres
}

// SayNotHere lets a team take a class elsewhere than in its inbox.
func (m *Memory) SayNotHere(id string, n care.NotHere) {
	t := m.teams[id]
	t.notHere = append(t.notHere, n)
	m.teams[id] = t
}

type grant struct {
	patient, team string
	from          time.Time
}

// compiled are the rules in force, compiled once for all tests.
var compiled = sync.OnceValue(func() *rules.Set {
	list := append(rules.Defaults(), ThirdMissedDose)
	for i := range list {
		if list[i].ID == "" {
			list[i].ID = ID(9000 + i)
		}
		list[i].State = cmp.Or(list[i].State, rules.Active)
		list[i].Version = max(list[i].Version, 1)
	}
	set, broken := rules.Compile(list)
	if len(broken) > 0 {
		panic("storetest: " + broken[0].Rule.Code + ": " + broken[0].Reason)
	}
	return set
})

// furnish puts the town in.
func (m *Memory) furnish() {
	t := &m.Town
	m.staff, m.teams = map[string]care.Viewer{}, map[string]team{}
	n := 0
	id := func(to *string) string {
		n++
		*to = ID(n)
		return *to
	}
	id(&t.Riverside)
	for _, o := range t.Organisations() {
		id(o.ID)
	}
	for _, p := range t.Teams() {
		id(p.ID)
		m.teams[*p.ID] = team{handover.Team{ID: *p.ID, Name: p.Name, Kind: p.Kind, Neighbourhood: t.Riverside}, *p.Organisation, nil}
	}
	for _, p := range t.Posts() {
		id(p.ID)
		m.staff[*p.ID] = care.Viewer{Staff: *p.ID, Role: p.Role, Organisation: m.teams[*p.Team].organisation, Teams: []string{*p.Team}}
	}
	patients, _ := care.ByName(care.Patients)
	m.records[care.Patients] = map[string]*care.Record{}
	for _, p := range []*string{&t.Ada, &t.Ben} {
		rec := &care.Record{Collection: patients, ID: id(p), Values: map[string]any{"family_name": "Testpatient", "given_name": "Test",
			"date_of_birth": Born, "practice": t.Practice}}
		rec.ReceivedAt, rec.AuthoredAt, rec.ClockKnown = Monday, Monday, true
		m.records[care.Patients][*p] = rec
	}
	m.caseload = []grant{{t.Ada, t.Nurses, Monday.Add(-90 * 24 * time.Hour)}}
}

// Give puts a person on a team's caseload from a moment on.
func (m *Memory) Give(patient, team string, from time.Time) {
	m.caseload = append(m.caseload, grant{patient, team, from})
}

// Take takes a person from all caseloads.
func (m *Memory) Take(patient string) {
	m.caseload = slices.DeleteFunc(m.caseload, func(g grant) bool { return g.patient == patient })
}

// Admit implements takein.Store.
func (m *Memory) Admit(patient, team, _ string) error {
	if err := m.refuse("admit"); err != nil {
		return err
	}
	m.caseload = append(m.caseload, grant{patient, team, m.now})
	if waiting, _ := m.WaitingFor(patient, "", 0, 1); len(waiting) > 0 {
		return m.DueAt(m.now, care.DueWake, patient)
	}
	return nil
}

// WhoHasNumber implements takein.Reference.
func (m *Memory) WhoHasNumber(number, but string) (person string, err error) {
	for id, rec := range m.records[care.Patients] {
		if id != but && number != "" && rec.Retracted.IsZero() && care.AsPatient(rec).NHSNumber() == number && (person == "" || id < person) {
			person = id
		}
	}
	return person, nil
}

// Audit implements takein.Notes: it keeps the line in few words.
func (m *Memory) Audit(actor, _, action, _, _, patient string, _ any) error {
	m.Audited = append(m.Audited, action+" by "+actor+" of "+patient)
	return nil
}

// Patient implements the rooms' references.
func (m *Memory) Patient(id string) (*care.Record, error) { return m.records[care.Patients][id], nil }

// Holds implements takein.Reference.
func (m *Memory) Holds(v care.Viewer, patient string, at time.Time) (now, then bool) {
	for _, g := range m.caseload {
		if g.patient == patient && slices.Contains(v.Teams, g.team) && access.RightsOf(v).HoldsPeople() {
			now, then = true, then || !at.Before(g.from)
		}
	}
	return now, then
}

// Near implements takein.Reference: everybody works for one team here.
func (m *Memory) Near(v care.Viewer, patient string) bool {
	if now, _ := m.Holds(v, patient, m.now); now {
		return true
	}
	return slices.ContainsFunc(m.Teams(patient), func(team string) bool {
		return access.RightsOf(v).Supervises(team, m.Directory().Neighbourhood)
	})
}

// Teams implements the rooms' references.
func (m *Memory) Teams(patient string) []string {
	var list []string
	for _, g := range m.caseload {
		if g.patient == patient {
			list = append(list, g.team)
		}
	}
	return list
}

// Staff implements the rooms' references.
func (m *Memory) Staff(id string) (care.Viewer, bool) {
	v, ok := m.staff[id]
	return v, ok
}

// StandingAt implements takein.Reference: nobody moves on here, so nobody was anything else before.
func (m *Memory) StandingAt(string, time.Time) (care.Viewer, bool) { return care.Viewer{}, false }

// Directory implements the rooms' references.
func (m *Memory) Directory() arrange.Directory { return directory{m.teams, m.now} }

// Calendar implements arrange.Reference: everybody works core hours.
func (m *Memory) Calendar(string) handover.Calendar { return coreHours }

var coreHours = func() *worktime.Schedule {
	s, err := worktime.New(worktime.Options{})
	if err != nil {
		panic(err)
	}
	return s
}()

// Channels implements arrange.Reference.
func (m *Memory) Channels() []string { return m.Leaves }

// Clocks implements arrange.Reference.
func (m *Memory) Clocks() handover.Clocks { return handover.DefaultClocks() }

// Rules implements the rooms' references.
func (m *Memory) Rules() *rules.Set { return m.rules }

type directory struct {
	teams map[string]team
	now   time.Time
}

func (d directory) find(fits func(team) bool) (handover.Team, bool) {
	for _, id := range slices.Sorted(maps.Keys(d.teams)) {
		if fits(d.teams[id]) {
			return d.teams[id].Team, true
		}
	}
	return handover.Team{}, false
}

func (d directory) nearest(kind, neighbourhood string) (handover.Team, bool) {
	if found, ok := d.find(func(t team) bool { return t.Kind == kind && t.Neighbourhood == neighbourhood }); ok {
		return found, true
	}
	return d.find(func(t team) bool { return t.Kind == kind })
}

func (d directory) Practice(org string) (handover.Team, bool) {
	return d.find(func(t team) bool { return t.organisation == org && t.Kind == "practice" })
}

// Meant implements arrange.Directory: nobody has closed here.
func (d directory) Meant(destination, _ string) string {
	if t, ok := d.teams[strings.TrimPrefix(destination, handover.ToTeam(""))]; ok {
		return t.Name + ", which has no inbox here"
	}
	return "the practice of this person, and none is known"
}

// NotHere implements arrange.Directory.
func (d directory) NotHere(id string, class care.Class) (care.NotHere, bool) {
	return d.teams[id].notHere.Of(class, d.now)
}

// LoneWorking implements arrange.Directory.
func (d directory) LoneWorking(string) care.LoneWorking { return care.UsualLoneWorking }

func (d directory) Coordinator(neighbourhood string) (handover.Team, bool) {
	return d.nearest("coordination", neighbourhood)
}

func (d directory) Safeguarding(neighbourhood string) (handover.Team, bool) {
	return d.nearest("safeguarding", neighbourhood)
}

func (d directory) Service(id string) (handover.Team, bool) {
	t, ok := d.teams[id]
	return t.Team, ok && t.Kind == care.VoluntaryKind
}

func (d directory) Team(id string) (handover.Team, bool) {
	t, ok := d.teams[id]
	return t.Team, ok
}

func (d directory) Neighbourhood(id string) string { return d.teams[id].Neighbourhood }
func (d directory) Organisation(id string) string  { return d.teams[id].organisation }
