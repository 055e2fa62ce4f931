package pipeline

import (
	"encoding/json"
	"slices"

	"doorstep/internal/care"
)

// resolve plans a decision about a conflict, a field set aside, or a quarantined mutation.
func (p *plan) resolve(op *care.Op) error {
	if !care.IsID(op.Issue) {
		return noIssue()
	}
	conflicts, _ := care.ByName(care.Conflicts)
	d, err := p.load(conflicts, op.Issue)
	if err != nil {
		return err
	}
	if d != nil {
		return p.resolveConflict(d, op)
	}
	held, _ := care.ByName(care.Quarantine)
	if d, err = p.load(held, op.Issue); err != nil {
		return err
	}
	if d == nil {
		return noIssue()
	}
	if !p.mayDecide(d.rec, d.rec.Text("author")) {
		return noIssue()
	}
	if d.rec.Text("state") != "open" {
		return p.decidedBefore(d, op)
	}
	if d.rec.Text("kind") == "field" {
		return p.resolveField(d, op)
	}
	if d.rec.Text("fix") == "supervisor" && !p.supervises(d.rec) {
		return &refusal{code: "no_permission", fix: "supervisor", message: "Only the lead of the team can settle this one."}
	}
	p.replays = append(p.replays, replay{row: d.rec, set: op.Set, approved: p.supervises(d.rec)})
	return nil
}

// noIssue answers "not yours" and "not there" alike.
func noIssue() *refusal {
	return &refusal{code: "no_permission", fix: "supervisor", message: "There is no such issue for you to settle."}
}

// mayDecide: the people concerned, and the lead of the owning team.
func (p *plan) mayDecide(issue *care.Record, concerned ...string) bool {
	if p.supervises(issue) {
		return true
	}
	if !slices.Contains(concerned, p.by.Staff) {
		return false
	}
	patient := issue.Text("patient")
	if patient == "" {
		return true
	}
	now, _ := p.tx.Holds(p.by.Viewer, patient, p.now)
	return now
}

func (p *plan) supervises(issue *care.Record) bool {
	duty := care.DutyOf(p.by.Role)
	return p.by.Approved || (duty.Desk && (duty.Chain || slices.Contains(p.by.Teams, issue.Text("owner_team"))))
}

func (p *plan) resolveConflict(d *draft, op *care.Op) error {
	if !p.mayDecide(d.rec, d.rec.Text("kept_by"), d.rec.Text("lost_by")) {
		return noIssue()
	}
	if d.rec.Text("state") != "open" {
		return p.decidedBefore(d, op)
	}
	target, err := p.about(d)
	if err != nil {
		return err
	}
	if target != nil {
		if d.rec.Text("policy") == "retract" {
			if yes, _ := op.Set["retract"].(bool); yes && target.rec.Retracted.IsZero() {
				p.withdraw(target)
			}
		} else if err := p.update(target, op); err != nil {
			return err
		}
	}
	p.settle(d, op)
	return nil
}

// resolveField stores the corrected value of a field that was set aside.
func (p *plan) resolveField(d *draft, op *care.Op) error {
	target, err := p.about(d)
	if err != nil {
		return err
	}
	if target != nil && len(op.Set) > 0 {
		if err := p.update(target, op); err != nil {
			return err
		}
	}
	p.settle(d, op)
	return nil
}

// about loads the record an issue is about; nil when there is none, or none any more.
func (p *plan) about(issue *draft) (*draft, error) {
	c, ok := care.ByName(issue.rec.Text("collection"))
	if !ok {
		return nil, nil
	}
	return p.load(c, issue.rec.Text("record"))
}

// decidedBefore: somebody else decided first, so theirs counts. What this decision says differently is
// a value its author meant to be stored: it meets the record as seen by nobody, and is kept.
func (p *plan) decidedBefore(issue *draft, op *care.Op) error {
	if issue.rec.Text("policy") == "retract" {
		return nil // the first one decided between the two; there is no text to keep
	}
	target, err := p.about(issue)
	if err != nil || target == nil {
		return err
	}
	unseen := *op
	unseen.Base = care.Base{}
	return p.update(target, &unseen)
}

// settle closes the issue: who decided what, and when.
func (p *plan) settle(d *draft, op *care.Op) {
	resolution := jsonOf(op.Set)
	for field, v := range map[string]any{"state": "resolved", "resolved_by": p.by.Staff,
		"resolved_at": care.Stamp(p.now), "resolution": resolution} {
		p.write(d, field, v, care.Change{Seq: p.tx.Seq(), Client: p.by.Client, Author: p.by.Staff, At: p.at})
	}
	p.settled = append(p.settled, d.rec)
}

// replay is one quarantined mutation to run again, with corrections. Approved: the lead decided
// it; an author who mends their own work may do no more than before.
type replay struct {
	row      *care.Record
	set      map[string]any
	approved bool
}

// decode reads the kept mutation and puts the corrections in: into the first op that has one of
// the corrected fields, else into the first. "id" gives a create whose id was taken a new one.
func (r replay) decode() (*care.Mutation, bool) {
	raw, _ := r.row.Get("content").(json.RawMessage)
	m, ok := decodeKept(raw)
	if !ok || len(m.Ops) == 0 {
		return nil, false
	}
	if len(r.set) == 0 {
		return m, true
	}
	target := &m.Ops[0]
	for i := range m.Ops {
		if hasAny(m.Ops[i].Set, r.set) {
			target = &m.Ops[i]
			break
		}
	}
	if target.Set == nil {
		target.Set = map[string]any{}
	}
	for k, v := range r.set {
		if k == "id" {
			target.ID, _ = v.(string)
			continue
		}
		target.Set[k] = v
		if k == "patient" {
			target.Patient, _ = v.(string)
		}
	}
	return m, true
}

func hasAny(set, keys map[string]any) bool {
	for k := range keys {
		if _, ok := set[k]; ok {
			return true
		}
	}
	return false
}
