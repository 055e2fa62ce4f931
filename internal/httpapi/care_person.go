package httpapi

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/desk"
	"doorstep/internal/identity"
	"doorstep/internal/pbstore"
	"doorstep/internal/takein"
	"doorstep/internal/wire"
)

// personRecord is a person's record as a desk may correct it.
type personRecord struct {
	ID      string `json:"id"`
	Version int64  `json:"version"`
	// Fields are those that hold something, by name; Unreadable those that hold what nobody can read.
	Fields     map[string]any `json:"fields"`
	Unreadable []string       `json:"unreadable"`
	// Names of the staff, teams and organisations that the fields name, by id.
	Names map[string]string `json:"names"`
	// Services are the voluntary services about which somebody can consent.
	Services []care.Named `json:"services"`
	// SetsScale: the viewer may decide the SpO2 scale.
	SetsScale bool `json:"sets_scale"`
}

// readPerson answers all that is stored about a person by which they are known, reached and protected.
func (a *API) readPerson(e *core.RequestEvent) error {
	id := e.Request.PathValue("id")
	viewer := accessOf(e)
	if !viewer.Near(id) {
		return identity.ErrNotFound
	}
	var answer *personRecord
	if err := a.Store.ReadForPage(e.Request.Context(), func(v *pbstore.Snapshot) error {
		people, err := v.People([]string{id})
		if err != nil {
			return err
		}
		answer = a.personRecord(viewer, people[id])
		return nil
	}); err != nil {
		return err
	}
	if answer == nil {
		return identity.ErrNotFound
	}
	if err := a.audit(e, "read", care.Patients, id, id, nil); err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, answer)
}

// personRecord is a record as a desk sees it; nil where there is none, or it was withdrawn.
func (a *API) personRecord(viewer *access.Access, rec *care.Record) *personRecord {
	seen := viewer.SeePersonRecord(rec)
	if seen == nil {
		return nil
	}
	answer := &personRecord{ID: seen.ID, Version: seen.Version, Fields: seen.Fields, Unreadable: orEmpty(seen.Unreadable), Names: map[string]string{},
		Services: orEmpty(a.Store.Access.Directory().VoluntaryServices()), SetsScale: viewer.SetsScale()}
	for _, id := range seen.Staff {
		if who := a.Store.Access.NamedStaff(id); id != "" && who != nil {
			answer.Names[id] = who.Name
		}
	}
	for _, id := range seen.Organisations {
		if name := a.Store.Access.Directory().OrganisationName(id); name != "" {
			answer.Names[id] = name
		}
	}
	return answer
}

// correctRequest puts fields of a person's record right.
type correctRequest struct {
	Set json.RawMessage `json:"set" validate:"required"` // by field; null takes a value away
	Was json.RawMessage `json:"was" validate:"required"` // what the form showed of the same fields
}

// correctPerson changes a person's record as a push would, all of it or nothing.
func (a *API) correctPerson(e *core.RequestEvent) error {
	var body correctRequest
	if err := decodeJSON(e, wire.MaxMutationBytes, &body); err != nil {
		return err
	}
	set, err := values(body.Set)
	if err != nil {
		return err
	}
	was, err := values(body.Was)
	if err != nil {
		return err
	}
	id := e.Request.PathValue("id")
	var answer *personRecord
	err = a.tried(e, false, func(tx *pbstore.Tx) error {
		rec, err := desk.CorrectPerson(a.deskStore(tx), leadOf(e), desk.Correction{ID: id, Set: set, Was: was})
		if err != nil {
			return err
		}
		answer = a.personRecord(accessOf(e), rec)
		return tx.Audit(e.Auth.Id, "", "correct", care.Patients, id, id, correctedFields{slices.Sorted(maps.Keys(set))})
	})
	if failed := a.auditSameNumber(e, err); failed != nil {
		return failed
	}
	if err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, answer)
}

// consentRequest is what a person said to the voluntary service of whoever records it.
type consentRequest struct {
	Given   *bool  `json:"given" validate:"required"`
	How     string `json:"how" validate:"max=500"`
	Expires string `json:"expires" validate:"max=10"` // the last day on which it counts; "" = until they say otherwise
}

// consentAnswer is what counts from now on.
type consentAnswer struct {
	Given bool `json:"given"`
}

// sayConsent records what a person said to a voluntary service that has them.
func (a *API) sayConsent(e *core.RequestEvent) error {
	var body consentRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	id, lead := e.Request.PathValue("id"), leadOf(e)
	said := desk.Saying{Person: id, Given: *body.Given, How: body.How, Expires: body.Expires}
	if said.Service = a.Store.Access.Directory().ServiceOf(lead.Viewer); said.Service == access.Withdrawn {
		said.Service = ""
	}
	if err := a.tried(e, false, func(tx *pbstore.Tx) error {
		if err := desk.SayConsent(a.deskStore(tx), lead, said); err != nil {
			return err
		}
		return tx.Audit(e.Auth.Id, "", "consent", care.Patients, id, id, consentAnswer{said.Given})
	}); err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, consentAnswer{said.Given})
}

// correctedFields names the fields that a desk corrected; what they held before and after is in the record's history and
// in its conflicts, not in the audit, which more people read.
type correctedFields struct {
	Fields []string `json:"fields"`
}

// auditSameNumber notes of whom a refusal told that they are registered with a number.
func (a *API) auditSameNumber(e *core.RequestEvent, err error) error {
	var no *desk.Error
	if errors.As(err, &no) && no.ToldOf != "" {
		return a.audit(e, takein.ActionSameNumber, care.Patients, no.ToldOf, no.ToldOf, nil)
	}
	return nil
}
