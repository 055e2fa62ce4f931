package doctor

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Severity says how soon somebody has to look.
type Severity string

// The severities.
const (
	Problem Severity = "problem" // people are let down, or data is at risk, now
	Warning Severity = "warning" // it can wait until morning
	Note    Severity = "note"    // good to know
)

var order = []Severity{Problem, Warning, Note}

// Finding is something that is wrong.
type Finding struct {
	Check    string   `json:"check"`
	Severity Severity `json:"severity"`
	Found    string   `json:"found"`
	Means    string   `json:"means"`
	Do       string   `json:"do"`
	// Examples are ids of what it is about, or names of files, teams and rules; a few, never those of people.
	Examples []string `json:"examples,omitempty"`
	// Mends: doctor --fix puts it right.
	Mends bool `json:"mends,omitempty"`

	mend mend
}

// mend puts a finding right. Each may be done again, and beside a server that runs.
type mend func(ctx context.Context, db *sql.DB) error

// Report is what a look through a folder came to.
type Report struct {
	// Looked are the checks that were made, Skipped those that could not be, because the database cannot be read or nobody said where the copy is.
	Looked   []string  `json:"looked"`
	Skipped  []string  `json:"skipped,omitempty"`
	Findings []Finding `json:"findings"`
}

// Count is how many findings there are of a severity.
func (r *Report) Count(s Severity) (n int) {
	for _, f := range r.Findings {
		if f.Severity == s {
			n++
		}
	}
	return n
}

// Mendable is how many findings doctor --fix puts right.
func (r *Report) Mendable() (n int) {
	for _, f := range r.Findings {
		if f.Mends {
			n++
		}
	}
	return n
}

// Well lists the checks that found nothing.
func (r *Report) Well() []string {
	return slices.DeleteFunc(slices.Clone(r.Looked), func(check string) bool {
		return slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Check == check })
	})
}

// sort puts what is worst first, and otherwise leaves the order of the checks.
func (r *Report) sort() {
	slices.SortStableFunc(r.Findings, func(a, b Finding) int {
		return cmp.Compare(slices.Index(order, a.Severity), slices.Index(order, b.Severity))
	})
}

// Print writes a report for whoever sits at a terminal.
func (r *Report) Print(out io.Writer) {
	for _, f := range r.Findings {
		fmt.Fprintf(out, "%s: %s\n", strings.ToUpper(string(f.Severity)), f.Check)
		fmt.Fprintf(out, "  %s\n", f.Found+examples(f.Examples))
		fmt.Fprintf(out, "  It means: %s\n", f.Means)
		fmt.Fprintf(out, "  Do: %s\n\n", f.Do)
	}
	if well := r.Well(); len(well) > 0 {
		fmt.Fprintf(out, "Well: %s\n", strings.Join(well, ", "))
	}
	if len(r.Skipped) > 0 {
		fmt.Fprintf(out, "Not looked at: %s\n", strings.Join(r.Skipped, ", "))
	}
	fmt.Fprintf(out, "%s, %s, %s.\n", plural(r.Count(Problem), "problem"), plural(r.Count(Warning), "warning"), plural(r.Count(Note), "note"))
}

func examples(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return " (such as " + strings.Join(list, ", ") + ")"
}

// plural counts things: "1 visit", "2 visits".
func plural(n int, one string) string {
	switch {
	case n == 1:
		return "1 " + one
	case strings.HasSuffix(one, "y"):
		return fmt.Sprintf("%d %sies", n, strings.TrimSuffix(one, "y"))
	}
	return fmt.Sprintf("%d %ss", n, one)
}
