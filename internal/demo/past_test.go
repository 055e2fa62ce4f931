package demo

import (
	"database/sql"
	"encoding/json"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/measures"
	"doorstep/internal/pbrules"
	"doorstep/internal/rulebook"
)

// theWeeksBefore looks into the folder of a demo that has ended: the rules in force raise over its last month exactly the alarms
// that were raised, and the board has figures, a target that was met and one that was not.
func theWeeksBefore(t *testing.T, dir string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "data.db")+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	theMonthsAlarms(t, db, dir)
	theTargets(t, db)
	theWeeks(t, db)
}

func theMonthsAlarms(t *testing.T, db *sql.DB, dir string) {
	t.Helper()
	book, err := rulebook.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	stored, err := book.Rules()
	if err != nil {
		t.Fatal(err)
	}
	inForce := slices.DeleteFunc(stored, func(e rulebook.Entry) bool { return e.State != "active" })
	last := parseTime(listed(t, db, `SELECT max(clinical_time) FROM visits`)[0])
	b, err := rulebook.Run(pbrules.OfDatabase(book), inForce, nil, 31, last.Add(time.Hour), func(int, int) {})
	if err != nil {
		t.Fatal(err)
	}
	// What was refused or is disputed raised alarms as well; a backtest reads what is stored.
	raised := listed(t, db, `SELECT id FROM alarms WHERE holds = 1 AND clinical_time >= ? AND record NOT IN (SELECT record FROM quarantine) AND record NOT IN (SELECT record FROM conflicts) ORDER BY id`, care.Stamp(b.From))
	doubtful := listed(t, db, `SELECT id FROM alarms WHERE record IN (SELECT record FROM quarantine) OR record IN (SELECT record FROM conflicts)`)
	found := slices.DeleteFunc(slices.Clone(b.InForce), func(id string) bool { return slices.Contains(doubtful, id) })
	slices.Sort(found)
	if len(raised) < 10 || !slices.Equal(raised, found) {
		t.Errorf("the rules in force raise %d alarms over the month, and %d were raised", len(found), len(raised))
	}
}

func theTargets(t *testing.T, db *sql.DB) {
	t.Helper()
	for _, c := range []struct {
		measure, outcome string
		met              func(value, aim float64) bool
		reviews          int
	}{
		{measures.InTime, "met", func(v, aim float64) bool { return v >= aim }, 2},
		{measures.NamedLead, "missed", func(v, aim float64) bool { return v < aim }, 2},
		{measures.NamedLead, "", func(float64, float64) bool { return true }, 0},
	} {
		var outcome string
		var aim, last float64
		var n int
		if err := db.QueryRow(`SELECT t.outcome, t.aim, count(r.id), coalesce((SELECT value FROM neighbourhood_reviews WHERE target = t.id ORDER BY at DESC LIMIT 1), -1)
			FROM neighbourhood_targets t LEFT JOIN neighbourhood_reviews r ON r.target = t.id WHERE t.measure = ? AND t.outcome = ? GROUP BY t.id`, c.measure, c.outcome).Scan(&outcome, &aim, &n, &last); err != nil {
			t.Errorf("the target for %s: %v", c.measure, err)
			continue
		}
		if outcome != c.outcome || n != c.reviews || !c.met(last, aim) {
			t.Errorf("the target for %s ended %q with %d reviews at %v, aimed at %v", c.measure, outcome, n, last, aim)
		}
	}
}

// theWeeks: a year is looked at, and what was told of it has a value in most of its weeks.
func theWeeks(t *testing.T, db *sql.DB) {
	t.Helper()
	weeks := map[string]int{}
	for _, body := range listed(t, db, `SELECT CAST(body AS TEXT) FROM measure_reports WHERE weeks = 1 AND week > 0`) {
		var r measures.Report
		if err := json.Unmarshal([]byte(body), &r); err != nil {
			t.Fatal(err)
		}
		for code, f := range r.Whole {
			if f.Value != nil && f.Of >= measures.FewerThan {
				weeks[code]++
			}
		}
	}
	for _, m := range measures.All {
		if m.Weekly && weeks[m.Code] < 9 { // on a day in January two weeks may have no day on which practices are open
			t.Errorf("%s has a value in %d weeks", m.Code, weeks[m.Code])
		}
	}
}

func listed(t *testing.T, db *sql.DB, query string, args ...any) (list []string) {
	t.Helper()
	rows, err := db.Query(query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			t.Fatal(err)
		}
		list = append(list, one)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}
