package httpapi

import (
	"errors"
	"net/http"
	netmail "net/mail"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/identity"
	"doorstep/internal/pbchannels"
	"doorstep/internal/pbstore"
	"doorstep/internal/setup"
	"doorstep/internal/wire"
)

// Whoever read a handover by a one-time link may ask for an account. It comes before those who administer the organisation, who
// know or ring the practice, make the account as any other, and give its owner a one-time code. Asking gives nothing.

type onceAccountRequest struct {
	Session string `json:"session" validate:"required,max=200"`
	Name    string `json:"name" validate:"required,max=200"`
	Email   string `json:"email" validate:"required,max=254"`
	Role    string `json:"role" validate:"max=100"`
}

// accountAsked is the answer of who asked; also of who asked before.
type accountAsked struct {
	Asked bool `json:"asked"`
}

// AskedAccount is somebody who asks for an account, for those who administer their organisation.
type AskedAccount struct {
	ID           string `json:"id"`
	Team         string `json:"team"`
	Organisation string `json:"organisation"`
	// Name, Email and Role are as they typed them; nobody has checked who they are.
	Name   string `json:"name"`
	Email  string `json:"email"`
	Role   string `json:"role"`
	MadeAt string `json:"made_at"`
}

func (a *API) accountRequestRoutes() []careRoute {
	return []careRoute{
		{http.MethodGet, "/account-requests", setsUp, a.listAccountRequests},
		{http.MethodPost, "/account-requests/{id}/close", setsUp, a.closeAccountRequest},
	}
}

// askForAccount keeps what somebody asks who opened a handover by a one-time link, as long as they could acknowledge it.
func (a *API) askForAccount(e *core.RequestEvent) error {
	var body onceAccountRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	link, ok := a.whatOpens("session", body.Session)
	if !ok {
		return onceOver()
	}
	r := pbchannels.AccountRequest{Name: oneLine(body.Name), Email: oneLine(body.Email), Role: oneLine(body.Role)}
	var wrong setup.Problems
	if r.Name == "" {
		wrong = append(wrong, setup.Problem{Field: "name", Message: "Write your name."})
	}
	if parsed, err := netmail.ParseAddress(r.Email); err != nil || parsed.Address != r.Email {
		wrong = append(wrong, setup.Problem{Field: "email", Message: "Write your own e-mail address, such as rita.ames@practice.example."})
	}
	if len(wrong) > 0 {
		return fieldsWrong(wrong)
	}
	if err := a.onceStands(e, link, (*pbchannels.Once).Acknowledges); err != nil {
		return err
	}
	var err error
	if r.ID, err = a.NewID(); err != nil {
		return err
	}
	err = a.change(e, func(tx *pbstore.Tx) error {
		o, err := pbchannels.In(tx).Once(link)
		if err != nil {
			return err
		}
		if !o.Acknowledges(tx.Now()) {
			return onceOver()
		}
		r.Team = o.Team
		if err := pbchannels.In(tx).AskForAccount(link, r); err != nil {
			return err
		}
		return tx.Audit("", "", "account_asked", care.Teams, o.Team, "", map[string]any{"link": link, "name": r.Name, "role": r.Role})
	})
	if errors.Is(err, pbchannels.ErrEnoughAsked) {
		return wire.Fail(wire.CodeAlready, "Others at your practice wait for an account already. Ring whoever looks after Doorstep there.")
	}
	if err != nil {
		return err
	}
	return writeJSON(e, http.StatusAccepted, accountAsked{Asked: true})
}

// listAccountRequests lists who asks, of the organisations that who looks administers.
func (a *API) listAccountRequests(e *core.RequestEvent) error {
	directory, rights := a.Store.Access.Directory(), accessOf(e).Rights
	of := map[string]string{}
	for _, t := range directory.Teams() {
		if rights.Administers(t.Organisation) {
			of[t.ID] = t.Organisation
		}
	}
	teams := make([]string, 0, len(of))
	for id := range of {
		teams = append(teams, id)
	}
	items := []AskedAccount{}
	err := a.Store.ReadForPage(e.Request.Context(), func(v *pbstore.Snapshot) error {
		list, err := pbchannels.Of(v).AccountRequests(teams)
		for _, r := range list {
			items = append(items, AskedAccount{ID: r.ID, Team: r.Team, Organisation: of[r.Team], Name: r.Name, Email: r.Email, Role: r.Role, MadeAt: care.Stamp(r.MadeAt)})
		}
		return err
	})
	if err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, list[AskedAccount]{Items: items})
}

// closeAccountRequest takes one off the list: the account is made, or will not be.
func (a *API) closeAccountRequest(e *core.RequestEvent) error {
	id := e.Request.PathValue("id")
	if err := a.change(e, func(tx *pbstore.Tx) error {
		r, err := pbchannels.In(tx).AccountRequest(id)
		if err != nil {
			return err
		}
		if r == nil {
			return identity.ErrNotFound
		}
		if err := a.administersTeam(e, r.Team); err != nil {
			return err
		}
		if err := pbchannels.In(tx).CloseAccountRequest(id); err != nil {
			return err
		}
		return tx.Audit(e.Auth.Id, "", "account_request_closed", care.Teams, r.Team, "", map[string]any{"request": id, "name": r.Name})
	}); err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, stored{id})
}
