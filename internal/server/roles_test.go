package server_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"doorstep/internal/care"
	"doorstep/internal/server"
	"doorstep/internal/syncer"
	"doorstep/internal/testkit/pbtest"
	"doorstep/internal/wire"
)

// Every role × every collection × every op of a push: what the role table allows is taken in, what
// it does not is kept in quarantine for the team's lead and changes nothing. So is everything
// about a person who is not the author's, whatever the role.
func TestEveryRoleOnEveryCollectionByEveryOp(t *testing.T) {
	s := start(t, server.Options{Manual: true})
	app, srv := s.app, s.srv
	team := app.Team(t, app.Org(t, "community_trust", "Trust"), "nursing", "North")
	theirs := app.Patient(t, "Theirs", nil)
	checkins, _ := care.ByName(care.Checkins)
	for _, duty := range care.Duties() {
		t.Run(string(duty.Role), func(t *testing.T) {
			staff := app.Staff(t, duty.Role, "Somebody "+string(duty.Role), team)
			ours := app.Patient(t, "Ours", nil)
			app.Caseload(t, ours, team)
			app.Caseload(t, ours, staff) // people named to them, for those who reach no others
			session := syncer.Session{Device: pbtest.ID(), Client: pbtest.ID(), Staff: staff.Id}
			run(t, app, `INSERT INTO devices (id, staff, client, state) VALUES ('%s', '%s', '%s', 'active')`, session.Device, staff.Id, session.Client)
			run(t, app, `INSERT INTO sync_clients (client, device, staff, created_at) VALUES ('%s', '%s', '%s', '')`, session.Client, session.Device, staff.Id)
			cells := everyCell(t, app, ours.Id, staff.Id)
			if err := srv.Tick(context.Background()); err != nil {
				t.Fatal(err)
			}
			cells = append(cells, cell{collection: checkins, op: care.OpCreate, id: pbtest.ID(), patient: theirs.Id},
				cell{collection: checkins, op: care.OpCreate, id: pbtest.ID(), patient: pbtest.ID()})
			p, fail := wire.DecodePush(pushOf(session, cells))
			if fail != nil {
				t.Fatal(fail)
			}
			answer, refused := srv.Engine.Push(context.Background(), session, p)
			if refused != nil {
				t.Fatal(refused)
			}
			for i, c := range cells {
				allowed := c.patient == ours.Id && c.collection.Pushable && duty.May(rightFor(c.op, c.collection), c.collection.Name) && duty.Reach != care.Nobody
				if got := answer.Results[i]; (got.Status != care.Quarantined) != allowed {
					t.Errorf("%s of %s: %s %+v, allowed is %t", c.op, c.collection.Name, got.Status, got.Issues, allowed)
				}
			}
		})
	}
}

var ops = map[care.OpKind]care.Right{care.OpCreate: care.Create, care.OpUpdate: care.Update, care.OpRetract: care.Retract}

// rightFor is the right that an op takes. Of what only grows a change says what its author would have had it say:
// whoever may add one may say so.
func rightFor(op care.OpKind, c *care.Collection) care.Right {
	if op == care.OpUpdate && c.AppendOnly {
		return care.Create
	}
	return ops[op]
}

// cell is one op on one collection, with the id of the record it is about.
type cell struct {
	collection  *care.Collection
	op          care.OpKind
	id, patient string
	about       string // of a line: the handover
}

// everyCell lists them, and puts the records there that updates and retractions are about, where the author sees
// them: what is not seen is not there. Taking
// a person away is left out: it would end the story for the roles that follow.
func everyCell(t *testing.T, app *pbtest.App, patient, author string) []cell {
	t.Helper()
	var cells []cell
	for _, collection := range care.Collections() {
		for op := range ops {
			c := cell{collection: collection, op: op, id: pbtest.ID(), patient: patient}
			switch {
			case op == care.OpCreate && collection.Name == care.HandoverEvents: // a line of a handover that its author sent
				c.about = pbtest.ID()
				run(t, app, `INSERT INTO handovers (id, patient, author, from_staff) VALUES ('%s', '%s', '%s', '%s')`, c.about, patient, author, author)
			case op == care.OpCreate || !collection.Pushable:
			case collection.OfStaff: // which is about its author
				run(t, app, `INSERT INTO "%s" (id, author) VALUES ('%s', '%s')`, collection.Name, c.id, author)
			case collection.Name != care.Patients:
				run(t, app, `INSERT INTO "%s" (id, patient, author) VALUES ('%s', '%s', '%s')`, collection.Name, c.id, patient, author)
				if collection.Name == care.Handovers || collection.Name == care.HandoverEvents {
					run(t, app, `UPDATE "%s" SET from_staff = '%s' WHERE id = '%s'`, collection.Name, author, c.id)
				}
				if collection.Name == care.GoalSteps { // one that is for whoever helps to do
					run(t, app, `UPDATE goal_steps SET helper = (SELECT organisation FROM staff WHERE id = '%s') WHERE id = '%s'`, author, c.id)
				}
			case op == care.OpRetract:
				continue
			default:
				c.id = patient
			}
			cells = append(cells, c)
		}
	}
	return cells
}

func run(t *testing.T, app *pbtest.App, query string, args ...any) {
	t.Helper()
	if _, err := app.NonconcurrentDB().NewQuery(fmt.Sprintf(query, args...)).Execute(); err != nil {
		t.Fatal(err)
	}
}

// pushOf is one push with a mutation for each cell.
func pushOf(s syncer.Session, cells []cell) []byte {
	var mutations []string
	for i, c := range cells {
		content := map[string]string{
			care.Patients:     `"preferred_name":"Mags"`,
			care.Visits:       `"planned_start":"2026-03-02T09:00:00.000Z"`,
			care.Observations: `"pulse":72`,
			care.Checkins:     `"wellbeing":"well"`,
			care.LoneStays:    `"minutes":20`,
			care.Handovers:    `"called_name":"Dr Guy"`,
			// of what only grows: what its author would have had it say
			care.HandoverEvents: `"text":"Rang twice"`,
		}[c.collection.Name]
		if c.op == care.OpCreate && c.collection.Name != care.Patients && !c.collection.OfStaff {
			content = `"patient":"` + c.patient + `"`
			if c.about != "" {
				content += `,"handover":"` + c.about + `","kind":"added","text":"Rang twice"`
			}
		}
		mutations = append(mutations, fmt.Sprintf(`{"mid":%d,"key":"%s","author":"%s","authored_at":"2026-03-02T09:30:00.000Z",
			"ops":[{"op":"%s","collection":"%s","id":"%s","patient":"%s","base":"e1.999999","set":{%s}}]}`,
			i+1, pbtest.ID(), s.Staff, c.op, c.collection.Name, c.id, c.patient, content))
	}
	return []byte(`{"client":"` + s.Client + `","epoch":"e1","schema":1,"mutations":[` + strings.Join(mutations, ",") + `]}`)
}
