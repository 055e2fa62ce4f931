package arrange

import (
	"slices"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/rules"
)

// Words are what somebody wrote where the safeguarding lead alone reads it, beside what a rule raises: a
// further line of a concern, or one that could not be stored where it was meant to be.
type Words struct {
	Key        string // of the change that brought them
	Patient    string
	Record     string // where they were written
	Author     string
	Text       string
	At         time.Time
	ClockKnown bool
	// Doubt says why they could not be stored as they were meant, to their reader; "" where they were.
	Doubt string
	// First: nothing stood where they were written, so that a rule raises them, with all of the text. Where a concern about
	// that record was raised before, of what was refused of it, the rule holds already and tells nobody of them.
	First bool
	// Misnamed: their author named somebody else than whom they are about, and does not follow what becomes of them:
	// that would tell whose the record is.
	Misnamed bool
}

// What the safeguarding lead is asked for: by words about a person who is there, and about one who is not.
const (
	askRead = "Somebody added to what is kept for you. Please read it with what was raised before about this person."
	askWhom = "It names nobody who is registered here, and nobody else reads it. Please ask whoever wrote it whom they mean."
)

// RaiseWords brings them before the safeguarding lead, as a concern of its own: whatever became of an earlier
// one, this has not been answered. The same words of the same change are raised once. Words about somebody who
// is not there go to the lead of the neighbourhood of their author's team; nobody else reads them.
func (r *Room) RaiseWords(w Words) error {
	if w.First {
		before, err := r.Store.HandoversAbout(w.Patient, w.Record)
		concern := func(h *care.Record) bool { return care.AsHandover(h).Class() == care.Safeguarding }
		if err != nil || !slices.ContainsFunc(before, concern) {
			return err
		}
	}
	person, err := r.Reference.Patient(w.Patient)
	if err != nil {
		return err
	}
	ask := askRead
	if person == nil {
		patients, _ := care.ByName(care.Patients)
		person, ask = &care.Record{Collection: patients, Values: map[string]any{}}, askWhom
	}
	author, _ := r.Reference.Staff(w.Author)
	m := handover.Manual{ID: rules.ID("safeguarding words", w.Patient, w.Record, w.Key, w.Text), Patient: person.ID, FromStaff: w.Author,
		Role: author.Role, Class: care.Safeguarding, ClinicalTime: w.At, Place: r.placeOf(person)}
	if len(author.Teams) > 0 {
		m.FromTeam, m.Place.FromTeam = author.Teams[0], author.Teams[0]
		m.Place = r.nearSender(m.Place)
	}
	n, _ := handover.RaiseByHand(m, r.Reference.Directory(), r.Reference.Clocks(), r.Reference.Calendar(""), r.Moment.Now())
	n.Unverified = w.Doubt != ""
	found := handover.Finding{Collection: care.Checkins, Record: w.Record, Title: "Further words about safeguarding", At: w.At, ClockKnown: w.ClockKnown,
		Verified: w.Doubt == "", Values: map[string]any{"safeguarding": w.Text}}
	if w.Doubt != "" {
		found.Doubt = w.Doubt
	}
	c := handover.Case{To: n.Route.Team, Class: n.Class, ByHand: true, Unverified: n.Unverified, ClinicalTime: n.ClinicalTime, ActDue: n.ActDue, LateBy: n.LateBy,
		Findings: []handover.Finding{found}, Asks: []string{ask}}
	evidence := handover.Evidence{Key: n.Route.Key}
	evidence.Add(handover.EvidenceItem{Collection: care.Checkins, ID: w.Record, At: care.Stamp(w.At), ClockKnown: w.ClockKnown, Verified: w.Doubt == "", Values: found.Values})
	if w.Misnamed {
		n.Unfollowed = true
	}
	return r.raise(person, &n, c, evidence)
}
