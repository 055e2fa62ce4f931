package httpapi

import (
	"errors"
	"net/http"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"doorstep/internal/care"
	"doorstep/internal/identity"
	"doorstep/internal/setup"
	"doorstep/internal/wire"
)

type passwordCodeRequest struct {
	Code string `json:"code" validate:"required,max=100"`
}

// passwordOwner is whose account a code is for, so that nobody sets the password of another.
type passwordOwner struct {
	Name  string `json:"name"`
	Email string `json:"email"`
}

type newPasswordRequest struct {
	Code     string `json:"code" validate:"required,max=100"`
	Password string `json:"password" validate:"required,max=255"`
}

type passwordSet struct {
	Email string `json:"email"`
}

type ownPasswordRequest struct {
	Current  string `json:"current" validate:"required,max=255"`
	Password string `json:"password" validate:"required,max=255"`
}

// bindPasswordCodes adds the routes for whoever has a one-time code and no password yet, or has forgotten it.
func (a *API) bindPasswordCodes(g *router.RouterGroup[*core.RequestEvent]) {
	if a.Sync == nil || a.Accounts == nil {
		return
	}
	g.POST("/password/code", a.lookAtPasswordCode)
	g.POST("/password", a.setPassword)
}

// lookAtPasswordCode says whose account a code is for.
func (a *API) lookAtPasswordCode(e *core.RequestEvent) error {
	var body passwordCodeRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	name, email, err := a.Accounts.CodeOwner(e.Request.Context(), body.Code)
	if err != nil {
		return passwordRefused(err)
	}
	return writeJSON(e, http.StatusOK, passwordOwner{name, email})
}

// setPassword sets a password with a one-time code. The sign-in that follows is one like any other.
func (a *API) setPassword(e *core.RequestEvent) error {
	var body newPasswordRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	email, err := a.Accounts.SetPassword(e.Request.Context(), body.Code, body.Password)
	if err != nil {
		return passwordRefused(err)
	}
	return writeJSON(e, http.StatusOK, passwordSet{email})
}

// changeOwnPassword changes the password of whoever asks, who shows that they know the present one. Guesses at it count
// like those at the sign-in.
func (a *API) changeOwnPassword(e *core.RequestEvent) error {
	var body ownPasswordRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	err := a.Passwords.Check(e.Request.Context(), care.StaffName+" "+e.Auth.Email(), body.Current, hashOf(e.Auth))
	switch tooMany := new(identity.TooManyTries); {
	case errors.As(err, &tooMany):
		return tooManyTries(tooMany)
	case errors.Is(err, identity.ErrPassword):
		answer := wire.Fail(wire.CodeSignInFailed, "Your present password is another one.")
		answer.Fields = []wire.FieldError{{Field: "current", Message: "This is not your present password."}}
		return answer
	case err != nil:
		return err
	}
	changed, err := a.Accounts.ChangePassword(e.Request.Context(), e.Auth.Id, body.Password)
	if err != nil {
		return passwordRefused(err)
	}
	token, err := changed.NewAuthToken()
	if err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, signInResponse{Token: token, Record: signedIn(changed)})
}

func passwordRefused(err error) error {
	problems := setup.Problems{}
	switch {
	case errors.Is(err, identity.ErrCode):
		return wire.Fail(wire.CodeCodeInvalid, "This code is unknown, used or too old. Ask whoever gave it to you for another.")
	case errors.As(err, &problems):
		return fieldsWrong(problems)
	}
	return err
}
