package desk

import (
	"maps"
	"slices"

	"doorstep/internal/care"
	"doorstep/internal/identifier"
	"doorstep/internal/wire"
)

// Register is what registering a person reads and writes.
type Register interface {
	Clock
	// Record returns a stored record, nil when there is none.
	Record(c *care.Collection, id string) (*care.Record, error)
	// WhoHasNumber is somebody else than this person who is registered with an NHS number, "" for nobody.
	WhoHasNumber(number, but string) (person string, err error)
	// TakeIn takes a change of the lead's in, as a push would.
	// TakeInPerson takes in a change that registers somebody, who comes on the caseload of a team.
	TakeInPerson(m *care.Mutation, lead care.Viewer, team string) (wire.Result, error)
}

// Registration is a person new to the neighbourhood.
type Registration struct {
	ID   string // "" = the server makes one; the same one sent twice registers once
	Team string // whose caseload the person comes on
	Set  map[string]any
	// Anyway: there is somebody with this NHS number, and it is not the same person. The number is set aside
	// then, for one of the two is wrong: an issue keeps it for the lead.
	Anyway bool
}

// RegisterPerson stores a person and puts them on a team's caseload. Unlike a push, which comes
// from a house without signal, it refuses what cannot be stored: whoever registers is still
// looking at the form.
func RegisterPerson(store Register, lead Lead, r Registration) (rec *care.Record, made bool, err error) {
	if !lead.owns(r.Team, "") {
		return nil, false, refuse(CodeNotFound, "There is no such team among yours.")
	}
	patients, _ := care.ByName(care.Patients)
	if r.ID == "" {
		r.ID = store.NewID()
	}
	if rec, err = store.Record(patients, r.ID); err != nil {
		return nil, false, err
	}
	if rec != nil && rec.Author == lead.Staff {
		return rec, false, nil
	}
	if rec != nil {
		return nil, false, refuse(CodeIDTaken, "There is a record of this id already.")
	}
	if err := registrable(store, patients, r); err != nil {
		return nil, false, err
	}
	m := &care.Mutation{Key: store.NewID(), Author: lead.Staff, AuthoredAt: store.Now(),
		Ops: []care.Op{{Kind: care.OpCreate, Collection: care.Patients, ID: r.ID, Patient: r.ID, Set: r.Set}}}
	result, err := store.TakeInPerson(m, lead.Viewer, r.Team)
	if err != nil {
		return nil, false, err
	}
	if result.Status != care.Applied && (!r.Anyway || result.Status != care.Merged) {
		return nil, false, refuse(CodeNotRegistered, "This person could not be registered.")
	}
	rec, err = store.Record(patients, r.ID)
	return rec, true, err
}

// registrable refuses fields and values that a new person cannot have, and a number somebody has.
func registrable(store Register, c *care.Collection, r Registration) error {
	for _, name := range slices.Sorted(maps.Keys(r.Set)) {
		f, ok := c.Field(name)
		if !ok || f.Policy == care.Server {
			return refuse(CodeInvalid, "%s is not a field one can fill in.", clipped(name)).about(clipped(name))
		}
		if _, wrong := f.Check(r.Set[name]); wrong != nil {
			return refuse(wrong.Code, "%s: %s.", name, wrong.Message).about(name)
		}
	}
	if name, _ := r.Set["family_name"].(string); name == "" {
		return refuse(CodeInvalid, "family_name is missing.").about("family_name")
	}
	number, _ := r.Set["nhs_number"].(string)
	if number == "" || r.Anyway {
		return nil
	}
	parsed, err := identifier.ParseNHSNumber(number)
	if err != nil {
		return err // Check took it a moment ago
	}
	other, err := store.WhoHasNumber(string(parsed), r.ID)
	if err != nil || other == "" {
		return err
	}
	refused := refuse(CodeSameNumber, "Somebody with this NHS number is registered already. Ask the care coordinator for them, or say that this is another person.")
	refused.Field, refused.ToldOf = "nhs_number", other
	return refused
}
