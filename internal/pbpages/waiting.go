package pbpages

import (
	"database/sql"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/columns"
	"doorstep/internal/metrics"
)

// everyTeam are the teams, and none: an index leads from each to what waits for it.
const everyTeam = `(SELECT id FROM teams UNION ALL SELECT value FROM json_each('[""]'))`

const (
	conflictsWaiting  = `SELECT count(*) FROM conflicts WHERE ` + care.SQLIssueOpen + ` AND policy <> '` + care.PolicyLatest + `' AND owner_team IN ` + everyTeam
	quarantineWaiting = `SELECT count(*), coalesce(min(nullif(opened_at, '')), '') FROM quarantine WHERE ` + care.SQLIssueOpen + ` AND owner_team IN ` + everyTeam
	deliveriesWaiting = `SELECT count(*) FROM outbox WHERE state = 'waiting'`
	deliveriesGivenUp = `SELECT count(*) FROM outbox o JOIN handovers h ON h.id = o.handover WHERE o.state = 'given_up' AND h.state IN ` + care.SQLOpen
	// unacknowledged reads the class of each open handover that nobody has taken in hand, and when it was raised.
	unacknowledged = `SELECT class, raised_at FROM handovers WHERE to_team IN ` + everyTeam + ` AND state IN ` + care.SQLInNoHands
	devicesInUse   = `SELECT coalesce(last_seen || '', ''), coalesce(outbox_count, 0) > 0, coalesce(outbox_oldest || '', '') FROM devices WHERE staff IN (SELECT id FROM staff) AND state IN ('active', 'draining')`
)

// Waiting counts what waits for people and for phones.
func (v Pages) Waiting(now time.Time) (*metrics.Waiting, error) {
	w := &metrics.Waiting{Handovers: map[metrics.ClassAge]int{}, Devices: map[string]int{}, Unsent: map[string]int{}}
	age := func(column string) time.Duration { return max(0, now.Sub(columns.ParseTime(column))) }
	var oldest string
	if err := v.Row(conflictsWaiting).Scan(&w.Conflicts); err != nil {
		return nil, err
	}
	if err := v.Row(quarantineWaiting).Scan(&w.Quarantined, &oldest); err != nil {
		return nil, err
	}
	if oldest != "" {
		w.OldestQuarantined = age(oldest)
	}
	if err := v.Row(deliveriesWaiting).Scan(&w.Deliveries); err != nil {
		return nil, err
	}
	if err := v.Row(deliveriesGivenUp).Scan(&w.GivenUp); err != nil {
		return nil, err
	}
	if err := v.Each(unacknowledged, func(r *sql.Rows) error {
		var class, raised string
		err := r.Scan(&class, &raised)
		w.Handovers[metrics.ClassAge{Class: class, Age: metrics.AgeOf(age(raised))}]++
		return err
	}); err != nil {
		return nil, err
	}
	err := v.Each(devicesInUse, func(r *sql.Rows) error {
		var seen, oldest string
		var holds bool
		err := r.Scan(&seen, &holds, &oldest)
		w.Devices[metrics.AgeOf(age(seen))]++
		if holds {
			w.Unsent[metrics.AgeOf(age(oldest))]++
		}
		return err
	})
	return w, err
}
