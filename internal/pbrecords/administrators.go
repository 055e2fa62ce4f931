package pbrecords

import (
	"context"
	"fmt"
	"strings"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/identity"
	"doorstep/internal/pbstore"
	"doorstep/internal/setup"
)

// onlyAdministrator says of a member of staff whether nobody would be left who administers what they do: another of the
// whole server, or of one organisation also another of that. Only those count, and only they are held back, who have a
// password and are to go on: no leaving is noted, no other role planned.
const onlyAdministrator = `SELECT coalesce(max(s.id = me.id), 0) = 1 AND count(*) = 1 FROM staff me JOIN staff s
	ON s.role = '` + string(care.ServerAdministrator) + `' OR me.role = '` + string(care.Administrator) + `' AND s.role = me.role AND s.organisation = me.organisation AND me.organisation <> ''
	WHERE me.id = {:staff} AND me.role IN ('` + string(care.Administrator) + `', '` + string(care.ServerAdministrator) + `') AND s.inactive_since = '' AND s.password <> '` + identity.NoPassword + `'
	AND NOT EXISTS (SELECT 1 FROM planned_moves p WHERE p.staff = s.id AND (p.fields ->> 'role' <> s.role OR p.fields ->> 'organisation' <> s.organisation))`

// OnlyAdministrator says whether nobody would be left who administers what somebody does, if they did not any more.
func OnlyAdministrator(ctx context.Context, app core.App, staff string) (only bool, err error) {
	if err := query(ctx, app, onlyAdministrator, dbx.Params{"staff": staff}).Row(&only); err != nil {
		return false, fmt.Errorf("count those who administer beside %s: %w", staff, err)
	}
	return only, nil
}

// onlyAdministratorInTx is the same statement for a transaction of the engine.
var onlyAdministratorInTx = strings.Replace(onlyAdministrator, "{:staff}", "?", 1)

// OnlyAdministrator is [OnlyAdministrator] within a transaction of the engine, where a desk notes that somebody leaves.
func (a *Accounts) OnlyAdministrator(tx *pbstore.Tx, staff string) (only bool, err error) {
	if err := tx.Statements().Row(onlyAdministratorInTx, staff).Scan(&only); err != nil {
		return false, fmt.Errorf("count those who administer beside %s: %w", staff, err)
	}
	return only, nil
}

// BindAdministrators holds what is saved of accounts through PocketBase, by its dashboard too, to the rule that somebody is
// left who administers.
func BindAdministrators(app core.App) {
	check := func(ctx context.Context, tx core.App, was, is care.Viewer) error {
		if !care.LosesAdministration(was, is) {
			return nil
		}
		only, err := OnlyAdministrator(ctx, tx, was.Staff)
		if err == nil && only {
			err = validation.Errors{"role": validation.NewError("last_administrator", strings.TrimSuffix(setup.LastOfThem, "."))}
		}
		return err
	}
	app.OnRecordUpdate(care.StaffName).BindFunc(func(e *core.RecordEvent) error {
		was, is := staffOf(e.Record.Original()), staffOf(e.Record)
		if err := check(e.Context, e.App, was.Viewer(), is.Viewer()); err != nil {
			return err
		}
		return e.Next()
	})
	app.OnRecordDelete(care.StaffName).BindFunc(func(e *core.RecordEvent) error {
		was := staffOf(e.Record)
		if err := check(e.Context, e.App, was.Viewer(), care.Viewer{}); err != nil {
			return err
		}
		return e.Next()
	})
}
