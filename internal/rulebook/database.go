package rulebook

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"doorstep/internal/care"
	"doorstep/internal/columns"
	"doorstep/internal/rules"

	_ "modernc.org/sqlite" // registers the driver
)

// dataFile is the database of a data folder.
const dataFile = "data.db"

// Database reads what a data folder holds, without a server.
type Database struct {
	ctx context.Context
	db  *sql.DB
}

// Open opens the database of a data folder to read, whether a server has it or not.
func Open(ctx context.Context, dir string) (Database, error) {
	path := filepath.Join(dir, dataFile)
	if _, err := os.Stat(path); err != nil {
		return Database{}, fmt.Errorf("there is no database to read in %s: %w", dir, err)
	}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}).String()+"?mode=ro&_pragma=busy_timeout(10000)")
	if err != nil {
		return Database{}, err
	}
	db.SetMaxOpenConns(1)
	return Database{ctx, db}, nil
}

// Close closes it. Nothing was written.
func (d Database) Close() { _ = d.db.Close() }

// Each reads the rows of a query.
func (d Database) Each(query string, fn func(*sql.Rows) error, args ...any) error {
	rows, err := d.db.QueryContext(d.ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Rules are the rules in force and in shadow.
func (d Database) Rules() (list []Entry, err error) {
	if err := d.Each(`SELECT id, code, version, title, collection, "trigger", unless, coalesce(CAST(window_days AS INTEGER), 0), class, destination, ask, state,
		coalesce(CAST(cases AS TEXT), '') FROM handover_rules WHERE state IN ('active', 'shadow') ORDER BY code, version`, func(r *sql.Rows) error {
		var e Entry
		var cases string
		if err := r.Scan(&e.ID, &e.Code, &e.Version, &e.Title, &e.Collection, &e.Trigger, &e.Unless, &e.Days, &e.Class, &e.Destination, &e.Ask, &e.State, &cases); err != nil {
			return err
		}
		if e.Cases, err = rules.ReadCases([]byte(cases)); err != nil {
			return fmt.Errorf("rule %s: %w", e.Code, err)
		}
		list = append(list, e)
		return nil
	}); err != nil {
		return nil, fmt.Errorf("read the rules: %w", err)
	}
	return list, nil
}

// StoredAll reads records by id; those that there are not are missing.
func (d Database) StoredAll(collection string, ids []string) (map[string]*care.Record, error) {
	c, _ := care.ByName(collection)
	layout := columns.LayoutOf(c)
	quoted := make([]string, len(layout.Names))
	for i, name := range layout.Names {
		quoted[i] = columns.Quote(name)
	}
	found := map[string]*care.Record{}
	err := d.Each(`SELECT `+strings.Join(quoted, ", ")+` FROM `+columns.Quote(collection)+` WHERE id IN (SELECT value FROM json_each(?))`, func(r *sql.Rows) error {
		rec, err := layout.Scan(r)
		if err == nil {
			found[rec.ID] = rec
		}
		return err
	}, string(care.JSON(ids)))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", collection, err)
	}
	return found, nil
}
