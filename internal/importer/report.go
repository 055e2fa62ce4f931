package importer

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Outcome is how a row ended. There is exactly one for each.
type Outcome string

// The outcomes.
const (
	Created   Outcome = "created"
	Updated   Outcome = "updated"
	Unchanged Outcome = "unchanged" // nothing was written
	Differs   Outcome = "differs"   // the record stands and says something else: left alone
	LeftOut   Outcome = "left out"  // understood, and not for here: a practice that is closed, a pharmacy
	Refused   Outcome = "refused"   // bad row: nothing of it went in
)

// Outcomes lists them.
var Outcomes = []Outcome{Created, Updated, Unchanged, Differs, LeftOut, Refused}

// Line is one row of a report.
type Line struct {
	Where   string // "line 7", "entry 3"
	Subject string // ODS code of a practice, record id of a person; "-" when there is none
	Outcome Outcome
	Reason  string   // the fields concerned, or why it was refused
	Notes   []string // what a person should know all the same
	// Cells are what the row says, by column, for whoever mends it. They are never printed.
	Cells map[string]string
}

// refuse keeps the first reason only: it is the one to mend first.
func (l *Line) refuse(format string, args ...any) {
	if l.Outcome != Refused {
		l.Outcome, l.Reason, l.Notes = Refused, fmt.Sprintf(format, args...), nil
	}
}

// plain says that there is nothing to look at.
func (l *Line) plain() bool {
	return (l.Outcome == Created || l.Outcome == Unchanged || l.Outcome == LeftOut) && len(l.Notes) == 0
}

func (l *Line) note(format string, args ...any) {
	if l.Outcome == Refused {
		return // one reason is enough
	}
	l.Notes = append(l.Notes, fmt.Sprintf(format, args...))
}

// Report sums an import up.
type Report struct {
	Rows   int
	Counts map[Outcome]int
	// LeftOut counts what a file holds and Doorstep has no place for: columns, FHIR elements.
	LeftOut map[string]int
	// Remarks are sentences about the whole.
	Remarks []string
	// Missing says, in sentences, what should be in the file and is not: the import is not complete.
	Missing []string
	// More: there are rows behind those that were to be taken; what else the report says is not of the whole file.
	More bool
}

func newReport() *Report {
	return &Report{Counts: map[Outcome]int{}, LeftOut: map[string]int{}}
}

// Write prints the totals. The lines were printed as they were written.
func (r *Report) Write(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:", count(r.Rows, "row"))
	for i, o := range Outcomes {
		if o == LeftOut && r.Counts[o] == 0 {
			continue
		}
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, " %d %s", r.Counts[o], o)
	}
	b.WriteString("\n")
	if len(r.LeftOut) > 0 {
		parts := make([]string, 0, len(r.LeftOut))
		for _, name := range slices.Sorted(maps.Keys(r.LeftOut)) {
			if n := r.LeftOut[name]; n > 0 {
				name = fmt.Sprintf("%s (%d)", name, n)
			}
			parts = append(parts, name)
		}
		fmt.Fprintf(&b, "Left out, there is no place for it here: %s\n", strings.Join(parts, ", "))
	}
	for _, remark := range slices.Concat(r.Remarks, r.Missing) {
		b.WriteString(remark + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// printer writes lines as they become final.
type printer struct {
	w     io.Writer
	brief bool
}

func (p *printer) print(lines []Line) error {
	var b strings.Builder
	for i := range lines {
		l := &lines[i]
		if p.brief && l.plain() {
			continue
		}
		text := fmt.Sprintf("%-9s %-26s %-9s", l.Where, l.Subject, l.Outcome)
		if l.Reason != "" {
			text += " " + l.Reason
		}
		if len(l.Notes) > 0 {
			text += " (" + strings.Join(l.Notes, "; ") + ")"
		}
		b.WriteString(strings.TrimRight(text, " ") + "\n")
	}
	_, err := io.WriteString(p.w, b.String())
	return err
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
