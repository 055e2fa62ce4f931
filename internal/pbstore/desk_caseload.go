package pbstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/wire"
)

// CaseloadRow is one holding of a person by a team or by one member of staff.
type CaseloadRow struct {
	ID               string        `json:"id"`
	Patient          access.Person `json:"patient"`
	Team             *care.Named   `json:"team"`
	Staff            *care.Named   `json:"staff"`
	From             string        `json:"from,omitempty"`
	To               string        `json:"to,omitempty"`
	Reason           string        `json:"reason,omitempty"`
	Cohort           string        `json:"cohort,omitempty"`
	ContactEveryDays *int64        `json:"contact_every_days,omitempty"`
	// State: now, later or ended.
	State string `json:"state"`

	patient, team, staff string
	from, to             time.Time
}

// CaseloadQuery is one page of a caseload: of a person, or of a team, or of a member of staff.
type CaseloadQuery struct {
	Access               *access.Access
	Patient, Team, Staff string
	Ended                bool // also what is over
	After                string
	Limit                int
}

const caseloadSelect = `SELECT c.id, c.patient, c.team, c.staff, c."from", c."to", c.reason, c.cohort, c.contact_every_days FROM caseload c`

// Caseload reads one page, by id. The route has checked that the viewer may see it.
func (v *Snapshot) Caseload(q CaseloadQuery) (rows []CaseloadRow, more bool, err error) {
	where, of := `c.patient = ?1`, q.Patient
	switch {
	case q.Team != "":
		where, of = `c.team = ?1 AND c.team <> ''`, q.Team
	case q.Staff != "":
		where, of = `c.staff = ?1 AND c.staff <> ''`, q.Staff
	}
	if !q.Ended {
		where += ` AND (c."to" = '' OR c."to" > ?2)`
	}
	now := v.store.now()
	teams, staff, err := v.holders(q.Access)
	if err != nil {
		return nil, false, err
	}
	if !q.Access.Clinical() { // who else visits is not for a voluntary service
		where += ` AND (` + heldByThem + `)`
	}
	err = v.each(caseloadSelect+` WHERE `+where+` AND c.id > ?3 ORDER BY c.id LIMIT ?4`, func(r *sql.Rows) error {
		row, err := scanCaseload(r)
		rows = append(rows, row)
		return err
	}, of, columnStamp(now), q.After, q.Limit+1, teams, staff)
	if err != nil {
		return nil, false, err
	}
	if more = len(rows) > q.Limit; more {
		rows = rows[:q.Limit]
	}
	ids := make([]string, len(rows))
	for i := range rows {
		ids[i] = rows[i].patient
	}
	people, err := v.People(ids)
	for i := range rows {
		rows[i].name(v.store, now, q.Access, people[rows[i].patient])
	}
	return rows, more, err
}

// heldByThem: the holder is one of the teams ?5 or of the staff ?6.
const heldByThem = `c.team <> '' AND c.team IN (SELECT value FROM json_each(?5)) OR c.staff <> '' AND c.staff IN (SELECT value FROM json_each(?6))`

// holders are the teams and the staff whose caseloads are a desk's, each as a JSON list.
func (v *Snapshot) holders(viewer *access.Access) (teams, staff string, err error) {
	t, err := json.Marshal(viewer.DeskTeams())
	if err != nil {
		return "", "", err
	}
	m, err := json.Marshal(viewer.MemberIDs())
	return string(t), string(m), err
}

func scanCaseload(r interface{ Scan(...any) error }) (CaseloadRow, error) {
	var c CaseloadRow
	var from, to string
	var every sql.NullInt64
	err := r.Scan(&c.ID, &c.patient, &c.team, &c.staff, &from, &to, &c.Reason, &c.Cohort, &every)
	c.from, c.to = parseColumnTime(from), parseColumnTime(to)
	if every.Valid {
		c.ContactEveryDays = &every.Int64
	}
	return c, err
}

// name fills in what people read.
func (c *CaseloadRow) name(s *Store, now time.Time, v *access.Access, p *care.Record) {
	c.Patient = v.SeePerson(access.FullView, c.patient, p)
	c.Team, c.Staff = s.NamedTeam(c.team), s.NamedStaff(c.staff)
	c.From, c.To, c.State = care.Stamp(c.from), care.Stamp(c.to), "now"
	switch {
	case c.from.After(now):
		c.State = "later"
	case !c.to.IsZero() && !c.to.After(now):
		c.State = "ended"
	}
}

// Assignment puts a person on the caseload of a team or of one member of staff, from a time
// (zero = now) to a time (zero = until further notice): a cover is one that ends by itself.
type Assignment struct {
	Lead                 care.Viewer
	Patient, Team, Staff string
	From, To             time.Time
	Reason, Cohort       string
	ContactEveryDays     *int64
}

// Reached is what a change of a caseload does to phones: whom it takes people away from, and who
// gets them.
type Reached struct {
	Purges    Effect `json:"purges"`
	Backfills Effect `json:"backfills"`
}

// Effect counts one side of it. Records are those of the people concerned, once each.
type Effect struct {
	People  int   `json:"people"`
	Staff   int   `json:"staff"`
	Devices int   `json:"devices"`
	Records int64 `json:"records"`

	staff map[string]bool
}

// Assign adds a row to a caseload. One that is there already, the same to the minute of its
// end, is answered as it is. Refusals are *wire.Error.
func (tx *Tx) Assign(a Assignment) (row CaseloadRow, made bool, reached Reached, err error) {
	person, err := tx.mayAssign(a)
	if err != nil {
		return row, false, reached, err
	}
	if a.From.IsZero() || a.From.Before(tx.now) {
		a.From = tx.now
	}
	if !a.To.IsZero() && !a.To.After(a.From) {
		return row, false, reached, wire.Fail(http.StatusBadRequest, "invalid", wire.RetryAfterFix, "to must be later than from, and ahead of us.")
	}
	have, err := tx.caseloadOf(a.Patient)
	if err != nil {
		return row, false, reached, err
	}
	for _, c := range have {
		if c.team == a.Team && c.staff == a.Staff && c.to.Equal(a.To) && !c.from.After(a.From) {
			return c, false, reached, nil
		}
	}
	row, err = tx.addAssignment(person, a, &reached)
	return row, true, reached, err
}

// addAssignment writes the row of an assignment that was checked, and adds to reached what it does.
func (tx *Tx) addAssignment(person *care.Record, a Assignment, reached *Reached) (row CaseloadRow, err error) {
	err = tx.moving(person, a.From, reached, func() error {
		row = CaseloadRow{ID: tx.NewID(), Reason: a.Reason, Cohort: a.Cohort, ContactEveryDays: a.ContactEveryDays,
			patient: a.Patient, team: a.Team, staff: a.Staff, from: a.From, to: a.To}
		return tx.addCaseload(row)
	})
	return row, err
}

// mayAssign: a lead shares or gives away people they hold; others they may only take in where
// nobody holds them, or where a handover about them stands with their team.
func (tx *Tx) mayAssign(a Assignment) (*care.Record, error) {
	person, err := tx.Patient(a.Patient)
	if err != nil {
		return nil, err
	}
	notThere := wire.Fail(http.StatusNotFound, "not_found", wire.RetryNever, "There is no such person, team or member of staff for you.")
	if person == nil || (a.Team == "") == (a.Staff == "") {
		return nil, notThere
	}
	own := slices.Contains(tx.store.DeskTeams(a.Lead), a.Team) && a.Team != "" || a.Staff != "" && tx.store.LooksAfter(a.Lead, a.Staff)
	if err := tx.carries(a); err != nil {
		return nil, err
	}
	if now, _ := tx.Holds(a.Lead, a.Patient, tx.now); now || tx.overseen(a.Lead, a.Patient) {
		if own || care.DutyOf(a.Lead.Role).View == care.Clinical {
			return person, nil
		}
		return nil, notThere
	}
	if !own {
		return nil, notThere
	}
	free, err := tx.free(a.Patient)
	if err != nil || free {
		return person, err
	}
	asked, err := tx.askedOf(a.Lead, a.Patient)
	if err == nil && !asked {
		err = notThere
	}
	return person, err
}

// carries checks that the holder exists and that holding a person means something for them.
func (tx *Tx) carries(a Assignment) error {
	if a.Team != "" {
		if _, ok := tx.Directory().Team(a.Team); !ok {
			return wire.Fail(http.StatusNotFound, "not_found", wire.RetryNever, "There is no such person, team or member of staff for you.")
		}
		return nil
	}
	v, ok := tx.Staff(a.Staff)
	if !ok || !v.InactiveSince.IsZero() && !v.InactiveSince.After(tx.now) {
		return wire.Fail(http.StatusNotFound, "not_found", wire.RetryNever, "There is no such person, team or member of staff for you.")
	}
	if care.DutyOf(v.Role).Reach == care.Nobody {
		return wire.Fail(http.StatusConflict, "no_caseload", wire.RetryAfterFix, "Somebody in this role holds no people.")
	}
	return nil
}

// overseen: the end of the chain moves anybody whom a team of the neighbourhood holds.
func (tx *Tx) overseen(v care.Viewer, patient string) bool {
	if !care.DutyOf(v.Role).Chain {
		return false
	}
	teams := tx.store.DeskTeams(v)
	return slices.ContainsFunc(tx.Teams(patient), func(t string) bool { return slices.Contains(teams, t) })
}

// free: nobody holds the person, now or later.
func (tx *Tx) free(patient string) (bool, error) {
	rows, err := tx.caseloadOf(patient)
	return len(rows) == 0, err
}

// askedOf: an open handover about the person stands with a team of the viewer's.
func (tx *Tx) askedOf(v care.Viewer, patient string) (bool, error) {
	teams, err := json.Marshal(v.Teams)
	if err != nil {
		return false, err
	}
	var n int
	err = tx.row(`SELECT count(*) FROM handovers WHERE patient = ? AND state NOT IN `+closedStates+` AND to_team IN (SELECT value FROM json_each(?))`,
		patient, string(teams)).Scan(&n)
	return n > 0, err
}

// caseloadOf reads the rows of a person that are not over.
func (tx *Tx) caseloadOf(patient string) ([]CaseloadRow, error) {
	var rows []CaseloadRow
	err := tx.each(caseloadSelect+` WHERE c.patient = ?1 AND (c."to" = '' OR c."to" > ?2) ORDER BY c.id`, func(r *sql.Rows) error {
		c, err := scanCaseload(r)
		rows = append(rows, c)
		return err
	}, patient, columnStamp(tx.now))
	return rows, err
}

func (tx *Tx) addCaseload(c CaseloadRow) error {
	var every any
	if c.ContactEveryDays != nil {
		every = *c.ContactEveryDays
	}
	_, err := tx.exec(`INSERT INTO caseload (id, patient, team, staff, "from", "to", reason, cohort, contact_every_days) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		c.ID, c.patient, c.team, c.staff, columnStamp(c.from), columnStamp(c.to), c.Reason, c.Cohort, every)
	return err
}

// endCaseload ends a row at a time; one that has not begun by then never does.
func (tx *Tx) endCaseload(c CaseloadRow, at time.Time) error {
	if c.from.After(at) {
		at = c.from
	}
	_, err := tx.exec(`UPDATE caseload SET "to" = ? WHERE id = ?`, columnStamp(at), c.ID)
	return err
}

// EndAssignment ends a row of a caseload at a time, zero = now. A lead ends what their own teams
// and staff hold, and covers of people they hold. Refusals are *wire.Error.
func (tx *Tx) EndAssignment(lead care.Viewer, id string, at time.Time) (row CaseloadRow, reached Reached, err error) {
	row, err = scanCaseload(tx.row(caseloadSelect+` WHERE c.id = ?`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return row, reached, wire.Fail(http.StatusNotFound, "not_found", wire.RetryNever, "There is no such row of a caseload for you.")
	}
	if err != nil {
		return row, reached, err
	}
	holds, _ := tx.Holds(lead, row.patient, tx.now)
	own := row.team != "" && slices.Contains(tx.store.DeskTeams(lead), row.team) || row.staff != "" && tx.store.LooksAfter(lead, row.staff)
	if !own && (!holds || row.to.IsZero()) {
		return row, reached, wire.Fail(http.StatusNotFound, "not_found", wire.RetryNever, "There is no such row of a caseload for you.")
	}
	if at.IsZero() || at.Before(tx.now) {
		at = tx.now
	}
	if !row.to.IsZero() && !row.to.After(at) {
		return row, reached, nil // it ends before that anyway
	}
	person, err := tx.Patient(row.patient)
	if err != nil {
		return row, reached, err
	}
	err = tx.moving(person, at, &reached, func() error { return tx.endCaseload(row, at) })
	row.to = at
	if row.from.After(at) {
		row.to = row.from
	}
	return row, reached, err
}

// NamedCaseload fills in what people read about a row that was just written.
func (s *Store) NamedCaseload(ctx context.Context, v *access.Access, row CaseloadRow) (CaseloadRow, error) {
	err := s.Read(ctx, func(view *Snapshot) error {
		people, err := view.People([]string{row.patient})
		row.name(s, s.now(), v, people[row.patient])
		return err
	})
	return row, err
}

// MayReadCaseload: of a team or member of staff the viewer looks after; of a person whom they, or
// for the end of the chain a team of the neighbourhood, hold. The error is a *wire.Error.
func (s *Store) MayReadCaseload(q CaseloadQuery) error {
	asked := 0
	for _, id := range []string{q.Patient, q.Team, q.Staff} {
		if id != "" {
			asked++
		}
	}
	if asked != 1 {
		return wire.Fail(http.StatusBadRequest, "invalid", wire.RetryAfterFix, "Ask for a patient, a team or a member of staff, one of them.")
	}
	mine := q.Team != "" && slices.Contains(q.Access.DeskTeams(), q.Team) || q.Staff != "" && q.Access.LooksAfter(q.Staff) ||
		q.Patient != "" && (q.Access.Holds(q.Patient) || q.Access.Oversees(q.Patient))
	if !mine {
		return wire.Fail(http.StatusNotFound, "not_found", wire.RetryNever, "There is no such caseload among those you look after.")
	}
	return nil
}
