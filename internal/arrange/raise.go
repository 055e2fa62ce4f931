package arrange

import (
	"time"

	"doorstep/internal/care"
	"doorstep/internal/delivery"
	"doorstep/internal/handover"
	"doorstep/internal/news2"
)

// raise stores a handover with its text, the first event of its history and its delivery. One
// that was raised before by the same cause stays as it is: nobody is told twice.
func (r *Room) raise(person *care.Record, n *handover.New, c handover.Case, evidence handover.Evidence) error {
	handovers, _ := care.ByName(care.Handovers)
	rec := &care.Record{Collection: handovers, ID: n.ID, Values: map[string]any{}}
	rec.Author, rec.AuthoredAt, rec.ReceivedAt, rec.ClockKnown = n.FromStaff, n.RaisedAt, n.RaisedAt, true
	rec.SetAll(map[string]any{"patient": person.ID, "visit": n.Visit, "evidence": care.JSON(evidence)})
	known := person
	if ownWords(&evidence, n.ID, n.FromTeam, n.Route.Team.ID) {
		known = nil
	}
	text := evidence.Words.Compose(caseFor(c, known))
	setText(rec, text)
	rec.SetAll(map[string]any{"safe_note": handover.ClipSafe(text.SafeNote)})
	fill(rec, n)
	ok, err := r.Store.Insert(rec)
	if err != nil || !ok {
		return err
	}
	if err := r.announce(rec, n); err != nil || r.Raised == nil {
		return err
	}
	return r.Raised(rec)
}

// setText writes the four parts of a handover's text; the safe note is apart.
func setText(rec *care.Record, text handover.Text) {
	rec.SetAll(map[string]any{"situation": care.Clip(text.Situation, handover.MaxText), "background": care.Clip(text.Background, handover.MaxText),
		"assessment": care.Clip(text.Assessment, handover.MaxText), "recommendation": care.Clip(text.Recommendation, handover.MaxText)})
}

// fill writes what arranging decided into a handover's record.
func fill(rec *care.Record, n *handover.New) {
	rec.SetAll(map[string]any{"from_staff": n.FromStaff, "from_team": n.FromTeam, "reply_team": n.ReplyTeam, "named_registrant": n.NamedRegistrant,
		"class": string(n.Class), "by_hand": n.ByHand, "unverified": n.Unverified, "clinical_time": care.Stamp(n.ClinicalTime),
		"raised_at": care.Stamp(n.RaisedAt), "late_by_seconds": int64(n.LateBy / time.Second), "superseded_by": n.SupersededBy,
		"state": string(n.State), "ack_due": care.Stamp(n.AckDue), "act_due": care.Stamp(n.ActDue), "rules": handover.WriteReasons(n.Reasons), "follows": n.Follows})
	if n.Route.Team.ID != "" { // else the team that its sender named stays, though nobody is there
		rec.SetAll(map[string]any{"to_team": n.Route.Team.ID})
	}
	if n.Class == care.Safeguarding {
		// That there is a concern is for the safeguarding lead and its author, not for the author's
		// team, which follows whatever names it.
		rec.SetAll(map[string]any{"from_team": nil})
	}
	if n.Unfollowed {
		rec.SetAll(map[string]any{"from_staff": nil})
	}
}

// announce writes the first event, which brings it before its team, and sets its clock.
func (r *Room) announce(rec *care.Record, n *handover.New) error {
	first := handover.Event{Kind: handover.EventRaised, At: n.RaisedAt, By: n.FromStaff, Team: n.Route.Team.ID, Text: n.Note, Deliver: true}
	if err := r.writeEvent(rec, first); err != nil {
		return err
	}
	return r.watch(rec)
}

// caseFor adds what is known of the person to the case a text is composed from; nil where its reader may know nothing.
func caseFor(c handover.Case, person *care.Record) handover.Case {
	if person == nil {
		return c
	}
	p := care.AsPatient(person)
	c.Age = news2.AgeAt(care.Born(person, c.ClinicalTime))
	c.Communication = p.CommunicationNeeds()
	c.RiskNote = p.RiskNote()
	return c
}

// maxEventText is the longest text of an event, in characters.
const maxEventText = 4000

// writeEvent adds a row to a handover's history and, where the event says so, its delivery.
func (r *Room) writeEvent(rec *care.Record, e handover.Event) error {
	events, _ := care.ByName(care.HandoverEvents)
	row := &care.Record{Collection: events, ID: r.Moment.NewID(), Values: map[string]any{}}
	row.Author, row.AuthoredAt, row.ReceivedAt, row.ClockKnown = e.By, e.At, r.Moment.Now(), true
	return r.writeRow(row, rec, e)
}

// writeRow is writeEvent with a row that is there already: that of the phone which did it.
func (r *Room) writeRow(row, rec *care.Record, e handover.Event) error {
	h := care.AsHandover(rec)
	if e.Text == "" {
		e.Text = care.AsHandoverEvent(row).Text() // what a phone wrote beside what it did
	}
	row.SetAll(map[string]any{"handover": rec.ID, "patient": h.Patient(), "at": care.Stamp(e.At), "kind": e.Kind, "by": e.By,
		"team": e.Team, "text": care.Clip(e.Text, maxEventText)})
	if !care.ByStranger(h.Evidence()) { // whoever is none follows it line by line
		row.SetAll(map[string]any{"from_team": h.FromTeam(), "from_staff": h.FromStaff()})
	}
	if len(e.Detail) > 0 {
		row.Values["detail"] = care.JSON(e.Detail)
	}
	if _, err := r.Store.Insert(row); err != nil {
		return err
	}
	if e.Spawn != nil {
		if err := r.spawn(e.Spawn); err != nil {
			return err
		}
	}
	if !e.Deliver || e.Team == "" {
		return nil
	}
	for _, channel := range r.Reference.Channels() {
		if err := r.Store.Enqueue(deliveryKey(rec.ID, channel, e), channel, rec.ID, e.Team); err != nil {
			return err
		}
	}
	return nil
}

func deliveryKey(id, channel string, e handover.Event) string {
	if e.Kind == handover.EventRaised {
		return delivery.Key(id, e.Team, channel)
	}
	return delivery.KeyAgain(id, channel, e)
}

// spawn raises a handover that follows from another one: work that an answer asked for, or the
// word to a coordinator that a safeguarding concern waits.
func (r *Room) spawn(n *handover.New) error {
	person, err := r.Reference.Patient(n.Patient)
	if err != nil || person == nil {
		return err
	}
	if t, ok := r.Reference.Directory().Team(n.Route.Team.ID); ok {
		n.Route.Team = t
	}
	if n.Follows != "" {
		if n.Note, err = r.askedIn(n); err != nil {
			return err
		}
	}
	c := handover.Case{To: n.Route.Team, Class: n.Class, ByHand: true, Situation: n.Note, Recommendation: n.Ask,
		ClinicalTime: n.ClinicalTime, ActDue: n.ActDue}
	return r.raise(person, n, c, handover.Evidence{Key: n.Route.Key})
}

// askedIn says in which answer something is asked for, and by whom.
func (r *Room) askedIn(n *handover.New) (string, error) {
	answered, err := r.stored(n.Follows)
	if err != nil || answered == nil {
		return "", err
	}
	by := "Asked for"
	if from, ok := r.Reference.Directory().Team(n.FromTeam); ok && from.Name != "" {
		by += " by " + from.Name
	}
	return by + " in the answer to the handover of " + handover.When(care.AsHandover(answered).ClinicalTime()) + ".", nil
}

// watch makes the escalation job look at a handover when its next answer is due.
func (r *Room) watch(rec *care.Record) error {
	if at, due := handover.Due(handover.FromRecord(rec)); due {
		return r.Store.DueAt(at, care.DueHandover, rec.ID)
	}
	return nil
}
