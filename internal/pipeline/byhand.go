package pipeline

import (
	"errors"

	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/wire"
)

// byHand fills in what the server decides about a handover that a person raised on a phone: where
// it goes, by when it must be answered, and whether a registrant is missing.
func (p *plan) byHand(rec *care.Record) error {
	person, err := p.tx.Patient(rec.Text("patient"))
	if err != nil {
		return err
	}
	place := placeOf(p.tx, person, &changed{})
	team := rec.Text("from_team")
	if team == "" && len(p.by.Teams) > 0 {
		team = p.by.Teams[0]
	}
	place.FromTeam = team
	calendar := p.tx.Calendar(person.Text("practice"))
	if to := rec.Text("to_team"); to != "" {
		calendar = p.tx.Calendar(p.tx.Directory().Organisation(to))
	}
	n, lacks := handover.RaiseByHand(handover.Manual{ID: rec.ID, Patient: person.ID, Visit: rec.Text("visit"), FromStaff: p.by.Staff,
		FromTeam: team, ReplyTeam: rec.Text("reply_team"), Role: p.by.Role, NamedRegistrant: rec.Text("named_registrant"),
		ToTeam: rec.Text("to_team"), Class: care.Class(rec.Text("class")), Ask: rec.Text("recommendation"), ClinicalTime: p.at, Place: place},
		p.tx.Directory(), p.tx.Clocks(), calendar, p.now)
	fill(rec, &n)
	kept := evidenceOf{Key: n.Route.Key}
	if n.Route.Team.Kind == voluntaryTeam {
		// A voluntary team reads the ask and what is safe to share, nothing else.
		kept.Words = wordsOf(rec)
		text := handover.Compose(tell(handover.Case{To: n.Route.Team, Class: n.Class, ByHand: true, Recommendation: n.Ask,
			SafeNote: rec.Text("safe_note"), ClinicalTime: n.ClinicalTime, ActDue: n.ActDue}, person))
		set(rec, map[string]any{"safe_note": clip(text.SafeNote, safeNoteMax)})
	}
	rec.Values["evidence"] = jsonOf(kept)
	p.raised = append(p.raised, raised{rec, n})
	if lacks != nil {
		q := p.issue(care.Quarantine, person.ID)
		set(q, map[string]any{"kind": "field", "author": p.by.Staff, "client": p.by.Client, "device": p.by.Device, "mid": p.m.Mid, "key": p.m.Key,
			"collection": care.Handovers, "record": rec.ID, "field": "named_registrant", "code": lacks.Code, "message": lacks.Message, "fix": "edit",
			"content": jsonOf(nil), "state": "open"})
		p.issues = append(p.issues, q)
		p.result.Issues = append(p.result.Issues, wire.Issue{ID: q.ID, Code: lacks.Code, Field: "named_registrant", Message: lacks.Message, Fix: "edit"})
	}
	return nil
}

// raised is a handover by hand whose history starts once it is stored.
type raised struct {
	rec *care.Record
	n   handover.New
}

// callFields are what a sender's phone may add to a handover: the call it made.
var callFields = []string{"called_at", "called_name", "called_role", "reached", "read_back"}

// called lets the machine see a call that a phone recorded: one that reached a named person is
// the acknowledgement.
func (p *plan) called(d *draft) error {
	fresh := false
	for _, f := range callFields {
		fresh = fresh || !care.Equal(d.rec.Get(f), d.old.Get(f))
	}
	if !fresh {
		return nil
	}
	h := handover.FromRecord(d.rec)
	actor := handover.Actor{Staff: p.by.Staff, Role: p.by.Role, Teams: p.by.Teams}
	_, err := Act(p.tx, d.rec.ID, handover.Action{Kind: handover.RecordCall, CalledAt: h.CalledAt, Name: h.CalledName,
		CalledRole: h.CalledRole, Reached: h.Reached, ReadBack: h.ReadBack}, actor, 0)
	if refused := (*handover.Error)(nil); errors.As(err, &refused) {
		return nil // what was said about the call is stored; it does not count as an acknowledgement
	}
	return err
}
