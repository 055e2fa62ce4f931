package pbrecords

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/identity"
	"doorstep/internal/setup"
)

// plannedMove is what becomes of an account on a later day. Of somebody whose first day is still to come, it is that day.
type plannedMove struct{ Staff, At, Fields, Planner string }

// writeLater plans a change of an account. A new account is made at once; it can be signed in with from its day on.
func (a *Accounts) writeLater(ctx context.Context, tx core.App, by access.Rights, w setup.Write) error {
	later := w.Set
	if w.New {
		if err := a.write(ctx, tx, by, w, map[string]any{"inactive_since": care.Stamp(care.NotBegun)}); err != nil {
			return err
		}
		later = map[string]any{}
	} else {
		_, was, is, err := stands(ctx, tx, w)
		if err != nil {
			return err
		}
		if err := setup.Decide(by, w.Collection, w.ID, was, is, sight{ctx, tx}); err != nil {
			return err
		}
		if err := mayBePlanned(ctx, tx, w.ID, was); err != nil {
			return err
		}
	}
	if _, err := execute(ctx, tx, `INSERT INTO planned_moves (staff, at, fields, planned_by) VALUES ({:staff}, {:at}, {:fields}, {:by})`,
		dbx.Params{"staff": w.ID, "at": care.Stamp(w.At), "fields": string(care.JSON(later)), "by": by.Staff}); err != nil {
		return err
	}
	return a.audit(tx, by.Viewer, "move_planned", care.StaffName, w.ID, map[string]any{"at": care.Stamp(w.At), "after": later})
}

// mayBePlanned refuses a second plan, which would undo the first unsaid, and one for somebody who has left or is to.
func mayBePlanned(ctx context.Context, tx core.App, staff string, was setup.Values) error {
	if since, _ := was["inactive_since"].(string); since != "" && since != care.Stamp(care.NotBegun) {
		return setup.Problems{{Field: "at", Message: "They leave: take that back first."}}
	}
	at := ""
	err := query(ctx, tx, `SELECT at FROM planned_moves WHERE staff = {:staff}`, dbx.Params{"staff": staff}).Row(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("find what is planned for %s: %w", staff, err)
	}
	return setup.Problems{{Field: "at", Message: "A change is planned for this account already: take it back first."}}
}

// TakeBack implements setup.Administration.
func (a *Accounts) TakeBack(ctx context.Context, by access.Rights, staff string) error {
	return a.app.RunInTransaction(func(tx core.App) error {
		if _, err := administered(ctx, tx, by, staff); err != nil {
			return err
		}
		n, err := execute(ctx, tx, `DELETE FROM planned_moves WHERE staff = {:staff}`, dbx.Params{"staff": staff})
		if err != nil || n == 0 {
			return err
		}
		return a.audit(tx, by.Viewer, "move_taken_back", care.StaffName, staff, struct{}{})
	})
}

// administered finds an account that somebody administers. Error: setup.ErrNotThere.
func administered(ctx context.Context, app core.App, by access.Rights, staff string) (*core.Record, error) {
	r, err := findOne(ctx, app, care.StaffName, staff)
	if errors.Is(err, identity.ErrNotFound) || err == nil && (!by.Administers(r.GetString("organisation")) ||
		r.GetString("role") == string(care.ServerAdministrator) && by.Duty.Administers != care.WholeServer) {
		return nil, setup.ErrNotThere
	}
	return r, err
}

// Invite implements setup.Administration.
func (a *Accounts) Invite(ctx context.Context, by access.Rights, staff string) (string, time.Time, error) {
	r, err := administered(ctx, a.app, by, staff)
	if err != nil {
		return "", time.Time{}, err
	}
	if v := staffOf(r); v.Viewer().Begun() && !v.InactiveSince.IsZero() && !a.now().Before(v.InactiveSince) {
		return "", time.Time{}, identity.ErrInactive
	}
	return a.IssueCode(ctx, by.Viewer, staff)
}

// MoveWhoIsDue makes the planned changes whose day has come, in the name of whoever planned them. One that cannot be made
// any more is dropped, and the audit says why. It returns whose accounts changed.
func (a *Accounts) MoveWhoIsDue(ctx context.Context) (moved []string, err error) {
	var due []plannedMove
	if err := query(ctx, a.app, `SELECT staff, at, fields, planned_by AS planner FROM planned_moves WHERE at <= {:now} ORDER BY at, staff`,
		dbx.Params{"now": care.Stamp(a.now())}).All(&due); err != nil {
		return nil, fmt.Errorf("find planned moves: %w", err)
	}
	for _, m := range due {
		var dropped error
		err := a.app.RunInTransaction(func(tx core.App) error { return a.move(ctx, tx, m) })
		if problems := (setup.Problems{}); errors.Is(err, setup.ErrNotThere) || errors.As(err, &problems) {
			dropped, err = err, nil
		}
		if err == nil && dropped != nil {
			err = a.app.RunInTransaction(func(tx core.App) error { return a.drop(ctx, tx, m, dropped) })
		}
		if err != nil {
			return moved, fmt.Errorf("make the planned change of %s: %w", m.Staff, err)
		}
		if dropped == nil {
			moved = append(moved, m.Staff)
		}
	}
	return moved, nil
}

// move makes one planned change. It was allowed when it was planned; what is looked at again is whether it can be.
func (a *Accounts) move(ctx context.Context, tx core.App, m plannedMove) error {
	n, err := execute(ctx, tx, `DELETE FROM planned_moves WHERE staff = {:staff} AND at = {:at}`, dbx.Params{"staff": m.Staff, "at": m.At})
	if err != nil || n == 0 { // taken back meanwhile
		return err
	}
	w := setup.Write{Collection: care.StaffName, ID: m.Staff, Set: map[string]any{}}
	if err := json.Unmarshal([]byte(m.Fields), &w.Set); err != nil {
		return fmt.Errorf("read what is planned: %w", err)
	}
	if err := setup.Clean(&w); err != nil {
		return err
	}
	r, err := findOne(ctx, tx, care.StaffName, m.Staff)
	if errors.Is(err, identity.ErrNotFound) {
		return setup.ErrNotThere
	}
	if err != nil {
		return err
	}
	v := staffOf(r)
	beside := map[string]any{}
	switch {
	case !v.Viewer().Begun():
		beside["inactive_since"] = nil
	case !v.InactiveSince.IsZero() && !a.now().Before(v.InactiveSince):
		return setup.Problems{{Field: "at", Message: "They have left."}}
	}
	by := access.RightsOf(care.Viewer{Role: care.ServerAdministrator})
	if planner, err := findOne(ctx, tx, care.StaffName, m.Planner); err == nil {
		planned := staffOf(planner)
		by.Viewer = planned.Viewer()
	}
	return a.write(ctx, tx, by, w, beside)
}

// drop notes that a planned change was not made, and why.
func (a *Accounts) drop(ctx context.Context, tx core.App, m plannedMove, why error) error {
	if _, err := execute(ctx, tx, `DELETE FROM planned_moves WHERE staff = {:staff} AND at = {:at}`, dbx.Params{"staff": m.Staff, "at": m.At}); err != nil {
		return err
	}
	return a.audit(tx, care.Viewer{Staff: m.Planner}, "move_dropped", care.StaffName, m.Staff, map[string]any{"why": why.Error()})
}
