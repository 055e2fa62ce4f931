package httpapi

import (
	"context"
	"errors"
	"math"
	"net/http"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"doorstep/internal/care"
	"doorstep/internal/pbstore"
	"doorstep/internal/setup"
	"doorstep/internal/wire"
)

// Accounts keeps accounts, organisations and teams as they are set up, each change with its line of the audit.
type Accounts interface {
	setup.Store
	setup.Administration
	// OnlyAdministrator says whether nobody would be left who administers what somebody does; see desk.StaffStore.
	OnlyAdministrator(tx *pbstore.Tx, staff string) (bool, error)
	// MoveWhoIsDue makes the changes of accounts whose day has come, and says whose they are.
	MoveWhoIsDue(ctx context.Context) ([]string, error)
	// NoteLink writes a line of the audit about the link.
	NoteLink(action string) error
	// CodeOwner is whose a one-time code is, and SetPassword uses it up. Error of both: identity.ErrCode; of what sets a
	// password setup.Problems too.
	CodeOwner(ctx context.Context, code string) (name, email string, err error)
	SetPassword(ctx context.Context, code, password string) (email string, err error)
	// ChangePassword sets the password of somebody who knows the present one, and returns the account.
	ChangePassword(ctx context.Context, staff, password string) (*core.Record, error)
}

type setUpLinkRequest struct {
	Link string `json:"link" validate:"required,max=100"`
}

type setUpLinkResponse struct {
	ExpiresAt string `json:"expires_at"`
}

type setUpRequest struct {
	Link          string              `json:"link" validate:"required,max=100"`
	Neighbourhood setup.Neighbourhood `json:"neighbourhood" validate:"required"` // whose problems are told field by field
}

type setUpResponse struct {
	Email    string   `json:"email"`
	Warnings []string `json:"warnings"`
}

// bindSetUp adds the routes behind the one-time link of an empty server: nobody has signed in, and nobody could.
func (a *API) bindSetUp(g *router.RouterGroup[*core.RequestEvent]) {
	if a.Sync == nil || a.Accounts == nil {
		return
	}
	g.POST("/setup/link", a.lookAtLink)
	g.POST("/setup", a.setUp)
}

// lookAtLink says whether a link still counts, before anybody fills in a form.
func (a *API) lookAtLink(e *core.RequestEvent) error {
	var body setUpLinkRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	if err := a.FirstStart.Check(body.Link); err != nil {
		return a.linkRefused(err)
	}
	return writeJSON(e, http.StatusOK, setUpLinkResponse{ExpiresAt: care.Stamp(a.FirstStart.Expires)})
}

// setUp makes the first administrator, organisations and teams. The link is used up by that.
func (a *API) setUp(e *core.RequestEvent) error {
	var body setUpRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	n := &body.Neighbourhood
	n.Tidy()
	var made setup.Made
	err := a.FirstStart.Use(body.Link, func() (err error) {
		made, err = setup.Make(e.Request.Context(), a.Accounts, n, setup.ByLink, a.NewID)
		return err
	})
	if err != nil {
		return a.linkRefused(err)
	}
	if err := a.settleNow(e.Request.Context()); err != nil {
		return err
	}
	return writeJSON(e, http.StatusCreated, setUpResponse{Email: n.Administrator.Email, Warnings: append([]string{}, made.Warnings...)})
}

// settleNow has the engine take in what was written through PocketBase's records, so that it holds when the answer comes.
func (a *API) settleNow(ctx context.Context) error { return writerFailed(a.Sync.Settle(ctx)) }

// linkRefused is the answer to a link that does not count, and to a description that cannot be made.
func (a *API) linkRefused(err error) error {
	tooMany, problems := new(setup.TooManyTries), setup.Problems{}
	switch {
	case errors.As(err, &tooMany):
		answer := wire.Fail(wire.CodeTooManyRequests, "There were too many wrong links; wait a moment, then try again.")
		answer.RetryAfter = int(math.Ceil(tooMany.Wait.Seconds()))
		return answer
	case errors.Is(err, setup.ErrLink):
		if a.FirstStart != nil {
			if err := a.Accounts.NoteLink("set_up_link_refused"); err != nil {
				return err
			}
		}
		return wire.Fail(wire.CodeCodeInvalid, "This set-up link does not count, or not any more: it can be used once, within half an hour of the start that printed it. Start the server again for another; one that is set up needs none.")
	case errors.Is(err, setup.ErrStands):
		return wire.Fail(wire.CodeAlready, "Somebody administers this server already. They sign in at the desk.")
	case errors.As(err, &problems):
		return fieldsWrong(problems)
	}
	return err
}

// fieldsWrong is the answer that says what is wrong with which field.
func fieldsWrong(problems setup.Problems) *wire.Error {
	answer := wire.Fail(wire.CodeInvalid, "Nothing was stored: put right what is said beside each field.")
	for _, p := range problems {
		answer.Fields = append(answer.Fields, wire.FieldError{Field: p.Field, Message: p.Message})
	}
	return answer
}
