package acceptance

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/testkit/pbtest"
)

// side is one of two neighbourhoods that have nothing in common: who works there, and the one person they care for.
type side struct {
	name                                                   string
	nurses, surgery, friends, coordination, safeguarding   *core.Record
	practice, charity                                      *core.Record
	nurse, colleague, lead                                 *core.Record
	person                                                 *core.Record
	visit, set, checkin, handover, concern, conflict, held string // ids
	goal, step, ownStep                                    string
}

// token is a piece of text that stands in one field of one record and nowhere else.
type token struct {
	of                *side
	collection, field string
}

// matrix is a world in which every text is a token, so that whatever any answer shows can be told.
type matrix struct {
	*world
	sides  [2]*side
	tokens map[string]token
}

// mark makes the token of a field.
func (m *matrix) mark(of *side, collection, field string) string {
	text := fmt.Sprintf("tok%03d", len(m.tokens))
	m.tokens[text] = token{of, collection, field}
	return text
}

func newMatrix(t *testing.T) *matrix {
	m := &matrix{world: newWorld(t), tokens: map[string]token{}}
	m.onWednesday(10, 0)
	for i, name := range []string{"north", "south"} {
		m.sides[i] = m.side(name)
	}
	m.tick()
	for _, s := range m.sides {
		m.work(s)
	}
	m.tick()
	for _, s := range m.sides {
		for _, h := range m.rows(care.Handovers, "", nil) {
			if h.GetString("patient") == s.person.Id && h.GetString("class") == string(care.Safeguarding) {
				s.concern = h.Id
			}
		}
		if s.concern == "" || s.handover == "" || s.conflict == "" || s.held == "" {
			t.Fatalf("the %s is not whole: %+v", s.name, s)
		}
	}
	return m
}

// side founds a neighbourhood with its person, all of whose texts are tokens.
func (m *matrix) side(name string) *side {
	t, s := m.t, &side{name: name}
	hood := m.Put(t, care.Neighbourhoods, map[string]any{"name": name})
	team := func(org *core.Record, kind string) *core.Record {
		return m.Put(t, care.Teams, map[string]any{"organisation": org.Id, "kind": kind, "name": name + " " + kind, "route": "inbox", "neighbourhood": hood.Id})
	}
	trust := m.Org(t, "community_trust", name+" trust")
	s.practice, s.charity = m.Org(t, "practice", name+" surgery"), m.Org(t, care.VoluntaryKind, name+" friends")
	s.nurses, s.surgery, s.friends = team(trust, "nursing"), team(s.practice, "practice"), team(s.charity, care.VoluntaryKind)
	s.coordination, s.safeguarding = team(trust, "coordination"), team(trust, "safeguarding")
	s.nurse, s.colleague, s.lead = m.Staff(t, care.DistrictNurse, name+" nurse", s.nurses), m.Staff(t, care.DistrictNurse, name+" colleague", s.nurses), m.Staff(t, care.TeamLead, name+" lead", s.nurses)
	s.person = m.Patient(t, m.mark(s, care.Patients, "family_name"), s.practice)
	values := map[string]any{"consent": []map[string]any{{"service": s.charity.Id, "given": true, "by": s.lead.Id, "how": "asked", "at": care.Stamp(m.now())}}}
	for _, field := range []string{"given_name", "preferred_name", "address", "postcode", "lsoa", "phone", "access_notes", "risk_note"} {
		values[field] = m.mark(s, care.Patients, field)
	}
	s.person.Load(values)
	if err := m.Save(s.person); err != nil {
		t.Fatal(err)
	}
	m.Caseload(t, s.person, s.nurses)
	m.Caseload(t, s.person, s.friends)
	return s
}

// work lets the side's own people record of its person what there is to see: a visit, a set of readings, a check-in
// with a disclosure, a handover, a conflict, and changes that are held back.
func (m *matrix) work(s *side) {
	nurse, colleague, lead := m.phoneOf(s.nurse), m.phoneOf(s.colleague), m.phoneOf(s.lead)
	s.visit = m.record(nurse, care.Visits, m.visit(s.person, m.mark(s, care.Visits, "note")))
	s.set = m.record(nurse, care.Observations, m.readings(s.person))
	values := map[string]any{"patient": s.person.Id, "from_team": s.nurses.Id, "class": "SD"}
	for _, field := range []string{"situation", "background", "assessment", "recommendation", "safe_note"} {
		values[field] = m.mark(s, care.Handovers, field)
	}
	s.handover = m.record(nurse, care.Handovers, values)
	s.checkin = m.record(lead, care.Checkins, map[string]any{"patient": s.person.Id, "team": s.friends.Id, "seen": true, "happened_at": care.Stamp(m.now()),
		"safeguarding": m.mark(s, care.Checkins, "safeguarding")})
	// Of a goal the charity helps with, a step is theirs and another is the team's own.
	s.goal = m.record(nurse, care.Goals, map[string]any{"patient": s.person.Id, "words": m.mark(s, care.Goals, "words"), "safe_words": m.mark(s, care.Goals, "safe_words"),
		"said": m.mark(s, care.Goals, "said"), "team": s.nurses.Id, "helpers": []any{s.charity.Id}})
	s.step = m.record(nurse, care.GoalSteps, map[string]any{"patient": s.person.Id, "goal": s.goal, "task": m.mark(s, care.GoalSteps, "helper"), "helper": s.charity.Id})
	s.ownStep = m.record(nurse, care.GoalSteps, map[string]any{"patient": s.person.Id, "goal": s.goal, "task": m.mark(s, care.GoalSteps, "task")})
	m.syncAll(nurse, lead, colleague)

	// Two nurses edit the note without having seen each other.
	ok(m.t, nurse.Edit(care.Visits, s.visit, map[string]any{"note": m.mark(s, care.Conflicts, "kept")}))
	ok(m.t, colleague.Edit(care.Visits, s.visit, map[string]any{"note": m.mark(s, care.Conflicts, "lost")}))
	m.syncAll(nurse, colleague)
	for _, c := range m.rows(care.Conflicts, "", nil) {
		if c.GetString("patient") == s.person.Id {
			s.conflict = c.Id
		}
	}
	// There is no such collection: it is held back whole, and what it says under that name is for the safeguarding lead.
	odd, link := m.phoneOn(s.nurse)
	pushed := m.push(odd, link.bearer, m.mutation(odd, 1, m.id(), map[string]any{"op": "create", "collection": "checkinz", "id": m.id(), "set": map[string]any{
		"patient": s.person.Id, "concern": m.mark(s, care.Quarantine, "concern"), "safeguarding": m.mark(s, care.Quarantine, "safeguarding")}}))
	s.held = pushed.Results[0].Issues[0].ID
}

// teamOf is where somebody of a role works on a side.
func (s *side) teamOf(duty care.Duty) *core.Record {
	switch {
	case duty.Role == care.Reception, duty.Role == care.DutyGP:
		return s.surgery
	case duty.Role == care.CareCoordinator:
		return s.coordination
	case duty.Role == care.SafeguardingLead:
		return s.safeguarding
	case duty.View == care.Limited:
		return s.friends
	}
	return s.nurses
}

// mayRead says whether somebody of a role who works on a side may read a token, by the table of duties and the row of
// the field alone.
func mayRead(duty care.Duty, of *side, where token) bool {
	if where.of != of {
		return false // of whom another neighbourhood has, nothing
	}
	c, _ := care.ByName(where.collection)
	clinical, holds := duty.View == care.Clinical, duty.Reach != care.Nobody
	works := duty.Role == care.Reception || duty.Role == care.DutyGP // the practice, to which the handover went
	coordinates := duty.Role == care.CareCoordinator                 // answers for all teams of the side, and has nobody
	switch where.collection {
	case care.Patients:
		f, _ := c.Field(where.field)
		inHandover := slices.Contains([]string{"family_name", "given_name", "preferred_name", "address", "postcode", "phone", "risk_note"}, where.field)
		asked := inHandover && (works || duty.ReadsConcerns || coordinates)
		return holds && (clinical && !coordinates || f.Limited) && !coordinates || asked
	case care.Visits: // of whom the coordinator answers for, at the desk: what a conflict was about
		return clinical
	case care.Goals, care.GoalSteps: // whoever helps reads what is safe to share of the goal, and the steps that are theirs
		return holds && !coordinates && (clinical || where.field == "safe_words" || where.field == "helper")
	case care.Handovers: // a nurse's, which her team follows; whoever has people by name follows their own
		return works || clinical && duty.FollowsTeam() && !coordinates
	case care.Checkins:
		return duty.ReadsConcerns
	case care.Conflicts: // what stands is in the visit; what lost is for whoever has the person, and for the desk
		return clinical && (duty.Desk || holds || where.field == "kept")
	case care.Quarantine:
		if where.field == "safeguarding" {
			return duty.ReadsConcerns
		}
		return duty.Desk && clinical
	}
	return false
}

// mustRead are the tokens that the phone of somebody of a role must hold: what they have of their person.
func mustRead(duty care.Duty, of *side, where token) bool {
	if where.of != of || !duty.Device || duty.Role == care.CareCoordinator {
		return false
	}
	switch where.collection {
	case care.Patients:
		c, _ := care.ByName(where.collection)
		f, _ := c.Field(where.field)
		return duty.View == care.Clinical || f.Limited
	case care.Goals, care.GoalSteps:
		return duty.View == care.Clinical || where.field == "safe_words" || where.field == "helper"
	case care.Handovers:
		return where.field == "recommendation" && duty.View == care.Clinical && duty.FollowsTeam()
	}
	return false
}

// X1, X2, X6, X7, X8, O8: every role against every way in. Whatever any answer shows is what the table of duties gives
// that role of that person, and nothing that anybody of the other side tries changes what is stored.
func TestRights_EveryRoleSeesAndChangesByEveryWayInWhatItsDutySays(t *testing.T) {
	m := newMatrix(t)
	type puppet struct {
		duty  care.Duty
		at    *side
		staff *core.Record
	}
	var puppets []puppet
	for _, duty := range care.Duties() {
		for _, s := range m.sides {
			who := m.Staff(t, duty.Role, s.name+" "+strings.ReplaceAll(string(duty.Role), "_", " "), s.teamOf(duty))
			if duty.Reach == care.OwnPeople {
				m.Caseload(t, s.person, who)
			}
			puppets = append(puppets, puppet{duty, s, who})
		}
	}
	m.tick()
	stored := m.texts()
	for _, p := range puppets {
		other := m.sides[0]
		if other == p.at {
			other = m.sides[1]
		}
		name := p.staff.GetString("name")
		shown := m.look(p.staff, p.duty, p.at, other)
		for text, where := range m.tokens {
			sees := ""
			for _, way := range slices.Sorted(maps.Keys(shown)) {
				if strings.Contains(shown[way], text) {
					sees = way
				}
			}
			switch {
			case sees != "" && !mayRead(p.duty, p.at, where):
				t.Errorf("%s is shown %s of %s of the %s by %s", name, where.field, where.collection, where.of.name, sees)
			case mustRead(p.duty, p.at, where) && !strings.Contains(shown["pull"], text):
				t.Errorf("the phone of %s lacks %s of %s", name, where.field, where.collection)
			}
		}
		texts := m.texts()
		for at, was := range stored {
			now := texts[at]
			if now == was || strings.HasSuffix(at, " safeguarding") && strings.HasPrefix(now, was) {
				continue
			}
			t.Errorf("%s has changed %s: %q, was %q", name, at, now, was)
			stored[at] = now
		}
	}
}

// texts are the texts of all records about the people of both sides, by collection, id and field.
func (m *matrix) texts() map[string]string {
	all := map[string]string{}
	for _, name := range []string{care.Patients, care.Visits, care.Observations, care.Checkins, care.Goals, care.GoalSteps} {
		c, _ := care.ByName(name)
		for _, r := range m.rows(name, "", nil) {
			for i := range c.Fields {
				all[name+" "+r.Id+" "+c.Fields[i].Name] = fmt.Sprint(r.Get(c.Fields[i].Name))
			}
			all[name+" "+r.Id+" withdrawn"] = r.GetString("retracted")
		}
	}
	for _, h := range m.rows(care.Handovers, "", nil) {
		all["handovers "+h.Id+" state"] = h.GetString("state") + h.GetString("called_name")
	}
	return all
}

// look asks by every way there is, and tries to change what is the other side's. It returns what was answered, by way.
func (m *matrix) look(staff *core.Record, duty care.Duty, at, other *side) map[string]string {
	shown := map[string]string{}
	if duty.Device {
		m.lookByPhone(staff, duty, at, other, shown)
	}
	token := m.Token(m.t, staff)
	page := func(method, path string, body any) pbtest.Answer {
		answer := pbtest.Call(m.t, m.http, method, "/api/care/v1"+path, token, body)
		if answer.Status >= 500 {
			m.t.Errorf("%s: %s %s = %d %s", staff.GetString("name"), method, path, answer.Status, answer.Body)
		}
		shown[method+" "+path] += string(answer.Body)
		return answer
	}
	for _, path := range []string{"/inbox", "/handovers?state=all", "/handovers?state=all&side=sent", "/queues", "/issues", "/staff", "/devices", "/fields"} {
		page(http.MethodGet, path, nil)
	}
	page(http.MethodPost, "/people/search", map[string]any{"text": ""})
	for _, s := range []*side{at, other} {
		page(http.MethodPost, "/people/search", map[string]any{"text": s.person.GetString("family_name")})
		for _, q := range []string{"patient=" + s.person.Id, "team=" + s.nurses.Id, "staff=" + s.nurse.Id} {
			page(http.MethodGet, "/caseload?"+q, nil)
		}
		page(http.MethodGet, "/staff/"+s.nurse.Id+"/work", nil)
		for _, id := range []string{s.handover, s.concern} {
			page(http.MethodGet, "/handovers/"+id, nil)
		}
		for _, id := range []string{s.conflict, s.held} {
			page(http.MethodGet, "/issues/"+id, nil)
		}
	}
	for _, id := range []string{other.handover, other.concern} {
		for verb, body := range map[string]map[string]any{"see": {}, "acknowledge": {}, "accept": {}, "decline": {"reason": "x", "to_team": at.nurses.Id}, "answer": {"outcome": "other"}, "hand-on": {"reason": "x"},
			"call": {"name": "Nobody", "reached": true}, "file": {}, "stand-down": {"reason": "x", "with": at.handover}, "confirm": {}, "hold": {}} {
			if verb != "hold" {
				body["version"] = map[bool]int64{true: 1, false: 99999999}[id == other.handover]
			}
			if answer := page(http.MethodPost, "/handovers/"+id+"/"+verb, body); answer.Status < 400 {
				m.t.Errorf("%s does %s to a handover of the other side: %s", staff.GetString("name"), verb, answer.Body)
			}
		}
	}
	// What they and their nurses were refused they try to let in, with every correction that might turn it elsewhere.
	for _, issue := range append([]string{other.conflict, other.held}, m.refused(staff, at)...) {
		for _, set := range []map[string]any{{}, {"patient": at.person.Id}, {"patient": other.person.Id}, {"id": other.visit}} {
			if answer := page(http.MethodPost, "/issues/"+issue+"/resolve", map[string]any{"base": "e1.999999", "set": set}); answer.Status == http.StatusForbidden {
				break // no desk, and no more of it
			}
		}
	}
	return shown
}

// refused are the changes held back of somebody, and of the district nurse among the puppets of their side.
func (m *matrix) refused(staff *core.Record, at *side) (ids []string) {
	for _, q := range m.rows(care.Quarantine, "", nil) {
		author, err := m.FindRecordById(care.StaffName, q.GetString("author"))
		if err == nil && (author.Id == staff.Id || author.GetString("name") == at.name+" district nurse") {
			ids = append(ids, q.Id)
		}
	}
	return ids
}

// lookByPhone pulls, compares digests, asks for names, and pushes into the other side's records, under the name of the
// other side's person, of their own, and of nobody.
func (m *matrix) lookByPhone(staff *core.Record, duty care.Duty, at, other *side, shown map[string]string) {
	p, link := m.phoneOn(staff)
	var mutations []map[string]any
	mid := int64(0)
	for _, claimed := range []string{other.person.Id, at.person.Id, ""} {
		for _, op := range []map[string]any{
			{"op": "update", "collection": care.Patients, "id": other.person.Id, "set": map[string]any{"access_notes": "probe", "phone": "probe"}, "was": map[string]any{"access_notes": "?", "phone": "?"}},
			{"op": "update", "collection": care.Visits, "id": other.visit, "set": map[string]any{"note": "probe"}, "was": map[string]any{"note": "?"}},
			{"op": "retract", "collection": care.Visits, "id": other.visit},
			{"op": "update", "collection": care.Observations, "id": other.set, "set": map[string]any{"spo2": 97}, "was": map[string]any{"spo2": 96}},
			{"op": "update", "collection": care.Checkins, "id": other.checkin, "set": map[string]any{"concern": "probe", "safeguarding": "probe"}, "was": map[string]any{"safeguarding": "?"}},
			{"op": "update", "collection": care.Goals, "id": other.goal, "set": map[string]any{"words": "probe", "safe_words": "probe", "outcome": "met"}, "was": map[string]any{"words": "?"}},
			{"op": "add", "collection": care.Goals, "id": other.goal, "field": "helpers", "values": []any{at.charity.Id}},
			{"op": "update", "collection": care.GoalSteps, "id": other.step, "set": map[string]any{"done_on": "2026-03-02", "task": "probe"}, "was": map[string]any{"task": "?"}},
			{"op": "create", "collection": care.Goals, "id": m.id(), "set": map[string]any{"patient": other.person.Id, "words": "probe", "helpers": []any{at.charity.Id}}},
			{"op": "update", "collection": care.Handovers, "id": other.handover, "set": map[string]any{"called_name": "probe", "reached": true}},
			{"op": "create", "collection": care.Visits, "id": m.id(), "set": map[string]any{"patient": other.person.Id, "note": "probe"}},
			{"op": "resolve", "issue": other.conflict, "set": map[string]any{"note": "probe"}},
			{"op": "resolve", "issue": other.held, "set": map[string]any{}},
			// What raises an alarm, and what hands over by hand, to whom it is for and to a team of their own.
			{"op": "create", "collection": care.Observations, "id": m.id(), "set": m.readings(other.person)},
			{"op": "create", "collection": care.Visits, "id": m.id(), "set": map[string]any{"patient": other.person.Id, "critical_medicine": "missed",
				"started_at": care.Stamp(m.now().Add(-time.Hour)), "staff": other.nurse.Id, "team": at.teamOf(duty).Id}},
			{"op": "create", "collection": care.Checkins, "id": m.id(), "set": map[string]any{"patient": other.person.Id, "wellbeing": "unwell", "concern": "probe", "safeguarding": "probe"}},
			{"op": "create", "collection": care.Handovers, "id": m.id(), "set": map[string]any{"patient": other.person.Id, "class": "U2", "recommendation": "probe"}},
			{"op": "create", "collection": care.Handovers, "id": m.id(), "set": map[string]any{"patient": other.person.Id, "class": "SD", "recommendation": "probe", "to_team": at.teamOf(duty).Id}},
		} {
			if claimed != "" && op["op"] != "create" {
				op["patient"] = claimed
			}
			if op["op"] != "create" {
				op["base"] = "e1.999999"
			}
			mid++
			mutations = append(mutations, m.mutation(p, mid, m.id(), op))
		}
	}
	for range 2 { // the second time, the answers that were kept
		pushed := m.push(p, link.bearer, mutations...)
		raw, err := json.Marshal(pushed)
		ok(m.t, err)
		shown["push"] += string(raw)
		for i, res := range pushed.Results {
			if res.Status != care.Quarantined || len(res.Conflicts) > 0 {
				m.t.Errorf("%s pushes %v: %+v", staff.GetString("name"), mutations[i]["ops"], res)
			}
		}
	}
	get := func(name, method, path string, body any) {
		answer := m.call(link.bearer, method, path, body)
		if answer.Status >= 400 {
			m.t.Errorf("%s: %s %s = %d %s", staff.GetString("name"), method, path, answer.Status, answer.Body)
		}
		shown[name] += string(answer.Body)
	}
	get("pull", http.MethodGet, "/pull?client="+p.Client()+"&limit=1000", nil)
	get("names", http.MethodGet, "/names", nil)
	scopes := map[string]any{}
	for _, s := range []*side{at, other} {
		for _, scope := range []string{care.ClinicalScope(s.person.Id), care.LimitedScope(s.person.Id), care.TeamScope(s.nurses.Id), care.DeskScope(s.nurses.Id), care.DestinationScope(s.surgery.Id)} {
			scopes[scope] = map[string]any{"count": 1, "hash": "0000000000000000"}
		}
	}
	get("digest", http.MethodPost, "/digest", map[string]any{"client": p.Client(), "cursor": p.Cursor(), "scopes": scopes})
}
