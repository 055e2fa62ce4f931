package desk

import (
	"slices"
	"time"

	"doorstep/internal/care"
)

// Unmerged is what taking a decision back came to.
type Unmerged struct {
	Merge *Merge
	// Stays are fields of the survivor that keep what they hold: somebody changed since what the decision had changed, or
	// wrote them and meant the dead registration, or what they held before does not fit any more.
	Stays []string
	// Without are fields of the dead registration that it comes back without: somebody else has its NHS number by now.
	Without []string
}

// Undo takes the decision back by which a registration is a dead one: what was filed by it, and what came about the dead
// registration since, is filed under that again; a field of the survivor's gets its value back as far as nobody changed it
// since. What was written about the survivor stays theirs.
func (m *Merger) Undo(dead string) (*Unmerged, error) {
	merge, old, survivor, err := m.decided(dead)
	if err != nil {
		return nil, err
	}
	done := &Unmerged{Merge: merge}
	set, stays := givenBack(survivor, merge, old.LastChange("merged_into").Seq)
	meant, err := m.Rows.FiledBy(merge, care.Patients) // for the dead registration, since
	if err != nil {
		return nil, err
	}
	for _, name := range meant {
		if _, back := set[name]; !back && !slices.Contains(stays, name) {
			stays = append(stays, name)
		}
	}
	slices.Sort(stays)
	done.Stays = stays
	if len(set) > 0 {
		by := m.Lead.Viewer
		if _, ofScale := set[scaleField]; ofScale {
			by.Role = care.TeamLead // nobody decides a scale: what a clinician decided before comes back
		}
		result, err := m.correct(survivor.ID, set, by)
		if err != nil {
			return nil, err
		}
		for _, issue := range result.Issues { // kept, for somebody to look at
			done.Stays = append(done.Stays, issue.Field)
		}
	}
	if done.Without, err = m.revive(old, survivor); err != nil {
		return nil, err
	}
	since, err := m.fileBack(merge)
	if err != nil {
		return nil, err
	}
	if err := m.Rows.UndoMerge(merge, m.Lead.Staff); err != nil {
		return nil, err
	}
	for _, person := range []string{merge.Dead, merge.Survivor} {
		if err := m.Rooms.DueAt(m.Rooms.Now(), care.DueDeath, person); err != nil { // their plans follow a death of theirs alone
			return nil, err
		}
		if since, err = m.Rooms.Filed(person, since); err != nil {
			return nil, err
		}
	}
	return done, nil
}

// decided finds the decision about a dead registration that the lead may take back, with both records.
func (m *Merger) decided(dead string) (merge *Merge, old, survivor *care.Record, err error) {
	if merge, err = m.Rows.MergeOf(dead); err != nil {
		return nil, nil, nil, err
	}
	if merge == nil || !m.Lead.Near(merge.Survivor) {
		return nil, nil, nil, refuse(CodeNotFound, "There is no such registration that was merged into one of yours.")
	}
	patients, _ := care.ByName(care.Patients)
	if old, err = m.Rooms.Record(patients, dead); err != nil {
		return nil, nil, nil, err
	}
	if survivor, err = m.Rooms.Record(patients, merge.Survivor); err != nil {
		return nil, nil, nil, err
	}
	if old == nil || survivor == nil {
		return nil, nil, nil, refuse(CodeNotFound, "One of the two was erased.")
	}
	hidden := care.AsPatient(old).AddressHidden() || care.AsPatient(survivor).AddressHidden()
	if hidden && !m.Lead.Holds(survivor.ID) { // a dead registration is on no caseload
		return nil, nil, nil, refuse(CodeInvalid, "The address of one of the two is for those who visit. Somebody who has the person on a caseload can undo it.")
	}
	return merge, old, survivor, nil
}

// revive lets a dead registration stand again, without an NHS number that somebody else was given since.
func (m *Merger) revive(old, survivor *care.Record) (without []string, err error) {
	rec := old.Clone()
	rec.Retracted = time.Time{}
	rec.SetAll(map[string]any{"merged_into": nil})
	var fields []string
	if number := care.AsPatient(old).NHSNumber(); number != "" {
		who, err := m.Rooms.WhoHasNumber(number, old.ID)
		if err != nil {
			return nil, err
		}
		// Both may have had one number all along.
		if who != "" && (who != survivor.ID || survivor.LastChange("nhs_number").Seq > old.LastChange("merged_into").Seq) {
			rec.SetAll(map[string]any{"nhs_number": nil, "nhs_number_status": nil})
			without, fields = []string{"nhs_number"}, []string{"nhs_number", "nhs_number_status"}
		}
	}
	return without, m.stampedUpdate(rec, old, fields...)
}

// goingBack is what an undoing files: ids by collection, and the records at which alarms go along.
type goingBack struct {
	ids    map[string][]string
	alarms map[string]bool
}

// fileBack files what a decision filed, and what came of that, under the dead registration again.
func (m *Merger) fileBack(merge *Merge) (since time.Time, err error) {
	g, err := m.goingBack(merge)
	if err != nil {
		return since, err
	}
	for _, name := range filedUnder {
		if name == care.HandoverEvents {
			if g.ids[name], err = m.Filed.LinesOf(g.ids[care.Handovers]); err != nil {
				return since, err
			}
		}
		filed, earliest, err := m.fileRecords(name, g.ids[name], merge.Survivor, merge.Dead)
		if err != nil {
			return since, err
		}
		if name == care.Handovers {
			g.ids[name] = filed
		}
		if slices.Contains(judged, name) {
			since = care.Earliest(since, earliest)
			for _, id := range filed {
				g.alarms[id] = true
			}
		}
	}
	for _, name := range filedRows {
		if err := m.Filed.FileRows(name, g.ids[name], merge.Survivor, merge.Dead); err != nil {
			return since, err
		}
	}
	earliest, err := m.Filed.FileAlarms(func(record string) bool { return g.alarms[record] }, merge.Survivor, merge.Dead)
	return care.Earliest(since, earliest), err
}

// goingBack works out what an undoing files: what the decision filed, contacts that its plans made since, readings of any of
// its visits, what is open about these, refused changes that name the dead registration, and handovers that came of all that.
func (m *Merger) goingBack(merge *Merge) (*goingBack, error) {
	g := &goingBack{map[string][]string{}, map[string]bool{}}
	all := 0
	for _, name := range slices.Concat(filedUnder, filedRows) {
		ids, err := m.Rows.FiledBy(merge, name)
		if err != nil {
			return nil, err
		}
		g.ids[name] = ids
		all += len(ids)
	}
	planned, err := m.Filed.PlannedSince(merge)
	if err != nil {
		return nil, err
	}
	g.add(care.Visits, planned...) // whichever of the two they are
	g.add(care.Checkins, planned...)
	read, err := m.Filed.ReadAt(merge.Survivor, g.ids[care.Visits])
	if err != nil {
		return nil, err
	}
	g.add(care.Observations, read...)
	if all += len(planned) + len(read); all > MostFiled {
		return nil, refuse(CodeInvalid, "There are %d records of this registration, more than can be moved at once.", all)
	}
	held, err := m.issuesBack(merge, g)
	if err != nil {
		return nil, err
	}
	of := held
	for _, name := range judged {
		of = append(of, g.ids[name]...)
	}
	raised, err := m.Filed.ToldOf(merge.Survivor, of)
	g.add(care.Handovers, raised...)
	return g, err
}

// issuesBack adds what is open about the records that go back, and refused changes that name the dead registration; held
// are the records of which only those changes tell.
func (m *Merger) issuesBack(merge *Merge, g *goingBack) (held []string, err error) {
	about := slices.Concat(g.ids[care.Visits], g.ids[care.Observations], g.ids[care.Checkins], g.ids[care.Handovers])
	for _, name := range []string{care.Conflicts, care.Quarantine} {
		ids, err := m.Filed.IssuesAbout(name, merge.Survivor, about)
		if err != nil {
			return nil, err
		}
		g.add(name, ids...)
	}
	named, err := m.Rooms.OpenIssues(merge.Dead)
	if err != nil {
		return nil, err
	}
	for _, issue := range named {
		g.add(issue.Collection.Name, issue.ID)
	}
	quarantine, _ := care.ByName(care.Quarantine)
	for _, id := range g.ids[care.Quarantine] {
		row, err := m.Rooms.Record(quarantine, id)
		if err != nil {
			return nil, err
		}
		if row != nil && care.AsIssue(row).HoldsChange() {
			held = append(held, m.Rooms.HeldRecords(row)...)
		}
	}
	for _, id := range held {
		g.alarms[id] = true
	}
	return held, nil
}

// add adds ids to those of a collection that are not among them.
func (g *goingBack) add(collection string, ids ...string) {
	have := make(map[string]bool, len(g.ids[collection]))
	for _, id := range g.ids[collection] {
		have[id] = true
	}
	for _, id := range ids {
		if !have[id] {
			g.ids[collection], have[id] = append(g.ids[collection], id), true
		}
	}
}
