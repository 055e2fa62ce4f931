package pbstore

import (
	"database/sql"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/rooms"
	"doorstep/internal/wire"
)

// Leaving is a member of staff who goes.
type Leaving struct {
	Lead  care.Viewer
	Staff string
	At    time.Time // zero = now; may lie ahead
	To    string    // who takes over what can be handed over, "" = nobody yet
	// Visits found by VisitsOf beforehand: no index leads to them, and the writer must not wait
	// for a walk through all visits.
	Visits []string
}

// VisitsOf lists the visits somebody has still to make.
func (v *Snapshot) VisitsOf(staff string) ([]string, error) {
	ids := []string{}
	err := v.each(`SELECT id FROM visits WHERE staff = ? AND status IN ('planned', 'in_progress') AND retracted = '' ORDER BY planned_start, id LIMIT ?`,
		func(r *sql.Rows) error {
			var id string
			err := r.Scan(&id)
			ids = append(ids, id)
			return err
		}, staff, hangingMost)
	return ids, err
}

// Hanging is what still hangs on a leaver: nobody else will do it unless a lead decides.
type Hanging struct {
	Visits    []HangingVisit `json:"visits"`    // planned or under way
	Handovers []string       `json:"handovers"` // open, and theirs to answer
	People    []string       `json:"people"`    // on their own caseload
	Unsent    int64          `json:"unsent"`    // changes their phones still held when last heard of
}

// HangingVisit is a visit somebody has to make.
type HangingVisit struct {
	ID           string `json:"id"`
	Patient      string `json:"patient"`
	PlannedStart string `json:"planned_start,omitempty"`

	team string
}

// Left is what became of a leaver.
type Left struct {
	Staff         string      `json:"staff"`
	InactiveSince string      `json:"inactive_since"`
	Devices       []DeviceRow `json:"devices"`
	Moved         Handed      `json:"moved"`
	Left          Hanging     `json:"left"`
}

// Handed counts what a colleague took over.
type Handed struct {
	Visits    int `json:"visits"`
	Handovers int `json:"handovers"`
	People    int `json:"people"`
}

// hangingMost bounds each list of the answer; a leaver with more has a problem of another kind.
const hangingMost = 500

// Leave notes that somebody leaves. From then on their phones hand in what they hold and get
// nothing, and what can be handed over goes to a colleague. It may be asked again, with a
// colleague for what was left. Refusals are *wire.Error.
func (tx *Tx) Leave(l Leaving) (left Left, err error) {
	v, ok := tx.Staff(l.Staff)
	if !ok || !tx.store.LooksAfter(l.Lead, l.Staff) {
		return left, wire.Fail(http.StatusNotFound, "not_found", wire.RetryNever, "There is no such member of staff among those you look after.")
	}
	if l.Staff == l.Lead.Staff {
		return left, wire.Fail(http.StatusConflict, "yourself", wire.RetryNever, "Somebody else has to note that you leave.")
	}
	if l.To != "" && (l.To == l.Staff || !tx.takesOver(l)) {
		return left, wire.Fail(http.StatusNotFound, "not_found", wire.RetryNever, "There is no such colleague among those you look after.")
	}
	since := l.At
	if since.IsZero() || since.Before(tx.now) {
		since = tx.now
	}
	if !v.InactiveSince.IsZero() && v.InactiveSince.Before(since) {
		since = v.InactiveSince // noted before
	} else if _, err := tx.exec(`UPDATE staff SET inactive_since = ? WHERE id = ?`, columnStamp(since), l.Staff); err != nil {
		return left, err
	}
	left.Staff, left.InactiveSince = l.Staff, care.Stamp(since)
	if !since.After(tx.now) {
		if left.Devices, err = tx.DrainDevices(l.Staff); err != nil {
			return left, err
		}
	}
	if l.To != "" {
		if left.Moved, err = tx.handOver(l); err != nil {
			return left, err
		}
	}
	left.Left, err = tx.hanging(l.Staff, l.Visits)
	return left, err
}

func (tx *Tx) takesOver(l Leaving) bool {
	v, ok := tx.Staff(l.To)
	return ok && tx.store.LooksAfter(l.Lead, l.To) && (v.InactiveSince.IsZero() || v.InactiveSince.After(tx.now))
}

// hanging lists what is still a leaver's.
func (tx *Tx) hanging(staff string, visits []string) (Hanging, error) {
	return hanging(tx, tx.now, staff, visits)
}

// reader is a transaction or a snapshot.
type reader interface {
	each(query string, fn func(*sql.Rows) error, args ...any) error
	row(query string, args ...any) *sql.Row
}

func hanging(r reader, now time.Time, staff string, visits []string) (h Hanging, err error) {
	h.Handovers, h.People, h.Visits = []string{}, []string{}, []HangingVisit{}
	ids, err := json.Marshal(visits)
	if err != nil {
		return h, err
	}
	err = r.each(`SELECT id, patient, team, planned_start || '' FROM visits WHERE id IN (SELECT value FROM json_each(?)) AND staff = ?
		AND status IN ('planned', 'in_progress') AND retracted = '' ORDER BY planned_start, id`,
		func(rows *sql.Rows) error {
			var v HangingVisit
			err := rows.Scan(&v.ID, &v.Patient, &v.team, &v.PlannedStart)
			v.PlannedStart = wireTime(v.PlannedStart)
			h.Visits = append(h.Visits, v)
			return err
		}, string(ids), staff)
	if err != nil {
		return h, err
	}
	if h.Handovers, err = texts(r, `SELECT id FROM handovers WHERE owner = ? AND state NOT IN `+closedStates+` ORDER BY id LIMIT ?`, staff, hangingMost); err != nil {
		return h, err
	}
	if h.People, err = texts(r, `SELECT DISTINCT patient FROM caseload WHERE staff = ? AND ("to" = '' OR "to" > ?) ORDER BY patient LIMIT ?`, staff, columnStamp(now), hangingMost); err != nil {
		return h, err
	}
	err = r.row(`SELECT coalesce(sum(outbox_count), 0) FROM devices WHERE staff = ? AND state IN ('active', 'draining')`, staff).Scan(&h.Unsent)
	return h, err
}

func texts(r reader, query string, args ...any) ([]string, error) {
	list := []string{}
	err := r.each(query, func(rows *sql.Rows) error {
		var s string
		err := rows.Scan(&s)
		list = append(list, s)
		return err
	}, args...)
	return list, err
}

// handOver gives a colleague what they may have: visits of the lead's teams, handovers that
// stand with a team of theirs if they may answer one, people held by name.
func (tx *Tx) handOver(l Leaving) (moved Handed, err error) {
	h, err := tx.hanging(l.Staff, l.Visits)
	if err != nil {
		return moved, err
	}
	to, _ := tx.Staff(l.To)
	teams := tx.store.DeskTeams(l.Lead)
	var visits []string
	for _, v := range h.Visits {
		if slices.Contains(teams, v.team) || v.team == "" {
			visits = append(visits, v.ID)
		}
	}
	if moved.Visits, err = rooms.Of(tx).TakeIn.ReassignVisits(visits, l.To, l.Lead); err != nil {
		return moved, err
	}
	for _, id := range h.Handovers {
		tx.Next()
		done, err := rooms.Of(tx).Arrange.Reassign(id, l.Staff, to, l.Lead.Staff)
		if err != nil {
			return moved, err
		}
		if done {
			moved.Handovers++
		}
	}
	if len(h.People) == 0 || care.DutyOf(to.Role).Reach == care.Nobody {
		return moved, nil
	}
	m, err := tx.MovePeople(Move{Lead: l.Lead, Patients: h.People, FromStaff: l.Staff, ToStaff: l.To, Reason: "taken over from a leaver", Leave: true})
	moved.People = m.People
	return moved, err
}

// Queues are the counts a desk opens with.
type Queues struct {
	NoDestination int64 `json:"no_destination"`
	CallNeeded    int64 `json:"call_needed"`
	Overdue       int64 `json:"overdue"`
	Open          int64 `json:"open"`
	Issues        int64 `json:"issues"`
	IssuesOverdue int64 `json:"issues_overdue"`
	SilentDevices int64 `json:"silent_devices"`
}

// Queues counts what waits for a desk: handovers its teams have or sent, issues they own, phones
// of their staff.
func (v *Snapshot) Queues(viewer *access.Access) (q Queues, err error) {
	teams, err := json.Marshal(viewer.DeskTeams())
	if err != nil {
		return q, err
	}
	staff, err := json.Marshal(viewer.MemberIDs())
	if err != nil {
		return q, err
	}
	now := columnStamp(v.store.now())
	open := `state NOT IN ` + closedStates
	err = v.row(`WITH mine AS (
		SELECT id FROM handovers WHERE to_team IN (SELECT value FROM json_each(?1)) AND `+open+`
		UNION SELECT id FROM handovers WHERE from_team IN (SELECT value FROM json_each(?1)) AND from_team <> '' AND `+open+`)
		SELECT count(*), coalesce(sum(state = 'no_destination'), 0), coalesce(sum(state = 'call_needed'), 0),
			coalesce(sum(state = 'failed' OR (`+dueColumn+`) <> '' AND (`+dueColumn+`) <= ?2), 0)
		FROM handovers WHERE id IN (SELECT id FROM mine)`, string(teams), now).Scan(&q.Open, &q.NoDestination, &q.CallNeeded, &q.Overdue)
	if err != nil {
		return q, err
	}
	err = v.row(`SELECT count(*), coalesce(sum(due_at <> '' AND due_at <= ?2), 0) FROM (
		SELECT due_at FROM conflicts WHERE state = 'open' AND owner_team IN (SELECT value FROM json_each(?1))
		UNION ALL SELECT due_at FROM quarantine WHERE state = 'open' AND owner_team IN (SELECT value FROM json_each(?1)))`,
		string(teams), now).Scan(&q.Issues, &q.IssuesOverdue)
	if err != nil {
		return q, err
	}
	err = v.row(`SELECT count(*) FROM devices WHERE staff IN (SELECT value FROM json_each(?1)) AND state IN ('active', 'draining') AND last_seen < ?2`,
		string(staff), columnStamp(v.store.now().Add(-SilentAfter))).Scan(&q.SilentDevices)
	return q, err
}
