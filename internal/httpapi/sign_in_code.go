package httpapi

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
)

// signInCodeRequest names the member of staff who is to enrol a phone.
type signInCodeRequest struct {
	Staff string `json:"staff" validate:"required,ulid"`
}

// signInCodeResponse is shown once, as a QR code on the lead's screen.
type signInCodeResponse struct {
	Code      string `json:"code"`
	ExpiresAt string `json:"expires_at"`
}

// signInCode lets a lead hand a phone to somebody of their teams who cannot type a password.
func (a *API) signInCode(e *core.RequestEvent) error {
	var body signInCodeRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	code, expires, err := a.Identity.IssueCode(e.Request.Context(), e.Auth.Id, body.Staff)
	if err != nil {
		return err
	}
	return writeJSON(e, http.StatusCreated, signInCodeResponse{Code: code, ExpiresAt: care.Stamp(expires)})
}
