package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/identifier"
	"doorstep/internal/pbapp"
	"doorstep/internal/server"
)

// Everybody's password. Its hash is stored ready-made, of the lowest cost: hashing is slow on
// purpose, and tests sign in often.
const (
	password     = "correct-horse-battery"
	passwordHash = "$2a$04$Axi0JhhMKKxPPut9jpEize/kPDJbE4/BxvhNI9jcWTo993/GpsMoO"
)

// member is somebody who works in the neighbourhood.
type member struct {
	ID    string   `json:"id"`
	Email string   `json:"email"`
	Name  string   `json:"name"`
	Role  string   `json:"role"`
	Teams []string `json:"teams"`
}

type town struct {
	staff                 map[string]*member
	teams, orgs, patients map[string]string
}

var orgList = []struct{ name, full, kind string }{
	{"elm", "Elm Row Surgery", "practice"}, {"oak", "Oak Street Practice", "practice"}, {"trust", "Riverside Community Trust", "community_trust"},
	{"mental", "Riverside Mental Health", "mental_health"}, {"council", "Riverside Council", "social_care"}, {"friends", "Friends of Riverside", "voluntary"},
}

var teamList = []struct{ name, full, org, kind, phone string }{
	{"north", "North nurses", "trust", "nursing", "01632 960101"}, {"south", "South nurses", "trust", "nursing", "01632 960102"},
	{"desk", "Care coordination", "trust", "coordination", "01632 960103"}, {"safe", "Safeguarding", "trust", "safeguarding", "01632 960104"},
	{"minds", "Community mental health", "mental", "mental_health", "01632 960105"}, {"homes", "Adult social care", "council", "social_care", "01632 960106"},
	{"friends", "Befrienders", "friends", "voluntary", "01632 960107"}, {"elm", "Elm Row Surgery", "elm", "practice", "01632 960108"},
	{"oak", "Oak Street Practice", "oak", "practice", "01632 960109"},
}

var staffList = []struct {
	short, name string
	role        care.Role
	teams       []string
}{
	{"nia", "Nia Evans", care.DistrictNurse, []string{"north"}}, {"ned", "Ned Okafor", care.DistrictNurse, []string{"north"}},
	{"sam", "Sam Whitlock", care.DistrictNurse, []string{"south"}}, {"sue", "Sue Pargeter", care.SupportWorker, []string{"north"}},
	{"lea", "Lea Brandt", care.TeamLead, []string{"north"}}, {"lou", "Lou Castellan", care.TeamLead, []string{"south"}},
	{"mia", "Mia Rowntree", care.MentalHealth, []string{"minds"}}, {"sol", "Sol Adeyemi", care.SocialCare, []string{"homes"}},
	{"val", "Val Thorne", care.Volunteer, []string{"friends"}}, {"vic", "Vic Marlow", care.Volunteer, []string{"friends"}},
	{"una", "Una Feld", care.VolunteerCoordinator, []string{"friends"}}, {"cora", "Cora Lindqvist", care.CareCoordinator, []string{"desk"}},
	{"guy", "Guy Pemberton", care.DutyGP, []string{"elm"}}, {"rita", "Rita Solanki", care.Reception, []string{"elm"}},
	{"gina", "Gina Ferraro", care.DutyGP, []string{"oak"}}, {"ravi", "Ravi Coombes", care.Reception, []string{"oak"}},
	{"sage", "Sage Holloway", care.SafeguardingLead, []string{"safe"}}, {"ada", "Ada Quince", care.Administrator, []string{"desk"}},
}

// peopleList: who is cared for, where they are registered, who holds them on the first day, and whether they let
// the voluntary service in.
var peopleList = []struct {
	family, given, practice string
	holders                 []string
	consents                bool
}{
	{"Ames", "Harold", "elm", []string{"north"}, false}, {"Birch", "Ivy", "oak", []string{"north", "sue", "val"}, true},
	{"Calder", "Mabel", "elm", []string{"north", "sue", "val", "vic", "friends"}, true}, {"Dunne", "Patrick", "oak", []string{"north", "south"}, false},
	{"Eastwood", "Joan", "elm", []string{"south", "north"}, false}, {"Farrow", "Cyril", "oak", []string{"south", "friends", "vic"}, true},
	{"Gage", "Winifred", "elm", []string{"south", "minds"}, false}, {"Hale", "Stanley", "oak", []string{"south"}, false},
}

// buildTown makes the neighbourhood of the first morning in dir.
func buildTown(dir string, further int) (*town, error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	app, err := pbapp.OpenApp(dir, func(app core.App) { server.Bind(app, false, time.Now) })
	if err != nil {
		return nil, err
	}
	t := &town{map[string]*member{}, map[string]string{}, map[string]string{}, map[string]string{}}
	srv, err := server.Start(app, server.Options{Manual: true}) // makes the signing key too
	if err != nil {
		return nil, errors.Join(err, app.ResetBootstrapState())
	}
	err = app.RunInTransaction(func(tx core.App) error {
		b := &builder{app: tx, town: t}
		b.build(further)
		return b.err
	})
	if err == nil {
		err = srv.Tick(context.Background())
	}
	return t, errors.Join(err, srv.Close(), app.ResetBootstrapState())
}

type builder struct {
	app core.App
	*town
	err error
}

var minter = identifier.NewMinter(rand.Reader)

func newID() (string, error) {
	id, err := minter.New(time.Now())
	return string(id), err
}

// put saves a record and returns its id; after the first error it does nothing.
func (b *builder) put(collection string, fields map[string]any) string {
	if b.err != nil {
		return ""
	}
	c, err := b.app.FindCachedCollectionByNameOrId(collection)
	if err != nil {
		b.err = err
		return ""
	}
	r := core.NewRecord(c)
	if r.Id, b.err = newID(); b.err != nil {
		return ""
	}
	r.Load(fields)
	if c.IsAuth() {
		r.SetVerified(true)
		r.SetRaw(core.FieldNamePassword, &core.PasswordFieldValue{Hash: passwordHash})
	}
	if err := b.app.Save(r); err != nil {
		b.err = fmt.Errorf("save %s: %w", collection, err)
	}
	return r.Id
}

func (b *builder) build(further int) {
	hood := b.put(care.Neighbourhoods, map[string]any{"name": "Riverside"})
	for _, o := range orgList {
		b.orgs[o.name] = b.put(care.Organisations, map[string]any{"name": o.full, "kind": o.kind})
	}
	orgOf := map[string]string{}
	for _, x := range teamList {
		orgOf[x.name] = b.orgs[x.org]
		b.teams[x.name] = b.put(care.Teams, map[string]any{"name": x.full, "organisation": b.orgs[x.org], "neighbourhood": hood, "kind": x.kind,
			"phone": x.phone, "route": "inbox"})
	}
	for _, s := range staffList {
		m := &member{Email: s.short + "@example.org", Name: s.name, Role: string(s.role)}
		for _, name := range s.teams {
			m.Teams = append(m.Teams, b.teams[name])
		}
		m.ID = b.put(care.StaffName, map[string]any{"email": m.Email, "name": m.Name, "role": m.Role, "organisation": orgOf[s.teams[0]], "teams": m.Teams})
		b.staff[s.short] = m
	}
	for i, p := range peopleList {
		b.person(i, p.family, p.given, p.practice, p.holders, p.consents)
	}
	for i := range further {
		b.person(len(peopleList)+i, fmt.Sprintf("Resident%04d", i), "Test", "elm", []string{"north"}, false)
	}
}

// person is somebody with a visit planned for today and, for the named ones, a week of quiet history.
func (b *builder) person(i int, family, given, practice string, holders []string, consents bool) {
	fields := map[string]any{"family_name": family, "given_name": given, "date_of_birth": fmt.Sprintf("19%d-0%d-1%d", 30+i%20, 1+i%9, i%10),
		"practice": b.orgs[practice], "address": fmt.Sprintf("%d Mill Lane", i+1), "phone": fmt.Sprintf("01632 96%04d", 200+i%800),
		"access_notes": "key safe by the side door"}
	if i%3 == 2 {
		fields["communication_needs"] = []string{"large_print"}
	}
	if consents {
		fields["consent"] = []map[string]any{{"service": b.orgs["friends"], "given": true}}
	}
	id := b.put(care.Patients, fields)
	b.patients[family] = id
	for _, holder := range holders {
		row := map[string]any{"patient": id, "reason": "first day"}
		if team, ok := b.teams[holder]; ok {
			row["team"] = team
		} else {
			row["staff"] = b.staff[holder].ID
		}
		b.put(care.Caseload, row)
	}
	team := b.teams["north"]
	if holders[0] == "south" {
		team = b.teams["south"]
	}
	today := time.Now().UTC().Truncate(24 * time.Hour).Add(time.Duration(9+i%8) * time.Hour)
	b.put(care.Visits, map[string]any{"patient": id, "team": team, "status": "planned", "purpose": "wound_care",
		"planned_start": care.Stamp(today), "planned_end": care.Stamp(today.Add(30 * time.Minute))})
	if i >= len(peopleList) {
		return
	}
	for day := range 7 {
		at := today.Add(-time.Duration(7-day) * 24 * time.Hour)
		visit := b.put(care.Visits, map[string]any{"patient": id, "team": team, "status": "completed", "purpose": "observation", "outcome": "care_given",
			"started_at": care.Stamp(at), "ended_at": care.Stamp(at.Add(25 * time.Minute)), "note": fmt.Sprintf("Day %d: comfortable, eating well.", day+1)})
		b.put(care.Observations, map[string]any{"patient": id, "visit": visit, "taken_at": care.Stamp(at.Add(5 * time.Minute)), "respiration_rate": 15 + (i+day)%4,
			"spo2": 96 + day%3, "on_oxygen": false, "systolic": 118 + (3*i+5*day)%20, "pulse": 66 + (2*i+3*day)%14, "acvpu": "A", "temperature": 36.4 + float64((i+day)%5)/10})
	}
}
