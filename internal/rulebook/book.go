package rulebook

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"doorstep/internal/care"
	"doorstep/internal/rules"

	_ "modernc.org/sqlite" // registers the driver
)

// dataFile is the database of a data folder.
const dataFile = "data.db"

// Entry is a rule with the golden cases kept with it.
type Entry struct {
	rules.Rule
	Cases []rules.Case
}

// written is a rule as a file has it: by the names of the fields of handover_rules.
type written struct {
	Code        string          `json:"code"`
	Version     int             `json:"version"`
	Title       string          `json:"title"`
	Collection  string          `json:"collection"`
	Trigger     string          `json:"trigger"`
	Unless      string          `json:"unless"`
	WindowDays  int             `json:"window_days"`
	Class       care.Class      `json:"class"`
	Destination string          `json:"destination"`
	Ask         string          `json:"ask"`
	State       string          `json:"state"`
	Cases       json.RawMessage `json:"cases"`
}

// ReadFile reads a list of rules from a JSON file. A rule without a state is in shadow, one without a version is the first.
func ReadFile(path string) ([]Entry, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var list []written
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&list); err != nil {
		return nil, fmt.Errorf("%s is no list of rules: %w", path, err)
	}
	entries := make([]Entry, len(list))
	for i, w := range list {
		if w.State == "" {
			w.State = rules.Shadow
		}
		if w.Version == 0 {
			w.Version = 1
		}
		e := &entries[i]
		e.Rule = rules.Rule{ID: rules.ID("rule", w.Code, fmt.Sprint(w.Version)), Code: w.Code, Version: w.Version, Title: w.Title, Collection: w.Collection,
			Trigger: w.Trigger, Unless: w.Unless, Days: w.WindowDays, Class: w.Class, Destination: w.Destination, Ask: w.Ask, State: w.State}
		if e.Cases, err = rules.ReadCases(w.Cases); err != nil {
			return nil, fmt.Errorf("rule %s: %w", w.Code, err)
		}
	}
	return entries, nil
}

// open opens the database of a data folder to read, whether a server has it or not.
func open(dir string) (*sql.DB, error) {
	path := filepath.Join(dir, dataFile)
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("there is no database to read in %s: %w", dir, err)
	}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}).String()+"?mode=ro&_pragma=busy_timeout(10000)")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// ReadStored reads the rules in force and in shadow of a database.
func ReadStored(ctx context.Context, db *sql.DB) ([]Entry, error) {
	rows, err := db.QueryContext(ctx, `SELECT id, code, version, title, collection, "trigger", unless, coalesce(CAST(window_days AS INTEGER), 0), class, destination, ask, state,
		coalesce(CAST(cases AS TEXT), '') FROM handover_rules WHERE state IN ('active', 'shadow') ORDER BY code, version`)
	if err != nil {
		return nil, fmt.Errorf("read the rules: %w", err)
	}
	defer rows.Close()
	var list []Entry
	for rows.Next() {
		var e Entry
		var cases string
		if err := rows.Scan(&e.ID, &e.Code, &e.Version, &e.Title, &e.Collection, &e.Trigger, &e.Unless, &e.Days, &e.Class, &e.Destination, &e.Ask, &e.State, &cases); err != nil {
			return nil, fmt.Errorf("read the rules: %w", err)
		}
		if e.Cases, err = rules.ReadCases([]byte(cases)); err != nil {
			return nil, fmt.Errorf("rule %s: %w", e.Code, err)
		}
		list = append(list, e)
	}
	return list, rows.Err()
}

// rulesOf are the rules of entries.
func rulesOf(list []Entry) []rules.Rule {
	all := make([]rules.Rule, len(list))
	for i := range list {
		all[i] = list[i].Rule
	}
	return all
}

// window says in words how far back the history of a rule reaches.
func window(r *rules.Rule) string {
	switch {
	case strings.TrimSpace(r.Unless) == "":
		return "looks at the record alone"
	case r.Days == 0:
		return "looks back 48 hours"
	case r.Days == 1:
		return "looks back 1 day"
	}
	return fmt.Sprintf("looks back %d days", r.Days)
}
