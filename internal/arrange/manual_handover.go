package arrange

import (
	"errors"
	"slices"
	"strings"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/handover"
)

// Manual is a handover by hand that is planned but not stored yet.
type Manual struct {
	Record *care.Record
	new    handover.New
}

// ClinicalTime is from when on what the rules find may join it.
func (m Manual) ClinicalTime() time.Time { return m.new.ClinicalTime }

// PlanManual fills in what the server decides about a handover that somebody raised on a phone about a person:
// where it goes, and by when it must be answered. At is when they wrote it. What it lacks are issues for the
// sender, and hold nothing back.
func (r *Room) PlanManual(rec, person *care.Record, sender care.Viewer, at time.Time) (Manual, []handover.Lack) {
	h := care.AsHandover(rec)
	place := r.placeOf(person)
	place.FromTeam = h.FromTeam()
	if place.FromTeam == "" && len(sender.Teams) > 0 {
		place.FromTeam = sender.Teams[0]
	}
	n, lacks := handover.RaiseByHand(handover.Manual{ID: rec.ID, Patient: person.ID, Visit: h.Visit(), FromStaff: sender.Staff,
		FromTeam: place.FromTeam, ReplyTeam: h.ReplyTeam(), Role: sender.Role, NamedRegistrant: h.NamedRegistrant(),
		ToTeam: h.ToTeam(), SafeNote: h.SafeNote(), Class: h.Class(), Ask: h.Recommendation(), ClinicalTime: at, Place: place},
		r.Reference.Directory(), r.Reference.Clocks(), r.calendarOf(person, h.ToTeam()), r.Moment.Now())
	for _, l := range lacks {
		if l.Value != nil { // set aside
			rec.SetAll(map[string]any{l.Field: nil})
		}
	}
	fill(rec, &n)
	evidence := handover.Evidence{Key: n.Route.Key}
	if n.Route.Missing && n.Class != care.Safeguarding {
		evidence.Meant = r.meant(n.Destination, person)
		if team, ok := r.Reference.Directory().Team(strings.TrimPrefix(n.Destination, handover.ToTeam(""))); ok { // it lacks a note
			evidence.Meant = team.Name + ", which reads only what is safe to share, and there is no such note"
		}
	}
	switch {
	case evidence.Meant != "": // its reader is not who its sender wrote to
		evidence.Words = handover.SenderTextOf(rec)
		setText(rec, handover.WholeTextOf(rec).Compose(caseFor(handover.Case{To: n.Route.Team, Class: n.Class, Meant: evidence.Meant,
			ClinicalTime: n.ClinicalTime, ActDue: n.ActDue, LateBy: n.LateBy}, person)))
	case n.Route.Team.Kind == care.VoluntaryKind:
		// A voluntary team reads the ask and what is safe to share, nothing else.
		evidence.Words = handover.SenderTextOf(rec)
		text := handover.Compose(caseFor(handover.Case{To: n.Route.Team, Class: n.Class, ByHand: true, Recommendation: n.Ask,
			SafeNote: h.SafeNote(), ClinicalTime: n.ClinicalTime, ActDue: n.ActDue}, person))
		if text.SafeNote != "" {
			rec.SetAll(map[string]any{"safe_note": handover.ClipSafe(text.SafeNote)})
		}
	}
	rec.Values["evidence"] = care.JSON(evidence)
	return Manual{rec, n}, lacks
}

// Announce starts the history of a handover by hand, once it is stored. One of a visit that somebody handed over to
// the same place already is not put before anybody again: it joins the one that stands.
func (r *Room) Announce(m Manual) error {
	stands, err := r.sameMatter(m)
	switch {
	case err != nil:
		return err
	case stands != nil:
		return r.joinSecond(m, stands)
	}
	return r.announce(m.Record, &m.new)
}

// sameMatter is an open handover by hand of the same visit to the same place; nil for none. A safeguarding concern is a
// matter of its own.
func (r *Room) sameMatter(m Manual) (*care.Record, error) {
	if m.new.Visit == "" || m.new.Class == care.Safeguarding {
		return nil, nil
	}
	list, err := r.Store.HandoversAbout(m.new.Patient, m.new.Visit)
	if err != nil {
		return nil, err
	}
	for _, rec := range list {
		h, kept := care.AsHandover(rec), handover.EvidenceIn(rec)
		if rec.ID != m.Record.ID && h.Visit() == m.new.Visit && h.ByHand() && !h.State().Closed() && h.Class() != care.Safeguarding &&
			kept.CopyOf == "" && kept.Key == m.new.Route.Key && h.FromStaff() == m.new.FromStaff {
			return rec, nil
		}
	}
	return nil, nil
}

// joinSecond lets a second handover of the same visit join the one that stands: what it says is a line of that one, its
// urgency and its call count there.
func (r *Room) joinSecond(m Manual, stands *care.Record) error {
	if err := r.writeEvent(m.Record, handover.Event{Kind: handover.EventRaised, At: m.new.RaisedAt, By: m.new.FromStaff, Team: m.new.Route.Team.ID}); err != nil {
		return err
	}
	if _, err := r.Act(m.Record.ID, handover.Action{Kind: handover.Join, Into: stands.ID}, system, 0); err != nil {
		return err
	}
	if m.new.Class.Urgency() > care.AsHandover(stands).Class().Urgency() {
		if _, err := r.Act(stands.ID, handover.Action{Kind: handover.Raise, Class: m.new.Class}, system, 0); err != nil && !refused(err) {
			return err
		}
	}
	rec, err := r.stored(stands.ID)
	if err != nil || rec == nil {
		return err
	}
	e := handover.Event{Kind: handover.EventAdded, At: m.Record.AuthoredAt, By: m.new.FromStaff, Team: care.AsHandover(rec).ToTeam(), Text: r.saidBy(m.Record)}
	may, err := r.MayAdd(rec.ID, e.By, e.Kind)
	if may && err == nil { // else it is read in the handover that joined
		err = r.writeEvent(rec, e)
	}
	return errors.Join(err, r.amended(rec, e))
}

// saidBy is what the sender of a handover by hand wrote, in one piece; for a voluntary team what is safe to share.
func (r *Room) saidBy(rec *care.Record) string {
	h := care.AsHandover(rec)
	if to, _ := r.Reference.Directory().Team(h.ToTeam()); to.Kind == care.VoluntaryKind {
		return h.SafeNote()
	}
	var said []string
	for _, part := range []string{h.Situation(), h.Assessment(), h.Recommendation()} {
		if part != "" {
			said = append(said, part)
		}
	}
	return strings.Join(said, "\n")
}

// Rung says whom somebody says they rang, or could not ring, about a handover.
type Rung int

// RungPractice is whoever has the handover, Rung999 the emergency services.
const (
	RungPractice Rung = iota
	Rung999
)

// RecordCall writes into the history of a handover what its sender stored with it of a call.
func (r *Room) RecordCall(rec *care.Record, sender care.Viewer, whom Rung) error {
	if whom == Rung999 {
		return r.record999(rec, sender)
	}
	return r.recordCall(rec, sender)
}

// recordCall lets the machine see a call: one that reached a named person is the acknowledgement. A call that does
// not count as one is stored all the same.
func (r *Room) recordCall(rec *care.Record, sender care.Viewer) error {
	h := handover.FromRecord(rec)
	actor := handover.Actor{Staff: sender.Staff, Role: sender.Role, Teams: sender.Teams}
	_, err := r.Act(rec.ID, handover.Action{Kind: handover.RecordCall, CalledAt: h.CalledAt, Name: h.CalledName,
		CalledRole: h.CalledRole, Reached: h.Reached, ReadBack: h.ReadBack, Why: h.CalledWhy}, actor, 0)
	if refused(err) {
		return nil
	}
	return err
}

// record999 writes down what the sender says of ringing 999. Nothing of how it stands follows from that: whoever it
// goes to must answer all the same.
func (r *Room) record999(rec *care.Record, sender care.Viewer) error {
	h := care.AsHandover(rec)
	e := handover.Event{Kind: handover.EventNotCalled999, At: r.Moment.Now(), By: sender.Staff, Team: h.ToTeam(), Text: h.Called999Why()}
	if h.Called999() == care.CallMade {
		e.Kind, e.Text = handover.EventCalled999, ""
		e.Detail = map[string]any{"name": h.Called999Name(), "reached": true, "read_back": h.Called999ReadBack()}
		if err := r.no999Asked(rec.ID); err != nil {
			return err
		}
	}
	return r.writeEvent(rec, e)
}

// no999Asked takes out of the text of a handover that 999 may have to be called.
func (r *Room) no999Asked(id string) error {
	rec, err := r.stored(id)
	if err != nil || rec == nil {
		return err
	}
	old := rec.Clone()
	lines := slices.DeleteFunc(strings.Split(care.AsHandover(rec).Recommendation(), "\n"), func(line string) bool { return line == handover.Call999 })
	rec.SetAll(map[string]any{"recommendation": strings.Join(lines, "\n")})
	return r.save(rec, old)
}

// AcknowledgeBy is when a handover of a class, raised at a moment, must be acknowledged in core hours; an
// unknown class counts as same day. Zero: nothing is due.
func (r *Room) AcknowledgeBy(class care.Class, at time.Time) time.Time {
	if class.Urgency() == 0 {
		class = care.SameDay
	}
	due, _ := r.Reference.Clocks().Deadlines(class, at, r.Reference.Calendar(""))
	return due
}
