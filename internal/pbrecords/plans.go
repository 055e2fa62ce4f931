package pbrecords

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/columns"
	"doorstep/internal/desk"
	"doorstep/internal/importer"
	"doorstep/internal/pbplans"
	"doorstep/internal/pbstore"
	"doorstep/internal/plan"
	"doorstep/internal/wire"
)

// Planner plans what a file asks for as a desk does, by the same rules, in the transactions of an import: beside a
// server and without one. The visits are left for the engine to take in, like everything that an import writes.
type Planner struct {
	lead  desk.PlanLead
	clock func() time.Time

	// in is the transaction whose people are known, and whose rounds.
	in     *prepared
	people *planPeople
	rounds *rounds
}

// NewPlanner plans in the name of somebody at a desk.
func NewPlanner(lead desk.PlanLead, now func() time.Time) *Planner {
	return &Planner{lead: lead, clock: now}
}

// OperatorsPlanner plans in the name of a lead or a coordinator, by their e-mail address, with what the operator of the
// server reaches: every team.
func OperatorsPlanner(app core.App, email string, now func() time.Time) (*Planner, error) {
	account, err := app.FindAuthRecordByEmail(care.StaffName, care.FoldEmail(email))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("nobody here has the e-mail address %q: say with --as in whose name it is planned", email)
	}
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", email, err)
	}
	rights := access.RightsOf(viewerOf(account))
	if !rights.Duty.Desk || !rights.InactiveSince.IsZero() && !rights.InactiveSince.After(now()) {
		return nil, fmt.Errorf("%s plans nothing: name a lead or a coordinator who is in service", email)
	}
	var teams []string
	if err := app.DB().NewQuery(`SELECT id FROM teams WHERE retracted = ''`).Column(&teams); err != nil {
		return nil, fmt.Errorf("list the teams: %w", err)
	}
	return NewPlanner(desk.PlanLead{Rights: rights, PlanReach: everyTeam(teams)}, now), nil
}

// everyTeam is the reach of whoever runs the server.
type everyTeam []string

func (t everyTeam) DeskTeams() []string  { return t }
func (everyTeam) LooksAfter(string) bool { return true }
func (everyTeam) Near(string) bool       { return true }

// Standing implements importer.Planner.
func (p *Planner) Standing(ctx context.Context, tx importer.Tx, id string) (content *plan.Content, ended bool, err error) {
	rows, err := p.rows(ctx, tx)
	if err != nil {
		return nil, false, err
	}
	v, err := rows.VisitPlan(id)
	if err != nil || v == nil {
		return nil, false, err
	}
	return &v.Content, !v.EndedAt.IsZero(), nil
}

// GoingOn implements importer.Planner.
func (p *Planner) GoingOn(ctx context.Context, tx importer.Tx, patient, team string) (list []importer.Planned, err error) {
	rows, err := p.rows(ctx, tx)
	if err != nil {
		return nil, err
	}
	plans, err := rows.PlansOf(patient)
	for _, v := range plans {
		if v.Team == team && v.EndedAt.IsZero() {
			list = append(list, importer.Planned{ID: v.ID, Patient: patient, Team: team, Content: v.Content})
		}
	}
	return list, err
}

// Plan implements importer.Planner.
func (p *Planner) Plan(ctx context.Context, tx importer.Tx, wanted importer.Planned, change bool) error {
	rows, err := p.rows(ctx, tx)
	if err != nil {
		return err
	}
	w := &planWrites{Rows: rows, planPeople: p.people, planner: p}
	decides := &desk.Planner{Lead: p.lead, Rows: w, Writes: w, People: w}
	action := "plan"
	err = p.in.savepoint(func() (err error) {
		if change {
			action = "change_plan"
			_, _, err = decides.Change(wanted.ID, wanted.Content)
			return err
		}
		_, _, err = decides.Make(desk.NewPlan{ID: wanted.ID, Patient: wanted.Patient, Team: wanted.Team, Content: wanted.Content})
		return err
	})
	p.rounds.decided(err == nil)
	var no *desk.Error
	if errors.As(err, &no) {
		return &importer.Refusal{Field: no.Field, Reason: strings.TrimSuffix(no.Message, ".")}
	}
	if err != nil {
		return fmt.Errorf("plan %s: %w", wanted.ID, err)
	}
	return w.Audit(p.lead.Staff, "", action, desk.PlansName, wanted.ID, wanted.Patient, wanted.Content)
}

// rows are the plans of a transaction; with a new one people are read anew.
func (p *Planner) rows(ctx context.Context, tx importer.Tx) (rows pbplans.Rows, err error) {
	t, ok := tx.(importTx)
	if !ok {
		return rows, fmt.Errorf("plans are kept in transactions of an import, not of %T", tx)
	}
	if p.in == nil || p.in.app != t.app {
		in := prepareIn(ctx, t.app)
		if p.people, err = readPlanPeople(in, p.clock()); err != nil {
			return rows, err
		}
		p.in, p.rounds = in, &rounds{}
	}
	return pbplans.Through(p.in.each, p.in.exec, p.in.record), nil
}

// planWrites is what desk.Planner reads and writes within a transaction of an import.
type planWrites struct {
	pbplans.Rows
	*planPeople
	planner *Planner
}

// ToMake implements desk.PlanRows.
func (w *planWrites) ToMake(q desk.ContactQuery) ([]desk.PlannedContact, error) {
	return w.planner.rounds.toMake(q, w.Rows.ToMake)
}

// NoteStood implements desk.PlanRows.
func (w *planWrites) NoteStood(v *desk.VisitPlan, s plan.Stood) error {
	w.planner.rounds.note(v, s)
	return w.Rows.NoteStood(v, s)
}

// Now implements desk.Clock.
func (w *planWrites) Now() time.Time { return w.now }

// NewID implements desk.Clock. What an import plans has its id by then, and a change that no phone makes needs no key.
func (w *planWrites) NewID() string { return "" }

// Audit implements desk.PlanWrites.
func (w *planWrites) Audit(actor, device, action, collection, record, patient string, detail any) error {
	lead := w.planner.lead
	return pbstore.WriteAudit(w.in.app, care.AuditLine{At: w.now, Actor: actor, Role: string(lead.Role), Organisation: lead.Organisation, Device: device,
		Action: action, Collection: collection, Record: record, Patient: patient, Detail: detail})
}

// TakeInPlanned implements desk.PlanWrites: visits are written without a version, by which the engine finds them.
func (w *planWrites) TakeInPlanned(m *care.Mutation, _ care.Viewer) (wire.Result, error) {
	for _, op := range m.Ops {
		c, ok := care.ByName(op.Collection)
		if !ok {
			return wire.Result{}, fmt.Errorf("there is no collection %s", op.Collection)
		}
		if err := w.write(c, op); err != nil {
			return wire.Result{}, fmt.Errorf("%s %s %s: %w", op.Kind, op.Collection, op.ID, err)
		}
	}
	return wire.Result{Status: care.Applied}, nil
}

func (w *planWrites) write(c *care.Collection, op care.Op) error {
	if op.Kind == care.OpCreate {
		layout := columns.LayoutOf(c)
		row := layout.Row(&care.Record{Collection: c, ID: op.ID, Values: op.Set})
		marks := strings.TrimSuffix(strings.Repeat("?, ", len(row)), ", ")
		return w.in.exec(`INSERT INTO `+c.Name+` (`+quoted(layout.Names)+`) VALUES (`+marks+`)`, row...)
	}
	set, args := []string{}, []any{}
	for _, name := range slices.Sorted(maps.Keys(op.Set)) { // in one order: each statement is read once
		v := op.Set[name]
		f, ok := c.Field(name)
		if !ok {
			return fmt.Errorf("there is no field %s", name)
		}
		set, args = append(set, columns.Quote(name)+" = ?"), append(args, columns.Of(f, v))
	}
	if op.Kind == care.OpRetract {
		set, args = append(set, "retracted = ?"), append(args, columns.Stamp(w.now))
	}
	return w.in.exec(`UPDATE `+c.Name+` SET `+strings.Join(set, ", ")+` WHERE id = ?`, append(args, op.ID)...)
}
