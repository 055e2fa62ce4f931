//go:build linux

package main

import (
	"fmt"
	"os"
	"strings"
)

// run is when, for how long and by which chance something was tried.
type run struct {
	day     string
	minutes float64
	seed    uint64
}

// writeReport writes what was tried and what held, as a page of the documentation. Of a kind that was not tried this time the row of an
// earlier run stays, with its day and seed, as long as the kind still does what the row says.
func writeReport(file string, rows []outcome, now run) error {
	old, err := os.ReadFile(file)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	var b strings.Builder
	b.WriteString(`# Reliability

What ` + "`make faults`" + ` did to real server processes, while six phones pushed and wrote every acknowledgement into a journal. After each
fault the database of the stopped server is looked through: SQLite's integrity check; every acknowledged change in the ledger; no visit
twice; each visit in the feed at its version; numbers unique, below the head and without holes; a due row for every open handover with a
clock. A run tries all kinds or one, in as many minutes as it is given.

| what | tried | held | run |
| --- | --- | --- | --- |
`)
	for _, k := range kinds {
		b.WriteString(rowOf(k.what, rows, string(old), now))
	}
	var notes []string
	for _, r := range rows {
		if r.Held < r.Tried {
			notes = append(notes, r.Notes...)
		}
	}
	if len(notes) > 0 {
		b.WriteString("\n## What did not hold\n\n")
		for _, n := range notes {
			fmt.Fprintf(&b, "- %s\n", strings.ReplaceAll(n, "\n", " "))
		}
	}
	b.WriteString(`
Not tried here: a real loss of power, disks across a network, the JavaScript client under these faults. A lock or a fault that needs
the superuser is left out where the run has no such rights; then the row says so.
`)
	return os.WriteFile(file, []byte(b.String()), 0o644)
}

// rowOf is the line of a kind: of this run, else of an earlier one, else none.
func rowOf(what string, rows []outcome, old string, now run) string {
	when := fmt.Sprintf("%s, %g minutes, seed %d", now.day, now.minutes, now.seed)
	for _, r := range rows {
		switch {
		case r.What != what:
		case r.Skipped != "":
			return fmt.Sprintf("| %s | not tried: %s | | %s |\n", what, r.Skipped, when)
		default:
			return fmt.Sprintf("| %s | %d | %d | %s |\n", what, r.Tried, r.Held, when)
		}
	}
	for line := range strings.Lines(old) {
		if strings.HasPrefix(line, "| "+what+" |") {
			return line
		}
	}
	return ""
}
