package arrange

import (
	"strings"

	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/rules"
)

// Amendment is a record that changes what was recorded before: a set of readings that replaces another, or a visit or
// check-in that was changed after it was recorded.
type Amendment struct {
	Record, Was *care.Record
}

// contactContent are the fields of a contact that a handover tells of, in the order of a form.
var contactContent = map[string][]string{
	care.Visits:   {"status", "no_access_kind", "started_at", "ended_at", "soft_signs", "critical_medicine", "details", "outcome", "note"},
	care.Checkins: {"happened_at", "seen", "wellbeing", "concern"},
}

// event is the line that says what an amendment changed, without its place; "" where it changed nothing that a
// handover tells of. Bare: without what the record says, for readers of nothing clinical.
func (a Amendment) event(bare bool) (kind, text string) {
	if a.Record.Collection.Name == care.Observations {
		if bare {
			return handover.EventCorrected, "The readings were corrected."
		}
		changed := care.ReadingsChanged(a.Record.Values, a.Was.Values)
		if changed == "" {
			changed = "taken again without a difference"
		}
		return handover.EventCorrected, "Those of " + handover.When(a.Was.ClinicalTime) + ": " + changed + "."
	}
	var names []string
	for _, name := range contactContent[a.Record.Collection.Name] {
		if !care.Equal(a.Record.Get(name), a.Was.Get(name)) {
			names = append(names, care.FieldLabel(name))
		}
	}
	if len(names) == 0 {
		return "", ""
	}
	noun := map[string]string{care.Visits: "Visit", care.Checkins: "Check-in"}[a.Record.Collection.Name]
	text = noun + ": " + strings.Join(names, ", ") + "."
	if note := care.AsVisit(a.Record).Note(); !bare && a.Record.Collection.Name == care.Visits && note != "" && note != care.AsVisit(a.Was).Note() {
		text += "\nNote: " + note
	}
	return handover.EventUpdated, text
}

// Tells says whether it changed anything that a handover tells of.
func (a Amendment) Tells() bool {
	kind, _ := a.event(true)
	return kind != ""
}

// concerns says whether a handover tells of the record that an amendment changes.
func (a Amendment) concerns(rec *care.Record, kept *handover.Evidence) bool {
	visit := care.AsHandover(rec).Visit()
	switch a.Record.Collection.Name {
	case care.Observations:
		return kept.Has(a.Was.ID, true) || kept.Has(a.Was.ID, false) || visit != "" && visit == care.AsObservation(a.Record).Visit()
	case care.Visits:
		return visit == a.Record.ID || kept.Has(a.Record.ID, true)
	}
	return kept.Has(a.Record.ID, true)
}

// tellOf are the records that a handover which an amendment concerns is found by.
func (a Amendment) tellOf() []string {
	if a.Record.Collection.Name != care.Observations {
		return []string{a.Record.ID}
	}
	if visit := care.AsObservation(a.Record).Visit(); visit != "" {
		return []string{a.Was.ID, visit}
	}
	return []string{a.Was.ID}
}

// MostConcerned is how many handovers are told at most that what they rest on is another now. What concerns more is a
// loop in an app that raises them.
const MostConcerned = 50

// Amend says to whoever has one of a person's handovers that what it rests on was corrected or changed, and marks in
// what it keeps which readings replace which. Nothing is taken away: what was replaced stays readable. It says so of a
// handover that was answered too; whoever answered it may have to look again.
func (r *Room) Amend(a Amendment) error {
	handovers, err := r.Store.HandoversAbout(a.Record.Person(), a.tellOf()...)
	if err != nil {
		return err
	}
	for _, rec := range handovers {
		if err := r.amend(a, rec); err != nil {
			return err
		}
	}
	return nil
}

func (r *Room) amend(a Amendment, rec *care.Record) error {
	kept := handover.EvidenceIn(rec)
	if !a.concerns(rec, &kept) || care.ByStranger(care.AsHandover(rec).Evidence()) {
		return nil
	}
	h := care.AsHandover(rec)
	to, _ := r.Reference.Directory().Team(h.ToTeam())
	bare := to.Kind == care.VoluntaryKind
	kind, text := a.event(bare)
	if kind == "" {
		return nil
	}
	old := rec.Clone()
	if h.Class() != care.Safeguarding && (!bare || a.Record.Collection.Name == care.Checkins) {
		a.keepIn(&kept)
		rec.Values["evidence"] = care.JSON(kept)
	}
	at := a.Record.AuthoredAt
	if a.Record.Collection.Name != care.Observations {
		at = r.Moment.Now()
	}
	rec.SetAll(map[string]any{"amended_at": care.Stamp(at)})
	if err := r.save(rec, old); err != nil {
		return err
	}
	if may, err := r.mayAdd(rec.ID, a.by(), false, 1); err != nil || !may && h.Class() != care.Safeguarding {
		return err // it says when it was changed last, and keeps what it is now
	}
	return r.writeEvent(rec, handover.Event{Kind: kind, At: at, By: a.by(), Team: h.ToTeam(), Text: text})
}

// by is who made the amendment: who changed the last of what it changes.
func (a Amendment) by() string {
	if a.Record.Collection.Name == care.Observations {
		return a.Record.Author
	}
	last := care.Change{}
	for _, name := range contactContent[a.Record.Collection.Name] {
		if c, ok := a.Record.Changed[name]; ok && c.Seq > last.Seq {
			last = c
		}
	}
	return last.Author
}

// keepIn keeps the amended record with what a handover rests on, and marks the readings that it replaces.
func (a Amendment) keepIn(kept *handover.Evidence) {
	if a.Record.Collection.Name == care.Observations {
		kept.Add(evidenceItem(rules.EventOf(a.Was, true), false), evidenceItem(rules.EventOf(a.Record, true), false))
		for i := range kept.Records {
			if item := &kept.Records[i]; item.ID == a.Was.ID {
				item.ReplacedBy, item.ReplacedAt = a.Record.ID, care.Stamp(a.Record.AuthoredAt)
			}
		}
		return
	}
	for i := range kept.Records {
		if item := &kept.Records[i]; item.ID == a.Record.ID && item.Verified {
			*item = evidenceItem(rules.EventOf(a.Record, true), false)
		}
	}
}
