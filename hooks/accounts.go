package hooks

import (
	"doorstep/internal/care"
	"doorstep/internal/identity"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
)

// BindAccounts holds what is saved of accounts to the rules of signing in, whoever saves it: a password that is
// guessed within a few tries is refused, e-mail addresses are stored in the form in which they are looked for, and what the pages could not sign in with cannot be switched on.
// PocketBase's own sign-in of staff is closed; the route of ours answers at its address.
func BindAccounts(app core.App) {
	app.OnRecordValidate(care.StaffName).BindFunc(func(e *core.RecordEvent) error {
		// Only where it is changed: of two older accounts that differ in capitals alone each keeps its own.
		if email := e.Record.Email(); e.Record.IsNew() || email != e.Record.Original().Email() {
			e.Record.SetEmail(care.FoldEmail(email))
		}
		return e.Next()
	})
	app.OnRecordValidate(care.StaffName, core.CollectionNameSuperusers).BindFunc(func(e *core.RecordEvent) error {
		// Empty: it is not being changed.
		if password := e.Record.GetString(core.FieldNamePassword); password != "" {
			if err := identity.CheckNewPassword(password, e.Record.GetString("name"), e.Record.Email()); err != nil {
				return validation.Errors{core.FieldNamePassword: validation.NewError("weak_password", err.Error())}
			}
		}
		return e.Next()
	})
	app.OnCollectionValidate(care.StaffName).BindFunc(func(e *core.CollectionEvent) error {
		if c := e.Collection; c.MFA.Enabled || c.OTP.Enabled || c.OAuth2.Enabled {
			return validation.Errors{"mfa": validation.NewError("no_page_for_it", "The pages sign in by e-mail address and password, and by a lead's code; with anything else on, nobody could sign in.")}
		}
		return e.Next()
	})
	app.OnRecordAuthWithPasswordRequest(care.StaffName).BindFunc(func(e *core.RecordAuthWithPasswordRequestEvent) error {
		return e.NotFoundError("", nil)
	})
}
