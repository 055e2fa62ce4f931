package httpapi

import (
	"net/http"
	"net/url"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/identity"
	"doorstep/internal/wire"
)

// grantType is the one kind of grant: RFC 7523.
const grantType = "urn:ietf:params:oauth:grant-type:jwt-bearer"

// token gives an access token for an assertion the device signed. The request is RFC 6749's
// form; refusals are wire.Error like everywhere.
func (a *API) token(e *core.RequestEvent) error {
	form, err := readForm(e)
	if err != nil {
		return err
	}
	if form.Get("grant_type") != grantType {
		return wire.Fail(wire.CodeUnsupportedGrantType, "grant_type must be %s.", grantType)
	}
	assertion := form.Get("assertion")
	if assertion == "" {
		return wire.Fail(wire.CodeInvalid, "assertion is missing.")
	}
	exchange := a.Identity.Exchange
	switch scope := form.Get("scope"); scope {
	case "": // what the phone may do
	case identity.ScopeLocked:
		exchange = a.Identity.ExchangeLocked
	default:
		return wire.Fail(wire.CodeInvalid, "scope is left out, or it is %s.", identity.ScopeLocked)
	}
	grant, err := exchange(e.Request.Context(), assertion)
	if err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, wire.TokenResponse{AccessToken: grant.Token, TokenType: "Bearer",
		ExpiresIn: int(grant.ExpiresIn.Seconds()), Scope: grant.Scope})
}

// readForm reads a form in which nothing is given twice (RFC 6749 §3.2).
func readForm(e *core.RequestEvent) (url.Values, error) {
	body, err := readBody(e, mediaForm, smallBody)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, wire.Fail(wire.CodeMalformed, "The form could not be read.")
	}
	for _, values := range form {
		if len(values) > 1 {
			return nil, wire.Fail(wire.CodeMalformed, "A parameter of the form is given twice.")
		}
	}
	return form, nil
}

// keys publishes the key that verifies access tokens, as a JSON Web Key Set.
func (a *API) keys(e *core.RequestEvent) error {
	return writeBody(e, http.StatusOK, mediaJSON, a.Identity.Keys())
}
