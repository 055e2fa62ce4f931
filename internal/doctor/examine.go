package doctor

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/columns"

	_ "modernc.org/sqlite" // registers the driver
)

// dataFile is the database of a data folder.
const dataFile = "data.db"

// Given is what a folder is held to.
type Given struct {
	Dir string
	// SigningKey, SealingKey and CopyKey, which opens copies, are the files of the keys.
	SigningKey, SealingKey, CopyKey string
	Now                             time.Time
	// Steps are those of the schema that this program takes, by the names of their files; none: it is not looked who changed it last.
	Steps []string
	// Schema gives what an empty database of today has in sqlite_master: the statement that makes each table, index and
	// trigger, by name. Nil: the schema is not looked at.
	Schema func() (map[string]string, error)
	// OwnHistory says whether the name of a history was made with the signing key.
	OwnHistory func(name string) (bool, error)
	// Sealing reads the keys that phones seal to; it is asked only where the file is there.
	Sealing func() error
	// Copy says which moment the copy off the machine reaches; nil: none is made.
	Copy func(context.Context) (time.Time, error)
	// Left lists what restores left that were cut short; nil: nobody looks.
	Left func() ([]string, error)
	// Served says whether a server has the folder at this moment.
	Served func() bool
}

// check is one kind of things that are looked at.
type check struct {
	name  string
	about string // for the manual
	// database: it needs one that can be read.
	database bool
	look     func(*look) error
}

// checks are all there are, in the order in which they are made. A further one is a line here.
var checks = []check{
	{"folder", "the folder is there, and closed to others", false, (*look).folder},
	{"disk", "room on the disk, the size of the write-ahead log, databases that were put aside or left by half", false, (*look).disk},
	{"keys", "the signing key and the sealing keys are there and the database's own; they and the key of copies are closed to others", false, (*look).keys},
	{"database", "the database can be read", false, (*look).readable},
	{"integrity", "SQLite finds its structure sound", true, (*look).integrity},
	{"schema", "no newer program changed it; no table, index or trigger is missing", true, (*look).schema},
	{"clock", "the clock of this machine, beside what the database and the phones say", true, (*look).clock},
	{"sequence", "no number lies beyond the head, and what others wrote is taken in", true, sqlRules("sequence")},
	{"feed", "each record stands in the feed at its version, once a scope", true, sqlRules("feed")},
	{"ledger", "the numbers of the phones' changes are whole, and none was given twice", true, sqlRules("ledger")},
	{"values", "no value is kept that nobody can read", true, (*look).values},
	{"orphans", "nothing names a person, a team or a member of staff that is not there", true, (*look).orphans},
	{"index", "people can be found at the desk", true, sqlRules("index")},
	{"deadlines", "each open handover has a time when it is looked at, and that time is kept", true, (*look).deadlines},
	{"alarms", "each alarm has its handover, and somebody there can read it", true, (*look).alarms},
	{"roles", "somebody coordinates, leads safeguarding, answers at each practice, and administers", true, (*look).roles},
	{"rules", "each handover rule compiles, has an owner and was reviewed", true, (*look).handoverRules},
	{"issues", "what waits for a decision has somebody who can decide it", true, sqlRules("issues")},
	{"phones", "phones that hold unsent work were heard of lately", true, (*look).phones},
	{"jobs", "the nightly jobs ran", true, (*look).jobs},
	{"copy", "the copy off the machine opens, file by file, and is not behind; looked at where `--copy-to` and `--copy-key` say where it is", true, (*look).copied},
	{"audit", "the audit is sealed and can only grow", true, sqlRules("audit")},
	{"recovery", "each organisation with phones has a recovery key", true, sqlRules("recovery")},
}

// Checks lists the checks with what each looks at, for the manual.
func Checks() (list [][2]string) {
	for _, c := range checks {
		list = append(list, [2]string{c.name, c.about})
	}
	return list
}

// look is one look through a folder.
type look struct {
	Given
	ctx    context.Context
	db     *sql.DB // nil: it cannot be read
	other  bool    // another program's schema: nothing more can be looked at, and nothing mended
	report *Report
	check  string
}

// Examine looks through a folder. What is wrong with the folder is in the report; an error is one of looking.
func Examine(ctx context.Context, g Given) (*Report, error) {
	l := &look{Given: g, ctx: ctx, report: &Report{}}
	var err error
	if l.db, err = openToRead(filepath.Join(g.Dir, dataFile)); err != nil {
		return nil, err
	}
	defer l.close()
	for _, c := range checks {
		if l.check = c.name; c.database && (l.db == nil || l.other) {
			l.report.Skipped = append(l.report.Skipped, c.name)
			continue
		}
		err := c.look(l)
		if errors.Is(err, errNotTold) {
			l.report.Skipped = append(l.report.Skipped, c.name)
			continue
		}
		if err != nil {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			l.found(Problem, "It cannot be looked at: "+err.Error()+".", "The database is damaged, or not one of this program.",
				"If the check of the integrity found nothing, this program and the database do not fit together: use the one that served it last.")
		}
		l.report.Looked = append(l.report.Looked, c.name)
	}
	l.report.sort()
	return l.report, nil
}

// openToRead opens a database to read it, nil when it is missing.
func openToRead(path string) (*sql.DB, error) { return open(path, "mode=ro") }

func open(path, mode string) (*sql.DB, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}).String()+
		"?"+mode+"&_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=recursive_triggers(ON)&_pragma=temp_store(MEMORY)")
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

func (l *look) close() {
	if l.db != nil {
		_ = l.db.Close() // it was read
	}
}

// found adds a finding and returns it, for what more is to be said of it.
func (l *look) found(s Severity, found, means, do string) *Finding {
	l.report.Findings = append(l.report.Findings, Finding{Check: l.check, Severity: s, Found: found, Means: means, Do: do})
	return &l.report.Findings[len(l.report.Findings)-1]
}

// mends says how a finding is put right.
func (f *Finding) mends(m mend) { f.Mends, f.mend = true, m }

// Moments as SQL: of plain tables, and of PocketBase's columns.
func (l *look) stamp(ago time.Duration) string  { return "'" + care.Stamp(l.Now.Add(-ago)) + "'" }
func (l *look) column(ago time.Duration) string { return "'" + columns.Stamp(l.Now.Add(-ago)) + "'" }

// shown is how many examples a finding names.
const shown = 3

// texts reads the first column of a query: how many rows there are, and the first few.
func (l *look) texts(query string) (n int, first []string, err error) {
	rows, err := l.db.QueryContext(l.ctx, query)
	if err != nil {
		return 0, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var text sql.NullString
		if err := rows.Scan(&text); err != nil {
			return 0, nil, err
		}
		if n++; n <= shown && text.String != "" {
			first = append(first, text.String)
		}
	}
	return n, first, rows.Err()
}

// number reads one number, 0 for none.
func (l *look) number(query string) (n int64, err error) {
	var found sql.NullInt64
	err = l.db.QueryRowContext(l.ctx, query).Scan(&found)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return found.Int64, err
}

// text reads one text, "" for none.
func (l *look) text(query string) (string, error) {
	var found sql.NullString
	err := l.db.QueryRowContext(l.ctx, query).Scan(&found)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return found.String, err
}

// Fix puts right what can be. It says which findings are gone after it, and looks again.
func Fix(ctx context.Context, g Given) (mended []Finding, after *Report, err error) {
	before, err := Examine(ctx, g)
	if err != nil || before.Mendable() == 0 {
		return nil, before, err
	}
	db, err := open(filepath.Join(g.Dir, dataFile), "mode=rw")
	if err != nil {
		return nil, nil, err
	}
	if db != nil {
		defer func() { err = errors.Join(err, db.Close()) }()
	}
	for _, f := range before.Findings {
		if !f.Mends {
			continue
		}
		if err := f.mend(ctx, db); err != nil {
			return mended, nil, fmt.Errorf("mend what the check %s found: %w", f.Check, err)
		}
		mended = append(mended, f)
	}
	after, err = Examine(ctx, g)
	return mended, after, err
}

// statements mend in one transaction.
func statements(list ...string) mend {
	return func(ctx context.Context, db *sql.DB) error {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback() }() // after a commit it does nothing
		for _, s := range list {
			if _, err := tx.ExecContext(ctx, s); err != nil {
				return fmt.Errorf("%.60s: %w", s, err)
			}
		}
		return tx.Commit()
	}
}
