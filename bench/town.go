package main

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	"golang.org/x/crypto/bcrypt"

	"doorstep/internal/care"
	"doorstep/internal/rules"
)

// seedTown stores a town as real records: a practice, nursing teams of twenty-five, a nurse for
// each device, people with caseload rows, and the shipped rules. Nurses, teams and people are
// those town invents, so access checks have real grants to find.
func seedTown(app core.App, conf config) ([]device, error) {
	devices := town(conf)
	err := app.RunInTransaction(func(tx core.App) error {
		s := &seeder{app: tx}
		s.rules()
		practice := s.put(care.Organisations, "", map[string]any{"kind": "practice", "name": "Bench Surgery"})
		desk := s.put(care.Teams, "", map[string]any{"organisation": practice, "kind": "practice", "name": "Reception", "route": "inbox"})
		trust := s.put(care.Organisations, "", map[string]any{"kind": "community_trust", "name": "Bench Trust"})
		s.staff("", care.DutyGP, practice, desk, "GP")
		done := map[string]bool{}
		for i, dev := range devices {
			if !done[dev.Team] {
				done[dev.Team] = true
				s.put(care.Teams, dev.Team, map[string]any{"organisation": trust, "kind": "nursing", "name": "Team " + dev.Team, "route": "inbox"})
				s.staff("", care.TeamLead, trust, dev.Team, fmt.Sprintf("Lead %d", i))
				for _, patient := range dev.Patients {
					s.put(care.Patients, patient, map[string]any{"family_name": "Bench", "given_name": "Person", "date_of_birth": "1941-05-06", "practice": practice})
					s.put(care.Caseload, "", map[string]any{"patient": patient, "team": dev.Team, "reason": "bench"})
				}
			}
			s.staff(dev.Staff, care.DistrictNurse, trust, dev.Team, fmt.Sprintf("Nurse %d", i))
		}
		return s.err
	})
	return devices, err
}

// seeder saves records until the first error.
type seeder struct {
	app  core.App
	hash string
	n    int
	err  error
}

// put saves a record and returns its id.
func (s *seeder) put(collection, id string, fields map[string]any) string {
	if s.err != nil {
		return ""
	}
	c, err := s.app.FindCachedCollectionByNameOrId(collection)
	if err != nil {
		s.err = err
		return ""
	}
	r := core.NewRecord(c)
	r.Load(fields)
	r.Id = id
	if id == "" {
		r.Id = newID()
	}
	if err := s.app.Save(r); err != nil {
		s.err = fmt.Errorf("save %s: %w", collection, err)
	}
	return r.Id
}

// staff saves somebody who can sign in.
func (s *seeder) staff(id string, role care.Role, organisation, team, name string) {
	if s.err != nil {
		return
	}
	c, err := s.app.FindCachedCollectionByNameOrId(care.StaffName)
	if err != nil {
		s.err = err
		return
	}
	if s.hash == "" { // made once: hashing is slow on purpose
		hash, err := bcrypt.GenerateFromPassword([]byte("correct-horse-battery"), bcrypt.MinCost)
		if err != nil {
			s.err = err
			return
		}
		s.hash = string(hash)
	}
	s.n++
	r := core.NewRecord(c)
	r.Id = id
	if id == "" {
		r.Id = newID()
	}
	r.SetEmail(fmt.Sprintf("staff%d@bench.invalid", s.n))
	r.SetVerified(true)
	r.SetRaw(core.FieldNamePassword, &core.PasswordFieldValue{Hash: s.hash})
	r.Set("name", name)
	r.Set("role", string(role))
	r.Set("organisation", organisation)
	r.Set("teams", []string{team})
	if err := s.app.Save(r); err != nil {
		s.err = fmt.Errorf("save staff: %w", err)
	}
}

// rules stores the shipped rules unless a migration has done so.
func (s *seeder) rules() {
	n, err := s.app.CountRecords(care.HandoverRules)
	if err != nil || n > 0 {
		s.err = err
		return
	}
	for _, r := range rules.Defaults() {
		s.put(care.HandoverRules, "", map[string]any{"code": r.Code, "version": r.Version, "title": r.Title, "collection": r.Collection,
			"trigger": r.Trigger, "unless": r.Unless, "class": string(r.Class), "destination": r.Destination, "ask": r.Ask, "state": r.State, "review_on": r.ReviewOn})
	}
}
