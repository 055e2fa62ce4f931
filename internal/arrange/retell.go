package arrange

import (
	"slices"

	"doorstep/internal/care"
	"doorstep/internal/handover"
)

// retellAmended writes the texts of handovers anew that tell of a record which was corrected or changed, though no alarm
// came of it. What was answered stays as it was answered; its history says what changed.
func (a *applier) retellAmended(in Input, plan handover.Plan) error {
	if len(in.Amended) == 0 {
		return nil
	}
	for _, before := range in.Handovers {
		if slices.ContainsFunc(plan.Changes, func(c handover.Change) bool { return c.ID == before.ID }) {
			continue // it was told anew already
		}
		kept := handover.EvidenceIn(before)
		tells := slices.ContainsFunc(in.Amended, func(m Amendment) bool { return m.Tells() && m.concerns(before, &kept) })
		if !tells || care.ByStranger(care.AsHandover(before).Evidence()) {
			continue
		}
		if err := a.retell(in.Person, before.ID); err != nil {
			return err
		}
	}
	return nil
}

func (a *applier) retell(person *care.Record, id string) error {
	rec, err := a.stored(id) // what was decided above may have closed it
	if err != nil || rec == nil || care.AsHandover(rec).State().Closed() {
		return err
	}
	old, evidence, h := rec.Clone(), handover.EvidenceIn(rec), existingOf(rec)
	of, reasons := a.findings, h.Reasons
	if hand := care.AsHandover(rec); ownWords(&evidence, rec.ID, hand.FromTeam(), hand.ToTeam()) {
		of = of.reportedBy(hand.FromTeam())
		reasons, person = of.reasonsIn(reasons), nil
	}
	a.rewriteText(of, person, rec, &evidence, &handover.Change{ID: rec.ID, Class: h.Class, Reasons: reasons, ClinicalTime: h.ClinicalTime,
		LateBy: h.LateBy, AckDue: h.AckDue, ActDue: h.ActDue, Unverified: h.Unverified, SupersededBy: h.SupersededBy})
	rec.Values["evidence"] = care.JSON(evidence)
	return a.save(rec, old)
}
