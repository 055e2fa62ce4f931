package doctor

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/columns"
)

// integrity lets SQLite look through the whole file.
func (l *look) integrity() error {
	n, first, err := l.texts(`PRAGMA integrity_check(10)`)
	if err != nil {
		n, first = 1, []string{err.Error()}
	}
	if n == 1 && first[0] == "ok" {
		first = nil
	}
	last, err := l.text(`SELECT result FROM sync_jobs WHERE name = 'check'`)
	if err != nil {
		last = ""
	}
	switch {
	case len(first) > 0:
		l.found(Problem, "The database is damaged: "+strings.Join(strings.Fields(first[0]), " ")+".", "Some of it cannot be read or written, and it gets worse with each write.",
			"Stop the server and put the newest backup in place: see docs/operate/runbook.md. Keep the damaged file.")
	case last != "":
		l.found(Warning, "The last nightly check found damage, and now there is none: "+strings.Join(strings.Fields(last), " ")+".",
			"It was mended, or the disk answers differently each time.", "Look at the disk (smartctl, dmesg). Health is well again after the next nightly check.")
	}
	return nil
}

// schema compares what the database has with what this program makes.
func (l *look) schema() error {
	steps, err := l.all(`SELECT file FROM _migrations ORDER BY file`)
	if err != nil {
		return err
	}
	if len(l.Steps) > 0 {
		if l.otherProgram(steps); l.other {
			return nil
		}
	}
	if l.Schema == nil {
		return nil
	}
	want, err := l.Schema()
	if err != nil {
		return fmt.Errorf("make an empty database to compare with: %w", err)
	}
	have, err := l.all(`SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'`)
	if err != nil {
		return err
	}
	var tables, others, statementsOf []string
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if slices.Contains(have, name) || strings.HasPrefix(name, "sqlite_") {
			continue
		}
		if strings.HasPrefix(strings.ToUpper(want[name]), "CREATE TABLE") || strings.HasPrefix(strings.ToUpper(want[name]), "CREATE VIRTUAL") {
			tables = append(tables, name)
		} else {
			others, statementsOf = append(others, name), append(statementsOf, want[name])
		}
	}
	if len(tables) > 0 {
		l.found(Problem, plural(len(tables), "table")+" that this program needs "+are(len(tables))+" not there.",
			"Somebody took it out. What needs it fails.", "Stop the server and put the newest backup in place: see docs/operate/runbook.md.").Examples = tables[:min(len(tables), shown)]
		return nil // indexes and triggers of such tables would be missing too
	}
	if len(others) > 0 {
		f := l.found(Problem, fmt.Sprintf("Of the triggers and indexes that this program makes, %d %s missing: somebody took them out.", len(others), are(len(others))),
			"Without a trigger, what is written past the server reaches no phone, or the audit can be changed; without an index the server slows down.",
			"doorstep doctor --fix makes it again. Then look who did it: doorstep audit verify.")
		f.Examples = others[:min(len(others), shown)]
		f.mends(statements(statementsOf...))
	}
	return nil
}

// otherProgram looks whether a newer program changed the schema, or an older one made it. On either this one's checks say nothing, and
// what it would mend is not its own to mend.
func (l *look) otherProgram(steps []string) {
	unknown := func(s string) bool { return !slices.Contains(l.Steps, s) }
	missing := slices.DeleteFunc(slices.Clone(l.Steps), func(s string) bool { return slices.Contains(steps, s) })
	switch i := slices.IndexFunc(steps, unknown); {
	case i >= 0:
		l.other = true
		l.found(Problem, "A newer program changed this database: its step "+steps[i]+" is not known to this one.", "This program does not start on it.",
			"Start the newer program, or put a backup from before in place.")
	case len(missing) > 0:
		l.other = true
		l.found(Warning, "An older program served this database last: it lacks "+plural(len(missing), "step")+" of this one's schema.",
			"What is in it can be looked at only when it has them. --fix puts nothing in it right before.",
			"Make a backup and start the server, which brings it to its schema; then doorstep doctor. See \"Before and after an upgrade\" in docs/operate/runbook.md.").Examples = missing[:min(len(missing), shown)]
	}
}

func are(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// all reads the first column of a query whole.
func (l *look) all(query string) (list []string, err error) {
	rows, err := l.db.QueryContext(l.ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		list = append(list, text)
	}
	return list, rows.Err()
}

const (
	// clockTolerance is how far the clock of the machine may stand from what others say.
	clockTolerance = 2 * time.Minute
	// witnesses are how many phones it takes to doubt the clock of the machine rather than theirs.
	witnesses = 3
)

// clock compares the clock of the machine with the last minute that the database has seen, and with the phones.
func (l *look) clock() error {
	minute, err := l.number(`SELECT max(minute) FROM sync_marks`)
	if err != nil {
		return err
	}
	if last := time.Unix(minute*60, 0).UTC(); last.Sub(l.Now) > clockTolerance {
		l.found(Problem, "The clock of this machine says "+l.Now.UTC().Format(time.DateTime)+", and the database has work from "+last.Format(time.DateTime)+" (UTC).",
			"The clock was ahead then, or is behind now. Deadlines and times of records go by it.", "Set the clock (timedatectl, chronyc). The server works deadlines out anew by itself, a minute after it was set.")
	}
	offsets, err := l.offsets()
	if err != nil || len(offsets) < witnesses {
		return err
	}
	slices.Sort(offsets)
	if median := time.Duration(offsets[len(offsets)/2]) * time.Millisecond; median.Abs() > clockTolerance {
		direction := "ahead of"
		if median < 0 {
			direction = "behind"
		}
		l.found(Problem, fmt.Sprintf("The clock of this machine stands %s %s that of most of the %d phones heard of today.", median.Abs().Round(time.Second), direction, len(offsets)),
			"Phones get their time from their networks: it is this machine that is wrong. Deadlines go by its clock.", "Set the clock (timedatectl, chronyc), and let it be kept by the network.")
	}
	return nil
}

// offsets are how far the phones' clocks stood from this one at their last contact, of today, in milliseconds.
func (l *look) offsets() (list []int64, err error) {
	rows, err := l.db.QueryContext(l.ctx, `SELECT CAST(clock_offset_ms AS INTEGER) FROM devices WHERE state = 'active' AND last_seen > `+l.column(24*time.Hour)+
		` AND json_type(clock_offset_ms) IN ('integer', 'real')`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var ms int64
		if err := rows.Scan(&ms); err != nil {
			return nil, err
		}
		list = append(list, ms)
	}
	return list, rows.Err()
}

// values looks for columns of JSON that hold none.
func (l *look) values() error {
	for _, c := range care.Collections() {
		damage := []string{}
		for i := range c.Fields {
			if f := &c.Fields[i]; columns.KeptAsJSON(f) {
				damage = append(damage, columns.Unreadable(f))
			}
		}
		if len(damage) == 0 {
			continue
		}
		n, first, err := l.texts(`SELECT id FROM ` + columns.Quote(c.Name) + ` WHERE ` + strings.Join(damage, " || ") + ` <> ''`)
		if err != nil {
			return err
		}
		if n > 0 {
			l.found(Problem, plural(n, "record")+" of "+c.Name+" "+hold(n)+" a value that nobody can read.",
				"Somebody wrote past the server. Phones and desks get the record with that field empty.",
				"Look the record up in the dashboard (--admin-http) and write the field anew, or take it from a backup.").Examples = first
		}
	}
	return nil
}

func hold(n int) string {
	if n == 1 {
		return "holds"
	}
	return "hold"
}

// steady are the collections whose records are there before anything names them; the others may come in any order.
var steady = []string{care.Patients, care.StaffName, care.Teams, care.Organisations, care.Neighbourhoods}

// orphans looks for records that name what is not there.
func (l *look) orphans() error {
	for _, c := range care.Collections() {
		for i := range c.Fields {
			f := &c.Fields[i]
			if f.Kind != care.Ref || !slices.Contains(steady, f.Ref) {
				continue
			}
			name := columns.Quote(f.Name)
			n, first, err := l.texts(`SELECT id FROM ` + columns.Quote(c.Name) + ` WHERE coalesce(` + name + `, '') <> '' AND ` + name + ` NOT IN (SELECT id FROM ` + columns.Quote(f.Ref) + `)`)
			if err != nil {
				return err
			}
			if n > 0 {
				l.found(Warning, fmt.Sprintf("%s of %s %s in the field %s a record of %s that is not there.", plural(n, "record"), c.Name, naming(n), f.Name, f.Ref),
					"Somebody deleted it past the server. What names it cannot be found by it any more.",
					"Look in the audit who deleted it and why. If it was a mistake, take it from a backup; otherwise write the field anew in the dashboard.").Examples = first
			}
		}
	}
	return nil
}

func naming(n int) string {
	if n == 1 {
		return "names"
	}
	return "name"
}
