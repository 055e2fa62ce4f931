package pbpages

import (
	"database/sql"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/columns"
)

const (
	// cameAs is how a handover comes before a team, replies what the team does with it. Lines are called as the state to which
	// they lead.
	cameAs  = `('` + string(care.Sent) + `', '` + string(care.CallNeeded) + `')`
	replies = `('` + string(care.Acknowledged) + `', '` + string(care.Accepted) + `', 'answered', '` + string(care.Declined) + `', 'handed_on')`
	// byMachine: a team takes its class elsewhere, so that it was declined before anybody there saw it.
	byMachine = `(e.kind = 'declined' AND e."by" = '')`
)

// cameTo reads what came to a team, ?1, since a moment, ?2: of what is closed since then what it had a part in, and of what
// is open what it has, gave away, or lost for want of an answer. Both are as much as its last weeks and what people have in
// hand. What the machine declined for it is no reply of anybody's, and came to it only once somebody handed it on to it.
const cameTo = `WITH part AS (
		SELECT handover AS id, at AS closed FROM closed_handovers WHERE holder = 'to:' || ?1 AND at >= ?2
		UNION SELECT id, '' FROM handovers WHERE to_team = ?1 AND state IN ` + care.SQLOpen + `
		UNION SELECT o.id, '' FROM teams t CROSS JOIN handovers o ON o.to_team = t.id CROSS JOIN handover_events e ON e.handover = o.id
			WHERE o.state IN ` + care.SQLOpen + ` AND (e.kind IN ('declined', 'handed_on') AND e.team = ?1 OR e.kind = 'escalated' AND ` + escalatedFrom + ` = ?1))
	SELECT h.class, part.closed, coalesce(min(CASE WHEN e.kind IN ` + cameAs + ` THEN e.at END), min(e.at)) AS came,
		coalesce(min(CASE WHEN e.kind IN ` + replies + ` AND NOT ` + byMachine + ` THEN e.at END), ''),
		max(e.kind = 'declined' AND NOT ` + byMachine + `), max(` + byMachine + `) AND NOT max(e.kind IN ` + cameAs + `)
	FROM part CROSS JOIN handovers h ON h.id = part.id CROSS JOIN handover_events e ON e.handover = part.id
	WHERE (e.kind IN ` + cameAs + ` OR e.kind IN ` + replies + `) AND e.team = ?1 GROUP BY part.id HAVING came >= ?2 LIMIT +?3`

// mostCame are how many are looked at.
const mostCame = 20_000

// Came is one handover that came to a team.
type Came struct {
	Class care.Class
	At    time.Time
	// Waited is until somebody there took it in hand, answered, declined or handed it on; of one that nobody has, until now,
	// or until it was closed elsewhere.
	Waited     time.Duration
	Replied    bool
	Declined   bool
	TurnedAway bool // declined by the machine, as the team takes its class elsewhere, and never came before anybody there
}

// CameTo lists what came to a team since a moment.
func (v Pages) CameTo(team string, since time.Time) (list []Came, err error) {
	now := v.Now()
	err = v.Each(cameTo, func(r *sql.Rows) error {
		var c Came
		var closed, came, replied string
		if err := r.Scan(&c.Class, &closed, &came, &replied, &c.Declined, &c.TurnedAway); err != nil {
			return err
		}
		c.At, c.Replied = columns.ParseTime(came), replied != ""
		until := now
		switch {
		case c.Replied:
			until = columns.ParseTime(replied)
		case closed != "":
			until = columns.ParseTime(closed)
		}
		c.Waited = max(0, until.Sub(c.At))
		list = append(list, c)
		return nil
	}, team, columns.Stamp(since), mostCame)
	return list, err
}
