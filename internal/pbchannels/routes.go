// Package pbchannels keeps the routes of teams and what leaves by them, in SQL on the transactions and snapshots of
// pbstore.
package pbchannels

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/channel"
	"doorstep/internal/columns"
	"doorstep/internal/pbstore"
)

const (
	routeColumns = `SELECT id, team, place, channel, address, classes, hours, digest, secret, overlap, body, agreed_with, agreed_on, made_at, worked_at, failed_at, failed FROM team_routes`
	routeByID    = routeColumns + ` WHERE id = ? AND ended_at = ''`
	routesOfTeam = routeColumns + ` WHERE team = ? AND ended_at = '' ORDER BY place, id`
	routesOfSome = routeColumns + ` WHERE team IN (SELECT value FROM json_each(?)) AND ended_at = '' ORDER BY team, place, id`
	saveRoute    = `INSERT INTO team_routes (id, team, place, channel, address, classes, hours, digest, secret, overlap, body, agreed_with, agreed_on, made_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET place = excluded.place, address = excluded.address, classes = excluded.classes, hours = excluded.hours,
		digest = excluded.digest, secret = excluded.secret, overlap = excluded.overlap,
		body = excluded.body, agreed_with = excluded.agreed_with, agreed_on = excluded.agreed_on`
	// endOverlapAhead lets the secret before one that was made by a clock that was ahead count no longer than any does.
	endOverlapAhead = `UPDATE team_routes SET overlap = ?1 WHERE overlap > ?1`
	endRoute        = `UPDATE team_routes SET ended_at = ? WHERE id = ?`
	routeWorked     = `UPDATE team_routes SET worked_at = ?, failed = '' WHERE id = ?`
	routeFailed     = `UPDATE team_routes SET failed_at = ?, failed = ? WHERE id = ?`
)

// Route is a route as it is kept, with what became of the last that left by it.
type Route struct {
	channel.Route
	MadeAt   time.Time
	WorkedAt time.Time // when it last took something; zero = never
	FailedAt time.Time // when it last did not; zero = never
	Failed   string    // why, while nothing has worked since; see delivery.WhyOf
}

func scanRoute(r interface{ Scan(...any) error }) (Route, error) {
	var v Route
	var classes, digest, overlap, made, worked, failed string
	if err := r.Scan(&v.ID, &v.Team, &v.Place, &v.Channel, &v.Address, &classes, &v.Hours, &digest, &v.Secret, &overlap, &v.Agreement.Body, &v.Agreement.With, &v.Agreement.On, &made, &worked, &failed, &v.Failed); err != nil {
		return v, err
	}
	v.Overlap, v.MadeAt, v.WorkedAt, v.FailedAt = columns.ParseTime(overlap), columns.ParseTime(made), columns.ParseTime(worked), columns.ParseTime(failed)
	return v, errors.Join(json.Unmarshal([]byte(classes), &v.Classes), json.Unmarshal([]byte(digest), &v.Digest))
}

// each runs a statement that reads, in whatever the caller has.
type each func(query string, fn func(*sql.Rows) error, args ...any) error

func routes(run each, query string, args ...any) (list []Route, err error) {
	err = run(query, func(r *sql.Rows) error {
		route, err := scanRoute(r)
		list = append(list, route)
		return err
	}, args...)
	return list, err
}

func one(run each, id string) (*Route, error) {
	list, err := routes(run, routeByID, id)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

// Tx keeps routes and deliveries within a transaction of the store.
type Tx struct{ *pbstore.Tx }

// In keeps them in a transaction of the store.
func In(tx *pbstore.Tx) Tx { return Tx{tx} }

func (tx Tx) each(query string, fn func(*sql.Rows) error, args ...any) error {
	return tx.Statements().Each(query, fn, args...)
}

func (tx Tx) exec(query string, args ...any) error {
	_, err := tx.Statements().Exec(query, args...)
	return err
}

// Route is a route in force; nil for none.
func (tx Tx) Route(id string) (*Route, error) { return one(tx.each, id) }

// RoutesOf are those of a team, in their order.
func (tx Tx) RoutesOf(team string) ([]Route, error) { return routes(tx.each, routesOfTeam, team) }

// SaveRoute stores a route, new or changed. Of one that is there team and channel stay.
func (tx Tx) SaveRoute(r channel.Route) error {
	return tx.exec(saveRoute, r.ID, r.Team, r.Place, r.Channel, r.Address, string(care.JSON(r.Classes)), string(r.Hours), string(care.JSON(r.Digest)),
		r.Secret, care.Stamp(r.Overlap), string(r.Agreement.Body), r.Agreement.With, r.Agreement.On, care.Stamp(tx.Now()))
}

// EndRoute takes a route away. What waits to leave by it goes another way.
func (tx Tx) EndRoute(id string) error { return tx.exec(endRoute, care.Stamp(tx.Now()), id) }

// NoteTried notes beside a route what came of the last attempt; failed "" = it worked.
func (tx Tx) NoteTried(route, failed string) error {
	if failed == "" {
		return tx.exec(routeWorked, care.Stamp(tx.Now()), route)
	}
	return tx.exec(routeFailed, care.Stamp(tx.Now()), failed, route)
}

// Pages reads what pages show of routes and deliveries, all of one moment.
type Pages struct{ *pbstore.Snapshot }

// Of reads in a snapshot.
func Of(v *pbstore.Snapshot) Pages { return Pages{v} }

// RoutesOf are those of a team, in their order.
func (v Pages) RoutesOf(team string) ([]Route, error) { return routes(v.Each, routesOfTeam, team) }

// RoutesOfTeams are those of each of some teams, in their order.
func (v Pages) RoutesOfTeams(teams []string) (map[string][]Route, error) {
	of := map[string][]Route{}
	list, err := routes(v.Each, routesOfSome, string(care.JSON(teams)))
	for _, r := range list {
		of[r.Team] = append(of[r.Team], r)
	}
	return of, err
}

// RouteIn finds a route in force in the store.
func RouteIn(store *pbstore.Store) channel.Routes {
	return func(ctx context.Context, id string) (found channel.Route, ok bool, err error) {
		err = store.Read(ctx, func(v *pbstore.Snapshot) error {
			route, err := one(v.Each, id)
			if route != nil {
				found, ok = route.Route, true
			}
			return err
		})
		return found, ok, err
	}
}
