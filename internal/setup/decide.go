package setup

import (
	"errors"
	"slices"

	"doorstep/internal/access"
	"doorstep/internal/care"
)

// Sight is what a decision looks at, in the transaction that it is part of.
type Sight interface {
	// Find reads a record in force; nil for none.
	Find(collection, id string) (Values, error)
	// TeamsOf are the teams in force of an organisation, by id.
	TeamsOf(organisation string) (map[string]Values, error)
	// OnlyAdministrator says whether nobody would be left who administers what a member of staff does, for good and with
	// a password. It is false of whoever administers nothing, or leaves anyhow.
	OnlyAdministrator(staff string) (bool, error)
}

// decision is one change, how things stand and how they would.
type decision struct {
	by      access.Rights
	id      string
	was, is Values // was: nil for what is new
	see     Sight
	found   Problems
}

// Decide says whether somebody may make a change. Was is nil for what is new; is, how it will stand. Errors:
// ErrNotThere, Problems.
//
// Whoever administers an organisation sets up that one, and nothing through which its people would see what is another
// organisation's: what kind it is, its neighbourhoods, and the teams and roles that answer for a neighbourhood are set
// by whoever administers the whole server.
func Decide(by access.Rights, collection, id string, was, is Values, see Sight) error {
	d := &decision{by: by, id: id, was: was, is: is, see: see}
	decide := map[string]func() error{care.Neighbourhoods: d.neighbourhood, care.Organisations: d.organisation, care.Teams: d.team, care.StaffName: d.account}[collection]
	if decide == nil {
		return ErrNotThere
	}
	if err := decide(); err != nil {
		return err
	}
	return d.found.orNil()
}

func (d *decision) server() bool { return d.by.Duty.Administers == care.WholeServer }

// changes says whether a field is another than before.
func (d *decision) changes(field string) bool { return !care.Equal(d.was[field], d.is[field]) }

func (d *decision) neighbourhood() error {
	if !d.server() {
		return ErrNotThere
	}
	return nil
}

func (d *decision) organisation() error {
	if d.was == nil && !d.server() || d.was != nil && !d.by.Administers(d.id) {
		return ErrNotThere
	}
	d.found.add(d.was != nil && d.changes("kind") && !d.server(), "kind", onlyServer)
	return nil
}

// forNeighbourhood are the kinds of team that answer for a whole neighbourhood.
var forNeighbourhood = []string{"coordination", "safeguarding"}

func (d *decision) team() error {
	organisation := d.is.text("organisation")
	if d.was != nil && !d.by.Administers(d.was.text("organisation")) || !d.by.Administers(organisation) {
		return ErrNotThere
	}
	owner, err := d.see.Find(care.Organisations, organisation)
	if err != nil || owner == nil {
		return errors.Join(err, ErrNotThere)
	}
	if hood := d.is.text("neighbourhood"); hood != "" && d.changes("neighbourhood") {
		there, err := d.see.Find(care.Neighbourhoods, hood)
		if err != nil {
			return err
		}
		d.found.add(there == nil, "neighbourhood", noSuchThing)
	}
	others, err := d.see.TeamsOf(organisation)
	if err != nil {
		return err
	}
	delete(others, d.id)
	own := d.was != nil && !d.changes("neighbourhood")
	for _, other := range others {
		d.found.add(d.changes("name") && called(other.text("name")) == called(d.is.text("name")), "name", "Another team of this organisation has this name.")
		own = own || other.text("neighbourhood") == d.is.text("neighbourhood")
	}
	if d.server() {
		return nil
	}
	kind := d.is.text("kind")
	d.found.add(d.changes("kind") && (slices.Contains(forNeighbourhood, kind) || slices.Contains(forNeighbourhood, d.was.text("kind"))), "kind", onlyServer)
	voluntary := owner.text("kind") == care.VoluntaryKind
	d.found.add(d.changes("kind") && voluntary != (kind == care.VoluntaryKind), "kind", "A voluntary organisation has voluntary services, and another has none.")
	d.found.add(!own && d.is.text("neighbourhood") != "", "neighbourhood", onlyServer)
	return nil
}

func (d *decision) account() error {
	if d.was != nil && !d.by.Administers(d.was.text("organisation")) || !d.server() && d.was.text("role") == string(care.ServerAdministrator) {
		return ErrNotThere
	}
	organisation := d.is.text("organisation")
	owner, err := d.see.Find(care.Organisations, organisation)
	if err != nil {
		return err
	}
	switch {
	case !d.by.Administers(organisation):
		d.found.add(true, "organisation", "You do not administer this organisation.")
	case owner == nil && (organisation != "" || !d.server()):
		d.found.add(true, "organisation", noSuchThing)
	}
	duty := access.RightsOf(care.Viewer{Role: care.Role(d.is.text("role"))}).Duty
	d.found.add(duty.Administers == care.OwnOrganisation && organisation == "", "organisation", "Say which organisation they administer.")
	d.found.add(d.id == d.by.Staff && (d.changes("role") || d.changes("organisation")), "role", ownAccount)
	kinds, err := d.teams()
	if err != nil {
		return err
	}
	if (d.changes("role") || d.changes("teams")) && !d.server() && !d.found.has("organisation") {
		voluntary := owner.text("kind") == care.VoluntaryKind
		switch {
		case duty.Administers == care.WholeServer, duty.May(care.Update, care.HandoverRules):
			d.found.add(true, "role", onlyServer)
		case duty.Chain && !slices.Contains(kinds, "coordination"):
			d.found.add(true, "role", "Choose a care coordination team for this role.")
		case duty.ReadsConcerns && !slices.Contains(kinds, "safeguarding"):
			d.found.add(true, "role", "Choose a safeguarding team for this role.")
		case voluntary && duty.View == care.Clinical:
			d.found.add(true, "role", "This role sees clinical records: in a voluntary organisation only whoever administers the whole server gives it.")
		}
	}
	return d.last()
}

// teams checks those that are new to an account, and returns the kinds of all of them that stand.
func (d *decision) teams() (kinds []string, err error) {
	for _, id := range d.is.list("teams") {
		team, err := d.see.Find(care.Teams, id)
		if err != nil {
			return nil, err
		}
		d.found.add(!slices.Contains(d.was.list("teams"), id) && (team == nil || !d.by.Administers(team.text("organisation"))), "teams", "You do not administer one of these teams.")
		if team != nil {
			kinds = append(kinds, team.text("kind"))
		}
	}
	return kinds, nil
}

// last refuses what would leave nobody who administers.
func (d *decision) last() error {
	was := care.Viewer{Role: care.Role(d.was.text("role")), Organisation: d.was.text("organisation")}
	is := care.Viewer{Role: care.Role(d.is.text("role")), Organisation: d.is.text("organisation")}
	if !care.LosesAdministration(was, is) {
		return nil
	}
	only, err := d.see.OnlyAdministrator(d.id)
	d.found.add(only, "role", LastOfThem)
	return err
}
