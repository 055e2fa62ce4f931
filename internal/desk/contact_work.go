package desk

import (
	"cmp"
	"slices"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/plan"
)

// Fields of a person that say on which lists they are; see care.
const (
	listsField       = "contact_lists"
	sharedListsField = "shared_lists"
)

// Action of the audit about what the server did by itself.
const actionListed = "list_worked_out"

// Work brings one person on one list to what is known: who the rule says is on it joins, who has left the caseload or died
// leaves, and the day of the next contact follows the last one. Verdict is nil where the rule was not asked.
func (l *Lister) Work(list *ContactList, facts ContactFacts, verdict *ListVerdict) error {
	have, err := l.Rows.Listed(list.ID, facts.Patient)
	if err != nil {
		return err
	}
	person, err := l.Records.Patient(facts.Patient)
	if err != nil {
		return err
	}
	on, why := l.belongs(list, have, person, verdict)
	was := Listed{}
	if have != nil {
		was = *have
	}
	switch {
	case on && (have == nil || !have.On()):
		have = l.joined(list, have, facts.Patient)
	case !on && have != nil && have.On():
		have.LeftAt, have.LeftBy, have.LeftWhy = l.Records.Now(), "", why
	case !on:
		return nil
	}
	if have.On() {
		if err := l.follow(list, have, facts); err != nil {
			return err
		}
	}
	if *have == was {
		return l.tell(facts.Patient) // the list may be called otherwise
	}
	if err := l.Rows.SaveListed(have); err != nil {
		return err
	}
	if have.On() != was.On() || was.List == "" {
		if err := l.moved(list, have, person); err != nil {
			return err
		}
	}
	return l.tell(facts.Patient)
}

// belongs says whether somebody is to be on a list, and if not why.
func (l *Lister) belongs(list *ContactList, have *Listed, person *care.Record, verdict *ListVerdict) (on bool, why string) {
	is := have != nil && have.On()
	byHand := have != nil && have.By != ""
	keptOff := have != nil && !have.On() && have.LeftBy != ""
	switch {
	case !list.EndedAt.IsZero():
		return false, LeftEnded
	case person == nil || care.AsPatient(person).MergedInto() != "":
		return false, LeftMerged
	case !person.Retracted.IsZero() || !slices.Contains(l.Records.Teams(person.ID), list.Team):
		return false, LeftCaseload
	case care.AsPatient(person).DiedOn() != "":
		return false, LeftDied
	case keptOff:
		return false, LeftByHand
	case have != nil && !have.On() && have.LeftWhy == LeftMerged && byHand:
		return true, "" // the two are two again
	case !list.ByRule() || is && byHand || verdict == nil || verdict.Broke != "":
		return is, LeftRule
	}
	return verdict.Holds, LeftRule
}

// joined is somebody who comes onto a list now. What was known of their reviews stays.
func (l *Lister) joined(list *ContactList, before *Listed, patient string) *Listed {
	today := plan.DayOf(l.Records.Now())
	on := &Listed{List: list.ID, Patient: patient, Since: today, EveryDays: list.EveryDays, Due: plan.Later(today, list.EveryDays)}
	if before != nil {
		on.ReviewedOn, on.ReviewedBy = before.ReviewedOn, before.ReviewedBy
		if before.LeftWhy == LeftMerged {
			on.Since, on.By, on.Reason = before.Since, before.By, before.Reason
		}
	}
	return on
}

// follow brings the next contact of somebody in line with the last one and with how often they are to be seen.
func (l *Lister) follow(list *ContactList, on *Listed, facts ContactFacts) error {
	rows, err := l.Records.CaseloadOf(on.Patient)
	if err != nil {
		return err
	}
	on.EveryDays = list.EveryDays
	for i := range rows {
		if r := &rows[i]; r.Team == list.Team && r.ContactEveryDays != nil && r.InForce(l.Records.Now()) {
			on.EveryDays = int(*r.ContactEveryDays)
			break
		}
	}
	last := lastContact(facts.Contacts, l.counts(list))
	on.LastAt, on.LastStaff, on.LastTeam = last.At, last.Staff, last.Team
	on.Due = plan.NextContact(last.At, on.Since, on.EveryDays)
	return nil
}

// counts says which contacts count for a list: every one, or of a voluntary service the check-ins of its own people, who
// learn nothing of what others do.
func (l *Lister) counts(list *ContactList) func(PersonContact) bool {
	service := l.ownService(list)
	return func(c PersonContact) bool { return service == "" || c.Checkin && l.Records.Service(c.Team) == service }
}

// ownService is the voluntary service whose check-ins alone count for a list, "" = every contact does.
func (l *Lister) ownService(list *ContactList) string {
	if !l.Records.Voluntary(list.Team) {
		return ""
	}
	return l.Records.Service(list.Team)
}

func lastContact(contacts []PersonContact, counts func(PersonContact) bool) (last PersonContact) {
	for _, c := range contacts {
		if counts(c) && c.At.After(last.At) {
			last = c
		}
	}
	return last
}

// moved notes that the server put somebody on a list or took them off. Who was put on a list by hand is on it under the
// registration that stands for them from then on.
func (l *Lister) moved(list *ContactList, on *Listed, person *care.Record) error {
	if on.LeftWhy == LeftMerged && on.By != "" && person != nil {
		into := care.AsPatient(person).MergedInto()
		there, err := l.Rows.Listed(list.ID, into)
		if err != nil {
			return err
		}
		if there == nil && into != "" {
			other := *on
			other.Patient, other.LeftAt, other.LeftBy, other.LeftWhy = into, time.Time{}, "", ""
			if err := l.Rows.SaveListed(&other); err != nil {
				return err
			}
			if err := l.Rows.ContactWaits(into); err != nil {
				return err
			}
		}
	}
	return l.Records.Audit("", "", actionListed, ContactListsName, list.ID, on.Patient, map[string]any{"on": on.On(), "why": on.LeftWhy})
}

// toldList is a list as a person's record names it.
type toldList struct {
	List      string `json:"list"`
	Name      string `json:"name"`
	EveryDays int    `json:"every_days"`
	Since     string `json:"since"`
	Service   string `json:"service,omitempty"`
}

// tell brings a person's record in line with the lists they are on, as far as others than the desk may know of them.
func (l *Lister) tell(patient string) error {
	old, err := l.Records.Patient(patient)
	if err != nil || old == nil {
		return err
	}
	all, err := l.Rows.ListedOf(patient)
	if err != nil {
		return err
	}
	var clinical, shared []toldList
	for i := range all {
		on := &all[i]
		if !on.On() {
			continue
		}
		list, err := l.Rows.ContactList(on.List)
		if err != nil {
			return err
		}
		if list == nil || list.Shown == ShownAtDesk {
			continue
		}
		one := toldList{list.ID, list.Name, on.EveryDays, on.Since.String(), l.ownService(list)}
		clinical = append(clinical, one)
		if list.Shown == ShownToAll {
			one.Name = list.SafeName
			shared = append(shared, one)
		}
	}
	return l.store(old, map[string][]toldList{listsField: clinical, sharedListsField: shared})
}

// store writes the fields that say something else than is stored.
func (l *Lister) store(old *care.Record, fields map[string][]toldList) error {
	rec, seq, changed := old.Clone(), int64(0), []string{}
	for _, name := range []string{listsField, sharedListsField} {
		var value any
		if list := fields[name]; len(list) > 0 {
			slices.SortFunc(list, func(a, b toldList) int { return cmp.Compare(a.List, b.List) })
			f, _ := rec.Collection.Field(name)
			checked, wrong := f.Check(care.DecodeJSON(care.JSON(list)))
			if wrong != nil {
				return refuse(CodeInvalid, "%s", wrong.Message)
			}
			value = checked
		}
		if care.Same(old.Get(name), value) {
			continue
		}
		if seq == 0 {
			seq = l.Records.Next()
		}
		rec.SetAll(map[string]any{name: value})
		rec.Stamped(name, care.Change{Seq: seq, At: l.Records.Now()})
		changed = append(changed, name)
	}
	if len(changed) == 0 {
		return nil
	}
	return l.Records.Update(rec, old, changed)
}
