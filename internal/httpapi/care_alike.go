package httpapi

import (
	"encoding/json"
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/desk"
	"doorstep/internal/identity"
	"doorstep/internal/pbpages"
	"doorstep/internal/pbstore"
)

// alikeRequest asks whom somebody might be: who is registered, or what a form says of somebody who is not. A body and no
// address, because addresses end up in logs.
type alikeRequest struct {
	Person string          `json:"person" validate:"omitempty,len=26"`
	Set    json.RawMessage `json:"set"` // by field; what cannot be read as such a field is not compared
}

// findAlike lists the people of a desk whom somebody might be.
func (a *API) findAlike(e *core.RequestEvent) error {
	var body alikeRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	lead := leadOf(e)
	var set map[string]any
	if body.Person == "" && len(body.Set) > 0 {
		var err error
		if set, err = values(body.Set); err != nil {
			return err
		}
	}
	who := desk.Typed(set)
	if err := a.People.Bring(e.Request.Context()); err != nil {
		return err
	}
	var found []desk.FoundPerson
	if err := a.Store.ReadForPage(e.Request.Context(), func(v *pbstore.Snapshot) (err error) {
		if body.Person != "" {
			people, err := v.People([]string{body.Person})
			if err != nil {
				return err
			}
			if who = people[body.Person]; !lead.Knows(who) {
				return identity.ErrNotFound
			}
		}
		found, err = desk.MightBe(pbpages.Of(v), lead, who, body.Person)
		return err
	}); err != nil {
		return err
	}
	if err := a.auditFound(e, found); err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, peopleAnswer{a.nameFound(accessOf(e), found)})
}

// peopleAnswer are people with who has them; of those whom somebody might be, found_by says in what they are alike.
type peopleAnswer struct {
	Items []FoundPerson `json:"items"`
}

// listDeaths lists the people of a desk who died lately, the last first.
func (a *API) listDeaths(e *core.RequestEvent) error {
	var found []desk.FoundPerson
	if err := a.Store.ReadForPage(e.Request.Context(), func(v *pbstore.Snapshot) (err error) {
		found, err = desk.Deaths(pbpages.Of(v), leadOf(e), a.Clock())
		return err
	}); err != nil {
		return err
	}
	if err := a.auditFound(e, found); err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, peopleAnswer{a.nameFound(accessOf(e), found)})
}
