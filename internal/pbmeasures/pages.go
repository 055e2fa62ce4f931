package pbmeasures

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/columns"
	"doorstep/internal/measures"
	"doorstep/internal/pbstore"
)

const (
	reportsOf = `SELECT week, at, body FROM measure_reports WHERE neighbourhood = ? AND weeks = ? AND week >= ? AND week <= ? ORDER BY week`
	openNow   = `SELECT h.to_team, h.class, h.state, h.ack_due, h.act_due, h.raised_at FROM handovers h
		WHERE h.from_team IN (SELECT value FROM json_each(?1)) AND h.state IN ` + care.SQLOpen + ` LIMIT +?2`
	notedIn = `SELECT DISTINCT patient FROM measure_noted WHERE week = ?1 AND measure = ?2 AND team IN (SELECT value FROM json_each(?3)) ORDER BY patient LIMIT +?4`
	asOf    = `SELECT at FROM measure_state`
)

// Pages reads what pages show of figures.
type Pages struct{ *pbstore.Snapshot }

// Of reads in a snapshot.
func Of(v *pbstore.Snapshot) Pages { return Pages{v} }

// Reports are those of a neighbourhood on one week each, or on four, in order.
func (v Pages) Reports(neighbourhood string, length int, from, to measures.Week) (list []measures.Dated, err error) {
	return list, v.Each(reportsOf, func(r *sql.Rows) error {
		var d measures.Dated
		var at string
		var body []byte
		if err := r.Scan(&d.Week, &at, &body); err != nil {
			return err
		}
		list = append(list, d)
		if err := json.Unmarshal(body, &list[len(list)-1].Report); err != nil {
			return fmt.Errorf("read the report of week %d: %w", d.Week, err)
		}
		return nil
	}, neighbourhood, length, from, to)
}

// AsOf is when figures were last brought up to date; zero: never.
func (v Pages) AsOf() (time.Time, error) {
	var at string
	err := v.Row(asOf).Scan(&at)
	return columns.ParseTime(at), err
}

// Open is a handover that somebody sent and nobody has answered.
type Open struct {
	To      string
	Class   care.Class
	Overdue bool // its time to be acknowledged, or to be answered, has run out
	Raised  time.Time
}

// mostOpen are how many are looked at.
const mostOpen = 50_000

// Open lists what teams sent and is open now.
func (v Pages) Open(teams []string) (list []Open, err error) {
	now := columns.Stamp(v.Now())
	return list, v.Each(openNow, func(r *sql.Rows) error {
		var o Open
		var state care.State
		var ack, act, raised string
		err := r.Scan(&o.To, &o.Class, &state, &ack, &act, &raised)
		o.Raised = columns.ParseTime(raised)
		o.Overdue = state.Unanswered() || !state.InHand() && ack != "" && ack < now || act != "" && act < now
		list = append(list, o)
		return err
	}, string(care.JSON(teams)), mostOpen)
}

// Noted are the people behind what a measure says did not go as it should in a week, of some teams; at most so many.
func (v Pages) Noted(measure string, week measures.Week, teams []string, most int) (patients []string, err error) {
	return patients, each(v.Snapshot, notedIn, func(id string) { patients = append(patients, id) }, week, measure, string(care.JSON(teams)), most)
}

// Counts are those of weeks, of every neighbourhood; what was on lists before them first.
func (v Pages) Counts(from, to measures.Week) (list []measures.Count, err error) {
	if err := countsInto(v.Snapshot, &list, countsOfLists, to); err != nil {
		return nil, err
	}
	for w := from; w <= to; w++ {
		n := len(list)
		if err := countsInto(v.Snapshot, &list, countsOfWeek, w); err != nil {
			return nil, err
		}
		for i := n; i < len(list); {
			if list[i].Measure == measures.OnList {
				list = append(list[:i], list[i+1:]...)
				continue
			}
			i++
		}
	}
	return list, nil
}
