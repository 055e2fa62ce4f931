package pbmeasures

import (
	"database/sql"
	"encoding/json"
	"time"

	"doorstep/internal/columns"
	"doorstep/internal/measures"
	"doorstep/internal/pbstore"
)

const (
	targetColumns = `SELECT id, neighbourhood, measure, aim, by_day, owner, baseline, made_by, made_at, ended_at, ended_by, outcome FROM neighbourhood_targets`
	targetsOf     = targetColumns + ` WHERE neighbourhood = ? ORDER BY made_at DESC, id LIMIT +?`
	targetByID    = targetColumns + ` WHERE id = ?`
	saveTarget    = `INSERT INTO neighbourhood_targets (id, neighbourhood, measure, aim, by_day, owner, baseline, made_by, made_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`
	endTarget     = `UPDATE neighbourhood_targets SET ended_at = ?, ended_by = ?, outcome = ? WHERE id = ?`
	reviewsOf     = `SELECT id, target, at, "by", value, decided, next_on FROM neighbourhood_reviews WHERE target = ? ORDER BY at, id LIMIT +?`
	saveReview    = `INSERT INTO neighbourhood_reviews (id, target, at, "by", value, decided, next_on) VALUES (?, ?, ?, ?, ?, ?, ?)`

	guestColumns = `SELECT id, neighbourhood, staff, made_by, made_at, ended_at FROM neighbourhood_guests`
	guestsOf     = guestColumns + ` WHERE neighbourhood = ? AND ended_at = '' ORDER BY made_at, id LIMIT +?`
	guestsByID   = guestColumns + ` WHERE id = ?`
	letInto      = guestColumns + ` WHERE staff = ? AND ended_at = '' ORDER BY id LIMIT +?`
	saveGuest    = `INSERT INTO neighbourhood_guests (id, neighbourhood, staff, made_by, made_at) VALUES (?, ?, ?, ?, ?)`
	endGuest     = `UPDATE neighbourhood_guests SET ended_at = ?, ended_by = ? WHERE id = ?`

	nameOf = `SELECT name FROM neighbourhoods WHERE id = ? AND retracted = ''`
)

// How many are kept: of targets and of guests of one neighbourhood, of reviews of one target.
const (
	MostTargets = 50
	MostReviews = 50
	MostGuests  = 100
)

// Baseline is what a measure was in the weeks before a target was set.
type Baseline struct {
	Weeks int     `json:"weeks"` // that had a value
	Mean  float64 `json:"mean"`
}

// Target is what a neighbourhood promised itself.
type Target struct {
	ID, Neighbourhood, Measure string
	Aim                        float64
	By                         string // a day
	Owner                      string // the one partner that answers for it
	Baseline                   Baseline
	MadeBy, EndedBy, Outcome   string // outcome: met, missed or dropped
	MadeAt, EndedAt            time.Time
}

// Review is what was decided about a target.
type Review struct {
	ID, Target, By, Decided, NextOn string
	Value                           *float64 // of the last weeks then
	At                              time.Time
}

// Guest is somebody whom a neighbourhood lets read its figures.
type Guest struct {
	ID, Neighbourhood, Staff, MadeBy string
	MadeAt, EndedAt                  time.Time
}

// rows reads, in a transaction or in a snapshot.
type rows func(query string, fn func(*sql.Rows) error, args ...any) error

// Rows keeps targets and guests in a transaction of the store.
type Rows struct{ tx *pbstore.Tx }

// In keeps them in a transaction of the store.
func In(tx *pbstore.Tx) Rows { return Rows{tx} }

func targets(read rows, query string, args ...any) (list []Target, err error) {
	return list, read(query, func(r *sql.Rows) error {
		var t Target
		var baseline, made, ended string
		if err := r.Scan(&t.ID, &t.Neighbourhood, &t.Measure, &t.Aim, &t.By, &t.Owner, &baseline, &t.MadeBy, &made, &ended, &t.EndedBy, &t.Outcome); err != nil {
			return err
		}
		t.MadeAt, t.EndedAt = columns.ParseTime(made), columns.ParseTime(ended)
		err := json.Unmarshal([]byte(baseline), &t.Baseline)
		list = append(list, t)
		return err
	}, args...)
}

func guests(read rows, query string, args ...any) (list []Guest, err error) {
	return list, read(query, func(r *sql.Rows) error {
		var g Guest
		var made, ended string
		err := r.Scan(&g.ID, &g.Neighbourhood, &g.Staff, &g.MadeBy, &made, &ended)
		g.MadeAt, g.EndedAt = columns.ParseTime(made), columns.ParseTime(ended)
		list = append(list, g)
		return err
	}, args...)
}

func reviews(read rows, query, target string) (list []Review, err error) {
	return list, read(query, func(r *sql.Rows) error {
		var v Review
		var at string
		err := r.Scan(&v.ID, &v.Target, &at, &v.By, &v.Value, &v.Decided, &v.NextOn)
		v.At = columns.ParseTime(at)
		list = append(list, v)
		return err
	}, target, MostReviews)
}

// Targets are those of a neighbourhood, the latest first, ended ones too.
func (v Pages) Targets(neighbourhood string) ([]Target, error) {
	return targets(v.Each, targetsOf, neighbourhood, MostTargets)
}

// Reviews are those of a target, in order.
func (v Pages) Reviews(target string) ([]Review, error) { return reviews(v.Each, reviewsOf, target) }

// Guests are those whom a neighbourhood lets in now.
func (v Pages) Guests(neighbourhood string) ([]Guest, error) {
	return guests(v.Each, guestsOf, neighbourhood, MostGuests)
}

// LetInto are the neighbourhoods that let somebody in.
func (v Pages) LetInto(staff string) (list []string, err error) {
	found, err := guests(v.Each, letInto, staff, MostGuests)
	for _, g := range found {
		list = append(list, g.Neighbourhood)
	}
	return list, err
}

// Name is what a neighbourhood is called; "" for none.
func (v Pages) Name(neighbourhood string) (name string, err error) {
	err = v.Each(nameOf, func(r *sql.Rows) error { return r.Scan(&name) }, neighbourhood)
	return name, err
}

func (r Rows) exec(query string, args ...any) error {
	_, err := r.tx.Statements().Exec(query, args...)
	return err
}

// Target is a target by id; nil for none.
func (r Rows) Target(id string) (*Target, error) {
	list, err := targets(r.tx.Statements().Each, targetByID, id)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

// Targets are those of a neighbourhood, the latest first.
func (r Rows) Targets(neighbourhood string) ([]Target, error) {
	return targets(r.tx.Statements().Each, targetsOf, neighbourhood, MostTargets)
}

// Reviews are those of a target, in order.
func (r Rows) Reviews(target string) ([]Review, error) {
	return reviews(r.tx.Statements().Each, reviewsOf, target)
}

// SaveTarget stores a new one.
func (r Rows) SaveTarget(t *Target) error {
	baseline, err := json.Marshal(t.Baseline)
	if err != nil {
		return err
	}
	return r.exec(saveTarget, t.ID, t.Neighbourhood, t.Measure, t.Aim, t.By, t.Owner, string(baseline), t.MadeBy, columns.Stamp(t.MadeAt))
}

// EndTarget notes how it ended.
func (r Rows) EndTarget(t *Target) error {
	return r.exec(endTarget, columns.Stamp(t.EndedAt), t.EndedBy, t.Outcome, t.ID)
}

// SaveReview stores a new one.
func (r Rows) SaveReview(v *Review) error {
	return r.exec(saveReview, v.ID, v.Target, columns.Stamp(v.At), v.By, v.Value, v.Decided, v.NextOn)
}

// Guests are those whom a neighbourhood lets in now.
func (r Rows) Guests(neighbourhood string) ([]Guest, error) {
	return guests(r.tx.Statements().Each, guestsOf, neighbourhood, MostGuests)
}

// Guest is one by id; nil for none.
func (r Rows) Guest(id string) (*Guest, error) {
	list, err := guests(r.tx.Statements().Each, guestsByID, id)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

// SaveGuest lets somebody in, EndGuest no more.
func (r Rows) SaveGuest(g *Guest) error {
	return r.exec(saveGuest, g.ID, g.Neighbourhood, g.Staff, g.MadeBy, columns.Stamp(g.MadeAt))
}

// EndGuest notes that somebody is not let in any more.
func (r Rows) EndGuest(g *Guest, by string) error {
	return r.exec(endGuest, columns.Stamp(g.EndedAt), by, g.ID)
}

// Baseline is the mean of the values of so many weeks before one; of a measure that is charted.
func (v Pages) Baseline(neighbourhood string, m measures.Measure, before measures.Week, weeks int) (b Baseline, err error) {
	list, err := v.Reports(neighbourhood, 1, before-measures.Week(weeks), before-1)
	sum := 0.0
	for _, d := range list {
		if f, ok := d.Whole[m.Code]; ok {
			if x := f.Charted(m.Kind); x != nil && f.Of >= measures.FewerThan {
				sum += *x
				b.Weeks++
			}
		}
	}
	if b.Weeks > 0 {
		b.Mean = sum / float64(b.Weeks)
	}
	return b, err
}
