package importer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"doorstep/internal/care"
	"doorstep/internal/plan"
)

// Planned is a plan that a row asks for.
type Planned struct {
	ID, Patient, Team string
	plan.Content
}

// Planner plans as a desk does, in the name of whoever imports, within a transaction of the store.
type Planner interface {
	// Standing is the plan of an id, nil for none, and whether somebody has ended it.
	Standing(ctx context.Context, tx Tx, id string) (content *plan.Content, ended bool, err error)
	// Plan stores a plan, or another content of one that stands, with the visits of its next days. What cannot be is a
	// *Refusal, after which nothing of it is stored.
	Plan(ctx context.Context, tx Tx, p Planned, change bool) error
}

// plansAtOnce go into one transaction: each brings up to a few dozen visits.
const plansAtOnce = 20

// planRow is one row of a plan file: whom it is about, and what is planned for them.
type planRow struct {
	*person
	content plan.Content
	begins  bool // the row says on which day
	who     [2]string
}

// Plans takes in repeating plans from a table. A row is a plan that stands when person, team, purpose, rule and the hour
// are the same; what else differs of it is reported and left alone unless Options.Update. One that cannot be –
// somebody in two places, a person who is not on the caseload, a day on which the team is closed – is refused.
//
// The error is a fault of the file or of the store; bad rows are in the report, not an error.
func Plans(ctx context.Context, file io.ReadSeeker, store Store, by Planner, o Options) (*Report, error) {
	report := newReport()
	s, err := openSource(file, o.Unpacked)
	if err != nil {
		return report, err
	}
	d := &planDecider{options: o, by: by}
	in := &intake[*planRow]{ctx: ctx, store: store, report: report, options: o,
		plan: func(tx Tx, rows []*planRow) error { return d.plan(ctx, tx, rows) }, most: plansAtOnce}
	err = plansInTable(s, in)
	report.Remarks = append(s.remarks, report.Remarks...)
	if err == nil && in.read == 0 {
		report.Remarks = append(report.Remarks, "The file holds no plan")
	}
	return report, err
}

func plansInTable(s *source, in *intake[*planRow]) error {
	if slices.Contains([]byte{'{', '[', '<'}, s.first) {
		return faultf("plans come as a table: save it as CSV, with a row of column names")
	}
	return inTable(s, in, planColumns, readPlanRow, "start", "until", "date_of_birth")
}

// planDecider decides about rows of plans.
type planDecider struct {
	options Options
	by      Planner
}

// planKnown is what a chunk of rows may refer to.
type planKnown struct {
	people *held
	teams  map[string][]string // ids by folded name; see teamNames
	staff  map[string][]Row    // by folded name
}

// plan decides about a chunk of good rows and writes what that takes.
func (d *planDecider) plan(ctx context.Context, tx Tx, rows []*planRow) error {
	people := make([]*person, len(rows))
	for i, r := range rows {
		people[i] = r.person
	}
	var k planKnown
	var err error
	if k.people, _, err = peopleOf(ctx, tx, people); err != nil {
		return err
	}
	if k.teams, err = teamNames(ctx, tx); err != nil {
		return err
	}
	staff, err := tx.All(ctx, care.StaffName)
	if err != nil {
		return fmt.Errorf("look up %s: %w", care.StaffName, err)
	}
	k.staff = map[string][]Row{}
	for _, s := range staff {
		k.staff[fold(s.text("name"))] = append(k.staff[fold(s.text("name"))], s)
	}
	for _, r := range rows {
		if err := d.one(ctx, tx, &k, r); err != nil {
			return err
		}
	}
	return nil
}

// one decides about one row and writes what that takes.
func (d *planDecider) one(ctx context.Context, tx Tx, k *planKnown, r *planRow) error {
	found, there, ok := whose(k.people, r)
	if !ok {
		return nil
	}
	if !there {
		r.refuse("%s: nobody is registered here with it: import the person first", r.knownBy())
		return nil
	}
	r.report.Subject = found.ID
	if r.team == "" && d.options.Team == "" {
		r.refuse("team: missing")
		return nil
	}
	team, ok := teamOf(k.teams, r.person, d.options)
	if !ok || !r.named(k, team) {
		return nil
	}
	wanted := Planned{ID: plan.ID(found.ID, team, r.content), Patient: found.ID, Team: team, Content: r.content}
	stands, ended, err := d.by.Standing(ctx, tx, wanted.ID)
	if err != nil {
		return fmt.Errorf("look up %s: %w", r.report.Where, err)
	}
	if stands == nil {
		return d.write(ctx, tx, r, wanted, false, Created, "")
	}
	if ended {
		r.report.Outcome, r.report.Reason = Differs, "the plan has ended here: left alone"
		return nil
	}
	if !r.begins {
		wanted.Start = stands.Start // a row that names no day begins tomorrow, whenever it is read
	}
	differs := wanted.Differs(*stands)
	switch {
	case len(differs) == 0:
		r.report.Outcome = Unchanged
		return nil
	case !d.options.Update:
		r.report.Outcome, r.report.Reason = Differs, strings.Join(differs, ", ")+": left alone"
		return nil
	}
	return d.write(ctx, tx, r, wanted, true, Updated, strings.Join(differs, ", "))
}

// whose finds the person a row is about: by their number, or by name and birthday, of which the given name may be left out.
// ok is false when the row had to be refused.
func whose(h *held, r *planRow) (found Row, there, ok bool) {
	if r.text("nhs_number") != "" || r.text("given_name") != "" {
		return match(h, r.person)
	}
	var same []Row
	for n, rows := range h.byName {
		if wanted := r.name(); n.family == wanted.family && n.born == wanted.born {
			same = append(same, rows...)
		}
	}
	switch len(same) {
	case 0:
		return Row{}, false, true
	case 1:
		return accept(r.person, same[0])
	}
	r.refuse("family_name: %d people here have it and this date of birth: give the NHS number", len(same))
	return Row{}, false, false
}

func (d *planDecider) write(ctx context.Context, tx Tx, r *planRow, wanted Planned, change bool, outcome Outcome, why string) error {
	err := d.by.Plan(ctx, tx, wanted, change)
	var no *Refusal
	switch {
	case errors.As(err, &no) && no.Field != "":
		r.refuse("%s: %s", columnOfPlan(no.Field, r), no.Reason)
	case errors.As(err, &no):
		r.refuse("%s", no.Reason)
	case err != nil:
		return fmt.Errorf("plan %s: %w", r.report.Where, err)
	default:
		r.report.Outcome, r.report.Reason = outcome, why
	}
	return nil
}
