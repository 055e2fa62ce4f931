package pipeline

import (
	"errors"
	"strconv"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/rules"
)

// refusedHand is a handover by hand inside a change that could not be taken in.
type refusedHand struct {
	issue *care.Record
	op    care.Op
	n     int // of the op in the mutation
}

// id of the handover it raises: the same however often the refused change is judged.
func (h *refusedHand) id(patient string) string {
	return rules.ID("refused by hand", patient, h.issue.Text("key")+" "+strconv.Itoa(h.n))
}

// handsOf are the handovers about a person in a refused change.
func handsOf(issue *care.Record, ops []care.Op, patient string) []refusedHand {
	var list []refusedHand
	for i := range ops {
		if op := &ops[i]; op.Collection == care.Handovers && op.Kind == care.OpCreate && op.Patient == patient {
			list = append(list, refusedHand{issue, *op, i})
		}
	}
	return list
}

// draft reads a refused handover as its author must have meant it, as far as it can be understood.
func (h *refusedHand) draft(patient string) *care.Record {
	c, _ := care.ByName(care.Handovers)
	rec := &care.Record{Collection: c, ID: h.id(patient), Values: map[string]any{}}
	for name, raw := range h.op.Set {
		if f, ok := c.Field(name); ok && f.Policy != care.Server {
			if v, ok := lenient(f, raw); ok {
				rec.Values[name] = v
			}
		}
	}
	return rec
}

// raiseRefused raises what somebody handed over by hand in a change that was refused, on the clock of
// its class and marked as unverified: to whom they meant it to go, to the lead of their team and to the
// coordinator. From a role that may not hand over it goes to those two only. When the change is
// taken in after all, the handover it makes takes this one's place; see joinRefused.
func raiseRefused(tx Tx, person *care.Record, h *refusedHand) error {
	rec := h.draft(person.ID)
	if was, err := loadHandover(tx, rec.ID); err != nil || was != nil {
		return err
	}
	author, _ := tx.Staff(h.issue.Text("author"))
	m := handover.Manual{ID: rec.ID, Patient: person.ID, Visit: rec.Text("visit"), FromStaff: h.issue.Text("author"), FromTeam: firstOf(author.Teams),
		Role: author.Role, NamedRegistrant: rec.Text("named_registrant"), ToTeam: rec.Text("to_team"), Class: care.Class(rec.Text("class")),
		Ask: rec.Text("recommendation"), ClinicalTime: h.issue.AuthoredAt, Place: placeOf(tx, person, &changed{})}
	if m.FromTeam != "" {
		m.Place.FromTeam = m.FromTeam
	}
	switch {
	case m.Class == care.Safeguarding:
		m.ToTeam = "" // to the safeguarding lead, whatever was written
	case !care.DutyOf(author.Role).May(care.Create, care.Handovers):
		m.ToTeam = m.Place.FromTeam
	}
	calendar := tx.Calendar(person.Text("practice"))
	if m.ToTeam != "" {
		calendar = tx.Calendar(tx.Directory().Organisation(m.ToTeam))
	}
	words := wordsOf(rec)
	for _, n := range handover.RaiseRefused(m, tx.Directory(), tx.Clocks(), calendar, tx.Now()) {
		story := handover.Case{To: n.Route.Team, Class: n.Class, ByHand: true, Unverified: true, Copy: n.CopyOf != "", ClinicalTime: n.ClinicalTime,
			ActDue: n.ActDue, LateBy: n.LateBy, Findings: []handover.Finding{{ClockKnown: h.issue.ClockKnown, Doubt: "held back: " + h.issue.Text("message")}}}
		if err := raise(tx, person, &n, story, evidenceOf{Key: n.Route.Key, CopyOf: n.CopyOf, Words: words}); err != nil {
			return err
		}
	}
	return nil
}

// joinRefused closes what was raised for a refused change once the change is taken in: the handover it
// made stands for it. Where somebody has taken the earlier one in hand, the later one joins that
// instead, so that nobody is asked twice.
func joinRefused(tx Tx, h *refusedHand, patient, made string) error {
	early, err := loadHandover(tx, h.id(patient))
	if err != nil || early == nil || made == "" {
		return err
	}
	from, into := early.ID, made
	if takenInHand(early) {
		from, into = made, early.ID
	}
	joins := []string{from} // and the copies, which are about the earlier one
	if from == early.ID {
		for _, who := range []string{handover.CopyLead, handover.CopyCoordinator} {
			joins = append(joins, handover.CopyID(early.ID, who))
		}
	}
	for _, id := range joins {
		rec, err := loadHandover(tx, id)
		if err != nil {
			return err
		}
		if rec == nil {
			continue
		}
		if id != made && takenInHand(rec) {
			continue // whoever has it decides
		}
		var ended *handover.Error
		if _, err := Act(tx, id, handover.Action{Kind: handover.Join, Into: into}, System, 0); err != nil && !errors.As(err, &ended) {
			return err
		}
	}
	return nil
}

// takenInHand: somebody has said that they look after it, or why it is not for them. That nobody answered
// in time is neither: what was escalated joins, and what it joins is as overdue and escalates at once.
func takenInHand(rec *care.Record) bool {
	switch care.State(rec.Text("state")) {
	case care.Acknowledged, care.Accepted, care.Done, care.Declined:
		return true
	}
	return false
}

// joinRefusedBy is joinRefused for everything that a refused change handed over, now that the plan took
// it in.
func (p *plan) joinRefusedBy(issue *care.Record) error {
	for i, op := range opsOf(kept(issue)) {
		if op.Collection != care.Handovers || op.Kind != care.OpCreate || i >= len(p.m.Ops) {
			continue
		}
		if err := joinRefused(p.tx, &refusedHand{issue, op, i}, op.Patient, p.m.Ops[i].ID); err != nil {
			return err
		}
	}
	return nil
}

// raiseHands raises what is handed over by hand in what was refused of a person.
func (c *changed) raiseHands(tx Tx, person *care.Record) error {
	for i := range c.hands {
		if err := raiseRefused(tx, person, &c.hands[i]); err != nil {
			return err
		}
	}
	c.hands = nil
	return nil
}

// clockOf is by when somebody must have looked at a refused change: as soon as at the most urgent
// handover in it, a day at the latest.
func (p *plan) clockOf(at time.Time) time.Time {
	for i := range p.ops() {
		op := &p.ops()[i]
		if op.Collection != care.Handovers || op.Kind != care.OpCreate {
			continue
		}
		class, _ := op.Set["class"].(string)
		if care.Class(class).Urgency() == 0 {
			class = string(care.SameDay)
		}
		if ack, _ := p.tx.Clocks().Deadlines(care.Class(class), p.at, p.tx.Calendar("")); !ack.IsZero() && ack.Before(at) {
			at = ack
		}
	}
	return at
}

func firstOf(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}
