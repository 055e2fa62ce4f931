package demo

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/identifier"
)

// size says how many live and work in the neighbourhood.
type size struct {
	people     int
	nurses     int // in each of the two nursing teams, beside their lead
	volunteers int // of each of the two services
	visits     int // on the round of a nurse
	weeks      int // of work before the story
}

// The neighbourhood of `doorstep demo`, and the small one that tests work in where the size does
// not matter.
var (
	wholeHood = size{people: 300, nurses: 6, volunteers: 4, visits: 9, weeks: 13}
	smallHood = size{people: 240, nurses: 6, volunteers: 2, visits: 2}
)

type org struct {
	id, name, kind, code, phone string
	closedOn                    string // a date, "" while open
}

type team struct {
	id, name, kind, phone string
	org                   *org
}

type worker struct {
	id, name, email string
	role            care.Role
	team            *team
	registration    string
}

// given is the first name.
func (w *worker) given() string { return strings.Fields(w.name)[0] }

// person is somebody who lives in the neighbourhood.
type person struct {
	id, nhs, title, given, family string
	born                          time.Time
	age                           int
	address, postcode, phone      string
	practice                      *org // nil: not registered
	nursing                       *team
	mental, social                bool
	befriended                    *worker // the volunteer who calls on them
	lead                          *worker // the nurse who is named as theirs, nil = nobody
	noSignal                      bool    // no network in the house
	retains                       bool    // carbon dioxide: SpO2 scale 2
	supported                     bool    // delegated to the support worker
	need, risk, access            string
	cast                          bool // has a part in a scene; the rounds leave them alone
}

// name is how people speak of them: Mrs Thornbury.
func (p *person) name() string { return p.title + " " + p.family }

// surgery is a practice with who answers there.
type surgery struct {
	org           *org
	team          *team
	reception, gp *worker
}

// service is a voluntary service.
type service struct {
	team        *team
	coordinator *worker
	volunteers  []*worker
}

// hood is the invented neighbourhood, before anybody stored it.
type hood struct {
	id, name   string
	orgs       []*org
	teams      []*team
	workers    []*worker
	people     []*person
	surgeries  []*surgery
	closed     *org // a practice that closed; some are still registered there
	north      *nursing
	south      *nursing
	mental     *partner
	social     *partner
	services   []*service
	guard      *worker // safeguarding lead
	guards     *team
	cora       *worker // care coordinator
	chain      *team
	support    *worker
	clinical   *worker
	others     []*worker // who have no part in a scene, and can be signed in as: a second receptionist, every role that is left
	ids        *identifier.Minter
	born       time.Time // when its records were made
	lines      int
	usedNames  map[string]bool // of staff, and family names of those in scenes
	byID       map[string]*person
	index      map[string]int // of people, by id
	rng        *rand.Rand
	nextHouse  int
	befriended int // how many a volunteer calls on
}

// nursing is a nursing team.
type nursing struct {
	team   *team
	lead   *worker
	nurses []*worker
}

// partner is the team of another profession: mental health, social care.
type partner struct {
	team    *team
	workers []*worker
}

// stream gives each part of the demo random numbers of its own, so that one part drawing more
// does not change the others.
func stream(seed int, tag uint64) *rand.Rand { return rand.New(rand.NewPCG(uint64(seed), tag)) }

// invent makes a neighbourhood. The same seed gives the same people with the same ages, whatever
// the day; only dates of birth follow it.
func invent(seed int, day time.Time, sz size) (*hood, error) {
	rng := stream(seed, 1)
	h := &hood{name: hoods[rng.IntN(len(hoods))], born: day.AddDate(0, -1, -7*sz.weeks), rng: rng, usedNames: map[string]bool{},
		byID: map[string]*person{}, index: map[string]int{},
		ids: identifier.NewMinter(entropy(seed, 2))}
	h.id = h.newID()
	h.inventPractices()
	h.inventTeams(sz)
	for i := range sz.people {
		if err := h.inventPerson(i, day); err != nil {
			return nil, err
		}
	}
	h.hireOthers() // last, so that a seed gives the people it always gave
	return h, nil
}

func (h *hood) newID() string {
	id, err := h.ids.New(h.born)
	if err != nil {
		panic("demo: ids ran dry: " + err.Error()) //nolint:forbidigo // the entropy is a generator and cannot
	}
	return string(id)
}

// landline is a number Ofcom keeps for fiction: 01632 960000 to 960999.
func (h *hood) landline() string {
	h.lines++
	return fmt.Sprintf("01632 960%03d", h.lines%1000)
}

func (h *hood) addOrg(kind, name, code string) *org {
	o := &org{id: h.newID(), name: name, kind: kind, code: code, phone: h.landline()}
	h.orgs = append(h.orgs, o)
	return o
}

func (h *hood) addTeam(o *org, kind, name string) *team {
	t := &team{id: h.newID(), name: name, kind: kind, org: o, phone: h.landline()}
	h.teams = append(h.teams, t)
	return t
}

func (h *hood) hire(t *team, role care.Role) *worker {
	name := ""
	for name == "" || h.usedNames[name] {
		name = workersFirst[h.rng.IntN(len(workersFirst))] + " " + workersFamily[h.rng.IntN(len(workersFamily))]
	}
	// No first name twice: the story calls people by it.
	for _, w := range h.workers {
		if w.given() == strings.Fields(name)[0] {
			return h.hire(t, role)
		}
	}
	h.usedNames[name] = true
	w := &worker{id: h.newID(), name: name, role: role, team: t,
		email: strings.ToLower(strings.ReplaceAll(name, " ", ".")) + "@demo.example"}
	if care.DutyOf(role).RaisesUrgent {
		w.registration = fmt.Sprintf("99X%04dE", len(h.workers)+1)
	}
	h.workers = append(h.workers, w)
	return w
}

// inventPractices makes three open practices and one that closed. Their codes have the form of
// ODS codes, with a beginning that no practice has.
func (h *hood) inventPractices() {
	for i, n := range h.rng.Perm(len(surgeries))[:4] {
		o := h.addOrg("practice", surgeries[n], fmt.Sprintf("ZZ90%d", i+1))
		if i == 3 {
			o.closedOn = "2025-03-31"
			h.closed = o
			h.addTeam(o, "practice", o.name)
			continue
		}
		s := &surgery{org: o, team: h.addTeam(o, "practice", o.name)}
		s.reception, s.gp = h.hire(s.team, care.Reception), h.hire(s.team, care.DutyGP)
		h.surgeries = append(h.surgeries, s)
	}
}

func (h *hood) inventTeams(sz size) {
	trust := h.addOrg("community_trust", h.name+" Community Trust", "ZZ801")
	nurses := func(name string) *nursing {
		n := &nursing{team: h.addTeam(trust, "nursing", name)}
		n.lead = h.hire(n.team, care.TeamLead)
		for range sz.nurses {
			n.nurses = append(n.nurses, h.hire(n.team, care.DistrictNurse))
		}
		return n
	}
	h.north, h.south = nurses(h.name+" North Nurses"), nurses(h.name+" South Nurses")
	h.support = h.hire(h.north.team, care.SupportWorker)
	h.guards = h.addTeam(trust, "safeguarding", h.name+" Safeguarding")
	h.guard = h.hire(h.guards, care.SafeguardingLead)
	h.chain = h.addTeam(trust, "coordination", h.name+" Care Coordination")
	h.cora = h.hire(h.chain, care.CareCoordinator)
	h.clinical = h.hire(h.chain, care.ClinicalLead)
	other := func(kind, orgName, teamName, code string, role care.Role) *partner {
		t := h.addTeam(h.addOrg(kind, orgName, code), kind, teamName)
		return &partner{team: t, workers: []*worker{h.hire(t, role), h.hire(t, role)}}
	}
	h.mental = other("mental_health", h.name+" Mental Health Trust", h.name+" Community Mental Health", "ZZ811", care.MentalHealth)
	h.social = other("social_care", h.name+" Council", h.name+" Adult Social Care", "ZZ821", care.SocialCare)
	for i, names := range [][]string{befrienders, neighbourly} {
		name := names[h.rng.IntN(len(names))]
		s := &service{team: h.addTeam(h.addOrg("voluntary", name, fmt.Sprintf("ZZ83%d", i+1)), "voluntary", name)}
		s.coordinator = h.hire(s.team, care.VolunteerCoordinator)
		for range sz.volunteers {
			s.volunteers = append(s.volunteers, h.hire(s.team, care.Volunteer))
		}
		h.services = append(h.services, s)
	}
}

// hireOthers gives every role somebody, and the first practice a second receptionist: two who look at one list.
func (h *hood) hireOthers() {
	for _, other := range []struct {
		team *team
		role care.Role
	}{
		{h.surgeries[0].team, care.Reception}, {h.north.team, care.Matron}, {h.services[0].team, care.LinkWorker},
		{h.chain, care.NeighbourhoodLead}, {h.chain, care.PrivacyOfficer}, {h.chain, care.Administrator}, {h.chain, care.ServerAdministrator},
	} {
		h.others = append(h.others, h.hire(other.team, other.role))
	}
}

func (h *hood) inventPerson(i int, day time.Time) error {
	nhs, err := identifier.SyntheticNHSNumber(i)
	if err != nil {
		return err
	}
	r := h.rng
	p := &person{id: h.newID(), nhs: string(nhs), family: families[r.IntN(len(families))], noSignal: r.IntN(5) == 0}
	if r.IntN(5) < 3 {
		p.title, p.given = []string{"Mrs", "Mrs", "Miss", "Ms"}[r.IntN(4)], women[r.IntN(len(women))]
	} else {
		p.title, p.given = "Mr", men[r.IntN(len(men))]
	}
	p.age = 58 + r.IntN(20) + r.IntN(21)
	p.born = day.AddDate(-p.age, 0, -1-r.IntN(360))
	h.nextHouse++
	p.address = fmt.Sprintf("%d %s, %s", 1+h.nextHouse/len(streets), streets[h.nextHouse%len(streets)], h.name)
	p.postcode = fmt.Sprintf("ZZ%d %dAA", 1+i%9, 1+i/9%9) // no postcode area is called ZZ
	p.phone = fmt.Sprintf("07700 900%03d", i)             // kept for fiction by Ofcom
	p.practice = h.surgeries[r.IntN(len(h.surgeries))].org
	p.nursing = h.north.team
	if i%2 == 1 {
		p.nursing = h.south.team
	}
	switch i % 60 {
	case 58:
		p.practice = nil
	case 29:
		p.practice = h.closed
	}
	p.mental, p.social, p.retains = r.IntN(10) == 0, r.IntN(9) == 0, r.IntN(40) == 0
	p.supported = i%2 == 0 && r.IntN(20) == 0
	switch i % 30 { // whatever the seed, some are known to one more service only
	case 6:
		p.mental, p.social, p.practice = false, true, h.surgeries[0].org
	case 21:
		p.mental, p.social = true, false
	}
	if r.IntN(4) == 0 { // each service and each volunteer in turn
		s := h.services[h.befriended%len(h.services)]
		p.befriended = s.volunteers[h.befriended/len(h.services)%len(s.volunteers)]
		h.befriended++
	}
	p.need, p.risk, p.access = seldom(r, 12, needs), seldom(r, 10, riskNotes), seldom(r, 5, accessNotes)
	h.byID[p.id], h.index[p.id] = p, i
	h.people = append(h.people, p)
	return nil
}

// seldom gives one of the texts once in n times, "" otherwise.
func seldom(r *rand.Rand, n int, texts []string) string {
	if pick := r.IntN(len(texts)); r.IntN(n) == 0 {
		return texts[pick]
	}
	return ""
}

// pick gives a part in a scene to the first person who fits and has none yet, and whose name
// nobody else in a scene has, so that a listener is not confused.
func (h *hood) pick(fits func(*person) bool) (*person, error) {
	for _, namesake := range []bool{false, true} { // rather a namesake than nobody
		for _, p := range h.people {
			if !p.cast && (namesake || !h.usedNames[p.family]) && fits(p) {
				p.cast, h.usedNames[p.family] = true, true
				return p, nil
			}
		}
	}
	return nil, fmt.Errorf("invent the day: nobody fits the part")
}
