package pbmeasures

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
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
	// notedIn are people of whom what was noted is so by now: what has a day until which it is no fault is not, before that.
	notedIn = `SELECT DISTINCT patient FROM measure_noted WHERE week = ?1 AND measure = ?2 AND team IN (SELECT value FROM json_each(?3)) AND patient > ?4
		AND (substr(value, 1, 1) NOT IN ('?', '<') OR CAST(substr(value, 2) AS INTEGER) < ?5) ORDER BY patient LIMIT +?6`
	asOf = `SELECT at FROM measure_state`
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

// mostNoted are how many people are read at a time.
const mostNoted = 500

// Noted are the people behind what a measure says did not go as it should in a week, of some teams: after one, in the order of
// their ids, so many of those whom the reader may see. More says that there are more of them.
func (v Pages) Noted(measure string, week measures.Week, teams []string, after string, most int, sees func(patient string) bool) (patients []string, more bool, err error) {
	list := string(care.JSON(teams))
	for {
		var read []string
		if err := each(v.Snapshot, notedIn, func(id string) { read = append(read, id) }, week, measure, list, after, v.Now().Unix(), mostNoted); err != nil {
			return nil, false, err
		}
		for _, id := range read {
			switch {
			case !sees(id):
			case len(patients) == most:
				return patients, true, nil
			default:
				patients = append(patients, id)
			}
		}
		if len(read) < mostNoted {
			return patients, false, nil
		}
		after = read[len(read)-1]
	}
}

// Counts are those of weeks, of every neighbourhood; what is running first, from before them on.
func (v Pages) Counts(from, to measures.Week) (list []measures.Count, err error) {
	if err := countsInto(v.Snapshot, &list, countsRunning, to); err != nil {
		return nil, err
	}
	for w := from; w <= to; w++ {
		n := len(list)
		if err := countsInto(v.Snapshot, &list, countsOfWeek, w); err != nil {
			return nil, err
		}
		for i := n; i < len(list); {
			if slices.Contains(measures.Running, list[i].Measure) {
				list = append(list[:i], list[i+1:]...)
				continue
			}
			i++
		}
	}
	return list, nil
}
