package pipeline

import (
	"time"

	"doorstep/internal/care"
	"doorstep/internal/delivery"
	"doorstep/internal/handover"
	"doorstep/internal/news2"
)

// System is the machine itself as an actor.
var System = handover.Actor{System: true}

// raise stores a handover with its text, the first event of its history and its delivery. One
// that was raised before by the same cause stays as it is: nobody is told twice.
func raise(tx Tx, person *care.Record, n *handover.New, story handover.Case, evidence evidenceOf) error {
	handovers, _ := care.ByName(care.Handovers)
	rec := &care.Record{Collection: handovers, ID: n.ID, Values: map[string]any{}}
	rec.Author, rec.AuthoredAt, rec.ReceivedAt, rec.ClockKnown = n.FromStaff, n.RaisedAt, n.RaisedAt, true
	text := evidence.Words.compose(tell(story, person))
	set(rec, map[string]any{"patient": person.ID, "visit": n.Visit, "situation": clip(text.Situation, textMax), "background": clip(text.Background, textMax),
		"assessment": clip(text.Assessment, textMax), "recommendation": clip(text.Recommendation, textMax), "safe_note": clip(text.SafeNote, safeNoteMax),
		"evidence": jsonOf(evidence)})
	fill(rec, n)
	ok, err := tx.Insert(rec)
	if err != nil || !ok {
		return err
	}
	return announce(tx, rec, n)
}

// fill writes what arranging decided into a handover's record.
func fill(rec *care.Record, n *handover.New) {
	set(rec, map[string]any{"from_staff": n.FromStaff, "from_team": n.FromTeam, "reply_team": n.ReplyTeam, "named_registrant": n.NamedRegistrant,
		"to_team": n.Route.Team.ID, "class": string(n.Class), "by_hand": n.ByHand, "unverified": n.Unverified,
		"clinical_time": care.Stamp(n.ClinicalTime), "raised_at": care.Stamp(n.RaisedAt), "late_by_seconds": int64(n.LateBy / time.Second),
		"superseded_by": n.SupersededBy, "state": string(n.State), "ack_due": care.Stamp(n.AckDue), "act_due": care.Stamp(n.ActDue)})
	if reasons := handover.WriteReasons(n.Reasons); reasons != nil {
		rec.Values["rules"] = reasons
	}
	if n.Class == care.Safeguarding {
		// That there is a concern is for the safeguarding lead and its author, not for the author's
		// team, which follows whatever names it.
		delete(rec.Values, "from_team")
	}
}

// announce writes the first event, which brings it before its team, and sets its clock.
func announce(tx Tx, rec *care.Record, n *handover.New) error {
	first := handover.Event{Kind: handover.EventRaised, At: n.RaisedAt, By: n.FromStaff, Team: n.Route.Team.ID, Text: n.Note, Deliver: true}
	if err := writeEvent(tx, rec, first); err != nil {
		return err
	}
	return watch(tx, rec)
}

// tell adds what is known of the person to the case a text is composed from.
func tell(c handover.Case, person *care.Record) handover.Case {
	if born, err := time.Parse(time.DateOnly, person.Text("date_of_birth")); err == nil {
		c.Age = news2.AgeAt(born, c.ClinicalTime)
	}
	c.Communication, _ = person.Get("communication_needs").([]string)
	c.RiskNote = person.Text("risk_note")
	return c
}

// writeEvent adds a row to a handover's history and, where the event says so, its delivery.
func writeEvent(tx Tx, rec *care.Record, e handover.Event) error {
	events, _ := care.ByName(care.HandoverEvents)
	row := &care.Record{Collection: events, ID: tx.NewID(), Values: map[string]any{}}
	row.Author, row.AuthoredAt, row.ReceivedAt, row.ClockKnown = e.By, e.At, tx.Now(), true
	set(row, map[string]any{"handover": rec.ID, "patient": rec.Text("patient"), "at": care.Stamp(e.At), "kind": e.Kind, "by": e.By,
		"from_team": rec.Text("from_team"), "from_staff": rec.Text("from_staff"), "team": e.Team, "text": clip(e.Text, 4000)})
	if len(e.Detail) > 0 {
		row.Values["detail"] = jsonOf(e.Detail)
	}
	if _, err := tx.Insert(row); err != nil {
		return err
	}
	if e.Spawn != nil {
		if err := spawn(tx, e.Spawn); err != nil {
			return err
		}
	}
	if !e.Deliver || e.Team == "" {
		return nil
	}
	key := delivery.KeyAgain(rec.ID, delivery.InboxName, e)
	if e.Kind == handover.EventRaised {
		key = delivery.Key(rec.ID, e.Team, delivery.InboxName)
	}
	return tx.Enqueue(key, delivery.InboxName, rec.ID, e.Team)
}

// spawn raises a handover that follows from another one: work that an answer asked for, or the
// word to a coordinator that a safeguarding concern waits.
func spawn(tx Tx, n *handover.New) error {
	person, err := tx.Patient(n.Patient)
	if err != nil || person == nil {
		return err
	}
	if t, ok := tx.Directory().Team(n.Route.Team.ID); ok {
		n.Route.Team = t
	}
	story := handover.Case{To: n.Route.Team, Class: n.Class, ByHand: true, Situation: n.Note, Recommendation: n.Ask,
		ClinicalTime: n.ClinicalTime, ActDue: n.ActDue}
	return raise(tx, person, n, story, evidenceOf{Key: n.Route.Key})
}

// watch makes the escalation job look at a handover when its next answer is due.
func watch(tx Tx, rec *care.Record) error {
	if at, due := handover.Due(handover.FromRecord(rec)); due {
		return tx.DueAt(at, DueHandover, rec.ID)
	}
	return nil
}
