package sim

import (
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/identifier"
	"doorstep/internal/rules"
	"doorstep/internal/testkit/pbtest"
	"github.com/pocketbase/pocketbase/core"
)

// password is everybody's. Its hash is stored ready-made, of the lowest cost: hashing is slow on
// purpose, and runs sign in often.
const (
	password     = "correct-horse-battery"
	passwordHash = "$2a$04$Axi0JhhMKKxPPut9jpEize/kPDJbE4/BxvhNI9jcWTo993/GpsMoO"
)

// person is a member of staff.
type person struct {
	name, id, email string
	role            care.Role
	teams           []string
}

// town is the neighbourhood every run begins with: the same people, the same ids.
type town struct {
	disk     disk
	staff    map[string]*person
	teams    map[string]string // id by short name
	orgs     map[string]string
	patients []string

	once    sync.Once
	tables  *stored // as they are on the first morning
	readErr error
}

// theTown is made once for the process; runs begin on copies of its disk.
var theTown = sync.OnceValues(buildTown)

// staffList says who works here: name, role, teams.
var staffList = []struct {
	name  string
	role  care.Role
	teams []string
}{
	{"nia", care.DistrictNurse, []string{"north"}},
	{"ned", care.DistrictNurse, []string{"north"}},
	{"sam", care.DistrictNurse, []string{"south"}},
	{"sue", care.SupportWorker, []string{"north"}},
	{"lea", care.TeamLead, []string{"north"}},
	{"lou", care.TeamLead, []string{"south"}},
	{"mia", care.MentalHealth, []string{"minds"}},
	{"val", care.Volunteer, []string{"friends"}},
	{"vic", care.Volunteer, []string{"friends"}},
	{"una", care.VolunteerCoordinator, []string{"friends"}},
	{"cora", care.CareCoordinator, []string{"desk"}},
	{"guy", care.DutyGP, []string{"elm"}},
	{"rita", care.Reception, []string{"elm"}},
	{"gina", care.DutyGP, []string{"oak"}},
	{"sage", care.SafeguardingLead, []string{"safe"}},
}

// caseloads of the first day: holder by patient number. A name of a team or of a person.
var caseloads = [][]string{
	{"north"}, {"north", "sue", "val"}, {"north", "sue", "val", "vic", "friends"}, {"north", "south"},
	{"south", "north"}, {"south", "friends", "vic"}, {"south", "minds"}, {"south"},
}

// consenting people let the voluntary service in.
var consenting = map[int]bool{1: true, 2: true, 5: true}

func buildTown() (*town, error) {
	dir, err := os.MkdirTemp(pbtest.Scratch(), "doorstep-town-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	b := &builder{random: rand.New(rand.NewPCG(1, 2)), town: &town{staff: map[string]*person{}, teams: map[string]string{}, orgs: map[string]string{}}}
	b.minter = identifier.NewMinter(rand.NewChaCha8([32]byte{7}))
	empty := dir + "/empty"
	if err := os.Mkdir(empty, 0o700); err != nil {
		return nil, err
	}
	if err := pbtest.Fill(empty); err != nil {
		return nil, err
	}
	d, err := readDisk(empty)
	if err != nil {
		return nil, err
	}
	m := &machine{root: dir, clock: &Clock{now: start.Add(-12 * time.Hour)}, entropy: rand.NewChaCha8([32]byte{8})}
	if err := m.boot(d); err != nil {
		return nil, err
	}
	b.app = m.app
	b.build()
	if b.err != nil {
		return nil, fmt.Errorf("build the town: %w", b.err)
	}
	if err := m.tick(); err != nil {
		return nil, err
	}
	db, err := m.db()
	if err != nil {
		return nil, err
	}
	if _, err := db.Exec("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		return nil, err
	}
	if b.town.disk, err = m.image(); err != nil {
		return nil, err
	}
	return b.town, m.shut()
}

type builder struct {
	app    *core.BaseApp
	town   *town
	minter *identifier.Minter
	random *rand.Rand
	err    error
}

func (b *builder) put(collection string, fields map[string]any) string {
	if b.err != nil {
		return ""
	}
	c, err := b.app.FindCollectionByNameOrId(collection)
	if err != nil {
		b.err = err
		return ""
	}
	id, err := b.minter.New(start.Add(-24 * time.Hour))
	if err != nil {
		b.err = err
		return ""
	}
	r := core.NewRecord(c)
	r.Id = string(id)
	for k, v := range fields {
		if k == "email" {
			r.SetEmail(v.(string))
			r.SetVerified(true)
			r.SetRaw(core.FieldNamePassword, &core.PasswordFieldValue{Hash: passwordHash})
			continue
		}
		r.Set(k, v)
	}
	if err := b.app.Save(r); err != nil {
		b.err = fmt.Errorf("%s: %w", collection, err)
	}
	return r.Id
}

func (b *builder) build() {
	t := b.town
	hood := b.put(care.Neighbourhoods, map[string]any{"name": "Riverside"})
	for _, o := range []struct{ name, kind string }{{"elm", "practice"}, {"oak", "practice"}, {"trust", "community_trust"}, {"mental", "mental_health"}, {"friends", "voluntary"}} {
		t.orgs[o.name] = b.put(care.Organisations, map[string]any{"name": o.name, "kind": o.kind})
	}
	for _, x := range []struct{ name, org, kind string }{
		{"north", "trust", "nursing"}, {"south", "trust", "nursing"}, {"desk", "trust", "coordination"}, {"safe", "trust", "safeguarding"},
		{"minds", "mental", "mental_health"}, {"friends", "friends", "voluntary"}, {"elm", "elm", "practice"}, {"oak", "oak", "practice"},
	} {
		t.teams[x.name] = b.put(care.Teams, map[string]any{"name": x.name, "organisation": t.orgs[x.org], "neighbourhood": hood, "kind": x.kind, "route": "inbox"})
	}
	orgOf := map[string]string{"north": "trust", "south": "trust", "desk": "trust", "safe": "trust", "minds": "mental", "friends": "friends", "elm": "elm", "oak": "oak"}
	for _, s := range staffList {
		p := &person{name: s.name, role: s.role, email: s.name + "@example.org"}
		for _, name := range s.teams {
			p.teams = append(p.teams, t.teams[name])
		}
		p.id = b.put(care.StaffName, map[string]any{"email": p.email, "name": s.name, "role": string(s.role), "organisation": t.orgs[orgOf[s.teams[0]]], "teams": p.teams})
		t.staff[s.name] = p
	}
	for _, r := range rules.Defaults() {
		b.rule(r)
	}
	for i := range caseloads {
		b.patient(i)
	}
}

// rule stores a shipped rule, where a migration has not done so.
func (b *builder) rule(r rules.Rule) {
	if b.err != nil {
		return
	}
	if n, err := b.app.CountRecords(care.HandoverRules); err != nil || n >= int64(len(rules.Defaults())) {
		b.err = err
		return
	}
	b.put(care.HandoverRules, map[string]any{"code": r.Code, "version": r.Version, "title": r.Title, "collection": r.Collection, "trigger": r.Trigger,
		"unless": r.Unless, "class": string(r.Class), "destination": r.Destination, "ask": r.Ask, "state": r.State, "review_on": r.ReviewOn})
}

// patient stores one person, their caseload and a quiet history, long enough for several pages.
func (b *builder) patient(i int) {
	t := b.town
	practice := t.orgs["elm"]
	if i%2 == 1 {
		practice = t.orgs["oak"]
	}
	fields := map[string]any{"family_name": fmt.Sprintf("Person%d", i), "given_name": "Test", "date_of_birth": "1941-05-06", "practice": practice,
		"phone": fmt.Sprintf("01%d", i), "access_notes": fmt.Sprintf("first note %d", i), "communication_needs": []string{"large_print"}}
	if consenting[i] {
		fields["consent"] = []map[string]any{{"service": t.orgs["friends"], "given": true}}
	}
	id := b.put(care.Patients, fields)
	t.patients = append(t.patients, id)
	for _, holder := range caseloads[i] {
		row := map[string]any{"patient": id, "reason": "first day"}
		if team, ok := t.teams[holder]; ok {
			row["team"] = team
		} else {
			row["staff"] = t.staff[holder].id
		}
		b.put(care.Caseload, row)
	}
	for n := range 12 {
		at := start.Add(-time.Duration(14*24-n*24) * time.Hour)
		visit := b.put(care.Visits, map[string]any{"patient": id, "team": t.teams["north"], "status": "completed", "purpose": "observation",
			"started_at": care.Stamp(at), "ended_at": care.Stamp(at.Add(30 * time.Minute)), "note": fmt.Sprintf("history %d of %d", n, i)})
		if n%4 == 0 {
			b.put(care.Observations, map[string]any{"patient": id, "visit": visit, "taken_at": care.Stamp(at), "respiration_rate": 14 + b.random.IntN(4),
				"spo2": 97, "on_oxygen": false, "systolic": 120 + b.random.IntN(20), "pulse": 60 + b.random.IntN(20), "acvpu": "A", "temperature": 36.6})
		}
	}
}
