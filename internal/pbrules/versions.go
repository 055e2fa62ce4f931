package pbrules

import (
	"database/sql"
	"fmt"

	"doorstep/internal/care"
	"doorstep/internal/pbstore"
	"doorstep/internal/rulebook"
	"doorstep/internal/rules"
)

const (
	versionColumns = `SELECT id, code, version, title, collection, "trigger", unless, coalesce(CAST(window_days AS INTEGER), 0), class, destination, ask, state, owner, approved_by, review_on,
		coalesce(CAST(cases AS TEXT), '') FROM handover_rules`
	versionByID  = versionColumns + ` WHERE id = ?`
	versionsOf   = versionColumns + ` WHERE code = ? AND state IN ('active', 'shadow') ORDER BY version`
	versionsKept = versionColumns + ` WHERE state IN ('active', 'shadow') ORDER BY code, version`
	lastVersion  = `SELECT coalesce(max(CAST(version AS INTEGER)), 0) FROM handover_rules WHERE code = ?`
	addVersion   = `INSERT INTO handover_rules (id, code, version, title, collection, "trigger", unless, window_days, class, destination, ask, state, owner, approved_by, review_on, cases)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	setVersion = `UPDATE handover_rules SET state = ?, approved_by = ? WHERE id = ?`
)

type each func(query string, fn func(*sql.Rows) error, args ...any) error

func versions(read each, query string, args ...any) (list []rulebook.Entry, err error) {
	err = read(query, func(r *sql.Rows) error {
		var e rulebook.Entry
		var cases string
		if err := r.Scan(&e.ID, &e.Code, &e.Version, &e.Title, &e.Collection, &e.Trigger, &e.Unless, &e.Days, &e.Class, &e.Destination, &e.Ask, &e.State, &e.Owner, &e.ApprovedBy,
			&e.ReviewOn, &cases); err != nil {
			return err
		}
		if e.Cases, err = rules.ReadCases([]byte(cases)); err != nil {
			e.Cases = nil // somebody spoiled them past the server: the rule runs without
		}
		list = append(list, e)
		return nil
	}, args...)
	return list, err
}

// Versions keeps versions of rules in a transaction of the store; it implements rulebook.Versions. The engine takes in what is
// written there, as it takes in what the dashboard writes.
type Versions struct{ tx *pbstore.Tx }

// In keeps rules in a transaction of the store.
func In(tx *pbstore.Tx) Versions { return Versions{tx} }

// Version implements rulebook.Versions.
func (s Versions) Version(id string) (*rulebook.Entry, error) {
	list, err := versions(s.tx.Statements().Each, versionByID, id)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

// Versions implements rulebook.Versions.
func (s Versions) Versions(code string) ([]rulebook.Entry, error) {
	return versions(s.tx.Statements().Each, versionsOf, code)
}

// Last implements rulebook.Versions.
func (s Versions) Last(code string) (last int, err error) {
	return last, s.tx.Statements().Row(lastVersion, code).Scan(&last)
}

// Add implements rulebook.Versions.
func (s Versions) Add(e rulebook.Entry) error {
	var window any
	if e.Days > 0 {
		window = fmt.Sprint(e.Days)
	}
	_, err := s.tx.Statements().Exec(addVersion, e.ID, e.Code, fmt.Sprint(e.Version), e.Title, e.Collection, e.Trigger, e.Unless, window, string(e.Class), e.Destination, e.Ask, e.State, e.Owner,
		e.ApprovedBy, e.ReviewOn, string(care.JSON(e.Cases)))
	return err
}

// SetState implements rulebook.Versions.
func (s Versions) SetState(id, state, approvedBy string) error {
	_, err := s.tx.Statements().Exec(setVersion, state, approvedBy, id)
	return err
}

// Kept lists the rules in force and in shadow.
func (v Pages) Kept() ([]rulebook.Entry, error) { return versions(v.Each, versionsKept) }

// Version is one version of a rule; nil when there is none.
func (v Pages) Version(id string) (*rulebook.Entry, error) {
	list, err := versions(v.Each, versionByID, id)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}
