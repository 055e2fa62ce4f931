package pbrecords

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/importer"
	"doorstep/internal/setup"
)

// StaffImport takes in accounts for whoever runs the server: what may be set up at the desk may be imported, by the
// same rules.
type StaffImport struct {
	accounts *Accounts
	newID    func() (string, error)
}

// NewStaffImport returns the import's store on a migrated app.
func NewStaffImport(accounts *Accounts, newID func() (string, error)) *StaffImport {
	return &StaffImport{accounts, newID}
}

var _ importer.StaffStore = (*StaffImport)(nil)

// operator has what whoever runs the server may, without being a member of staff.
func operator() access.Rights {
	return access.RightsOf(care.Viewer{Role: care.ServerAdministrator})
}

// TakeIn implements importer.StaffStore.
func (s *StaffImport) TakeIn(ctx context.Context, row importer.StaffRow, update bool) (took importer.TakenIn, err error) {
	err = s.accounts.app.RunInTransaction(func(tx core.App) (err error) {
		took, err = s.takeIn(ctx, tx, row, update)
		return err
	})
	problems := setup.Problems{}
	switch {
	case errors.As(err, &problems):
		said := make([]string, len(problems))
		for i, p := range problems {
			said[i] = p.Field + ": " + strings.TrimSuffix(p.Message, ".")
		}
		err = &importer.Refusal{Reason: strings.Join(said, "; ")}
	case errors.Is(err, setup.ErrNotThere):
		err = &importer.Refusal{Reason: "the account is not there any more"}
	}
	return took, err
}

func (s *StaffImport) takeIn(ctx context.Context, tx core.App, row importer.StaffRow, update bool) (took importer.TakenIn, err error) {
	stored, err := byEmail(ctx, tx, row.Email)
	if err != nil {
		return took, err
	}
	w := setup.Write{Collection: care.StaffName, New: stored == nil, Set: map[string]any{"email": row.Email}}
	for field, text := range map[string]string{"name": row.Name, "role": row.Role, "registration_number": row.RegistrationNumber} {
		if text != "" {
			w.Set[field] = text
		}
	}
	organisation := ""
	if stored != nil {
		w.ID, organisation = stored.Id, stored.GetString("organisation")
	} else if w.ID, err = s.newID(); err != nil {
		return took, err
	}
	if row.Organisation != "" {
		if organisation, err = organisationNamed(ctx, tx, row.Organisation); err != nil {
			return took, err
		}
		w.Set["organisation"] = organisation
	}
	if len(row.Teams) > 0 {
		if w.Set["teams"], err = teamsNamed(ctx, tx, organisation, row.Teams); err != nil {
			return took, err
		}
	}
	if err := setup.Clean(&w); err != nil {
		return took, err
	}
	took.ID = w.ID
	if stored == nil {
		took.Outcome = importer.Created
		return took, s.accounts.write(ctx, tx, operator(), w, nil)
	}
	if since := stored.GetDateTime("inactive_since").Time(); !since.IsZero() && !since.Equal(care.NotBegun) {
		took.Notes = append(took.Notes, "leaves, or has left, and stays so")
	}
	was := valuesOf(stored)
	for field, v := range w.Set {
		if !care.Equal(was[field], v) {
			took.Fields = append(took.Fields, field)
		}
	}
	slices.Sort(took.Fields)
	switch {
	case len(took.Fields) == 0:
		took.Outcome = importer.Unchanged
	case !update:
		took.Outcome = importer.Differs
	default:
		took.Outcome = importer.Updated
		err = s.accounts.write(ctx, tx, operator(), w, nil)
	}
	return took, err
}

// byEmail finds an account; nil for none.
func byEmail(ctx context.Context, tx core.App, email string) (*core.Record, error) {
	var list []*core.Record
	err := tx.RecordQuery(care.StaffName).WithContext(ctx).AndWhere(dbx.HashExp{"email": email}).Limit(1).All(&list)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0], nil
}

// organisationNamed finds an organisation by its ODS code or its name.
func organisationNamed(ctx context.Context, tx core.App, name string) (id string, err error) {
	list, err := recordsOf(ctx, tx, care.Organisations, dbx.Or(dbx.HashExp{"ods_code": strings.ToUpper(name)}, dbx.NewExp("lower(name) = lower({:name})", dbx.Params{"name": name})))
	switch {
	case err != nil:
		return "", err
	case len(list) == 0:
		return "", setup.Problems{{Field: "organisation", Message: "There is none of this name or code."}}
	case len(list) > 1:
		return "", setup.Problems{{Field: "organisation", Message: "There are several of this name: give the ODS code."}}
	}
	return list[0].Id, nil
}

// teamsNamed finds teams of an organisation by their names.
func teamsNamed(ctx context.Context, tx core.App, organisation string, names []string) (ids []any, err error) {
	if organisation == "" {
		return nil, setup.Problems{{Field: "organisation", Message: "It is missing, and so it is not known whose teams these are."}}
	}
	list, err := recordsOf(ctx, tx, care.Teams, dbx.HashExp{"organisation": organisation})
	if err != nil {
		return nil, err
	}
	for i, name := range names {
		found := slices.IndexFunc(list, func(t *core.Record) bool { return strings.EqualFold(t.GetString("name"), name) })
		if found < 0 {
			return nil, setup.Problems{{Field: "team", Message: fmt.Sprintf("There is none of the name that stands at place %d in this organisation.", i+1)}}
		}
		ids = append(ids, list[found].Id)
	}
	return ids, nil
}

// Code implements importer.StaffStore.
func (s *StaffImport) Code(ctx context.Context, staff string) (string, time.Time, error) {
	return s.accounts.IssueCode(ctx, care.Viewer{}, staff)
}
