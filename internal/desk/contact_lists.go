package desk

import (
	"slices"
	"strings"

	"doorstep/internal/care"
	"doorstep/internal/plan"
	"doorstep/internal/worktime"
)

// mostLists is how many lists a team keeps at once: each is worked out every night.
const mostLists = 30

// NewContactList is a list as somebody at a desk writes it down.
type NewContactList struct {
	ID         string // "" = the server makes one; the same one sent twice makes one list
	Team       string
	Name       string
	SafeName   string
	Rule       string
	EveryDays  int
	ReviewDays int
	Shown      string
}

const noSuchList = "There is no such list for you."

// Make stores a list. One that a rule keeps is empty until it is worked out.
func (l *Lister) Make(n NewContactList) (*ContactList, error) {
	if n.ID == "" {
		n.ID = l.Records.NewID()
	}
	have, err := l.Rows.ContactList(n.ID)
	switch {
	case err != nil:
		return nil, err
	case have != nil && have.MadeBy == l.Lead.Staff && have.Team == n.Team:
		return have, nil
	case have != nil:
		return nil, refuse(CodeIDTaken, "There is a list of this id already.")
	case !slices.Contains(l.Lead.DeskTeams(), n.Team):
		return nil, refuse(CodeNotFound, "There is no such team for you.").about("team")
	}
	kept, err := l.Rows.ContactListsOf(n.Team)
	if err != nil {
		return nil, err
	}
	if kept >= mostLists {
		return nil, refuse(CodeInvalid, "This team keeps %d lists already. End one that nobody works by.", kept)
	}
	now := l.Records.Now()
	return l.write(&ContactList{ID: n.ID, Team: n.Team, MadeBy: l.Lead.Staff, MadeAt: now}, n)
}

// Change writes a list anew. Its people are worked out anew.
func (l *Lister) Change(id string, n NewContactList) (*ContactList, error) {
	list, err := l.ofLead(id)
	if err != nil {
		return nil, err
	}
	if (n.Rule == "") == list.ByRule() {
		return nil, refuse(CodeInvalid, "A list is kept by hand or by a rule from the beginning. Make a new one, and end this one.").about("rule")
	}
	return l.write(list, n)
}

// write checks what a list is to be, and stores it.
func (l *Lister) write(list *ContactList, n NewContactList) (*ContactList, error) {
	voluntary := l.Lead.Limited() || l.Records.Voluntary(list.Team)
	list.Name, list.SafeName, list.Rule = strings.TrimSpace(n.Name), strings.TrimSpace(n.SafeName), strings.TrimSpace(n.Rule)
	list.EveryDays, list.ReviewDays, list.Shown = n.EveryDays, n.ReviewDays, n.Shown
	if voluntary && list.SafeName == "" {
		list.SafeName = list.Name
	}
	switch {
	case list.Name == "":
		return nil, refuse(CodeInvalid, "Give the list a name.").about("name")
	case !slices.Contains([]string{ShownAtDesk, ShownClinical, ShownToAll}, list.Shown):
		return nil, refuse(CodeInvalid, "Say who may know of it: the desk, clinical teams, or voluntary services too.").about("shown")
	case list.Shown == ShownToAll && list.SafeName == "":
		return nil, refuse(CodeInvalid, "Voluntary services would read its name. Give it one that says nothing of an illness.").about("safe_name")
	case voluntary && list.Rule != "":
		return nil, refuse(CodeInvalid, "A rule reads clinical records. A voluntary service keeps its list by hand.").about("rule")
	}
	if list.ByRule() {
		if why := l.RuleFault(list.Rule); why != "" {
			return nil, refuse(CodeInvalid, "The rule cannot run: %s.", strings.TrimRight(why, ".\n ")).about("rule")
		}
	}
	list.ChangedAt, list.JudgedOn, list.JudgedTo = l.Records.Now(), "", ""
	return list, l.Rows.SaveContactList(list)
}

// End ends a list: whoever is on it leaves it as it is worked out. Ending it again changes nothing.
func (l *Lister) End(id string) (*ContactList, error) {
	list, err := l.ofLead(id)
	if err != nil || !list.EndedAt.IsZero() {
		return list, err
	}
	list.EndedAt = l.Records.Now()
	list.ChangedAt, list.JudgedOn, list.JudgedTo = list.EndedAt, "", ""
	return list, l.Rows.SaveContactList(list)
}

// Put puts somebody on a list by hand, also on one that a rule keeps: there they stay whatever the rule says.
func (l *Lister) Put(id, patient, reason string) (*Listed, error) {
	list, err := l.ofLead(id)
	if err != nil {
		return nil, err
	}
	person, err := l.personOf(patient)
	if err != nil {
		return nil, err
	}
	switch {
	case !list.EndedAt.IsZero():
		return nil, refuse(CodeInvalid, "This list has ended.")
	case !slices.Contains(l.Records.Teams(patient), list.Team):
		return nil, refuse(CodeOutsideCaseload, "This person is not on the caseload of the team that keeps the list. Put them on it first.")
	case care.AsPatient(person).DiedOn() != "":
		return nil, refuse(CodeDied, "This person died. Nobody goes any more; correct their record first if that is wrong.")
	}
	on, err := l.Rows.Listed(id, patient)
	if err != nil {
		return nil, err
	}
	if on == nil || !on.On() {
		on = l.joined(list, on, patient)
	}
	on.By, on.Reason = l.Lead.Staff, reason
	if err := l.Rows.SaveListed(on); err != nil {
		return nil, err
	}
	return on, l.Rows.ContactWaits(patient)
}

// TakeOff takes somebody off a list by hand. The rule of a list does not put them back.
func (l *Lister) TakeOff(id, patient, reason string) (*Listed, error) {
	if _, err := l.ofLead(id); err != nil {
		return nil, err
	}
	if _, err := l.personOf(patient); err != nil {
		return nil, err
	}
	on, err := l.Rows.Listed(id, patient)
	switch {
	case err != nil:
		return nil, err
	case on == nil:
		return nil, refuse(CodeNotFound, "This person is not on the list.")
	case !on.On() && on.LeftBy != "":
		return on, nil
	}
	on.LeftAt, on.LeftBy, on.LeftWhy, on.Reason = l.Records.Now(), l.Lead.Staff, LeftByHand, reason
	if err := l.Rows.SaveListed(on); err != nil {
		return nil, err
	}
	return on, l.tell(patient)
}

// Reviewed notes on which day the plan of somebody on a list was reviewed; "" = today.
func (l *Lister) Reviewed(id, patient, day string) (*Listed, error) {
	if _, err := l.ofLead(id); err != nil {
		return nil, err
	}
	if _, err := l.personOf(patient); err != nil {
		return nil, err
	}
	today := plan.DayOf(l.Records.Now()).String()
	if day == "" {
		day = today
	}
	if _, err := worktime.ParseDate(day); err != nil || day > today {
		return nil, refuse(CodeInvalid, "A review was on a day that has been, such as %s.", today).about("on")
	}
	on, err := l.Rows.Listed(id, patient)
	switch {
	case err != nil:
		return nil, err
	case on == nil || !on.On():
		return nil, refuse(CodeNotFound, "This person is not on the list.")
	case day <= on.ReviewedOn:
		return on, nil // what is known is later
	}
	on.ReviewedOn, on.ReviewedBy = day, l.Lead.Staff
	return on, l.Rows.SaveListed(on)
}

// ofLead is a list that is a lead's to change.
func (l *Lister) ofLead(id string) (*ContactList, error) {
	list, err := l.Rows.ContactList(id)
	if err != nil {
		return nil, err
	}
	if list == nil || !slices.Contains(l.Lead.DeskTeams(), list.Team) || l.Lead.Limited() && list.ByRule() {
		return nil, refuse(CodeNotFound, noSuchList)
	}
	return list, nil
}

// personOf is the record of somebody who is a lead's to put on a list.
func (l *Lister) personOf(patient string) (*care.Record, error) {
	person, err := l.Records.Patient(patient)
	if err != nil {
		return nil, err
	}
	if !l.Lead.Knows(person) {
		return nil, refuse(CodeNotFound, "There is no such person for you.")
	}
	return person, nil
}
