package takein

import (
	"maps"
	"slices"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/wire"
)

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
	approver := in.supervisor(d.rec)
	if approver == nil && care.AsIssue(d.rec).Fix() == care.FixSupervisor {
		if access.RightsOf(in.by.Viewer).Supervises(care.AsIssue(d.rec).OwnerTeam(), in.Reference.Directory().Neighbourhood) {
			return ownApproval()
		}
		return &refusal{code: care.CodeNoPermission, message: "Only the lead of the team can settle this one."}
	}
	if err := onlyWhatWasSent(d.rec, op.Set); err != nil {
		return err
	}
	p.replays = append(p.replays, replay{row: d.rec, set: op.Set, approver: approver})
	return nil
}

// onlyWhatWasSent refuses corrections of what a kept change does not hold: whoever decides mends what somebody
// wrote, and does not write something else in their name. Whom it is about and under which id can always be
// mended, and so can what it lacks.
func onlyWhatWasSent(row *care.Record, set map[string]any) error {
	ops := wire.Ops(wire.KeptIn(row))
	for _, name := range slices.Sorted(maps.Keys(set)) {
		mends := name == "id" || name == "together" || name == "patient" || name == care.AsIssue(row).Field() ||
			slices.ContainsFunc(ops, func(op care.Op) bool { _, there := op.Set[name]; return there || op.Kind == care.OpResolve })
		if !mends {
			return notInQuestion(name)
		}
	}
	return nil
}

// onlyInQuestion refuses a decision that sets anything but what its issue is about.
func onlyInQuestion(issue *care.Record, set map[string]any) error {
	for _, name := range slices.Sorted(maps.Keys(set)) {
		if !inQuestion(issue, name) {
			return notInQuestion(name)
		}
	}
	return nil
}

// inQuestion says whether a decision about an issue may set a field, or say that a record stands.
func inQuestion(issue *care.Record, name string) bool {
	switch i := care.AsIssue(issue); i.Policy() {
	case care.PolicyRetract:
		return name == "retract"
	case care.PolicyRetracted:
		_, recorded := recordedAgainst(issue)[name]
		return recorded || name == "retract"
	default:
		return name == i.Field()
	}
}

func (in *input) resolveConflict(p *planned, d *draft, op *care.Op) error {
	if !in.mayDecide(d.rec, care.AsIssue(d.rec).KeptBy(), care.AsIssue(d.rec).LostBy()) {
		return noIssue()
	}
	if !care.AsIssue(d.rec).IsOpen() {
		return in.decidedBefore(p, d, op)
	}
	target, err := in.decided(p, d, op)
	if err != nil {
		return err
	}
	if target != nil && len(op.Set) > 0 {
		if err := in.applyDecision(p, d, target, op); err != nil {
			return err
		}
	}
	in.decide(p, d, op)
	return nil
}

// applyDecision does with a record what was decided about a conflict.
func (in *input) applyDecision(p *planned, issue, target *draft, op *care.Op) error {
	switch care.AsIssue(issue.rec).Policy() {
	case care.PolicyRetract:
		if yes, _ := op.Set["retract"].(bool); yes && target.rec.Retracted.IsZero() {
			in.withdraw(target)
		}
		return nil
	case care.PolicyRetracted:
		return in.settleAgainst(p, issue, target, op)
	}
	in.takesOver(issue.rec, target, op.Set)
	return in.update(p, target, op)
}

// takesOver notes what of a decision is not new: it was recorded when the issue was, and a time that it takes from
// the issue was said by another clock than that of whoever decides, and is corrected already.
func (in *input) takesOver(issue *care.Record, target *draft, set map[string]any) {
	target.recorded = issue.AuthoredAt
	for name, value := range set {
		target.asItWas = slices.DeleteFunc(target.asItWas, func(f string) bool { return f == name })
		if t, err := care.ParseStamp(textOf(value)); err == nil && slices.Contains(timesIn(issue, name), care.Stamp(t)) {
			target.asItWas = append(target.asItWas, name)
		}
	}
}

// timesIn are the times that a conflict states for a field, by the server's clock; none for any other field.
func timesIn(issue *care.Record, name string) []string {
	i := care.AsIssue(issue)
	if issue.Collection.Name != care.Conflicts || !slices.Contains(care.TimesOf(i.Collection()), name) {
		return nil
	}
	list := []string{textOf(recordedAgainst(issue)[name]), textOf(care.DecodeJSON(i.Kept()))}
	return slices.DeleteFunc(list, func(at string) bool { return at == "" })
}

// resolveField stores the corrected value of a field that was set aside.
func (in *input) resolveField(p *planned, d *draft, op *care.Op) error {
	target, err := in.decided(p, d, op)
	if err != nil {
		return err
	}
	if target != nil && len(op.Set) > 0 {
		in.takesOver(d.rec, target, op.Set)
		if err := in.update(p, target, op); err != nil {
			return err
		}
	}
	in.decide(p, d, op)
	return nil
}

// decided loads the record that a decision changes, which is for whoever decides to change; nil when there is
// none, or none any more. A decision that sets nothing changes nothing.
func (in *input) decided(p *planned, issue *draft, op *care.Op) (*draft, error) {
	if err := onlyInQuestion(issue.rec, op.Set); err != nil {
		return nil, err
	}
	target, err := in.about(p, issue)
	if err != nil || target == nil || len(op.Set) == 0 {
		return target, err
	}
	right := care.Update
	switch {
	case care.AsIssue(issue.rec).Policy() == care.PolicyRetract:
		right = care.Retract
	case target.rec.Collection.AppendOnly:
		right = care.Create
	}
	return target, in.permitDecision(p, target, right)
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
	if _, between := op.Set["retract"]; between && len(op.Set) == 1 {
		return nil // the first one decided between the two; there is no text to keep
	}
	target, err := in.decided(p, issue, op)
	if err != nil || target == nil || len(op.Set) == 0 {
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
	d.write("resolved_at", care.Stamp(in.decidedAt(d.rec)), in.stamp())
	d.write("resolution", care.JSON(op.Set), in.stamp())
	p.settled = append(p.settled, d.rec)
}
