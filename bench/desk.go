package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/identifier"
	"doorstep/internal/importer"
	"doorstep/internal/pbrecords"
	"doorstep/internal/plan"
	"doorstep/internal/server"
	"doorstep/internal/sqlitedb"
	riverside "doorstep/internal/testkit/town"
)

// deskCell is how long one thing takes that somebody does at a desk, by the answers they wait for.
type deskCell struct {
	What  string  `json:"what"`
	Size  int     `json:"size"`  // visits, or people there are
	Times int     `json:"times"` // it was done
	P50   float64 `json:"p50_ms"`
	P95   float64 `json:"p95_ms"`
}

// deskSize is how much is measured at a desk.
type deskSize struct {
	people   int // among whom somebody is found
	searches int
}

// What one import and one move take, and the longest that each may.
const (
	deskPlans = 77 // a visit each on the 13 days from tomorrow: 1,001
	deskMoved = 200
	deskAim   = 1000 // ms
)

// deskLead is who plans and searches: the lead of the first team of a seeded town.
const deskLead = "lead0@bench.invalid"

// measureDesk measures what somebody at a desk waits for: plans taken in, a round moved, a person found.
func (b *bench) measureDesk() error {
	if !b.wants("desk") {
		return nil
	}
	c, err := b.begin(peerOf("doorstep"), config{Devices: 1, Patients: deskPlans, Fresh: true, Profile: b.profile("desk", 1, 0)})
	if err != nil {
		return err
	}
	defer b.discard(c)
	line, err := dial(c.URL)
	if err != nil {
		return err
	}
	defer line.close()
	var lead struct{ Token string }
	if err := post(line, c.URL, syncPath+"/sign-in", "", map[string]any{"identity": deskLead, "password": riverside.Password}, &lead); err != nil {
		return fmt.Errorf("sign in as the lead: %w", err)
	}
	b.say("desk: taking in %d plans, moving %d visits", deskPlans, deskMoved)
	var took deskTook
	if err := c.ask("plans", &took); err != nil {
		return err
	}
	b.report.Desk = append(b.report.Desk, deskCellOf("plans taken in from a file, and their visits", took.Visits, []time.Duration{took.Took}))
	if err := b.moveRound(line, c, lead.Token); err != nil {
		return fmt.Errorf("move a round: %w", err)
	}
	b.say("desk: %d people to search among", b.size.desk.people)
	var there int
	if err := c.ask("people:"+strconv.Itoa(b.size.desk.people), &there); err != nil {
		return err
	}
	return errors.Join(b.findPeople(line, c.URL, lead.Token), b.findAlike(line, c.URL, lead.Token))
}

func deskCellOf(what string, size int, took []time.Duration) deskCell {
	slices.Sort(took)
	o := outcome{turns: took}
	return deskCell{What: what, Size: size, Times: len(took), P50: ms(o.percentile(0.50)), P95: ms(o.percentile(0.95))}
}

// moveRound gives two hundred visits to nobody and back again, each in one action.
func (b *bench) moveRound(line *caller, c *child, token string) error {
	dev := c.Devices[0]
	var ids []string
	for day := 2; len(ids) < deskMoved; day++ {
		var board struct {
			Rounds []struct {
				Staff  struct{ ID string }
				Visits []struct{ ID string }
			}
		}
		ask := request(c.URL, "/api/care/v1/board?team="+dev.Team+"&day="+plan.Later(plan.DayOf(time.Now()), day).String(), token, nil)
		if err := answered(line, ask, &board); err != nil {
			return err
		}
		before := len(ids)
		for _, r := range board.Rounds {
			for _, v := range r.Visits {
				if r.Staff.ID == dev.Staff && len(ids) < deskMoved {
					ids = append(ids, v.ID)
				}
			}
		}
		if len(ids) == before {
			return fmt.Errorf("only %d visits stand", before)
		}
	}
	var took []time.Duration
	for i := range 2 * b.runs {
		to := []string{"", dev.Staff}[i%2]
		var moved struct{ Moved int }
		began := time.Now()
		if err := post(line, c.URL, "/api/care/v1/board/move", token, map[string]any{"team": dev.Team, "contacts": ids, "staff": to}, &moved); err != nil {
			return err
		}
		took = append(took, time.Since(began))
		if moved.Moved != deskMoved {
			return fmt.Errorf("%d of %d visits were moved", moved.Moved, deskMoved)
		}
	}
	b.report.Desk = append(b.report.Desk, deskCellOf("visits moved in one action", deskMoved, took))
	return nil
}

// findPeople searches for somebody by each of the usual ways of typing, and sees that they are found.
func (b *bench) findPeople(line *caller, base, token string) error {
	for _, way := range deskWays {
		var took []time.Duration
		for i := range max(1, b.size.desk.searches/len(deskWays)) {
			p := deskPerson(i * 7919 % b.size.desk.people)
			body, err := json.Marshal(map[string]any{"text": way.typed(p), "limit": 20})
			if err != nil {
				return err
			}
			ask := request(base, "/api/care/v1/people/search", token, body)
			began := time.Now()
			status, answer, err := line.do(ask)
			took = append(took, time.Since(began))
			if err != nil || status != 200 || way.alone && !bytes.Contains(answer, []byte(p.id)) {
				return fmt.Errorf("%q answered %d without who was meant: %w: %.300s", way.typed(p), status, err, answer)
			}
		}
		b.report.Desk = append(b.report.Desk, deskCellOf("a person found by "+way.name, b.size.desk.people, took))
	}
	return nil
}

// findAlike asks whom somebody might be of whom a form of registration says a name with a slip and a birthday.
func (b *bench) findAlike(line *caller, base, token string) error {
	var took []time.Duration
	for i := range max(1, b.size.desk.searches/len(deskWays)) {
		p := deskPerson(i * 7919 % b.size.desk.people)
		last := len(p.family) - 1
		body, err := json.Marshal(map[string]any{"set": map[string]any{"family_name": p.family[:last-1] + p.family[last:] + p.family[last-1:last],
			"given_name": p.given, "date_of_birth": p.born}})
		if err != nil {
			return err
		}
		ask := request(base, "/api/care/v1/people/alike", token, body)
		began := time.Now()
		status, answer, err := line.do(ask)
		took = append(took, time.Since(began))
		if err != nil || status != 200 || !bytes.Contains(answer, []byte(p.id)) {
			return fmt.Errorf("whom %s might be: answered %d without who was meant: %w: %.300s", body, status, err, answer)
		}
	}
	b.report.Desk = append(b.report.Desk, deskCellOf("whom somebody who is registered might be", b.size.desk.people, took))
	return nil
}

// invented is a person whom the bench makes up: the same for the same number.
type invented struct{ id, family, given, born, number, phone, postcode string }

// Names are put together from these, so that a surname is shared by a few hundred of 100,000.
var (
	deskBegins = strings.Fields("Ash Birt Cald Dun East Farr Green Holl Ing Jarr Kers Lang Mill Nor Oak Pend Quin Ros Stan Thorn")
	deskEnds   = strings.Fields("worth les er ne wood ow ham ing ley man son ton well by dale field ford gate hurst stead")
	deskGivens = strings.Fields("Ada Ben Cora Dev Elsie Fred Gwen Harold Ivy Joan Kit Lena Mabel Ned Olive Percy Rose Siân Tom Vera")
)

func deskPerson(i int) invented {
	number, err := identifier.SyntheticNHSNumber(deskPlans + i)
	if err != nil {
		panic(err) // the bench invents fewer than there are
	}
	born := time.Date(1930, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, i*37%25_000)
	return invented{id: fmt.Sprintf("0bench%020d", i), family: deskBegins[i%20] + deskEnds[i/20%20], given: deskGivens[i/400%20], born: born.Format(time.DateOnly),
		number: string(number), phone: fmt.Sprintf("01632 96%04d", i%10_000), postcode: fmt.Sprintf("ZZ%d %d%c%c", 10+i%90, i/90%10, 'A'+rune(i/900%26), 'A'+rune(i/23_400%26))}
}

// deskWays are the usual ways of typing somebody. Alone: few others are found by it, so that who is meant is on the
// first page.
var deskWays = []struct {
	name  string
	alone bool
	typed func(invented) string
}{
	{"surname", false, func(p invented) string { return p.family }},
	{"surname, first name and birthday", true, func(p invented) string { return strings.ToUpper(p.family) + ", " + p.given + " " + p.born }},
	{"number in groups", true, func(p invented) string { return p.number[:3] + " " + p.number[3:6] + " " + p.number[6:] }},
	{"telephone", false, func(p invented) string { return strings.ReplaceAll(p.phone, " ", "") }},
	{"postcode", false, func(p invented) string { return strings.ToLower(strings.ReplaceAll(p.postcode, " ", "")) }},
	{"somebody who is not there", false, func(p invented) string { return "zq" + p.family }},
}

// deskTook is what a child tells of an import.
type deskTook struct {
	Took   time.Duration `json:"took"`
	Visits int           `json:"visits"`
}

// deskCommands are what a child does at the parent's word, for the first device of the town in a folder.
func deskCommands(app core.App, running *server.Server, dir string) func(command string) (value any, known bool, err error) {
	return func(command string) (any, bool, error) {
		n, people := strings.CutPrefix(command, "people:")
		if !people && command != "plans" {
			return nil, false, nil
		}
		devices, err := devicesOf(dir)
		if err != nil {
			return nil, true, err
		}
		if people {
			many, err := strconv.Atoi(n)
			if err == nil {
				err = fillPeople(app, running, devices[0].Team, many)
			}
			return many, true, err
		}
		took, err := takeInPlans(app, running, devices[0])
		return took, true, err
	}
}

// takeInPlans imports a plan for each person of a team, as the command does, until their visits are on the phones.
func takeInPlans(app core.App, running *server.Server, dev device) (took deskTook, err error) {
	sheet := strings.Builder{}
	sheet.WriteString("nhs_number,team,purpose,days,from,to,minutes,staff\n")
	for i, patient := range dev.Patients {
		number, err := identifier.SyntheticNHSNumber(i)
		if err != nil {
			return took, err
		}
		if err := bySQL(app, `UPDATE patients SET nhs_number = ? WHERE id = ?`, string(number), patient); err != nil {
			return took, err
		}
		fmt.Fprintf(&sheet, "%s,%s,insulin,daily,08:00,20:00,5,%s\n", number, dev.Team, dev.Email) // in a bench people are called by their address
	}
	ctx := context.Background()
	if err := running.Engine.Settle(ctx); err != nil {
		return took, err
	}
	by, err := pbrecords.OperatorsPlanner(app, deskLead, time.Now)
	if err != nil {
		return took, err
	}
	began := time.Now()
	report, err := importer.Plans(ctx, strings.NewReader(sheet.String()), pbrecords.NewImporter(app), by, importer.Options{Now: time.Now})
	if err = errors.Join(err, running.Engine.Settle(ctx)); err != nil {
		return took, err
	}
	took.Took = time.Since(began)
	if report.Counts[importer.Created] != len(dev.Patients) {
		return took, fmt.Errorf("%d of %d plans came in: %v", report.Counts[importer.Created], len(dev.Patients), report.Counts)
	}
	return took, app.ConcurrentDB().NewQuery(`SELECT count(*) FROM visits WHERE status = 'planned' AND version > 0`).Row(&took.Visits)
}

// fillPeople puts people on the caseload of a team, as a script on the machine would, until the desk finds them.
func fillPeople(app core.App, running *server.Server, team string, people int) error {
	script, err := sqlitedb.Connect(filepath.Join(app.DataDir(), "data.db"))
	if err != nil {
		return err
	}
	const atOnce = 1000
	for first := 0; first < people && err == nil; first += atOnce {
		var patients, rows []string
		for i := first; i < min(first+atOnce, people); i++ {
			p := deskPerson(i)
			patients = append(patients, fmt.Sprintf("('%s','%s','%s','%s','%s','%s','%s')", p.id, p.family, p.given, p.born, p.number, p.phone, p.postcode))
			rows = append(rows, fmt.Sprintf("('0row%022d','%s','%s','bench')", i, p.id, team))
		}
		_, err = script.DB().Exec(`BEGIN; INSERT INTO patients (id, family_name, given_name, date_of_birth, nhs_number, phone, postcode) VALUES ` + strings.Join(patients, ",") +
			`; INSERT INTO caseload (id, patient, team, reason) VALUES ` + strings.Join(rows, ",") + `; COMMIT`)
	}
	ctx := context.Background()
	if err = errors.Join(err, script.Close()); err != nil {
		return err
	}
	return errors.Join(running.Engine.Settle(ctx), running.People.Bring(ctx))
}

func (c *deskCell) cells() []string {
	return []string{fmt.Sprint(c.Size), fmt.Sprint(c.Times), one(c.P50), one(c.P95)}
}
