package pbrecords

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/columns"
	"doorstep/internal/identity"
	"doorstep/internal/pbstore"
	"doorstep/internal/setup"
)

// Accounts keeps accounts, organisations and teams as an administrator sets them up, through PocketBase's own records:
// its validation and our hooks hold for them as for the dashboard, and the engine takes in what they change. Each
// change is one transaction with its line of the audit.
type Accounts struct {
	app    core.App
	now    func() time.Time
	random io.Reader
	// cost of the hashes of new passwords, 0 the server's own.
	cost int
}

// NewAccounts makes the store of a migrated app.
func NewAccounts(app core.App, now func() time.Time, random io.Reader) *Accounts {
	return &Accounts{app: app, now: now, random: random}
}

// WithCost makes hashes of passwords as cheap as an invented neighbourhood needs.
func (a *Accounts) WithCost(cost int) *Accounts {
	cheap := *a
	cheap.cost = cost
	return &cheap
}

var _ setup.Store = (*Accounts)(nil)

// administratorsInService counts who administers the whole server or an organisation, now or from a later day on.
const administratorsInService = `SELECT count(*) FROM staff WHERE role IN ({:organisation}, {:server}) AND (inactive_since = '' OR inactive_since > {:now})`

// Empty says whether nobody has an account yet.
func (a *Accounts) Empty(ctx context.Context) (bool, error) {
	n := 0
	err := query(ctx, a.app, `SELECT count(*) FROM (SELECT 1 FROM staff LIMIT 1)`, nil).Row(&n)
	return n == 0, err
}

// SetUp implements setup.Store.
func (a *Accounts) SetUp(ctx context.Context, m setup.Making) (codes map[string]string, err error) {
	codes = map[string]string{}
	err = a.app.RunInTransaction(func(tx core.App) error {
		n, now := 0, a.now()
		if err := query(ctx, tx, administratorsInService, dbx.Params{"organisation": string(care.Administrator), "server": string(care.ServerAdministrator),
			"now": columns.Stamp(now)}).Row(&n); err != nil {
			return fmt.Errorf("count administrators: %w", err)
		}
		if n > 0 {
			return setup.ErrStands
		}
		for _, row := range m.Rows {
			r, err := newRecord(tx, row.Collection, row.ID, row.Values)
			if err != nil {
				return err
			}
			if err := save(ctx, tx, r); err != nil {
				return err
			}
		}
		hire := &hiring{app: tx, cost: a.cost, hashes: map[string]string{}}
		for _, account := range m.Accounts {
			if err := hire.one(ctx, account); err != nil {
				return err
			}
			if account.Password != "" {
				continue
			}
			if codes[account.ID], err = a.issue(ctx, tx, account.ID, "", now); err != nil {
				return err
			}
		}
		line := care.AuditLine{At: now, Action: "set_up", Collection: care.Neighbourhoods, Record: m.Rows[0].ID,
			Detail: map[string]any{"by": m.By, "records": len(m.Rows), "accounts": len(m.Accounts)}}
		return pbstore.WriteAudit(tx, line)
	})
	return codes, err
}

// NoteLink writes down that a set-up link was made, or that somebody tried one that does not count.
func (a *Accounts) NoteLink(action string) error {
	return pbstore.WriteAudit(a.app, care.AuditLine{At: a.now(), Action: action, Collection: care.Neighbourhoods, Detail: struct{}{}})
}

// hiring makes accounts. A password that many share, as in a demo, is hashed once.
type hiring struct {
	app    core.App
	cost   int
	hashes map[string]string
}

func (h *hiring) one(ctx context.Context, account setup.Account) error {
	r, err := newRecord(h.app, care.StaffName, account.ID, account.Values)
	if err != nil {
		return err
	}
	r.SetEmail(care.FoldEmail(account.Email))
	r.SetVerified(true)
	hash := identity.NoPassword
	if account.Password != "" {
		if hash = h.hashes[account.Password]; hash == "" {
			if field, ok := r.Collection().Fields.GetByName(core.FieldNamePassword).(*core.PasswordField); ok && h.cost > 0 {
				field.Cost = h.cost
			}
			r.SetPassword(account.Password)
			hash = r.GetString(core.FieldNamePassword + ":hash")
			h.hashes[account.Password] = hash
		}
	}
	r.SetRaw(core.FieldNamePassword, &core.PasswordFieldValue{Hash: hash})
	return save(ctx, h.app, r)
}

func newRecord(app core.App, collection, id string, values map[string]any) (*core.Record, error) {
	c, err := app.FindCollectionByNameOrId(collection)
	if err != nil {
		return nil, fmt.Errorf("find collection %s: %w", collection, err)
	}
	r := core.NewRecord(c)
	r.Id = id
	r.Load(values)
	return r, nil
}

// save saves a record; what PocketBase's validation says of it is setup.Problems by field.
func save(ctx context.Context, app core.App, r *core.Record) error {
	err := app.SaveWithContext(ctx, r)
	var invalid validation.Errors
	if errors.As(err, &invalid) {
		problems := setup.Problems{}
		for field, why := range invalid {
			problems = append(problems, setup.Problem{Field: field, Message: inWords(field, why)})
		}
		return problems
	}
	if err != nil {
		return fmt.Errorf("save %s %s: %w", r.Collection().Name, r.Id, err)
	}
	return nil
}

// inWords says what PocketBase would not have of a field.
func inWords(field string, why error) string {
	var coded validation.Error
	if errors.As(why, &coded) && coded.Code() == "validation_not_unique" {
		if field == core.FieldNameEmail {
			return "Somebody has an account with this address already."
		}
		return "Another one has this already."
	}
	text := strings.TrimSuffix(why.Error(), ".") + "."
	return strings.ToUpper(text[:1]) + text[1:]
}

// issue makes a one-time code for somebody; one that was made before counts no more.
func (a *Accounts) issue(ctx context.Context, tx core.App, staff, by string, now time.Time) (string, error) {
	made, code, err := identity.NewPasswordCode(a.random, staff, by, now)
	if err != nil {
		return "", err
	}
	_, err = execute(ctx, tx, `INSERT INTO password_codes (hash, staff, issued_by, expires_at) VALUES ({:hash}, {:staff}, {:by}, {:expires})
		ON CONFLICT (staff) DO UPDATE SET hash = excluded.hash, issued_by = excluded.issued_by, expires_at = excluded.expires_at`,
		dbx.Params{"hash": made.Hash, "staff": staff, "by": by, "expires": care.Stamp(made.ExpiresAt)})
	return code, err
}

// IssueCode makes a one-time code with which somebody sets a password of their own; one that was made for them before
// counts no more. It is returned once. Error: identity.ErrNotFound.
func (a *Accounts) IssueCode(ctx context.Context, by care.Viewer, staff string) (code string, expires time.Time, err error) {
	now := a.now()
	err = a.app.RunInTransaction(func(tx core.App) error {
		if _, err := findOne(ctx, tx, care.StaffName, staff); err != nil {
			return err
		}
		if code, err = a.issue(ctx, tx, staff, by.Staff, now); err != nil {
			return err
		}
		return pbstore.WriteAudit(tx, care.AuditLine{At: now, Actor: by.Staff, Role: string(by.Role), Organisation: by.Organisation,
			Action: "password_code_issued", Collection: care.StaffName, Record: staff, Detail: struct{}{}})
	})
	return code, now.Add(identity.PasswordCodeLifetime), err
}

// CodeOwner is whose a one-time code is: their name and address. Error: identity.ErrCode.
func (a *Accounts) CodeOwner(ctx context.Context, code string) (name, email string, err error) {
	_, staff, err := a.byCode(ctx, a.app, code)
	if err != nil {
		return "", "", err
	}
	return staff.GetString("name"), staff.Email(), nil
}

// SetPassword sets the password of whoever a one-time code was made for, and uses the code up. Errors: identity.ErrCode;
// setup.Problems where the password will not do, after which the code still counts.
func (a *Accounts) SetPassword(ctx context.Context, code, password string) (email string, err error) {
	err = a.app.RunInTransaction(func(tx core.App) error {
		found, staff, err := a.byCode(ctx, tx, code)
		if err != nil {
			return err
		}
		email = staff.Email()
		return a.setPassword(ctx, tx, staff, password, map[string]string{"by": "code", "issued_by": found.IssuedBy})
	})
	return email, err
}

// ChangePassword sets the password of somebody who has shown that they know the present one. It returns the account as
// it stands. Error: setup.Problems where the password will not do.
func (a *Accounts) ChangePassword(ctx context.Context, staff, password string) (changed *core.Record, err error) {
	err = a.app.RunInTransaction(func(tx core.App) error {
		if changed, err = findOne(ctx, tx, care.StaffName, staff); err != nil {
			return err
		}
		return a.setPassword(ctx, tx, changed, password, map[string]string{"by": "password"})
	})
	return changed, err
}

// setPassword stores a password; every session of the account's pages ends with it, and what codes there were.
func (a *Accounts) setPassword(ctx context.Context, tx core.App, staff *core.Record, password string, how map[string]string) error {
	staff.SetPassword(password)
	if err := save(ctx, tx, staff); err != nil {
		return err
	}
	if _, err := execute(ctx, tx, `DELETE FROM password_codes WHERE staff = {:staff}`, dbx.Params{"staff": staff.Id}); err != nil {
		return err
	}
	return pbstore.WriteAudit(tx, care.AuditLine{At: a.now(), Actor: staff.Id, Role: staff.GetString("role"), Organisation: staff.GetString("organisation"),
		Action: "password_set", Collection: care.StaffName, Record: staff.Id, Detail: how})
}

// byCode finds a code that counts, and whose it is. Error: identity.ErrCode.
func (a *Accounts) byCode(ctx context.Context, app core.App, typed string) (identity.PasswordCode, *core.Record, error) {
	c := identity.PasswordCode{Hash: identity.HashOfPasswordCode(typed)}
	expires := ""
	err := query(ctx, app, `SELECT staff, issued_by, expires_at FROM password_codes WHERE hash = {:hash}`, dbx.Params{"hash": c.Hash}).Row(&c.Staff, &c.IssuedBy, &expires)
	if errors.Is(err, sql.ErrNoRows) {
		return c, nil, identity.ErrCode
	}
	if err != nil {
		return c, nil, fmt.Errorf("find a password code: %w", err)
	}
	if c.ExpiresAt, err = care.ParseStamp(expires); err != nil || !c.Counts(a.now()) {
		return c, nil, identity.ErrCode
	}
	staff, err := findOne(ctx, app, care.StaffName, c.Staff)
	if errors.Is(err, identity.ErrNotFound) {
		return c, nil, identity.ErrCode
	}
	return c, staff, err
}
