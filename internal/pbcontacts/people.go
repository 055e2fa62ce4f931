package pbcontacts

import (
	"database/sql"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/columns"
	"doorstep/internal/desk"
	"doorstep/internal/measures"
	"doorstep/internal/pbstore"
	"doorstep/internal/worktime"
)

const (
	listedColumns = `SELECT list, patient, since, by_staff, reason, left_at, left_by, left_why, every_days, last_at, last_staff, last_team, due_on, reviewed_on, reviewed_by FROM contact_people`
	listedOne     = listedColumns + ` WHERE list = ? AND patient = ?`
	listedOf      = listedColumns + ` WHERE patient = ? ORDER BY list`
	onList        = listedColumns + ` WHERE list = ? AND left_at = '' AND (due_on, patient) > (?, ?) AND due_on <= ? ORDER BY due_on, patient LIMIT +?`
	saveListed    = `INSERT INTO contact_people (list, patient, since, by_staff, reason, left_at, left_by, left_why, every_days, last_at, last_staff, last_team, due_on, reviewed_on, reviewed_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (list, patient) DO UPDATE SET since = excluded.since, by_staff = excluded.by_staff, reason = excluded.reason,
		left_at = excluded.left_at, left_by = excluded.left_by, left_why = excluded.left_why, every_days = excluded.every_days, last_at = excluded.last_at,
		last_staff = excluded.last_staff, last_team = excluded.last_team, due_on = excluded.due_on, reviewed_on = excluded.reviewed_on, reviewed_by = excluded.reviewed_by`

	// Whom a step of the nightly run looks at: who is on the list and, where a rule keeps it, who is on the caseload of its team.
	listedAfter   = `SELECT patient FROM contact_people WHERE list = ? AND left_at = '' AND patient > ? ORDER BY patient LIMIT +?`
	caseloadAfter = `SELECT DISTINCT patient FROM caseload WHERE team = ?1 AND team <> '' AND ("from" = '' OR "from" <= ?2) AND ("to" = '' OR "to" > ?2) AND patient > ?3 ORDER BY patient LIMIT +?4`
	groupsOf      = `SELECT DISTINCT cohort FROM caseload WHERE patient = ?1 AND cohort <> '' AND ("from" = '' OR "from" <= ?2) AND ("to" = '' OR "to" > ?2) ORDER BY cohort`

	addWaiting  = `INSERT INTO contact_waiting (patient) VALUES (?)`
	waiting     = `SELECT n, patient FROM contact_waiting ORDER BY n LIMIT +?`
	doneWaiting = `DELETE FROM contact_waiting WHERE n <= ?`

	// The last visit is found in the person's own scope: an index on every visit for the few that are on a list would cost each push.
	lastVisit = `SELECT iif(v.staff = '', v.author, v.staff), v.team, v.clinical_time FROM sync_scopes s CROSS JOIN sync_feed f INDEXED BY sync_feed_scope ON f.scope = s.id
		CROSS JOIN visits v ON v.id = f.record WHERE s.name = ?1 AND f.collection = ?2 AND v.patient = ?3 AND v.retracted = '' AND v.status = 'completed'
		ORDER BY v.clinical_time DESC LIMIT 1`
	lastCheckins = `SELECT iif(staff = '', author, staff), team, max(clinical_time) FROM checkins WHERE patient = ? AND retracted = '' AND seen = 'true' AND happened_at <> '' GROUP BY team`
)

func listed(read each, query string, args ...any) (list []desk.Listed, err error) {
	err = read(query, func(r *sql.Rows) error {
		var l desk.Listed
		var since, left, last, due string
		if err := r.Scan(&l.List, &l.Patient, &since, &l.By, &l.Reason, &left, &l.LeftBy, &l.LeftWhy, &l.EveryDays, &last, &l.LastStaff, &l.LastTeam, &due, &l.ReviewedOn, &l.ReviewedBy); err != nil {
			return err
		}
		l.LeftAt, l.LastAt = columns.ParseTime(left), columns.ParseTime(last)
		if l.Since, err = worktime.ParseDate(since); err != nil {
			return err
		}
		if l.Due, err = worktime.ParseDate(due); err != nil {
			return err
		}
		list = append(list, l)
		return nil
	}, args...)
	return list, err
}

// Listed implements desk.ContactRows.
func (tx Tx) Listed(list, patient string) (*desk.Listed, error) {
	found, err := listed(tx.Statements().Each, listedOne, list, patient)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

// ListedOf implements desk.ContactRows.
func (tx Tx) ListedOf(patient string) ([]desk.Listed, error) {
	return listed(tx.Statements().Each, listedOf, patient)
}

// ListedOf is all that is known of somebody on lists, by list.
func (v Pages) ListedOf(patient string) ([]desk.Listed, error) {
	return listed(v.Each, listedOf, patient)
}

// SaveListed implements desk.ContactRows.
func (tx Tx) SaveListed(l *desk.Listed) error {
	return tx.exec(saveListed, l.List, l.Patient, l.Since.String(), l.By, l.Reason, columns.Stamp(l.LeftAt), l.LeftBy, l.LeftWhy, l.EveryDays, columns.Stamp(l.LastAt), l.LastStaff, l.LastTeam,
		l.Due.String(), l.ReviewedOn, l.ReviewedBy)
}

// everyDay is after any day that somebody is due.
const everyDay = "9999-12-31"

// OnList lists who is on a list, whoever is due first before the others, after somebody; only who is due by a day, nil: everybody.
func (v Pages) OnList(list string, afterDue, afterPatient string, by *worktime.Date, most int) ([]desk.Listed, error) {
	until := everyDay
	if by != nil {
		until = by.String()
	}
	return listed(v.Each, onList, list, afterDue, afterPatient, until, most)
}

// ContactWaits implements desk.ContactRows.
func (tx Tx) ContactWaits(patient string) error { return tx.exec(addWaiting, patient) }

// Waiting are people of whom it is to be worked out anew when they are to be contacted, each once, and up to where they were noted.
func (v Pages) Waiting(most int) (people []string, to int64, err error) {
	seen := map[string]bool{}
	return people, to, v.Each(waiting, func(r *sql.Rows) error {
		id := ""
		err := r.Scan(&to, &id)
		if !seen[id] {
			seen[id] = true
			people = append(people, id)
		}
		return err
	}, most)
}

// DoneWaiting forgets those who were noted up to there.
func (tx Tx) DoneWaiting(to int64) error { return tx.exec(doneWaiting, to) }

// Candidates are the people whom a step of working out a list looks at, after one, in order.
func (v Pages) Candidates(l *desk.ContactList, most int) (people []string, err error) {
	read := func(r *sql.Rows) error {
		id := ""
		err := r.Scan(&id)
		people = append(people, id)
		return err
	}
	if err := v.Each(listedAfter, read, l.ID, l.JudgedTo, most); err != nil {
		return nil, err
	}
	if l.ByRule() && l.EndedAt.IsZero() {
		if err := v.Each(caseloadAfter, read, l.Team, columns.Stamp(v.Now()), l.JudgedTo, most); err != nil {
			return nil, err
		}
	}
	return firstOf(people, most), nil
}

// Groups are those of the caseloads that somebody is on.
func (v Pages) Groups(patient string) (groups []string, err error) {
	return groups, v.Each(groupsOf, func(r *sql.Rows) error {
		group := ""
		err := r.Scan(&group)
		groups = append(groups, group)
		return err
	}, patient, columns.Stamp(v.Now()))
}

// Facts reads what it depends on when somebody is to be contacted.
func (v Pages) Facts(patient string) (desk.ContactFacts, error) {
	facts := desk.ContactFacts{Patient: patient}
	read := func(checkin bool) func(*sql.Rows) error {
		return func(r *sql.Rows) error {
			c := desk.PersonContact{Checkin: checkin}
			at := ""
			err := r.Scan(&c.Staff, &c.Team, &at)
			if c.At = columns.ParseTime(at); c.At.After(v.Now()) {
				c.At = time.Time{} // a clock that was ahead: nobody was seen tomorrow
			}
			facts.Contacts = append(facts.Contacts, c)
			return err
		}
	}
	if err := v.Each(lastVisit, read(false), care.ClinicalScope(patient), pbstore.CollectionNumber(care.Visits), patient); err != nil {
		return facts, err
	}
	return facts, v.Each(lastCheckins, read(true), patient)
}

// Contacts are people on lists as figures count them; see measures.ProactiveOf.
func Contacts(people []desk.Listed) []measures.ListedContact {
	list := make([]measures.ListedContact, len(people))
	for i := range people {
		p := &people[i]
		list[i] = measures.ListedContact{Person: p.Patient, Last: p.LastAt, Due: p.Due.String(), Reviewed: p.ReviewedOn}
	}
	return list
}
