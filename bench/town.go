package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	riverside "doorstep/internal/testkit/town"
)

// seedTown stores a town as real records: two practices, nursing teams of twenty-five, a nurse for
// each device, and people with caseload rows. Nurses, teams and people are
// those town invents, so access checks have real grants to find.
func seedTown(app core.App, conf config) ([]device, error) {
	devices := town(conf)
	err := app.RunInTransaction(func(tx core.App) error {
		s := &seeder{Seeder: riverside.Seeder{App: tx, NewID: func() (string, error) { return newID(), nil }}}
		practices := []string{s.practice("Bench Surgery"), s.practice("Form Surgery")}
		trust := s.put(care.Organisations, "", map[string]any{"kind": "community_trust", "name": "Bench Trust"})
		done := map[string]bool{}
		for i, dev := range devices {
			if !done[dev.Team] {
				done[dev.Team] = true
				s.put(care.Teams, dev.Team, map[string]any{"organisation": trust, "kind": "nursing", "name": "Team " + dev.Team, "route": "inbox"})
				s.staff("", fmt.Sprintf("lead%d@bench.invalid", i), care.TeamLead, trust, dev.Team)
				for n, patient := range dev.Patients {
					s.put(care.Patients, patient, map[string]any{"family_name": "Bench", "given_name": "Person", "date_of_birth": "1941-05-06", "practice": practices[n%2]})
					s.put(care.Caseload, "", map[string]any{"patient": patient, "team": dev.Team, "reason": "bench"})
				}
			}
			s.staff(dev.Staff, dev.Email, care.DistrictNurse, trust, dev.Team)
		}
		return errors.Join(s.Err, conf.Ways.setUp(tx))
	})
	return devices, err
}

// seeder stores what the bench needs.
type seeder struct{ riverside.Seeder }

// put saves a record and returns its id, "" for a new one.
func (s *seeder) put(collection, id string, fields map[string]any) string {
	fields["id"] = id
	return s.Put(collection, fields)
}

// practice saves one with its reception and a doctor, and returns its id.
func (s *seeder) practice(name string) string {
	id := s.put(care.Organisations, "", map[string]any{"kind": "practice", "name": name})
	desk := s.put(care.Teams, "", map[string]any{"organisation": id, "kind": "practice", "name": name, "route": "inbox"})
	s.staff("", strings.Fields(strings.ToLower(name))[0]+"@bench.invalid", care.DutyGP, id, desk)
	return id
}

// staff saves somebody who can sign in.
func (s *seeder) staff(id, email string, role care.Role, organisation, team string) {
	s.put(care.StaffName, id, map[string]any{"email": email, "name": email, "role": string(role), "organisation": organisation, "teams": []string{team}})
}
