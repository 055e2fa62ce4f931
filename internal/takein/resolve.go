package takein

import "doorstep/internal/care"

// resolve plans a decision about a conflict, a field set aside, or a quarantined mutation.
func (in *input) resolve(p *planned, op *care.Op) error {
	if !care.IsID(op.Issue) {
		return noIssue()
	}
	conflicts, _ := care.ByName(care.Conflicts)
	d, err := in.load(p, conflicts, op.Issue)
	if err != nil {
		return err
	}
	if d != nil {
		return in.resolveConflict(p, d, op)
	}
	quarantine, _ := care.ByName(care.Quarantine)
	if d, err = in.load(p, quarantine, op.Issue); err != nil {
		return err
	}
	if d == nil || !in.mayDecide(d.rec, care.AsIssue(d.rec).Author()) {
		return noIssue()
	}
	if !care.AsIssue(d.rec).IsOpen() {
		return in.decidedBefore(p, d, op)
	}
	if care.AsIssue(d.rec).HoldsField() {
		return in.resolveField(p, d, op)
	}
	if care.AsIssue(d.rec).Fix() == care.FixSupervisor && !in.supervises(d.rec) {
		return &refusal{code: care.CodeNoPermission, message: "Only the lead of the team can settle this one."}
	}
	p.replays = append(p.replays, replay{row: d.rec, set: op.Set, approved: in.supervises(d.rec)})
	return nil
}

func (in *input) resolveConflict(p *planned, d *draft, op *care.Op) error {
	if !in.mayDecide(d.rec, care.AsIssue(d.rec).KeptBy(), care.AsIssue(d.rec).LostBy()) {
		return noIssue()
	}
	if !care.AsIssue(d.rec).IsOpen() {
		return in.decidedBefore(p, d, op)
	}
	target, err := in.about(p, d)
	if err != nil {
		return err
	}
	if target != nil {
		if care.AsIssue(d.rec).Policy() == "retract" {
			if yes, _ := op.Set["retract"].(bool); yes && target.rec.Retracted.IsZero() {
				in.withdraw(target)
			}
		} else if err := in.update(p, target, op); err != nil {
			return err
		}
	}
	in.decide(p, d, op)
	return nil
}

// resolveField stores the corrected value of a field that was set aside.
func (in *input) resolveField(p *planned, d *draft, op *care.Op) error {
	target, err := in.about(p, d)
	if err != nil {
		return err
	}
	if target != nil && len(op.Set) > 0 {
		if err := in.update(p, target, op); err != nil {
			return err
		}
	}
	in.decide(p, d, op)
	return nil
}

// about loads the record an issue is about; nil when there is none, or none any more.
func (in *input) about(p *planned, issue *draft) (*draft, error) {
	c, ok := care.ByName(care.AsIssue(issue.rec).Collection())
	if !ok {
		return nil, nil
	}
	return in.load(p, c, care.AsIssue(issue.rec).About())
}

// decidedBefore: somebody else decided first, so theirs counts. What this decision says differently is
// a value its author meant to be stored: it meets the record as seen by nobody, and is kept.
func (in *input) decidedBefore(p *planned, issue *draft, op *care.Op) error {
	if care.AsIssue(issue.rec).Policy() == "retract" {
		return nil // the first one decided between the two; there is no text to keep
	}
	target, err := in.about(p, issue)
	if err != nil || target == nil {
		return err
	}
	unseen := *op
	unseen.Base = care.Base{}
	return in.update(p, target, &unseen)
}

// decide closes the issue: who decided what, and when.
func (in *input) decide(p *planned, d *draft, op *care.Op) {
	d.write("state", care.IssueResolved, in.stamp())
	d.write("resolved_by", in.by.Staff, in.stamp())
	d.write("resolved_at", care.Stamp(in.Moment.Now()), in.stamp())
	d.write("resolution", care.JSON(op.Set), in.stamp())
	p.settled = append(p.settled, d.rec)
}
