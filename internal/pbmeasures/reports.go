package pbmeasures

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/columns"
	"doorstep/internal/measures"
	"doorstep/internal/pbstore"
)

// running are measures.Running, as the index measure_counts_running has them; a test compares.
const running = `('on_list', 'goal_people', 'goal_reviews', 'goals_with_day')`

const (
	staleWeeks     = `SELECT week FROM measure_stale ORDER BY week`
	undecidedWeeks = `SELECT DISTINCT week FROM measure_reports WHERE undecided = 1 AND weeks = 1 AND at < ?`
	countsOfWeek   = `SELECT week, measure, team, sender, class, value, n FROM measure_counts WHERE week = ? AND n > 0`
	countsRunning  = `SELECT week, measure, team, sender, class, value, n FROM measure_counts INDEXED BY measure_counts_running WHERE measure IN ` + running + ` AND week > 0 AND week <= ? AND n <> 0`
	setReport      = `INSERT INTO measure_reports (neighbourhood, weeks, week, at, undecided, body) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (neighbourhood, weeks, week) DO UPDATE SET at = excluded.at, undecided = excluded.undecided, body = excluded.body`
	notStale      = `DELETE FROM measure_stale WHERE week = ?`
	setReported   = `UPDATE measure_state SET week = ?, at = ?`
	setDirectory  = `UPDATE measure_state SET directory = ?`
	forgetCounts  = `DELETE FROM measure_counts WHERE week > 0 AND week < ? AND measure NOT IN ` + running
	forgetNoted   = `DELETE FROM measure_noted WHERE week > 0 AND week < ?`
	forgetReports = `DELETE FROM measure_reports WHERE week > 0 AND week < ?`
)

// report works out anew the reports of weeks whose counts changed, and of those in which something is open.
func (k *Keeper) report(ctx context.Context) error {
	now := k.Now()
	today := measures.WeekOf(now)
	first := measures.WeekOf(now.Add(-kept))
	weeks, reported, err := k.toReport(ctx, now, today)
	if err != nil {
		return err
	}
	periods := map[measures.Week]bool{}
	for _, w := range weeks {
		if w > today || w != 0 && w < first {
			continue // it is not there yet, or not kept any more
		}
		if err := k.reportOn(ctx, w, 1, now); err != nil {
			return err
		}
		if w > 0 {
			periods[measures.PeriodOf(w)] = true
		}
	}
	for w := range periods {
		if err := k.reportOn(ctx, w, measures.WeeksOfPeriod, now); err != nil {
			return err
		}
	}
	return k.Do(ctx, func(tx *pbstore.Tx) error {
		exec := tx.Statements().Exec
		for _, w := range weeks {
			if w > today {
				continue // once it begins
			}
			if _, err := exec(notStale, w); err != nil {
				return err
			}
		}
		if reported < today {
			for _, query := range []string{forgetCounts, forgetNoted, forgetReports} {
				if err := forget(tx, query, first); err != nil {
					return err
				}
			}
		}
		_, err := exec(setReported, today, columns.Stamp(now))
		return err
	})
}

func forget(tx *pbstore.Tx, query string, first measures.Week) error {
	_, err := tx.Statements().Exec(query, first)
	return err
}

// toReport lists the weeks of which a report is due. A week that has begun since the last time is one of them.
func (k *Keeper) toReport(ctx context.Context, now time.Time, today measures.Week) (weeks []measures.Week, reported measures.Week, err error) {
	err = k.Store.Read(ctx, func(v *pbstore.Snapshot) error {
		weeks = nil
		var seq, n int64
		var directory string
		if err := v.Row(stateOf).Scan(&seq, &n, &directory, &reported); err != nil {
			return err
		}
		add := func(r *sql.Rows) error {
			var w measures.Week
			err := r.Scan(&w)
			weeks = append(weeks, w)
			return err
		}
		if err := v.Each(staleWeeks, add); err != nil {
			return err
		}
		return v.Each(undecidedWeeks, add, columns.Stamp(now.Add(-later)))
	})
	for w := max(reported+1, today-3); w <= today; w++ {
		weeks = append(weeks, w)
	}
	slices.Sort(weeks)
	return slices.Compact(weeks), reported, err
}

// reportOn works out the reports of every neighbourhood on one week, or on the four that begin with it.
func (k *Keeper) reportOn(ctx context.Context, week measures.Week, length int, now time.Time) error {
	var counts []measures.Count
	last := week + measures.Week(length) - 1
	if today := measures.WeekOf(now); last > today {
		last = today
	}
	if err := k.Store.Read(ctx, func(v *pbstore.Snapshot) error {
		counts = nil
		for w := week; w <= last; w++ {
			if err := countsInto(v, &counts, countsOfWeek, w); err != nil {
				return err
			}
		}
		if week == 0 {
			return nil
		}
		counts = slices.DeleteFunc(counts, func(c measures.Count) bool { return slices.Contains(measures.Running, c.Measure) })
		return countsInto(v, &counts, countsRunning, last)
	}); err != nil {
		return err
	}
	reports := Split(counts, last, k.Store.Access.Directory(), now)
	return k.Do(ctx, func(tx *pbstore.Tx) error {
		for neighbourhood, r := range reports {
			body, err := json.Marshal(r)
			if err != nil {
				return fmt.Errorf("write the report of week %d: %w", week, err)
			}
			if _, err := tx.Statements().Exec(setReport, neighbourhood, length, week, columns.Stamp(now), r.Undecided, body); err != nil {
				return err
			}
		}
		return nil
	})
}

func countsInto(v *pbstore.Snapshot, counts *[]measures.Count, query string, week measures.Week) error {
	return v.Each(query, func(r *sql.Rows) error {
		var c measures.Count
		err := r.Scan(&c.Week, &c.Measure, &c.Team, &c.With, &c.Class, &c.Value, &c.N)
		*counts = append(*counts, c)
		return err
	}, week)
}

// Split parts counts by neighbourhood, and reports on each. What was handed over counts where it was sent.
func Split(counts []measures.Count, last measures.Week, d *access.Directory, now time.Time) map[string]measures.Report {
	parted := map[string][]measures.Count{}
	for _, t := range d.Teams() {
		if t.Neighbourhood != "" {
			parted[t.Neighbourhood] = nil
		}
	}
	for _, c := range counts {
		if n := NeighbourhoodOf(d, c); n != "" {
			parted[n] = append(parted[n], c)
		}
	}
	reports := map[string]measures.Report{}
	for n, list := range parted {
		reports[n] = measures.ReportOf(list, last, func(team string) string { return PartnerOf(d, team) }, now)
	}
	return reports
}

// NeighbourhoodOf is the neighbourhood in which something counts: of a handover where it was sent.
func NeighbourhoodOf(d *access.Directory, c measures.Count) string {
	for _, team := range []string{c.With, c.Team} {
		if t := d.Ever(team); t != nil && t.Neighbourhood != "" {
			return t.Neighbourhood
		}
	}
	return ""
}

// PartnerOf is the organisation of a team, "" of one that nobody knows.
func PartnerOf(d *access.Directory, team string) string {
	if t := d.Ever(team); t != nil {
		return t.Organisation
	}
	return ""
}

// redirected notes that teams changed hands: whose figure something is follows from that.
func (k *Keeper) redirected(ctx context.Context) error {
	d, hash := k.Store.Access.Directory(), sha256.New()
	for _, t := range d.Teams() {
		fmt.Fprintln(hash, t.ID, t.Organisation, t.Neighbourhood, t.Kind)
	}
	is := hex.EncodeToString(hash.Sum(nil))
	var was string
	if err := k.Store.Read(ctx, func(v *pbstore.Snapshot) error {
		var seq, n int64
		var week measures.Week
		return v.Row(stateOf).Scan(&seq, &n, &was, &week)
	}); err != nil || was == is {
		return err
	}
	now := k.Now()
	return k.Do(ctx, func(tx *pbstore.Tx) error {
		exec := tx.Statements().Exec
		if was != "" {
			if _, err := exec(everybody); err != nil {
				return err
			}
			for w := measures.WeekOf(now.Add(-kept)); w <= measures.WeekOf(now); w++ {
				if _, err := exec(stale, w); err != nil {
					return err
				}
			}
			if _, err := exec(stale, 0); err != nil {
				return err
			}
		}
		_, err := exec(setDirectory, is)
		return err
	})
}

// Rebuild forgets all that is counted, so that Keep counts it anew.
func (k *Keeper) Rebuild(ctx context.Context) error {
	k.one.Lock()
	defer k.one.Unlock()
	return k.Do(ctx, func(tx *pbstore.Tx) error {
		for _, query := range []string{emptyCounts, emptyPeople, emptyNoted, emptyReports, fromTheBeginning} {
			if err := empty(tx, query); err != nil {
				return err
			}
		}
		return nil
	})
}

const (
	emptyCounts      = `DELETE FROM measure_counts`
	emptyPeople      = `DELETE FROM measure_people`
	emptyNoted       = `DELETE FROM measure_noted`
	emptyReports     = `DELETE FROM measure_reports`
	fromTheBeginning = `UPDATE measure_state SET seq = 0, n = 0, week = 0`
)

func empty(tx *pbstore.Tx, query string) error {
	_, err := tx.Statements().Exec(query)
	return err
}
