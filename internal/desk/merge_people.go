package desk

import (
	"slices"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/wire"
)

// Merge is a decision that two registrations are of one person: what is recorded of the one, the dead one, is filed under
// the other, the survivor. See docs/adr/026-two-registrations-become-one.md.
type Merge struct {
	ID, Dead, Survivor string
	By                 string
	At                 time.Time
	// Before and After are what the decision changed of the survivor's record, by field.
	Before, After map[string]any
}

// MergeRows keeps decisions, and what was filed by them.
type MergeRows interface {
	// MergeOf is the decision by which a registration is a dead one; nil for none that stands.
	MergeOf(dead string) (*Merge, error)
	// MergesInto are the decisions that stand by which others were made one with a person.
	MergesInto(survivor string) ([]Merge, error)
	SaveMerge(*Merge) error
	UndoMerge(m *Merge, by string) error
	NoteFiled(m *Merge, collection string, records []string) error
	FiledBy(m *Merge, collection string) ([]string, error)
}

// FiledRows finds what names a person, and files what is no record of the feed.
type FiledRows interface {
	// NamedIn lists what names a person in a collection, or among plans.
	NamedIn(collection, person string) ([]string, error)
	// ToldOf are handovers about a person that tell of these records, and of nothing else.
	ToldOf(person string, records []string) ([]string, error)
	// PlannedSince are the contacts of the plans that a decision filed, those that were made since among them.
	PlannedSince(m *Merge) ([]string, error)
	// ReadAt are the readings of a person that were taken at these visits.
	ReadAt(person string, visits []string) ([]string, error)
	// IssuesAbout are conflicts that are open, or what was set aside, about records of a person.
	IssuesAbout(collection, person string, records []string) ([]string, error)
	// LinesOf is the history of handovers.
	LinesOf(handovers []string) ([]string, error)
	// FileRows files rows of the caseload, or plans with what they came to.
	FileRows(collection string, rows []string, from, to string) error
	// FileAlarms files the alarms at such records, and says when the earliest happened. Of both people those whose handover is
	// about the other have none any more.
	FileAlarms(at func(record string) bool, from, to string) (time.Time, error)
}

// MergeRooms is what filing asks of the rooms, within the transaction.
type MergeRooms interface {
	Corrections
	// Next starts a change of its own; see pbstore.
	Next() int64
	// Update stores the named fields and the meta of rec, which was read as old.
	Update(rec, old *care.Record, fields []string) error
	// File files a record under another person; see takein.Room.
	File(rec *care.Record, patient string) error
	// Filed judges a person anew after records were filed under them, or taken from them, and says from when on; see
	// judge.Room.
	Filed(patient string, since time.Time) (time.Time, error)
	// HeldRecords are the records by which alarms know what a refused change says.
	HeldRecords(issue *care.Record) []string
	// OpenIssues lists what is in question about a person.
	OpenIssues(patient string) ([]*care.Record, error)
	// DueAt makes the job look at something at a time.
	DueAt(at time.Time, kind care.DueKind, ref string) error
}

// Merger decides whether two registrations are of one person.
type Merger struct {
	Lead  Lead
	Rows  MergeRows
	Filed FiledRows
	Rooms MergeRooms
}

// MergeRequest is that two registrations are of one person.
type MergeRequest struct {
	Dead, Survivor string
	// Choose says, by field in which both say something else, whose value counts: ChooseSurvivor or ChooseDead. The
	// survivor's, where nothing is chosen.
	Choose map[string]string
}

// MergePlan is what making two registrations one comes to.
type MergePlan struct {
	Dead, Survivor *care.Record
	// Differences are the fields of which the dead registration says something that the survivor does not.
	Differences []Difference
	// Names is what names the dead registration, by collection.
	Names map[string][]string
}

// filedUnder are the collections whose records are filed under a person, handovers before their history, and those of
// them that rules judge.
var (
	filedUnder = []string{care.Handovers, care.HandoverEvents, care.Visits, care.Observations, care.Checkins, care.Goals, care.GoalSteps, care.Conflicts, care.Quarantine}
	judged     = []string{care.Visits, care.Observations, care.Checkins}
	filedRows  = []string{care.Caseload, PlansName}
)

// MostFiled bounds what one decision files: all of it is one change, for which everybody else waits.
const MostFiled = 10_000

// Plan says what making two registrations one comes to, and refuses what cannot be.
func (m *Merger) Plan(r MergeRequest) (*MergePlan, error) {
	p := &MergePlan{Names: map[string][]string{}}
	patients, _ := care.ByName(care.Patients)
	var err error
	if p.Dead, err = m.Rooms.Record(patients, r.Dead); err != nil {
		return nil, err
	}
	if p.Survivor, err = m.Rooms.Record(patients, r.Survivor); err != nil {
		return nil, err
	}
	if !m.Lead.Knows(p.Dead) || !m.Lead.Knows(p.Survivor) {
		return nil, refuse(CodeNotFound, "There is no such person among yours.")
	}
	if err := m.mayBeOne(p); err != nil {
		return nil, err
	}
	if p.Differences, err = differences(m.Lead, p.Survivor, p.Dead, r.Choose); err != nil {
		return nil, err
	}
	all := 0
	for _, name := range slices.Concat(filedUnder, filedRows) {
		ids, err := m.Filed.NamedIn(name, r.Dead)
		if err != nil {
			return nil, err
		}
		p.Names[name] = ids
		all += len(ids)
	}
	if all > MostFiled {
		return nil, refuse(CodeInvalid, "There are %d records of this registration, more than can be moved at once. Merge the other one into it.", all)
	}
	return p, nil
}

// mayBeOne refuses two registrations that cannot be made one, as they stand.
func (m *Merger) mayBeOne(p *MergePlan) error {
	if p.Dead.ID == p.Survivor.ID {
		return refuse(CodeInvalid, "This is one registration. Choose another one.")
	}
	into, err := m.Rows.MergesInto(p.Dead.ID)
	if err != nil {
		return err
	}
	if len(into) > 0 {
		return refuse(CodeInvalid, "Another registration was merged into this one. Merge the other way round, or undo that first.")
	}
	for _, rec := range []*care.Record{p.Dead, p.Survivor} {
		if care.AsPatient(rec).AddressHidden() && !m.Lead.Holds(rec.ID) {
			return refuse(CodeInvalid, "The address of one of the two is for those who visit. Somebody who has both on a caseload can merge them.")
		}
	}
	open, err := m.Rooms.OpenIssues(p.Dead.ID)
	if err != nil {
		return err
	}
	for _, issue := range open {
		if i := care.AsIssue(issue); i.Collection() == care.Patients && i.About() == p.Dead.ID && !i.HoldsChange() {
			return refuse(CodeInvalid, "Something in the record of the registration that goes has still to be decided. Decide it first.")
		}
	}
	return nil
}

// Merge makes two registrations one, in one change: what it wrote before it was refused is to be undone.
func (m *Merger) Merge(r MergeRequest) (*Merge, *MergePlan, error) {
	p, err := m.Plan(r)
	if err != nil {
		return nil, nil, err
	}
	now := m.Rooms.Now()
	merge := &Merge{ID: m.Rooms.NewID(), Dead: r.Dead, Survivor: r.Survivor, By: m.Lead.Staff, At: now, Before: map[string]any{}, After: map[string]any{}}
	if err := m.Rows.SaveMerge(merge); err != nil {
		return nil, nil, err
	}
	dead := p.Dead.Clone()
	dead.Retracted = now
	dead.SetAll(map[string]any{"merged_into": r.Survivor})
	if err := m.stampedUpdate(dead, p.Dead); err != nil {
		return nil, nil, err
	}
	set := map[string]any{}
	for _, d := range p.Differences {
		if before := p.Survivor.Get(d.Field); !care.Same(before, d.Takes) {
			set[d.Field], merge.Before[d.Field] = d.Takes, before
		}
	}
	if merge.After, merge.Before = plainValues(set), plainValues(merge.Before); len(set) > 0 {
		result, err := m.correct(r.Survivor, set, m.Lead.Viewer)
		if err != nil {
			return nil, nil, err
		}
		if len(result.Issues) > 0 {
			first := result.Issues[0]
			return nil, nil, refuse(first.Code, "%s", first.Message).about(first.Field)
		}
		if err := m.Rows.SaveMerge(merge); err != nil {
			return nil, nil, err
		}
	}
	since, err := m.file(merge, p.Names)
	if err != nil {
		return nil, nil, err
	}
	if err := m.Rooms.DueAt(now, care.DueWake, r.Dead); err != nil { // what waits for the dead registration means the survivor
		return nil, nil, err
	}
	if err := m.Rooms.DueAt(now, care.DueDeath, r.Survivor); err != nil { // whose plans follow their death
		return nil, nil, err
	}
	_, err = m.Rooms.Filed(r.Survivor, since)
	return merge, p, err
}

// stampedUpdate stores a person's record of which the server writes whether it stands, and other fields of it.
func (m *Merger) stampedUpdate(rec, old *care.Record, others ...string) error {
	seq, fields := m.Rooms.Next(), append([]string{"merged_into"}, others...)
	for _, name := range fields {
		rec.Stamped(name, care.Change{Seq: seq, Author: m.Lead.Staff, At: m.Rooms.Now()})
	}
	return m.Rooms.Update(rec, old, fields)
}

// correct changes the survivor's record as a correction at the desk does. What of it does not fit is set aside, and an
// issue of the result.
func (m *Merger) correct(person string, set map[string]any, by care.Viewer) (wire.Result, error) {
	m.Rooms.Next()
	change := &care.Mutation{Key: m.Rooms.NewID(), Author: m.Lead.Staff, AuthoredAt: m.Rooms.Now(), Ops: []care.Op{{Kind: care.OpUpdate,
		Collection: care.Patients, ID: person, Patient: person, Base: m.Rooms.Present(), Set: plainValues(set)}}}
	result, err := m.Rooms.TakeIn(change, by)
	if err == nil && result.Status == care.Quarantined {
		err = refuse(CodeInvalid, "This could not be stored.")
	}
	return result, err
}

// file files all that names the dead registration under the survivor, and says when the earliest of what rules judge
// happened; zero: there is none.
func (m *Merger) file(merge *Merge, names map[string][]string) (since time.Time, err error) {
	for _, name := range filedUnder {
		filed, earliest, err := m.fileRecords(name, names[name], merge.Dead, merge.Survivor)
		if err != nil {
			return since, err
		}
		if err := m.Rows.NoteFiled(merge, name, filed); err != nil {
			return since, err
		}
		if slices.Contains(judged, name) {
			since = care.Earliest(since, earliest)
		}
	}
	for _, name := range filedRows {
		if err := m.Filed.FileRows(name, names[name], merge.Dead, merge.Survivor); err != nil {
			return since, err
		}
		if err := m.Rows.NoteFiled(merge, name, names[name]); err != nil {
			return since, err
		}
	}
	// Every alarm, not those at what was filed alone: others are at what is held back.
	earliest, err := m.Filed.FileAlarms(func(string) bool { return true }, merge.Dead, merge.Survivor)
	return care.Earliest(since, earliest), err
}

// fileRecords files records of a collection, each as a change of its own, as far as they are filed under whom they are
// to be taken from.
func (m *Merger) fileRecords(collection string, ids []string, from, to string) (filed []string, earliest time.Time, err error) {
	c, _ := care.ByName(collection)
	for _, id := range ids {
		rec, err := m.Rooms.Record(c, id)
		if err != nil {
			return nil, earliest, err
		}
		if rec == nil || rec.Person() != from {
			continue
		}
		m.Rooms.Next()
		if err := m.Rooms.File(rec, to); err != nil {
			return nil, earliest, err
		}
		filed, earliest = append(filed, id), care.Earliest(earliest, rec.ClinicalTime)
	}
	return filed, earliest, nil
}
