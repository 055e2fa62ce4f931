package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/importer"
	"doorstep/internal/pbrecords"
	"doorstep/internal/recovery"
	"doorstep/internal/setup"
)

// hashCost keeps forty sign-ins fast. The password is printed anyway.
const hashCost = 4

// furnish stores the neighbourhood: who works there as `doorstep setup` makes it, people as an import would, through
// PocketBase's records. The engine finds them when it starts.
func furnish(app core.App, h *hood) error {
	recoveryKey, err := makeRecoveryKey(app.DataDir())
	if err != nil {
		return err
	}
	accounts := pbrecords.NewAccounts(app, func() time.Time { return h.born }, nil).WithCost(hashCost)
	n := describe(h, recoveryKey)
	n.Tidy()
	if _, err := setup.Make(context.Background(), accounts, n, setup.ByDemo, func() (string, error) { return h.newID(), nil }); err != nil {
		return fmt.Errorf("set up the neighbourhood: %w", err)
	}
	return app.RunInTransaction(func(tx core.App) error {
		f := &furnisher{app: tx, collections: map[string]*core.Collection{}}
		for _, p := range h.people {
			f.person(h, p)
		}
		return f.err
	})
}

// fillDiaries stores plans: those that repeat as `doorstep import plan` makes them.
func fillDiaries(app core.App, h *hood, plans []plan, now func() time.Time) error {
	if err := planRounds(app, h, plans, now); err != nil {
		return fmt.Errorf("plan the rounds: %w", err)
	}
	return app.RunInTransaction(func(tx core.App) error {
		f := &furnisher{app: tx, collections: map[string]*core.Collection{}}
		for _, p := range plans {
			if p.weekly == "" {
				f.put(p.collection, p.id, p.values)
			}
		}
		return f.err
	})
}

// planRounds plans what repeats, in the name of the coordinator.
func planRounds(app core.App, h *hood, plans []plan, now func() time.Time) error {
	by, err := pbrecords.OperatorsPlanner(app, h.cora.email, now)
	if err != nil {
		return err
	}
	ctx := context.Background()
	return pbrecords.NewImporter(app).Transact(ctx, func(tx importer.Tx) error {
		for i := range plans {
			if plans[i].weekly == "" {
				continue
			}
			if err := by.Plan(ctx, tx, plans[i].wanted(), false); err != nil {
				return fmt.Errorf("%s for %s: %w", plans[i].worker.name, plans[i].person.name(), err)
			}
		}
		return nil
	})
}

// describe says what is to be set up: every organisation with its teams and who works there. Whoever administers the
// whole server belongs to the first organisation and to no team.
func describe(h *hood, recoveryKey json.RawMessage) *setup.Neighbourhood {
	n := &setup.Neighbourhood{ID: h.id, Name: h.name}
	for _, o := range h.orgs {
		made := setup.Organisation{ID: o.id, Name: o.name, Kind: o.kind, ODSCode: o.code, Phone: o.phone, OutOfHours: "111",
			More: map[string]any{"closed_on": o.closedOn, "recovery_key": recoveryKey, "shift_pin": o.kind == trustKind, "offline_lease_hours": leaseHours}}
		for _, t := range h.teams {
			if t.org != o {
				continue
			}
			team := setup.Team{ID: t.id, Name: t.name, Kind: t.kind, Phone: t.phone}
			for _, w := range h.workers {
				switch {
				case w.team != t:
				case w.role == care.ServerAdministrator:
					n.Administrator = setup.Administrator{ID: w.id, Name: w.name, Email: w.email, Password: Password}
				default:
					team.Staff = append(team.Staff, setup.Member{ID: w.id, Name: w.name, Email: w.email, Role: string(w.role),
						RegistrationNumber: w.registration, Password: Password})
				}
			}
			made.Teams = append(made.Teams, team)
		}
		if o.kind == trustKind {
			n.Organisations = append([]setup.Organisation{made}, n.Organisations...)
		} else {
			n.Organisations = append(n.Organisations, made)
		}
	}
	return n
}

// trustKind is the kind of the organisation that the nurses are of.
const trustKind = "community_trust"

// recoveryFile holds the private half of the one recovery key of all organisations of the demo: beside its data
// folder, for what is inside goes into every backup. A real organisation takes it off the machine.
func recoveryFile(dir string) string { return filepath.Clean(dir) + "-recovery.pem" }

// leaseHours is how long a phone of the demo shows people without the server.
const leaseHours = 72

func makeRecoveryKey(dir string) (json.RawMessage, error) {
	key, err := recovery.NewKey()
	if err != nil {
		return nil, err
	}
	if err := recovery.WriteKey(recoveryFile(dir), key); err != nil {
		return nil, err
	}
	return recovery.Public(key)
}

// furnisher stores records until the first that fails.
type furnisher struct {
	app         core.App
	collections map[string]*core.Collection
	err         error
}

func (f *furnisher) record(collection, id string) *core.Record {
	c := f.collections[collection]
	if c == nil {
		if c, f.err = f.app.FindCollectionByNameOrId(collection); f.err != nil {
			return nil
		}
		f.collections[collection] = c
	}
	r := core.NewRecord(c)
	r.Id = id
	return r
}

func (f *furnisher) put(collection, id string, values map[string]any) {
	if f.err != nil {
		return
	}
	r := f.record(collection, id)
	if f.err != nil {
		return
	}
	r.Load(values)
	if err := f.app.Save(r); err != nil {
		f.err = fmt.Errorf("furnish %s %s: %w", collection, id, err)
	}
}

// person stores somebody and whose caseloads they are on.
func (f *furnisher) person(h *hood, p *person) {
	values := map[string]any{"nhs_number": p.nhs, "nhs_number_status": "unverified", "family_name": p.family, "given_name": p.given,
		"preferred_name": p.name(), "date_of_birth": p.born.Format(time.DateOnly), "address": p.address, "postcode": p.postcode,
		"phone": p.phone, "risk_note": p.risk, "access_notes": p.access}
	if p.practice != nil {
		values["practice"] = p.practice.id
	}
	if p.lead != nil {
		values["lead"] = p.lead.id
	}
	if p.need != "" {
		values["communication_needs"] = []string{p.need}
	}
	if p.retains {
		values["spo2_scale"] = map[string]any{"scale": 2, "author": h.north.lead.id, "role": string(care.TeamLead),
			"date": h.born.Format(time.DateOnly), "reason": "Target saturation 88 to 92 % set by the respiratory team."}
	}
	if p.befriended != nil {
		values["consent"] = consent(p, true, h.born)
	}
	f.put(care.Patients, p.id, values)
	hold := func(t *team, w *worker, reason string) {
		row := map[string]any{"patient": p.id, "reason": reason}
		if t != nil {
			row["team"] = t.id
		} else {
			row["staff"] = w.id
		}
		f.put(care.Caseload, h.newID(), row)
	}
	hold(p.nursing, nil, "district nursing caseload")
	if p.mental {
		hold(h.mental.team, nil, "community mental health caseload")
	}
	if p.social {
		hold(h.social.team, nil, "adult social care caseload")
	}
	if p.befriended != nil {
		hold(p.befriended.team, nil, "asked for the service")
		hold(nil, p.befriended, "calls every week")
	}
	if p.supported {
		hold(nil, h.support, "delegated by the team")
	}
}

// consent is what a person said about their voluntary service.
func consent(p *person, given bool, at time.Time) []map[string]any {
	return []map[string]any{{"service": p.befriended.team.org.id, "given": given, "by": p.befriended.id,
		"how": "asked at home, in person", "at": care.Stamp(at), "expires": nil}}
}
