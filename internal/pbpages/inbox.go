package pbpages

import (
	"database/sql"
	"slices"
	"strings"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/columns"
)

// InboxQuery is one page of an inbox.
type InboxQuery struct {
	Access *access.Access
	Side   string // access.Received or access.Sent
	Team   string // one of the viewer's teams, "" = all
	States []string
	Class  string
	Mine   bool // only what the viewer owns or acknowledged
	// From and To bound when it was closed; To is the first moment that is too late, zero = no bound.
	From, To time.Time
	// Match says which of what is closed are wanted, nil = all. Then a page is what was found among so many, and
	// may be shorter than its limit though more follow.
	Match func(*InboxRow) bool
	After *InboxKey
	Limit int
}

// InboxKey is a place in the order of an inbox: what is open first, of that the emergencies, then what is overdue,
// then by class, then by age, oldest first; of what is closed the latest first. Now is the moment by
// which the first page decided what is overdue, so that no row moves between two pages.
type InboxKey struct {
	Now    string  `json:"n"`
	Closed int     `json:"c"`
	Calm   int     `json:"e"` // 0 for an emergency
	InTime int     `json:"o"`
	Rank   int     `json:"r"`
	Age    float64 `json:"a"`
	At     string  `json:"t,omitempty"` // when it was closed, as it lies in a column
	ID     string  `json:"i"`
}

// InboxRow is a handover with the person it is about.
type InboxRow struct {
	Record  *care.Record
	Person  *care.Record // nil where there is none
	Overdue bool
	Due     string // the next deadline as a wire time, "" for none
	// Given: the viewer's team only gave it away, handing it on or declining it, before it was closed.
	Given bool
	// ClosedAt as a wire time and ClosedBy, "" while it is open; closed by nobody, it was the server.
	ClosedAt, ClosedBy string
	Key                InboxKey
}

// InboxPage is what a page of an inbox holds. After Last the next one goes on, where there is More.
type InboxPage struct {
	Rows []InboxRow
	More bool
	Last InboxKey
}

// dueColumn is handover.Due in SQL.
const dueColumn = `CASE WHEN state IN ` + care.SQLInHand + ` THEN act_due
	WHEN state IN ` + care.SQLOffTheClock + ` THEN ''
	WHEN ack_due = '' THEN act_due WHEN act_due = '' THEN ack_due ELSE min(ack_due, act_due) END`

// keyColumns are the order of what is open in an inbox; ? is now.
const keyColumns = `class <> 'E' AS calm, ` + dueColumn + ` AS due,
	NOT (state = 'failed' OR (` + dueColumn + ` <> '' AND ` + dueColumn + ` <= ?)) AS in_time,
	CASE WHEN class = 'E' THEN 0 WHEN class IN ('U2', 'SG') THEN 1 WHEN class = 'SD' THEN 2 WHEN class = 'R' THEN 3 ELSE 4 END AS rank,
	coalesce(unixepoch(raised_at, 'subsec'), 0) AS age`

// visible says which handovers a viewer sees from a side.
//
// A team that a handover was escalated away from for want of an answer still sees it, and may
// still answer it, until somebody takes it in hand elsewhere: such handovers stand with a
// coordination team, which has few that are open. CROSS JOIN keeps the order: SQLite would begin with the
// events, of which there are ever more.
const (
	// escalatedFrom is the team that an event says something was escalated from; none where nobody can read what it says.
	escalatedFrom   = `CASE WHEN json_valid(CAST(e.detail AS TEXT)) THEN CAST(e.detail AS TEXT) ->> 'from' END`
	visibleReceived = `(to_team IN (SELECT value FROM json_each(?1)) OR id IN (
		SELECT o.id FROM teams t CROSS JOIN handovers o ON o.to_team = t.id CROSS JOIN handover_events e ON e.handover = o.id
		WHERE t.kind = 'coordination' AND o.state IN ` + care.SQLOpen + ` AND e.kind = 'escalated'
		AND ` + escalatedFrom + ` IN (SELECT value FROM json_each(?1))
		AND NOT EXISTS (SELECT 1 FROM handover_events l WHERE l.handover = o.id AND
			(l.kind = 'handed_on' AND l.version > e.version OR l.kind = 'declined' AND l.team = ` + escalatedFrom + `))))`
	visibleSent = `(from_team IN (SELECT value FROM json_each(?1)) OR from_team IN (SELECT value FROM json_each(?2)) AND from_staff = ?3)`
)

// Inbox reads one page: of what is open, which is as much as people have in hand, and then of what is
// closed.
func (v Pages) Inbox(q InboxQuery) (page InboxPage, err error) {
	now := columns.Stamp(v.Now())
	if q.After != nil {
		now = q.After.Now
	}
	var open, closed []string
	for _, s := range q.States {
		if care.State(s).Closed() {
			closed = append(closed, s)
		} else {
			open = append(open, s)
		}
	}
	if len(open) > 0 && (q.After == nil || q.After.Closed == 0) {
		if page.Rows, err = v.open(&q, open, now); err != nil {
			return page, err
		}
	}
	if page.More = len(page.Rows) > q.Limit; page.More {
		page.Rows = page.Rows[:q.Limit]
	} else if len(closed) > 0 {
		if err = v.closed(&q, closed, &page); err != nil {
			return page, err
		}
	}
	for i := range page.Rows {
		page.Rows[i].Key.Now = now
	}
	if n := len(page.Rows); n > 0 && page.Last.ID == "" {
		page.Last = page.Rows[n-1].Key
	}
	page.Last.Now = now
	return page, nil
}

// open reads what stands open, one more than a page at most.
func (v Pages) open(q *InboxQuery, states []string, now string) (rows []InboxRow, err error) {
	where, args := q.inStates(states)
	after := InboxKey{Calm: -1}
	if q.After != nil {
		after = *q.After
	}
	args = append(args, now, after.Calm, after.InTime, after.Rank, after.Age, after.ID, q.Limit+1)
	err = v.Each(inboxPage(where), func(r *sql.Rows) error {
		row, err := v.scanInbox(r)
		rows = append(rows, row)
		return err
	}, args...)
	return rows, err
}

// inStates gives the condition with the parameters ?1 to ?3.
func (q *InboxQuery) inStates(open []string) (string, []any) {
	teams, own := q.reach()
	where := visibleReceived
	if q.Side == access.Sent {
		where = visibleSent
	}
	states := make([]string, 0, len(open))
	for _, s := range open { // each is one of care.States, checked by the route
		states = append(states, "'"+s+"'")
	}
	where += ` AND state IN (` + strings.Join(states, ", ") + `)`
	if q.Class != "" {
		where += ` AND class = '` + q.Class + `'` // one of care.Classes
	}
	if q.Mine {
		where += ` AND (owner = ?3 OR acknowledged_by = ?3)`
	}
	return where, []any{jsonList(teams), jsonList(own), q.Access.Staff}
}

// reach are the teams whose handovers a query is about, and those of whose only the viewer's own: a
// safeguarding concern names no team of its sender.
func (q *InboxQuery) reach() (teams, own []string) {
	teams = q.Access.InboxTeams()
	if q.Side == access.Sent {
		teams = q.Access.SentTeams()
	}
	return sortedSet(narrow(teams, q.Team)), sortedSet(narrow(append([]string{""}, q.Access.Teams...), q.Team))
}

// sortedSet is never nil: as JSON it is a list, also of nothing.
func sortedSet(list []string) []string {
	set := append([]string{}, list...)
	slices.Sort(set)
	return slices.Compact(set)
}

// narrow leaves of the teams the one that is asked for; "" asks for all.
func narrow(teams []string, team string) []string {
	if team == "" {
		return teams
	}
	return slices.DeleteFunc(slices.Clone(teams), func(t string) bool { return t != team })
}

// personColumns are read of the person with each handover.
var personColumns = []string{"nhs_number", "nhs_number_status", "family_name", "given_name", "preferred_name", "date_of_birth", "address",
	"postcode", "phone", "practice", "communication_needs", "risk_note", "died_on", "address_hidden"}

// The layouts of the tables that pages read.
var handovers, observations = layoutOf(care.Handovers), layoutOf(care.Observations)

func layoutOf(name string) columns.Layout {
	c, _ := care.ByName(name)
	return columns.LayoutOf(c)
}

func inboxColumns() string {
	var b strings.Builder
	for _, c := range handovers.Names {
		b.WriteString(`h.` + columns.Quote(c) + `, `)
	}
	b.WriteString(`p.id`)
	for _, c := range personColumns {
		b.WriteString(`, p.` + columns.Quote(c))
	}
	return b.String()
}

// inboxFrom reads handovers that stand open, each with its person and its place in the order; now is a parameter.
func inboxFrom(now, where string) string {
	return `WITH k AS (SELECT id, ` + strings.ReplaceAll(keyColumns, "?", now) + ` FROM handovers WHERE ` + where + `)
		SELECT ` + inboxColumns() + `, k.due, k.calm, k.in_time, k.rank, k.age FROM k
		JOIN handovers h ON h.id = k.id LEFT JOIN patients p ON p.id = h.patient`
}

// inboxPage reads what stands open; ?4 is now, ?5 to ?9 the place in the order after which it begins, ?10 how many.
func inboxPage(where string) string {
	return inboxFrom("?4", where) + `
		WHERE (k.calm, k.in_time, k.rank, k.age, k.id) > (?5, ?6, ?7, ?8, ?9)
		ORDER BY k.calm, k.in_time, k.rank, k.age, k.id LIMIT +?10`
}

// inboxRow reads the handover ?2; ?1 is now.
func inboxRow() string { return inboxFrom("?1", `id = ?2`) }

// inboxSome reads the handovers of a list of ids, ?2, as they stand; ?1 is now.
func inboxSome() string { return inboxFrom("?1", `id IN (SELECT value FROM json_each(?2))`) }

// inboxRows reads handovers by id that are closed, and so never overdue.
func inboxRows() string {
	return `SELECT ` + inboxColumns() + `, '', 1, 1, 0, 0 FROM handovers h LEFT JOIN patients p ON p.id = h.patient WHERE h.id IN (SELECT value FROM json_each(?))`
}

// wider scans more columns than a table knows.
type wider struct {
	rows interface{ Scan(...any) error }
	more []any
}

// Scan implements what columns.Layout asks for.
func (w wider) Scan(into ...any) error { return w.rows.Scan(append(into, w.more...)...) }

func (v Pages) scanInbox(r interface{ Scan(...any) error }) (InboxRow, error) {
	var row InboxRow
	raw := make([]any, 1+len(personColumns))
	more := make([]any, 0, len(raw)+5)
	for i := range raw {
		more = append(more, &raw[i])
	}
	more = append(more, &row.Due, &row.Key.Calm, &row.Key.InTime, &row.Key.Rank, &row.Key.Age)
	rec, err := handovers.Scan(wider{r, more})
	if err != nil || rec == nil {
		return row, err
	}
	v.NoticeUnreadable(rec)
	row.Record, row.Overdue, row.Key.ID = rec, row.Key.InTime == 0, rec.ID
	row.Due = strings.Replace(row.Due, " ", "T", 1)
	if id := columns.Text(raw[0]); id != "" {
		c, _ := care.ByName(care.Patients)
		row.Person = &care.Record{Collection: c, ID: id, Values: map[string]any{}}
		for i, name := range personColumns {
			f, _ := c.Field(name)
			if value := columns.Value(f, raw[i+1]); value != nil {
				row.Person.Values[name] = value
			} else if columns.Spoiled(f, raw[i+1]) {
				row.Person.Unreadable = append(row.Person.Unreadable, name)
			}
		}
		v.NoticeUnreadable(row.Person)
	}
	return row, nil
}

// Handover reads one handover with its person; nil when there is none.
func (v Pages) Handover(id string) (*InboxRow, error) {
	row, err := v.scanInbox(v.Row(inboxRow(), columns.Stamp(v.Now()), id))
	if err != nil || row.Record == nil {
		return nil, err
	}
	return &row, nil
}

// Handovers reads those of some ids with their people, by id; what there is not is not in it.
func (v Pages) Handovers(ids []string) (map[string]*InboxRow, error) {
	found := map[string]*InboxRow{}
	err := v.Each(inboxSome(), func(r *sql.Rows) error {
		row, err := v.scanInbox(r)
		if err == nil && row.Record != nil {
			found[row.Record.ID] = &row
		}
		return err
	}, columns.Stamp(v.Now()), jsonList(sortedSet(ids)))
	return found, err
}
