package pbmeasures

import (
	"cmp"
	"database/sql"
	"slices"
	"strings"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/columns"
	"doorstep/internal/handover"
	"doorstep/internal/measures"
	"doorstep/internal/pbstore"
	"doorstep/internal/worktime"
)

const (
	// inScope are a person's records of a collection, ?2, that changed since a minute, ?3.
	inScope = ` FROM sync_scopes s CROSS JOIN sync_feed f INDEXED BY sync_feed_scope ON f.scope = s.id
		AND f.seq > coalesce((SELECT m.seq FROM sync_marks m WHERE m.minute <= ?3 ORDER BY m.minute DESC LIMIT 1), 0) CROSS JOIN `
	ofPerson = ` r ON r.id = f.record WHERE s.name = ?1 AND f.collection = ?2 AND r.retracted = '' AND r.patient = ?4`
	since    = ` AND (r.clinical_time >= ?5 OR r.planned_start >= ?5)`

	visitsOf   = `SELECT r.id, r.team, iif(r.staff = '', r.author, r.staff), r.purpose, r.status, r.outcome, r.clinical_time, r.planned_start, r.planned_end` + inScope + `visits` + ofPerson + since
	checkinsOf = `SELECT r.id, r.team, iif(r.staff = '', r.author, r.staff), '', iif(r.happened_at = '', 'planned', iif(coalesce(r.seen, '') = 'true', 'completed', 'no_access')), '',
		r.clinical_time, r.planned_start, r.planned_end` + inScope + `checkins` + ofPerson + since
	goalsOf = `SELECT r.id, r.team, r.agreed_on, r.review_on, r.reviewed_on, r.outcome` + inScope + `goals` + ofPerson
	daysOf  = `SELECT goal, reviewed_on, review_on FROM goal_days WHERE goal IN (SELECT value FROM json_each(?)) ORDER BY goal, reviewed_on`
	listsOf = `SELECT l.team, p.every_days, p.since, p.left_at FROM contact_people p CROSS JOIN contact_lists l ON l.id = p.list WHERE p.patient = ? ORDER BY p.list`
	whoseIs = `SELECT died_on <> '', coalesce(lead, '') FROM patients WHERE id = ?`

	handoversOf = `SELECT id, from_team, class, clinical_time, ack_due, coalesce(outcome, '') FROM handovers WHERE patient = ?1 AND raised_at >= ?2 ORDER BY id`
	movesOf     = `SELECT e.handover, e.kind, e.at, e."by", e.team, coalesce(CASE WHEN json_valid(CAST(e.detail AS TEXT)) THEN CAST(e.detail AS TEXT) ->> 'from' END, ''),
		coalesce(CASE WHEN json_valid(CAST(e.detail AS TEXT)) THEN CAST(e.detail AS TEXT) ->> 'cause' END, '')
		FROM handovers h CROSS JOIN handover_events e ON e.handover = h.id WHERE h.patient = ?1 AND h.raised_at >= ?2
		AND e.kind IN (SELECT value FROM json_each(?3)) ORDER BY e.handover, e.version, e.id`
)

// kept is how far back what is recorded is counted: a year of reports, and the quarter that continuity looks back.
const kept = 66 * 7 * 24 * time.Hour

// people reads what of people is counted.
type people struct {
	*pbstore.Snapshot
	directory *access.Directory
	hours     *worktime.Schedule
	since     time.Time
}

func (p people) person(id string) (measures.Person, error) {
	var m measures.Person
	if err := p.Row(whoseIs, id).Scan(&m.Died, &m.Lead); err != nil && err != sql.ErrNoRows {
		return m, err
	}
	for _, kind := range []string{care.Visits, care.Checkins} {
		if err := p.visits(&m, id, kind); err != nil {
			return m, err
		}
	}
	if err := p.goals(&m, id); err != nil {
		return m, err
	}
	if err := p.Each(listsOf, func(r *sql.Rows) error {
		var l measures.Membership
		var since, left string
		if err := r.Scan(&l.Team, &l.Every, &since, &left); err != nil {
			return err
		}
		l.To = columns.ParseTime(left)
		if d, err := worktime.ParseDate(since); err == nil {
			l.From = d.Begins()
		}
		if t := p.directory.Ever(l.Team); t != nil && t.Kind == care.VoluntaryKind {
			l.Own = t.Organisation
		}
		m.Lists = append(m.Lists, l)
		return nil
	}, id); err != nil {
		return m, err
	}
	return m, p.handovers(&m, id)
}

func (p people) goals(m *measures.Person, id string) error {
	var ids []string
	if err := p.Each(goalsOf, func(r *sql.Rows) error {
		var g measures.Goal
		var goal string
		err := r.Scan(&goal, &g.Team, &g.AgreedOn, &g.ReviewOn, &g.ReviewedOn, &g.Outcome)
		ids, m.Goals = append(ids, goal), append(m.Goals, g)
		return err
	}, care.ClinicalScope(id), pbstore.CollectionNumber(care.Goals), 0, id); err != nil || len(ids) == 0 {
		return err
	}
	return p.Each(daysOf, func(r *sql.Rows) error {
		var goal string
		var v measures.GoalReview
		if err := r.Scan(&goal, &v.On, &v.Next); err != nil {
			return err
		}
		g := &m.Goals[slices.Index(ids, goal)]
		g.Reviews = append(g.Reviews, v)
		return nil
	}, string(care.JSON(ids)))
}

func (p people) visits(m *measures.Person, id, kind string) error {
	row := func(r *sql.Rows) error {
		v := measures.Visit{Checkin: kind == care.Checkins}
		var at, start, end string
		if err := r.Scan(&v.ID, &v.Team, &v.Staff, &v.Purpose, &v.Status, &v.Outcome, &at, &start, &end); err != nil {
			return err
		}
		if t := p.directory.Ever(v.Team); t != nil {
			v.Service = t.Organisation
		}
		if v.Status == "completed" {
			v.At = columns.ParseTime(at)
		}
		v.Start, v.End = columns.ParseTime(start), columns.ParseTime(end)
		m.Visits = append(m.Visits, v)
		return nil
	}
	query := visitsOf
	if kind == care.Checkins {
		return p.Each(checkinsOf, row, care.ClinicalScope(id), pbstore.CollectionNumber(kind), p.since.Unix()/60, id, columns.Stamp(p.since))
	}
	return p.Each(query, row, care.ClinicalScope(id), pbstore.CollectionNumber(kind), p.since.Unix()/60, id, columns.Stamp(p.since))
}

// move is one event of a handover's history.
type move struct {
	kind, by, team, from, cause string
	at                          time.Time
}

// moves are the kinds of event from which follows what became of a handover.
var moves = []string{handover.EventSent, handover.EventCallNeeded, handover.EventAcknowledged, handover.EventAccepted, handover.EventAnswered, handover.EventDeclined,
	handover.EventHandedOn, handover.EventCallReached, handover.EventEscalated, handover.EventFailed, handover.EventStoodDown, handover.EventJoined}

func (p people) handovers(m *measures.Person, id string) error {
	history := map[string][]move{}
	from := columns.Stamp(p.since)
	if err := p.Each(movesOf, func(r *sql.Rows) error {
		var of, at string
		var e move
		err := r.Scan(&of, &e.kind, &at, &e.by, &e.team, &e.from, &e.cause)
		e.at = columns.ParseTime(at)
		history[of] = append(history[of], e)
		return err
	}, id, from, string(care.JSON(moves))); err != nil {
		return err
	}
	return p.Each(handoversOf, func(r *sql.Rows) error {
		var h measures.Handover
		var door, due, outcome string
		if err := r.Scan(&h.ID, &h.From, &h.Class, &door, &due, &outcome); err != nil {
			return err
		}
		h.AtDoor, h.Due = columns.ParseTime(door), columns.ParseTime(due)
		p.follow(&h, history[h.ID], outcome)
		m.Handovers = append(m.Handovers, h)
		return nil
	}, id, from)
}

// follow works out of its history what became of a handover.
func (p people) follow(h *measures.Handover, history []move, outcome string) {
	last := ""
	for _, e := range history {
		machine := e.kind == handover.EventDeclined && e.by == ""
		if e.kind == handover.EventSent || e.kind == handover.EventCallNeeded || machine {
			if h.Sent.IsZero() {
				h.To, h.Sent, h.Elsewhere = e.team, e.at, machine
			}
			if e.team != last {
				last = e.team
				h.Teams++
			}
		}
		switch e.kind {
		case handover.EventAcknowledged, handover.EventAccepted, handover.EventAnswered, handover.EventDeclined, handover.EventHandedOn, handover.EventCallReached:
			if e.by != "" && h.Acknowledged.IsZero() {
				h.Acknowledged = e.at
			}
		case handover.EventEscalated, handover.EventFailed:
			h.Late = h.Late || h.Acknowledged.IsZero() && cmp.Or(e.from, h.To) == h.To
		case handover.EventStoodDown, handover.EventJoined:
			h.Closed, h.Withdrawn = e.at, true
		}
		if e.by != "" && (e.kind == handover.EventAccepted || e.kind == handover.EventAnswered) && h.Accepted.IsZero() {
			h.Accepted = e.at
		}
		if !h.Declined && e.kind == handover.EventDeclined && e.by != "" && e.team == h.To {
			h.Declined, h.Why = true, e.cause
		}
		if e.kind == handover.EventAnswered {
			h.Closed, h.Withdrawn = e.at, false
			t := p.directory.Ever(e.team)
			h.Advised = (outcome == "advice_given" || outcome == "no_action_needed") && (t == nil || t.Kind != care.VoluntaryKind)
		}
	}
	h.NoClock = h.Class == string(care.Information)
	h.SameDay = p.sameDay(*h)
}

// sameDay is until when a clinician is to take on what is for the same day: to the end of that day in London, and at least two
// hours, of what is urgent; of anything else to the end of the working day in core hours, or of the next one.
func (p people) sameDay(h measures.Handover) time.Time {
	if h.Sent.IsZero() {
		return time.Time{}
	}
	switch care.Class(h.Class) {
	case care.Emergency, care.Urgent:
		day := worktime.DateOf(worktime.InLondon(h.Sent)).Ends()
		if two := h.Sent.Add(2 * time.Hour); two.After(day) {
			return two
		}
		return day
	case care.SameDay:
		return p.hours.EndOfWorkingDay(h.Sent)
	}
	return time.Time{}
}

// patientOf is whom a scope is about, "" of any other.
func patientOf(scope string) string {
	if !strings.Contains(scope, ":") {
		return ""
	}
	return care.PatientOf(scope)
}
