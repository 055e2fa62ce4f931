//go:build linux

package main

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// writeReport writes what was tried and what held, as a page of the documentation.
func writeReport(file string, rows []outcome, minutes float64, seed uint64) error {
	var b strings.Builder
	fmt.Fprintf(&b, `# Reliability

What `+"`make faults`"+` did to real server processes on %s, in %g minutes (seed %d), while six phones pushed and wrote every
acknowledgement into a journal. After each fault the database of the stopped server is looked through: SQLite's integrity check; every
acknowledged change in the ledger; no visit twice; each visit in the feed at its version; numbers unique, below the head and without holes;
a due row for every open handover with a clock.

| what | tried | held |
| --- | --- | --- |
`, time.Now().UTC().Format(time.DateOnly), minutes, seed)
	for _, r := range rows {
		if r.Skipped != "" {
			fmt.Fprintf(&b, "| %s | not tried: %s | |\n", r.What, r.Skipped)
			continue
		}
		fmt.Fprintf(&b, "| %s | %d | %d |\n", r.What, r.Tried, r.Held)
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
