package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/identity"
	"doorstep/internal/setup"
)

// setRequest is what is to change of an organisation or a team; a value of null empties its field.
type setRequest struct {
	Set json.RawMessage `json:"set" validate:"required"`
}

// accountRequest is what is to change of an account, or a new one, from a day on; "" = now.
type accountRequest struct {
	Set json.RawMessage `json:"set" validate:"required"`
	At  string          `json:"at" validate:"max=40"`
}

// stored is what was made or changed.
type stored struct {
	ID string `json:"id"`
}

// invitation is a one-time code, shown once.
type invitation struct {
	Code      string `json:"code"`
	ExpiresAt string `json:"expires_at"`
}

func setsUp(d care.Duty) bool       { return d.Administers != care.NoOrganisation }
func setsUpServer(d care.Duty) bool { return d.Administers == care.WholeServer }

// administrationRoutes are those of whoever sets up organisations, teams and accounts.
func (a *API) administrationRoutes() []careRoute {
	return []careRoute{
		{http.MethodPost, "/neighbourhoods", setsUpServer, a.makeRecord(care.Neighbourhoods, "")},
		{http.MethodPost, "/neighbourhoods/{id}", setsUpServer, a.changeRecord(care.Neighbourhoods)},
		{http.MethodGet, "/organisations", setsUp, a.listOrganisations},
		{http.MethodPost, "/organisations", setsUpServer, a.makeRecord(care.Organisations, "")},
		{http.MethodPost, "/organisations/{id}", setsUp, a.changeRecord(care.Organisations)},
		{http.MethodPost, "/organisations/{id}/teams", setsUp, a.makeRecord(care.Teams, "organisation")},
		{http.MethodPost, "/teams/{id}", setsUp, a.changeRecord(care.Teams)},
		{http.MethodGet, "/accounts", setsUp, a.listAccounts},
		{http.MethodPost, "/accounts", setsUp, a.makeRecord(care.StaffName, "")},
		{http.MethodPost, "/accounts/{id}", setsUp, a.changeRecord(care.StaffName)},
		{http.MethodPost, "/accounts/{id}/code", setsUp, a.invite},
		{http.MethodPost, "/accounts/{id}/take-back", setsUp, a.takeBack},
	}
}

// listOrganisations lists the organisations that somebody administers, with their teams.
func (a *API) listOrganisations(e *core.RequestEvent) error {
	items, err := a.Accounts.Organisations(e.Request.Context(), accessOf(e).Rights)
	if err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, list[setup.StoredOrganisation]{Items: items})
}

// listAccounts lists the accounts that somebody administers: who has which role.
func (a *API) listAccounts(e *core.RequestEvent) error {
	items, err := a.Accounts.StaffOf(e.Request.Context(), accessOf(e).Rights)
	if err != nil {
		return err
	}
	if err := a.audit(e, "list", care.StaffName, "", "", care.ReadDetail{Count: len(items)}); err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, list[setup.StoredAccount]{Items: items})
}

// makeRecord makes a neighbourhood, an organisation, a team or an account; within is the field that the address fills in.
func (a *API) makeRecord(collection, within string) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		w, err := writeAsked(e, collection)
		if err != nil {
			return err
		}
		if id := e.Request.PathValue("id"); within != "" {
			if !care.IsID(id) {
				return identity.ErrNotFound
			}
			w.Set[within] = id
		}
		w.New = true
		if w.ID, err = a.NewID(); err != nil {
			return err
		}
		return a.writeRecord(e, w, http.StatusCreated)
	}
}

func (a *API) changeRecord(collection string) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		w, err := writeAsked(e, collection)
		if err != nil {
			return err
		}
		w.ID = e.Request.PathValue("id")
		return a.writeRecord(e, w, http.StatusOK)
	}
}

// writeAsked reads what is to be set, from when on.
func writeAsked(e *core.RequestEvent, collection string) (w setup.Write, err error) {
	w.Collection = collection
	var body accountRequest
	if collection == care.StaffName {
		err = decodeJSON(e, smallBody, &body)
	} else {
		var plain setRequest
		err = decodeJSON(e, smallBody, &plain)
		body.Set = plain.Set
	}
	if err != nil {
		return w, err
	}
	if w.Set, err = values(body.Set); err != nil {
		return w, err
	}
	w.At, err = timeAsked("at", body.At)
	return w, err
}

// writeRecord makes the change, and has everybody's rights follow before it answers.
func (a *API) writeRecord(e *core.RequestEvent, w setup.Write, status int) error {
	if err := a.Accounts.Write(e.Request.Context(), accessOf(e).Rights, w); err != nil {
		return setUpRefused(err)
	}
	if err := a.settleNow(e.Request.Context()); err != nil {
		return err
	}
	return writeJSON(e, status, stored{w.ID})
}

// invite makes a one-time code with which somebody sets a password of their own.
func (a *API) invite(e *core.RequestEvent) error {
	code, expires, err := a.Accounts.Invite(e.Request.Context(), accessOf(e).Rights, e.Request.PathValue("id"))
	if err != nil {
		return setUpRefused(err)
	}
	return writeJSON(e, http.StatusCreated, invitation{code, care.Stamp(expires)})
}

// takeBack drops what is planned of an account.
func (a *API) takeBack(e *core.RequestEvent) error {
	id := e.Request.PathValue("id")
	if err := a.Accounts.TakeBack(e.Request.Context(), accessOf(e).Rights, id); err != nil {
		return setUpRefused(err)
	}
	return writeJSON(e, http.StatusOK, stored{id})
}

func setUpRefused(err error) error {
	problems := setup.Problems{}
	switch {
	case errors.Is(err, setup.ErrNotThere):
		return identity.ErrNotFound
	case errors.As(err, &problems):
		return fieldsWrong(problems)
	}
	return err
}

// MoveWhoIsDue makes the changes of accounts whose day has come, and has everybody's rights follow; a job.
func (a *API) MoveWhoIsDue(ctx context.Context) error {
	moved, err := a.Accounts.MoveWhoIsDue(ctx)
	if len(moved) > 0 {
		err = errors.Join(err, a.settleNow(ctx))
	}
	return err
}
