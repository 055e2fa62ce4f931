package desk

import (
	"slices"
	"testing"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/care"
)

// town is who there is and who has whom, in memory.
type town struct {
	clock
	rows   []care.CaseloadRow
	people []string
	staff  map[string]care.Viewer
	teams  []string
	stands map[string]string // a person an open handover is about: the team it stands with
	phones map[string]int    // in use, by member of staff
}

// aTown is a neighbourhood in which the north team, whom Lea leads, has Ivy, and the south team has Sid. Nobody has Flo.
// Ann and Otto are nurses of the north team, Ada keeps the accounts.
func aTown() *town {
	return &town{people: []string{"ivy", "sid", "flo"}, teams: []string{north, south},
		rows: []care.CaseloadRow{{ID: "r1", Patient: "ivy", Team: north, From: noon.Add(-time.Hour)}, {ID: "r2", Patient: "sid", Team: south, From: noon.Add(-time.Hour)}},
		staff: map[string]care.Viewer{
			"ann":  {Staff: "ann", Role: care.DistrictNurse, Teams: []string{north}},
			"otto": {Staff: "otto", Role: care.DistrictNurse, Teams: []string{north}},
			"gone": {Staff: "gone", Role: care.DistrictNurse, Teams: []string{north}, InactiveSince: noon.Add(-time.Hour)},
			"ada":  {Staff: "ada", Role: care.Administrator},
		},
		stands: map[string]string{}, phones: map[string]int{"ann": 1, "otto": 2}}
}

func (w *town) CaseloadOf(patient string) (rows []care.CaseloadRow, err error) {
	for _, r := range w.rows {
		if r.Patient == patient && !r.Over(noon) {
			rows = append(rows, r)
		}
	}
	return rows, nil
}

func (w *town) EverHeld(patient string) (rows []care.CaseloadRow, err error) {
	return slices.DeleteFunc(slices.Clone(w.rows), func(r care.CaseloadRow) bool { return r.Patient != patient }), nil
}

func (w *town) CaseloadRow(id string) (*care.CaseloadRow, error) {
	for _, r := range w.rows {
		if r.ID == id {
			return &r, nil
		}
	}
	return nil, nil
}

func (w *town) AddCaseload(r care.CaseloadRow) error {
	w.rows = append(w.rows, r)
	return nil
}

func (w *town) EndCaseload(id string, at time.Time) error {
	for i := range w.rows {
		if w.rows[i].ID == id {
			w.rows[i].To = at
		}
	}
	return nil
}

func (w *town) StandsWith(patient string, teams []string) (bool, error) {
	return slices.Contains(teams, w.stands[patient]), nil
}

func (w *town) Patient(id string) (*care.Record, error) {
	if !slices.Contains(w.people, id) {
		return nil, nil
	}
	return record(care.Patients, id, nil), nil
}

func (w *town) Staff(id string) (care.Viewer, bool) { v, ok := w.staff[id]; return v, ok }

func (w *town) HasTeam(id string) bool { return slices.Contains(w.teams, id) }

func (w *town) StaffHolding(person *care.Record, at time.Time) (map[string]care.View, error) {
	held := map[string]care.View{}
	for _, r := range w.rows {
		for id, v := range w.staff {
			if r.Patient == person.ID && r.InForce(at) && v.InactiveSince.IsZero() && (r.Staff == id || r.Team != "" && slices.Contains(v.Teams, r.Team)) {
				held[id] = care.DutyOf(v.Role).View
			}
		}
	}
	return held, nil
}

func (w *town) RecordsAbout(string, care.View) (int64, error) { return 7, nil }

func (w *town) ActivePhones(staff []string) (n int, err error) {
	for _, s := range staff {
		n += w.phones[s]
	}
	return n, nil
}

func (w *town) by(lead Lead) *Caseloads {
	return &Caseloads{Lead: lead, Rows: w, People: w, Impact: w}
}

// leaOf leads the north team and looks after its nurses; she has whom the team has.
func leaOf(role care.Role, r reach) Lead {
	r.teams, r.members = []string{north}, []string{"ann", "otto", "gone", "ada"}
	return Lead{Rights: access.RightsOf(care.Viewer{Staff: "lea", Role: role, Teams: []string{north}}), Reach: &r}
}

func TestWhomALeadMayPutOnWhoseCaseload(t *testing.T) {
	hers := leaOf(care.TeamLead, reach{holds: []string{"ivy"}})
	for _, c := range []struct {
		name   string
		lead   Lead
		stands string // the team with which a handover about Sid stands
		a      Assignment
		code   string
	}{
		{"her own person to her own nurse", hers, "", Assignment{Patient: "ivy", Staff: "ann"}, ""},
		{"her own person to another team", hers, "", Assignment{Patient: "ivy", Team: south}, ""},
		{"a person of another team to her own", hers, "", Assignment{Patient: "sid", Team: north}, CodeNotFound},
		{"a person of another team, about whom her team was asked", hers, north, Assignment{Patient: "sid", Team: north}, ""},
		{"a person whom nobody has, to her own team", hers, "", Assignment{Patient: "flo", Team: north}, ""},
		{"a person whom nobody has, to another team", hers, "", Assignment{Patient: "flo", Team: south}, CodeNotFound},
		{"somebody who is not there", hers, "", Assignment{Patient: "zoe", Team: north}, CodeNotFound},
		{"a team that is not there", hers, "", Assignment{Patient: "ivy", Team: "east"}, CodeNotFound},
		{"a nurse who has left", hers, "", Assignment{Patient: "ivy", Staff: "gone"}, CodeNotFound},
		{"a nurse who is not there", hers, "", Assignment{Patient: "ivy", Staff: "pat"}, CodeNotFound},
		{"somebody whose role holds no people", hers, "", Assignment{Patient: "ivy", Staff: "ada"}, CodeNoCaseload},
		{"a team and a nurse at once", hers, "", Assignment{Patient: "ivy", Team: north, Staff: "ann"}, CodeNotFound},
		{"neither a team nor a nurse", hers, "", Assignment{Patient: "ivy"}, CodeNotFound},
		{"the end of the chain moves whom a team of theirs has", leaOf(care.CareCoordinator, reach{oversees: []string{"sid"}}), "", Assignment{Patient: "sid", Team: north}, ""},
		{"a coordinator of volunteers shares within their service", leaOf(care.VolunteerCoordinator, reach{holds: []string{"ivy"}}), "", Assignment{Patient: "ivy", Staff: "ann"}, ""},
		{"and not beyond it", leaOf(care.VolunteerCoordinator, reach{holds: []string{"ivy"}}), "", Assignment{Patient: "ivy", Team: south}, CodeNotFound},
		{"until a time that is over", hers, "", Assignment{Patient: "ivy", Staff: "ann", To: noon.Add(-time.Minute)}, CodeInvalid},
		{"until before it begins", hers, "", Assignment{Patient: "ivy", Staff: "ann", From: noon.Add(2 * time.Hour), To: noon.Add(time.Hour)}, CodeInvalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := aTown()
			w.stands["sid"] = c.stands
			row, made, _, err := w.by(c.lead).Assign(c.a)
			refusedWith(t, err, c.code)
			if c.code == "" && (!made || row.ID == "" || len(w.rows) != 3) || c.code != "" && len(w.rows) != 2 {
				t.Errorf("made %v, row %+v, %d rows", made, row, len(w.rows))
			}
		})
	}
}

func TestAnAssignmentSentTwiceIsMadeOnce(t *testing.T) {
	w, hers := aTown(), leaOf(care.TeamLead, reach{holds: []string{"ivy"}})
	a := Assignment{Patient: "ivy", Staff: "otto", To: noon.Add(time.Hour)}
	first, made, impact, err := w.by(hers).Assign(a)
	refusedWith(t, err, "")
	if !made || !first.From.Equal(noon) || impact.Backfills.People != 0 { // his team has her already
		t.Errorf("%v %+v %+v", made, first, impact)
	}
	again, made, _, err := w.by(hers).Assign(a)
	if refusedWith(t, err, ""); made || again.ID != first.ID || len(w.rows) != 3 {
		t.Errorf("%v %+v, %d rows", made, again, len(w.rows))
	}
}

func TestWhatAChangeOfACaseloadDoesToPhones(t *testing.T) {
	w, hers := aTown(), leaOf(care.TeamLead, reach{holds: []string{"flo", "sid"}})
	_, _, impact, err := w.by(hers).Assign(Assignment{Patient: "flo", Team: north})
	refusedWith(t, err, "")
	if got := impact.Backfills; got.People != 1 || got.Staff != 2 || got.Devices != 3 || got.Records != 7 {
		t.Errorf("given to Ann and Otto: %+v", got)
	}
	if impact.Purges.People != 0 {
		t.Errorf("taken away: %+v", impact.Purges)
	}
	_, impact, err = w.by(hers).End("new1", time.Time{})
	refusedWith(t, err, "")
	if impact.Purges.People != 1 || impact.Purges.Devices != 3 || impact.Backfills.People != 0 {
		t.Errorf("ended: %+v", impact)
	}
}

func TestWhoEndsARowOfACaseload(t *testing.T) {
	cover := care.CaseloadRow{ID: "c1", Patient: "ivy", Team: south, From: noon.Add(-time.Hour), To: noon.Add(time.Hour)}
	later := care.CaseloadRow{ID: "c2", Patient: "ivy", Team: north, From: noon.Add(time.Hour), To: noon.Add(3 * time.Hour)}
	for _, c := range []struct {
		name  string
		holds []string
		id    string
		at    time.Time
		code  string
		to    time.Time
	}{
		{"what her own team has", nil, "r1", time.Time{}, "", noon},
		{"from a later day on", nil, "r1", noon.Add(time.Hour), "", noon.Add(time.Hour)},
		{"in the past: it ends now", nil, "r1", noon.Add(-time.Hour), "", noon},
		{"what another team has", nil, "r2", time.Time{}, CodeNotFound, time.Time{}},
		{"what another team has for good, of a person she has", []string{"sid"}, "r2", time.Time{}, CodeNotFound, time.Time{}},
		{"a cover of a person she has", []string{"ivy"}, "c1", time.Time{}, "", noon},
		{"a cover of a person she does not have", nil, "c1", time.Time{}, CodeNotFound, time.Time{}},
		{"a cover that ends sooner anyway", []string{"ivy"}, "c1", noon.Add(2 * time.Hour), "", noon.Add(time.Hour)},
		{"one that has not begun never begins", nil, "c2", time.Time{}, "", noon.Add(time.Hour)},
		{"a row that is not there", nil, "r9", time.Time{}, CodeNotFound, time.Time{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := aTown()
			w.rows = append(w.rows, cover, later)
			row, _, err := w.by(leaOf(care.TeamLead, reach{holds: c.holds})).End(c.id, c.at)
			refusedWith(t, err, c.code)
			stored, _ := w.CaseloadRow(c.id)
			if c.code == "" && (!row.To.Equal(c.to) || !stored.To.Equal(c.to)) {
				t.Errorf("it ends at %v, stored %v, want %v", row.To, stored.To, c.to)
			}
		})
	}
}

func TestACoverReachesEverybodyWhoIsTheLeads(t *testing.T) {
	w, hers := aTown(), leaOf(care.TeamLead, reach{holds: []string{"ivy"}})
	asked := Cover{Patients: []string{"ivy", "sid"}, Staff: "otto", To: noon.Add(time.Hour), Reason: "Ann is ill"}
	for range 2 { // sent twice it covers once
		covered, err := w.by(hers).Cover(asked)
		refusedWith(t, err, "")
		if covered.People != 1 || !slices.Equal(covered.NotThere, []string{"sid"}) || len(w.rows) != 3 {
			t.Fatalf("%+v, %d rows", covered, len(w.rows))
		}
	}
	asked.To = time.Time{}
	_, err := w.by(hers).Cover(asked)
	refusedWith(t, err, CodeInvalid) // a cover ends
	_, err = w.by(hers).Cover(Cover{Patients: []string{"sid"}, Staff: "otto", To: noon.Add(time.Hour)})
	refusedWith(t, err, CodeNotFound) // of one person the lead wants to know
}

// Nobody has Flo, and who is held by a named nurse alone is not held by the lead: what comes twice finds the first.
func TestWhatALeadSendsTwiceIsDoneOnceAlsoForSomebodyNobodyHeld(t *testing.T) {
	w, hers, until := aTown(), leaOf(care.TeamLead, reach{}), noon.Add(time.Hour)
	for _, patients := range [][]string{{"flo"}, {"flo"}, {"flo", "sid"}} {
		covered, err := w.by(hers).Cover(Cover{Patients: patients, Staff: "otto", To: until})
		refusedWith(t, err, "")
		if covered.People != 1 || len(covered.NotThere) != len(patients)-1 || len(w.rows) != 3 {
			t.Fatalf("%+v, %d rows", covered, len(w.rows))
		}
	}
	w.rows = append(w.rows, care.CaseloadRow{ID: "r9", Patient: "flo", Team: south, From: noon.Add(-time.Minute)})
	again, err := w.by(hers).Cover(Cover{Patients: []string{"flo"}, Staff: "otto", To: until}) // the south team took her in meanwhile
	refusedWith(t, err, "")
	if again.People != 1 || len(w.rows) != 4 {
		t.Fatalf("%+v, %d rows", again, len(w.rows))
	}
	for why, more := range map[string]Assignment{
		"longer than the first":    {Patient: "flo", Staff: "otto", To: until.Add(time.Hour)},
		"until further notice":     {Patient: "flo", Staff: "otto"},
		"to somebody else of hers": {Patient: "flo", Staff: "ann", To: until},
	} {
		t.Run(why, func(t *testing.T) {
			_, _, _, err := w.by(hers).Assign(more)
			refusedWith(t, err, CodeNotFound)
		})
	}
}

func TestAnAssignmentOrAMoveToANurseSentTwiceIsMadeOnce(t *testing.T) {
	w, hers := aTown(), leaOf(care.TeamLead, reach{})
	for i := range 2 {
		_, made, _, err := w.by(hers).Assign(Assignment{Patient: "flo", Staff: "otto"})
		refusedWith(t, err, "")
		if made != (i == 0) || len(w.rows) != 3 {
			t.Fatalf("made %v, %d rows", made, len(w.rows))
		}
	}
	hers = leaOf(care.TeamLead, reach{holds: []string{"ivy"}})
	for i := range 2 {
		moved, err := w.by(hers).Move(Move{Patients: []string{"ivy"}, FromTeam: north, ToStaff: "otto"})
		refusedWith(t, err, "")
		if moved.People != 1-i || len(moved.NotThere) != 0 {
			t.Fatalf("%+v", moved)
		}
		hers = leaOf(care.TeamLead, reach{}) // the team has her no longer
	}
}

// Flo is held by a nurse of the lead's and by a team that is not: what the nurse has gives no right to end what the team has.
func TestALeadDoesNotTakeSomebodyOffAnotherTeamBecauseTheirNurseHasThemToo(t *testing.T) {
	w, hers := aTown(), leaOf(care.TeamLead, reach{})
	w.rows = append(w.rows, care.CaseloadRow{ID: "r8", Patient: "flo", Staff: "otto", From: noon.Add(-time.Hour)},
		care.CaseloadRow{ID: "r9", Patient: "flo", Team: south, From: noon.Add(-time.Hour)})
	before := len(w.rows)
	_, err := w.by(hers).Move(Move{Patients: []string{"flo"}, FromTeam: south, ToStaff: "otto"})
	refusedWith(t, err, CodeNotFound)
	moved, err := w.by(hers).Move(Move{Patients: []string{"flo", "sid"}, FromTeam: south, ToStaff: "otto"})
	refusedWith(t, err, "")
	if moved.People != 0 || len(moved.NotThere) != 2 {
		t.Errorf("%+v", moved)
	}
	_, _, _, err = w.by(hers).Assign(Assignment{Patient: "flo", Staff: "otto", To: noon.Add(time.Hour)})
	refusedWith(t, err, CodeNotFound) // she has him for good; a shorter row is a new one
	if len(w.rows) != before || !w.rows[before-1].To.IsZero() {
		t.Errorf("rows changed: %+v", w.rows)
	}
}

func TestAMoveTakesPeopleFromOneCaseloadToAnother(t *testing.T) {
	w, hers := aTown(), leaOf(care.TeamLead, reach{holds: []string{"ivy"}})
	every := int64(7)
	w.rows[0].ContactEveryDays = &every
	m := Move{Patients: []string{"ivy", "sid"}, FromTeam: north, ToStaff: "ann", Reason: "a new round"}
	moved, err := w.by(hers).Move(m)
	refusedWith(t, err, "")
	if moved.People != 1 || !slices.Equal(moved.NotThere, []string{"sid"}) {
		t.Errorf("%+v", moved)
	}
	rows, _ := w.CaseloadOf("ivy")
	if len(rows) != 1 || rows[0].Staff != "ann" || rows[0].Team != "" || rows[0].ContactEveryDays == nil || rows[0].Reason != "a new round" {
		t.Errorf("%+v", rows)
	}
	if moved, err = w.by(hers).Move(m); err != nil || moved.People != 0 || len(w.rows) != 3 {
		t.Errorf("sent twice: %+v %v, %d rows", moved, err, len(w.rows))
	}
	_, err = w.by(hers).Move(Move{Patients: []string{"sid"}, FromTeam: south, ToTeam: north})
	refusedWith(t, err, CodeNotFound)
	moved, err = w.by(hers).Move(Move{Patients: []string{"sid"}, FromTeam: south, ToTeam: north, Leave: true})
	if refusedWith(t, err, ""); len(moved.NotThere) != 1 {
		t.Errorf("%+v", moved)
	}
}

// pages remembers what it was asked.
type pages struct{ asked *CaseloadQuery }

func (p *pages) CaseloadPage(q CaseloadQuery) ([]care.CaseloadRow, bool, error) {
	p.asked = &q
	return nil, false, nil
}

func TestWhoReadsWhichCaseload(t *testing.T) {
	for _, c := range []struct {
		name string
		lead Lead
		q    CaseloadQuery
		code string
		only bool // rows of other holders are left out
	}{
		{"of her own team", leaOf(care.TeamLead, reach{}), CaseloadQuery{Team: north}, "", false},
		{"of her own nurse", leaOf(care.TeamLead, reach{}), CaseloadQuery{Staff: "ann"}, "", false},
		{"of another team", leaOf(care.TeamLead, reach{}), CaseloadQuery{Team: south}, CodeNotFound, false},
		{"of a person she has", leaOf(care.TeamLead, reach{holds: []string{"ivy"}}), CaseloadQuery{Patient: "ivy"}, "", false},
		{"of a person she does not have", leaOf(care.TeamLead, reach{}), CaseloadQuery{Patient: "sid"}, CodeNotFound, false},
		{"of a person in the neighbourhood, by the coordinator", leaOf(care.CareCoordinator, reach{oversees: []string{"sid"}}), CaseloadQuery{Patient: "sid"}, "", false},
		{"of a person, by a voluntary service: who else visits is not for them", leaOf(care.VolunteerCoordinator, reach{holds: []string{"ivy"}}), CaseloadQuery{Patient: "ivy"}, "", true},
		{"of nothing", leaOf(care.TeamLead, reach{}), CaseloadQuery{}, CodeInvalid, false},
		{"of two at once", leaOf(care.TeamLead, reach{}), CaseloadQuery{Team: north, Staff: "ann"}, CodeInvalid, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			store := &pages{}
			_, err := ReadCaseload(store, c.lead, c.q)
			refusedWith(t, err, c.code)
			if (store.asked != nil) != (c.code == "") {
				t.Fatalf("the store was asked: %+v", store.asked)
			}
			if store.asked != nil && (store.asked.Only != nil) != c.only {
				t.Errorf("only rows of %+v", store.asked.Only)
			}
		})
	}
}
