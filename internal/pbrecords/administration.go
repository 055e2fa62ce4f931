package pbrecords

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/identity"
	"doorstep/internal/pbstore"
	"doorstep/internal/setup"
)

var _ setup.Administration = (*Accounts)(nil)

// Write implements setup.Administration.
func (a *Accounts) Write(ctx context.Context, by access.Rights, w setup.Write) error {
	if err := setup.Clean(&w); err != nil {
		return err
	}
	return a.app.RunInTransaction(func(tx core.App) error {
		if w.Collection == care.StaffName && w.At.After(a.now()) {
			return a.writeLater(ctx, tx, by, w)
		}
		return a.write(ctx, tx, by, w, nil)
	})
}

// write makes a change that may be made, with its line of the audit. Beside holds fields that nobody sets by hand.
func (a *Accounts) write(ctx context.Context, tx core.App, by access.Rights, w setup.Write, beside map[string]any) error {
	r, was, is, err := stands(ctx, tx, w)
	if err != nil {
		return err
	}
	if err := setup.Decide(by, w.Collection, w.ID, was, is, sight{ctx, tx}); err != nil {
		return err
	}
	before, after := map[string]any{}, map[string]any{}
	set := maps.Clone(w.Set)
	maps.Copy(set, beside)
	for name, v := range set {
		if care.Equal(was[name], v) {
			continue
		}
		before[name], after[name] = was[name], v
		r.Set(name, v)
	}
	if len(after) == 0 && !w.New {
		return nil
	}
	if w.New && w.Collection == care.StaffName {
		r.SetVerified(true)
		r.SetRaw(core.FieldNamePassword, &core.PasswordFieldValue{Hash: identity.NoPassword})
	}
	if err := save(ctx, tx, r); err != nil {
		return err
	}
	action, detail := "set_up_changed", map[string]any{"before": before, "after": after}
	if w.New {
		action, detail = "set_up_made", map[string]any{"after": after}
	}
	return a.audit(tx, by.Viewer, action, w.Collection, w.ID, detail)
}

func (a *Accounts) audit(tx core.App, by care.Viewer, action, collection, id string, detail any) error {
	return pbstore.WriteAudit(tx, care.AuditLine{At: a.now(), Actor: by.Staff, Role: string(by.Role), Organisation: by.Organisation,
		Action: action, Collection: collection, Record: id, Detail: detail})
}

// stands reads the record that a write is about: how it stands, nil for a new one, and how it will.
func stands(ctx context.Context, tx core.App, w setup.Write) (r *core.Record, was, is setup.Values, err error) {
	if w.New {
		r, err = newRecord(tx, w.Collection, w.ID, nil)
	} else if r, err = inForce(ctx, tx, w.Collection, w.ID); err == nil && r == nil {
		err = setup.ErrNotThere
	}
	if err != nil {
		return nil, nil, nil, err
	}
	is = setup.Values{}
	if !w.New {
		was = valuesOf(r)
		is = maps.Clone(was)
	}
	maps.Copy(is, w.Set)
	return r, was, is, nil
}

// inForce is a record that is not retracted; nil for none.
func inForce(ctx context.Context, app core.App, collection, id string) (*core.Record, error) {
	r, err := findOne(ctx, app, collection, id)
	if errors.Is(err, identity.ErrNotFound) || err == nil && !r.GetDateTime("retracted").IsZero() {
		return nil, nil
	}
	return r, err
}

// valuesOf are the fields of a record that are not empty.
func valuesOf(r *core.Record) setup.Values {
	values := setup.Values{}
	c, _ := care.ByName(r.Collection().Name)
	for i := range c.Fields {
		if v := fromRecord(&c.Fields[i], r); v != nil {
			values[c.Fields[i].Name] = v
		}
	}
	if c.Name == care.StaffName {
		values["email"] = r.Email()
	}
	return values
}

// sight is what a decision looks at, in its transaction.
type sight struct {
	ctx context.Context
	app core.App
}

// Find implements setup.Sight.
func (s sight) Find(collection, id string) (setup.Values, error) {
	if id == "" {
		return nil, nil
	}
	r, err := inForce(s.ctx, s.app, collection, id)
	if err != nil || r == nil {
		return nil, err
	}
	return valuesOf(r), nil
}

// TeamsOf implements setup.Sight.
func (s sight) TeamsOf(organisation string) (map[string]setup.Values, error) {
	list, err := recordsOf(s.ctx, s.app, care.Teams, dbx.HashExp{"organisation": organisation})
	if err != nil {
		return nil, err
	}
	teams := make(map[string]setup.Values, len(list))
	for _, t := range list {
		teams[t.Id] = valuesOf(t)
	}
	return teams, nil
}

// OnlyAdministrator implements setup.Sight.
func (s sight) OnlyAdministrator(staff string) (bool, error) {
	return OnlyAdministrator(s.ctx, s.app, staff)
}

// recordsOf lists the records of a collection of the directory that are in force, by name.
func recordsOf(ctx context.Context, app core.App, collection string, where dbx.Expression) (list []*core.Record, err error) {
	q := app.RecordQuery(collection).WithContext(ctx).AndWhere(dbx.HashExp{"retracted": ""}).OrderBy("name", "id")
	if where != nil {
		q.AndWhere(where)
	}
	if err := q.All(&list); err != nil {
		return nil, fmt.Errorf("list %s: %w", collection, err)
	}
	return list, nil
}

// Organisations implements setup.Administration.
func (a *Accounts) Organisations(ctx context.Context, by access.Rights) ([]setup.StoredOrganisation, error) {
	orgs, err := recordsOf(ctx, a.app, care.Organisations, nil)
	if err != nil {
		return nil, err
	}
	teams, err := recordsOf(ctx, a.app, care.Teams, nil)
	if err != nil {
		return nil, err
	}
	teamsOf := map[string][]setup.StoredTeam{}
	for _, t := range teams {
		of := t.GetString("organisation")
		teamsOf[of] = append(teamsOf[of], setup.StoredTeam{ID: t.Id, Values: valuesOf(t)})
	}
	list := []setup.StoredOrganisation{}
	for _, o := range orgs {
		if !by.Administers(o.Id) {
			continue
		}
		stored := setup.StoredOrganisation{ID: o.Id, Values: valuesOf(o), Teams: append([]setup.StoredTeam{}, teamsOf[o.Id]...)}
		delete(stored.Values, "recovery_key")
		list = append(list, stored)
	}
	return list, nil
}

// StaffOf implements setup.Administration.
func (a *Accounts) StaffOf(ctx context.Context, by access.Rights) ([]setup.StoredAccount, error) {
	var staff []*core.Record
	if err := a.app.RecordQuery(care.StaffName).WithContext(ctx).OrderBy("name", "id").All(&staff); err != nil {
		return nil, fmt.Errorf("list staff: %w", err)
	}
	var moves []plannedMove
	if err := query(ctx, a.app, `SELECT staff, at, fields FROM planned_moves`, nil).All(&moves); err != nil {
		return nil, fmt.Errorf("list planned moves: %w", err)
	}
	planned := make(map[string]plannedMove, len(moves))
	for _, m := range moves {
		planned[m.Staff] = m
	}
	list := []setup.StoredAccount{}
	for _, r := range staff {
		if !by.Administers(r.GetString("organisation")) {
			continue
		}
		viewer := staffOf(r)
		account := setup.StoredAccount{ID: r.Id, Values: valuesOf(r), HasPassword: r.GetString(core.FieldNamePassword+":hash") != identity.NoPassword, Begun: viewer.Viewer().Begun()}
		if m, ok := planned[r.Id]; ok {
			account.PlannedAt = m.At
			if err := json.Unmarshal([]byte(m.Fields), &account.Planned); err != nil {
				return nil, fmt.Errorf("read what is planned for %s: %w", r.Id, err)
			}
		}
		list = append(list, account)
	}
	return list, nil
}
