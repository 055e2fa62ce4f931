package httpapi

import (
	"database/sql"
	"errors"
	"math"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"doorstep/internal/care"
	"doorstep/internal/identity"
	"doorstep/internal/pbstore"
	"doorstep/internal/wire"
)

// signInRequest is an e-mail address and a password.
type signInRequest struct {
	Identity string `json:"identity" validate:"required,max=255"`
	Password string `json:"password" validate:"required,max=255"`
}

// signInResponse is a staff token, which is PocketBase's, and whose it is.
type signInResponse struct {
	Token  string        `json:"token"`
	Record staffSignedIn `json:"record"`
}

// staffSignedIn is the account as pages and phones need it; the PocketBase SDK tells by the last two which
// collection it is of.
type staffSignedIn struct {
	ID             string   `json:"id"`
	Name           string   `json:"name"`
	Email          string   `json:"email"`
	Role           string   `json:"role"`
	Organisation   string   `json:"organisation"`
	Teams          []string `json:"teams"`
	CollectionID   string   `json:"collectionId"`
	CollectionName string   `json:"collectionName"`
}

// Actions of the audit, and of the detail of a failed one.
const (
	actionSignIn       = "sign_in"
	actionSignInFailed = "sign_in_failed"
)

// failedSignIn says why, and how often again within a minute of a line before. What was typed is not kept: it may be a
// password in the wrong field.
type failedSignIn struct {
	Why   string `json:"why"`
	Again int    `json:"again,omitempty"`
}

// Why a sign-in failed: the account is unknown, its password is another, or whose it is has left.
const (
	whyUnknown  = "unknown"
	whyPassword = "password"
	whyInactive = "inactive"
)

// signIn gives a member of staff the token they enrol a phone or open a page with. An account that is not
// there and a wrong password take as long and answer alike; both are in the audit.
func (a *API) signIn(e *core.RequestEvent) error {
	var body signInRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	return a.signInWith(e, body)
}

// signInByForm is signIn at PocketBase's address, which takes a form as well.
func (a *API) signInByForm(e *core.RequestEvent) error {
	if media, _, err := mime.ParseMediaType(e.Request.Header.Get("Content-Type")); err != nil || media != mediaForm {
		return a.signIn(e)
	}
	form, err := readForm(e)
	if err != nil {
		return err
	}
	body := signInRequest{Identity: form.Get("identity"), Password: form.Get("password")}
	if err := validate(e, body); err != nil {
		return err
	}
	return a.signInWith(e, body)
}

func (a *API) signInWith(e *core.RequestEvent, body signInRequest) error {
	staff, err := a.account(body.Identity)
	if err != nil {
		return err
	}
	err = a.Passwords.Check(e.Request.Context(), care.StaffName+" "+body.Identity, body.Password, hashOf(staff))
	failed := failedSignIn{}
	switch tooMany := new(identity.TooManyTries); {
	case errors.As(err, &tooMany):
		return tooManyTries(tooMany)
	case errors.Is(err, identity.ErrPassword):
		failed.Why = whyNot(staff)
	case err != nil:
		return err
	case !begun(staff):
		failed.Why, err = whyInactive, wire.Fail(wire.CodeInactive, "Your account opens on your first day here. Until then you cannot sign in.")
	case hasLeft(staff, a.Clock()):
		failed.Why, err = whyInactive, identity.ErrInactive
	}
	if err != nil {
		if fault := a.auditFailedSignIn(e, staff, body.Identity, failed); fault != nil {
			return fault
		}
		return err
	}
	if err := a.foldSignInsOf(e.Request.Context(), body.Identity); err != nil {
		return err
	}
	token, err := staff.NewAuthToken()
	if err != nil {
		return err
	}
	if err := a.auditSignIn(e, staff, actionSignIn, struct{}{}); err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, signInResponse{Token: token, Record: signedIn(staff)})
}

func signedIn(staff *core.Record) staffSignedIn {
	return staffSignedIn{ID: staff.Id, Name: staff.GetString("name"), Email: staff.Email(), Role: staff.GetString("role"),
		Organisation: staff.GetString("organisation"), Teams: staff.GetStringSlice("teams"),
		CollectionID: staff.Collection().Id, CollectionName: staff.Collection().Name}
}

// begun says whether somebody's first day has come.
func begun(staff *core.Record) bool {
	return !staff.GetDateTime("inactive_since").Time().Equal(care.NotBegun)
}

func tooManyTries(err *identity.TooManyTries) *wire.Error {
	answer := wire.Fail(wire.CodeTooManyRequests, "There were too many tries for this account; wait a moment, then try again.")
	answer.RetryAfter = int(math.Ceil(err.Wait.Seconds()))
	return answer
}

// account finds a member of staff by their e-mail address, however it is typed; nil when there is none. Of two older
// accounts that differ in capitals alone, the one that is spelt as typed.
func (a *API) account(email string) (*core.Record, error) {
	for _, as := range []string{strings.TrimSpace(email), care.FoldEmail(email)} {
		staff, err := a.App.FindAuthRecordByEmail(care.StaffName, as)
		if !errors.Is(err, sql.ErrNoRows) {
			return staff, err
		}
	}
	return nil, nil
}

// hashOf is the stored hash of an account's password; nil when there is no account, or no password yet.
func hashOf(account *core.Record) []byte {
	if account == nil || account.GetString(core.FieldNamePassword+":hash") == identity.NoPassword {
		return nil // so that it takes as long as for any other
	}
	return []byte(account.GetString(core.FieldNamePassword + ":hash"))
}

func whyNot(account *core.Record) string {
	if account == nil {
		return whyUnknown
	}
	return whyPassword
}

// auditFailedSignIn writes a failed sign-in down, unless it follows another of that account within a minute: then it
// is counted.
func (a *API) auditFailedSignIn(e *core.RequestEvent, staff *core.Record, identity string, failed failedSignIn) error {
	f := failedTries{why: failed.Why, since: a.Clock()}
	if staff != nil {
		f.staff = staff.Id
	}
	if !a.failed.note(identity, f) {
		return nil
	}
	err := a.auditSignIn(e, staff, actionSignInFailed, failed)
	if err != nil { // the next one is the first
		a.failed.take([]account{accountOf(identity, failed.Why)}, time.Time{})
	}
	return err
}

func (a *API) auditSignIn(e *core.RequestEvent, staff *core.Record, action string, detail any) error {
	id := ""
	if staff != nil {
		id = staff.Id
	}
	return writerFailed(a.Sync.Do(e.Request.Context(), func(tx *pbstore.Tx) error {
		return tx.Audit(id, "", action, care.StaffName, id, "", detail)
	}))
}

// bindSignIn adds the route, puts it where older phones and the PocketBase SDK look for it, and keeps an eye
// on the sign-in of superusers.
func (a *API) bindSignIn(e *core.ServeEvent) {
	if a.Sync == nil || a.Passwords == nil {
		return
	}
	e.Router.Bind(&hook.Handler[*core.RequestEvent]{
		Id:       "doorstepSignIn",
		Priority: math.MaxInt, // after every guard
		Func: func(e *core.RequestEvent) error {
			if e.Request.Pattern != "POST /api/collections/{collection}/auth-with-password" {
				return e.Next()
			}
			c, err := e.App.FindCachedCollectionByNameOrId(e.Request.PathValue("collection"))
			if err != nil || c.Name != care.StaffName {
				return e.Next()
			}
			return a.answer(e, a.signInByForm(e))
		},
	})
	a.App.OnRecordAuthWithPasswordRequest(core.CollectionNameSuperusers).BindFunc(a.superuserSignsIn)
}

// superuserSignsIn slows down and writes down the sign-in of superusers, which PocketBase does.
func (a *API) superuserSignsIn(e *core.RecordAuthWithPasswordRequestEvent) error {
	line := care.AuditLine{At: a.Clock(), Role: "superuser", Action: actionSignIn, Collection: e.Collection.Name, Detail: struct{}{}}
	if e.Record != nil {
		line.Actor, line.Record = e.Record.Id, e.Record.Id
	}
	err := a.Passwords.Check(e.Request.Context(), e.Collection.Name+" "+e.Identity, e.Password, hashOf(e.Record))
	switch tooMany := new(identity.TooManyTries); {
	case errors.As(err, &tooMany):
		return e.TooManyRequestsError("Too many tries for this account; wait a little.", nil)
	case errors.Is(err, identity.ErrBusy):
		return e.Error(http.StatusServiceUnavailable, "Too many sign in at this moment; try again.", nil)
	case err != nil:
		line.Action, line.Detail = actionSignInFailed, failedSignIn{Why: whyNot(e.Record)}
	}
	if err := pbstore.WriteAudit(e.App, line); err != nil {
		return e.InternalServerError("The sign-in could not be written to the audit trail.", err)
	}
	if err != nil {
		return e.BadRequestError("Failed to authenticate.", nil)
	}
	return e.Next() // who has a second factor is asked for it there
}
