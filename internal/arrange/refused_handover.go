package arrange

import (
	"slices"
	"strconv"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/rules"
	"doorstep/internal/wire"
)

// RefusedHandover is a handover by hand inside a change that could not be taken in.
type RefusedHandover struct {
	Issue *care.Record // the quarantine row that keeps the change
	Op    care.Op
	N     int // of the op in the change
}

// id of the handover it raises: the same however often the refused change is judged, and with whomever the person whom it
// names is made one.
func (h *RefusedHandover) id() string {
	return rules.ID("refused by hand", h.Op.Patient, care.AsIssue(h.Issue).Key()+" "+strconv.Itoa(h.N))
}

// RefusedHandovers are the handovers in a refused change that are raised all the same: all but what was refused because its
// author raises too many.
func RefusedHandovers(issue *care.Record, ops []care.Op) []RefusedHandover {
	if care.AsIssue(issue).Code() == care.CodeTooManyHandovers {
		return nil
	}
	var list []RefusedHandover
	for i := range ops {
		if op := &ops[i]; raisesByHand(op) {
			list = append(list, RefusedHandover{issue, *op, i})
		}
	}
	return list
}

func raisesByHand(op *care.Op) bool {
	return op.Collection == care.Handovers && op.Kind == care.OpCreate
}

// draft reads a refused handover as its author must have meant it, as far as it can be understood.
func (h *RefusedHandover) draft() *care.Record {
	c, _ := care.ByName(care.Handovers)
	rec := &care.Record{Collection: c, ID: h.id(), Values: map[string]any{}}
	for name, raw := range h.Op.Set {
		if f, ok := c.Field(name); ok && f.Policy != care.Server {
			if v, ok := f.Understand(raw); ok {
				rec.Values[name] = v
			}
		}
	}
	return rec
}

// RaiseRefused raises what somebody handed over by hand in a change that was refused, on the clock of
// its class and marked as unverified: to whom they meant it to go, to the lead of their team and to the
// coordinator. From a role that may not hand over it goes to those two only. When the change is
// taken in after all, the handover it makes takes this one's place; see ReplaceRefused.
func (r *Room) RaiseRefused(person *care.Record, h RefusedHandover) error {
	rec := h.draft()
	if was, err := r.stored(rec.ID); err != nil || was != nil {
		return err
	}
	author, _ := r.Reference.Staff(care.AsIssue(h.Issue).Author())
	if may, err := r.MayRaise(care.AsIssue(h.Issue).Author(), care.AsHandover(rec).Class(), 0); err != nil || !may {
		return err // whoever decides about the change reads it there
	}
	m := handover.Manual{ID: rec.ID, Patient: person.ID, Visit: care.AsHandover(rec).Visit(), FromStaff: care.AsIssue(h.Issue).Author(),
		Role: author.Role, NamedRegistrant: care.AsHandover(rec).NamedRegistrant(), ToTeam: care.AsHandover(rec).ToTeam(), SafeNote: care.AsHandover(rec).SafeNote(), Class: care.AsHandover(rec).Class(),
		Ask: care.AsHandover(rec).Recommendation(), ClinicalTime: h.Issue.AuthoredAt, Place: r.placeOf(person)}
	if len(author.Teams) > 0 {
		m.FromTeam, m.Place.FromTeam = author.Teams[0], author.Teams[0]
		m.Place = r.nearSender(m.Place)
	}
	switch {
	case m.Class == care.Safeguarding:
		m.ToTeam = "" // to the safeguarding lead, whatever was written
	case !access.RightsOf(author).MayWrite(care.Create, care.Handovers):
		m.ToTeam = m.Place.FromTeam
	}
	stranger := r.stranger(m.FromStaff, person.ID)
	if stranger {
		m.ReplyTeam = r.repliesTo(person)
		if slices.Contains(author.Teams, m.ToTeam) {
			m.FromTeam, m.Place.FromTeam = m.ToTeam, m.ToTeam
		}
	}
	words := handover.WholeTextOf(rec) // what it was filled in from was refused with it
	for _, n := range handover.RaiseRefused(m, r.Reference.Directory(), r.Reference.Clocks(), r.calendarOf(person, m.ToTeam), r.Moment.Now()) {
		c := handover.Case{To: n.Route.Team, Class: n.Class, ByHand: true, Unverified: true, Copy: n.CopyOf != "", ClinicalTime: n.ClinicalTime,
			ActDue: n.ActDue, LateBy: n.LateBy, Findings: []handover.Finding{{ClockKnown: h.Issue.ClockKnown, Doubt: care.Doubt(h.Issue)}}}
		if err := r.raise(person, &n, c, handover.Evidence{Key: n.Route.Key, CopyOf: n.CopyOf, Stranger: stranger, Words: words}); err != nil {
			return err
		}
	}
	return nil
}

// ReplaceRefused closes what was raised for a refused change once the change is taken in: the handovers it
// made, whose ops are given, stand for it.
func (r *Room) ReplaceRefused(issue *care.Record, made []care.Op) error {
	ops := wire.Ops(wire.KeptIn(issue))
	for i := range ops {
		if !raisesByHand(&ops[i]) || i >= len(made) {
			continue
		}
		if err := r.replace(&RefusedHandover{issue, ops[i], i}, made[i].ID); err != nil {
			return err
		}
	}
	return nil
}

// replace joins the earlier handover to the one that was made of the same words. Where somebody has taken the
// earlier one in hand, the later one joins that instead, so that nobody is asked twice.
func (r *Room) replace(h *RefusedHandover, made string) error {
	early, err := r.stored(h.id())
	if err != nil || early == nil || made == "" {
		return err
	}
	from, into := early.ID, made
	if takenInHand(early) {
		from, into = made, early.ID
	}
	joins := []string{from} // and the copies, which are about the earlier one
	if from == early.ID {
		joins = append(joins, handover.CopiesOf(early.ID)...)
	}
	for _, id := range joins {
		rec, err := r.stored(id)
		if err != nil {
			return err
		}
		if rec == nil || id != made && takenInHand(rec) { // whoever has it decides
			continue
		}
		if _, err := r.Act(id, handover.Action{Kind: handover.Join, Into: into}, system, 0); err != nil && !refused(err) {
			return err
		}
	}
	return nil
}

// takenInHand says whether somebody has said that they look after it, or why it is not for them. That nobody
// answered in time is neither: what was escalated joins, and what it joins is as overdue and escalates at once.
func takenInHand(rec *care.Record) bool {
	return care.AsHandover(rec).State().RepliedTo()
}
