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
	// GoingOn lists a person's plans with a team that nobody has ended.
	GoingOn(ctx context.Context, tx Tx, patient, team string) ([]Planned, error)
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
// are the same; else it is one that stands for the same purpose at that time of the day and that no other row of the file
// asks for, so that a sheet with other days changes a plan and doubles none. What differs of it is reported and left alone
// unless Options.Update. One that cannot be – somebody in two places, a person who is not on the caseload, a day on which the
// team is closed – is refused. The file is read twice: first for which plans it asks for.
//
// The error is a fault of the file or of the store; bad rows are in the report, not an error.
func Plans(ctx context.Context, file io.ReadSeeker, store Store, by Planner, o Options) (*Report, error) {
	report := newReport()
	d := &planDecider{options: o, by: by, asked: map[string]bool{}}
	all := o
	all.From, all.Most, all.Lines, all.Each = 0, 0, nil, nil
	if s, err := openSource(file, o.Unpacked); err == nil {
		look := &intake[*planRow]{ctx: ctx, store: store, report: newReport(), options: all,
			plan: func(tx Tx, rows []*planRow) error { return d.look(ctx, tx, rows) }}
		_ = plansInTable(s, look) // what ends it ends the second reading as well, which reports it
	}
	s, err := openSource(file, o.Unpacked)
	if err != nil {
		return report, err
	}
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
	asked   map[string]bool // plans that stand and that a row of the file asks for
}

// planKnown is what a chunk of rows may refer to.
type planKnown struct {
	people *held
	teams  map[string][]string // ids by folded name; see teamNames
	staff  map[string][]Row    // by folded name
}

func readPlanKnown(ctx context.Context, tx Tx, rows []*planRow) (*planKnown, error) {
	people := make([]*person, len(rows))
	for i, r := range rows {
		people[i] = r.person
	}
	k := &planKnown{staff: map[string][]Row{}}
	var err error
	if k.people, _, err = peopleOf(ctx, tx, people); err != nil {
		return nil, err
	}
	if k.teams, err = teamNames(ctx, tx); err != nil {
		return nil, err
	}
	staff, err := tx.All(ctx, care.StaffName)
	if err != nil {
		return nil, fmt.Errorf("look up %s: %w", care.StaffName, err)
	}
	for _, s := range staff {
		k.staff[fold(s.text("name"))] = append(k.staff[fold(s.text("name"))], s)
	}
	return k, nil
}

// look notes which plans that stand a chunk of good rows asks for, by their id or as they are now.
func (d *planDecider) look(ctx context.Context, tx Tx, rows []*planRow) error {
	k, err := readPlanKnown(ctx, tx, rows)
	if err != nil {
		return err
	}
	for _, r := range rows {
		wanted, ok := d.wanted(k, r)
		if !ok {
			continue
		}
		going, err := d.by.GoingOn(ctx, tx, wanted.Patient, wanted.Team)
		if err != nil {
			return fmt.Errorf("look up %s: %w", r.report.Where, err)
		}
		for _, p := range going {
			if p.ID == wanted.ID || len(r.differs(wanted, p.Content)) == 0 {
				d.asked[p.ID] = true
			}
		}
	}
	return nil
}

// plan decides about a chunk of good rows and writes what that takes.
func (d *planDecider) plan(ctx context.Context, tx Tx, rows []*planRow) error {
	k, err := readPlanKnown(ctx, tx, rows)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if err := d.one(ctx, tx, k, r); err != nil {
			return err
		}
	}
	return nil
}

// wanted is the plan that a row asks for; not ok: the row had to be refused.
func (d *planDecider) wanted(k *planKnown, r *planRow) (wanted Planned, ok bool) {
	found, there, ok := whose(k.people, r)
	if !ok {
		return wanted, false
	}
	if !there {
		r.refuse("%s: nobody is registered here with it: import the person first", r.knownBy())
		return wanted, false
	}
	r.report.Subject = found.ID
	if r.team == "" && d.options.Team == "" {
		r.refuse("team: missing")
		return wanted, false
	}
	team, ok := teamOf(k.teams, r.person, d.options)
	if !ok || !r.named(k, team) {
		return wanted, false
	}
	return Planned{ID: plan.ID(found.ID, team, r.content), Patient: found.ID, Team: team, Content: r.content}, true
}

// differs names what a plan that stands says otherwise than a row. A row that names no first day begins tomorrow, whenever
// it is read.
func (p *planRow) differs(wanted Planned, stands plan.Content) []string {
	if !p.begins {
		wanted.Start = stands.Start
	}
	return wanted.Differs(stands)
}

// one decides about one row and writes what that takes.
func (d *planDecider) one(ctx context.Context, tx Tx, k *planKnown, r *planRow) error {
	wanted, ok := d.wanted(k, r)
	if !ok {
		return nil
	}
	stands, ended, err := d.by.Standing(ctx, tx, wanted.ID)
	if err != nil {
		return fmt.Errorf("look up %s: %w", r.report.Where, err)
	}
	advice := ""
	if stands == nil {
		like, err := d.like(ctx, tx, wanted, r)
		switch {
		case err != nil:
			return fmt.Errorf("look up %s: %w", r.report.Where, err)
		case len(like) > 1:
			r.refuse("%d plans for the same purpose stand here at this time of the day, and no row of the file is one of them: change one at the desk, or end them", len(like))
			return nil
		case len(like) == 0:
			return d.write(ctx, tx, r, wanted, false, Created, "")
		}
		wanted.ID, stands = like[0].ID, &like[0].Content
		d.asked[wanted.ID] = true
		advice = ". A plan for the same purpose stands at this time of the day: let it be updated, or add its row to the file where both are meant"
	}
	if ended {
		r.report.Outcome, r.report.Reason = Differs, "the plan has ended here: left alone"
		return nil
	}
	differs := r.differs(wanted, *stands)
	if !r.begins {
		wanted.Start = stands.Start
	}
	switch {
	case len(differs) == 0:
		r.report.Outcome = Unchanged
		return nil
	case !d.options.Update:
		r.report.Outcome, r.report.Reason = Differs, strings.Join(differs, ", ")+": left alone"+advice
		return nil
	}
	return d.write(ctx, tx, r, wanted, true, Updated, strings.Join(differs, ", "))
}

// like are the plans that a row may mean whose own plan is not there: for the same purpose at the same time of the day, and
// asked for by no other row. One that says the same in all is the one.
func (d *planDecider) like(ctx context.Context, tx Tx, wanted Planned, r *planRow) ([]Planned, error) {
	going, err := d.by.GoingOn(ctx, tx, wanted.Patient, wanted.Team)
	if err != nil {
		return nil, err
	}
	if !readable(wanted) {
		return nil, nil // it is refused for what it says
	}
	today := plan.DayOf(d.options.Now()).String()
	var like []Planned
	for _, p := range going {
		switch {
		case len(r.differs(wanted, p.Content)) == 0:
			return []Planned{p}, nil
		case d.asked[p.ID], p.Purpose != wanted.Purpose, p.Until != "" && p.Until < today:
		case p.From < wanted.To && wanted.From < p.To:
			like = append(like, p)
		}
	}
	return like, nil
}

// readable says whether a plan can be one of visits or of check-ins at all.
func readable(p Planned) bool {
	_, noVisits := plan.Read(p.ID, care.Visits, p.Content)
	_, noCheckins := plan.Read(p.ID, care.Checkins, p.Content)
	return noVisits == nil || noCheckins == nil
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
		d.asked[wanted.ID] = true
		r.report.Outcome, r.report.Reason = outcome, why
	}
	return nil
}
