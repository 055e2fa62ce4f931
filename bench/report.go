package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
)

// report is everything one run measured; it is also the JSON file.
type report struct {
	Machine    string         `json:"machine"`
	Runs       int            `json:"runs"`
	Seed       uint64         `json:"seed"`
	Quick      bool           `json:"quick"`
	Push       []pushCell     `json:"push"`
	Update     []pushCell     `json:"update"`
	Turns      []turnsCell    `json:"turns"`
	Holds      []holdCell     `json:"holds"`
	Digests    []digestCell   `json:"digests"`
	Desk       []deskCell     `json:"desk"`
	Backfill   []backfillCell `json:"backfill"`
	Polls      []pollCell     `json:"polls"`
	Copies     []pushCell     `json:"copies"`
	Drills     []drillCell    `json:"drills"`
	Channels   []pushCell     `json:"channels"`
	Footprints []footprint    `json:"footprints"`
	Limits     []limit        `json:"limits"`
	Aims       []aim          `json:"aims"`
}

// print writes the tables for people.
func (r *report) print(w io.Writer) error {
	fmt.Fprintf(w, "%s\nmedian of %d run(s), seed %d\n", r.Machine, r.Runs, r.Seed)
	if r.Quick {
		fmt.Fprintln(w, "a quick run: it shows that everything works; the figures mean little")
	}
	t := &table{w: w}
	t.begin("Push of visits of about 900 bytes, 20 a batch", "devices", "visits/s", "p50 ms", "p99 ms", "CPU s/1,000", "peak MB", "errors")
	for _, c := range r.Push {
		t.row(c.cells(), cellName(c.Peer))
	}
	t.begin("A push of one visit, alone and beside a phone that pushes 200 without pause", "phones", "p50 ms", "p95 ms", "p50 beside", "p95 beside", "ratio of p95", "its visits/s", "errors")
	for _, c := range r.Turns {
		t.row(c.cells(), "Doorstep push")
	}
	t.begin("What keeps everybody else from writing, and how long a write waits beside it", "of", "s in all", "longest hold ms", "p99 wait ms", "longest wait ms")
	for _, c := range r.Holds {
		t.row(c.cells(), c.What)
	}
	t.begin("A digest of everything a phone holds", "visits", "ms", "CPU ms")
	for _, c := range r.Digests {
		t.row(c.cells(), "over "+c.Over)
	}
	t.begin("What somebody at a desk waits for", "of", "times", "p50 ms", "p95 ms")
	for _, c := range r.Desk {
		t.row(c.cells(), c.What)
	}
	t.begin("Changes to visits that are there", "devices", "visits/s", "p50 ms", "p99 ms", "CPU s/1,000", "peak MB", "errors")
	for _, c := range r.Update {
		t.row(c.cells(), cellName(c.Peer))
	}
	t.begin("All of it for a new phone, pages of 1,000", "visits", "visits/s", "MB/s", "CPU s/1,000", "peak MB")
	for _, c := range r.Backfill {
		t.row([]string{fmt.Sprint(c.Rows), whole(c.Rate), one(c.MB), three(c.CPU), whole(c.PeakMB)}, cellName(c.Peer))
	}
	t.begin(fmt.Sprintf("Small requests, %d devices", pollers), "in scope", "requests/s", "p50 ms", "p99 ms", "CPU s/1,000", "peak MB", "errors", "SQL")
	for _, c := range r.Polls {
		scope, sql := "-", "-"
		if c.InScope > 0 {
			scope = fmt.Sprint(c.InScope)
		}
		if c.Statements >= 0 {
			sql = fmt.Sprintf("%.2f", c.Statements)
		}
		t.row([]string{scope, whole(c.Rate), one(c.P50), one(c.P99), three(c.CPU), whole(c.PeakMB), fmt.Sprint(c.Errors), sql}, cellName(c.What))
	}
	t.begin("What a sealed copy of the database costs, on the same disk", "devices", "visits/s", "p50 ms", "p99 ms", "CPU s/1,000", "peak MB", "errors")
	for _, c := range r.Copies {
		t.row(c.cells(), cellName(c.Peer))
	}
	t.begin("The drill: the machine is lost, and the copy is put back", "visits", "missing", "MB", "copy MB", "files", "restored s", "served s")
	for _, c := range r.Drills {
		t.row(c.cells(), cellName(c.What))
	}
	t.begin("What it costs that the practice is told by mail, webhook and notices", "devices", "visits/s", "p50 ms", "p99 ms", "CPU s/1,000", "peak MB", "errors")
	for _, c := range r.Channels {
		t.row(c.cells(), cellName(c.Peer))
	}
	t.begin("Statements and new rows a visit, one device", "read", "write", "begin, commit, …")
	for _, f := range r.Footprints {
		t.row([]string{fmt.Sprintf("%.2f", f.Read), fmt.Sprintf("%.2f", f.Write), fmt.Sprintf("%.2f", f.Control)}, f.What+": "+f.rows())
	}
	for _, l := range r.Limits {
		t.begin("Where the processor time goes: "+l.What, "share")
		for _, s := range l.Steps {
			t.row([]string{whole(s.Percent) + " %"}, s.Step)
		}
	}
	t.begin("Aims", "reached", "aim", "here")
	for _, a := range r.Aims {
		reached, sign, want := "NO", "≥ ", a.Want
		if a.Reached {
			reached = "yes"
		}
		if a.Want <= 0 {
			sign, want = "≤ ", -a.Want
		}
		t.row([]string{reached, fmt.Sprintf("%s%.4g %s", sign, want, a.Unit), fmt.Sprintf("%.3g %s", a.Got, a.Unit)}, a.Text)
	}
	r.printErrors(w)
	return t.end()
}

// printErrors says what went wrong first in each cell that has errors.
func (r *report) printErrors(w io.Writer) {
	for _, c := range slices.Concat(r.Push, r.Update, r.Copies, r.Channels) {
		if c.Errors > 0 {
			fmt.Fprintf(w, "! %s, %d devices: %s\n", cellName(c.Peer), c.Devices, c.FirstErr)
		}
	}
	for _, c := range r.Turns {
		if c.Errors > 0 {
			fmt.Fprintf(w, "! turns, %d phones: %s\n", c.Phones, c.FirstErr)
		}
	}
	for _, c := range r.Polls {
		if c.Errors > 0 {
			fmt.Fprintf(w, "! %s of %d: %s\n", cellName(c.What), c.InScope, c.FirstErr)
		}
	}
}

func (c *pushCell) cells() []string {
	devices := "-"
	if c.Devices > 0 {
		devices = fmt.Sprint(c.Devices)
	}
	return []string{devices, whole(c.Rate), one(c.P50), one(c.P99), three(c.CPU), whole(c.PeakMB), fmt.Sprint(c.Errors)}
}

func whole(x float64) string { return fmt.Sprintf("%.0f", x) }
func one(x float64) string   { return fmt.Sprintf("%.1f", x) }
func three(x float64) string { return fmt.Sprintf("%.3f", x) }

// table writes right-aligned columns and a name behind them; a table without rows is not shown.
type table struct {
	w     io.Writer
	title string
	heads []string
	out   *tabwriter.Writer
	err   error
}

func (t *table) begin(title string, heads ...string) {
	t.err = errors.Join(t.err, t.end())
	t.title, t.heads = title, heads
}

func (t *table) row(cells []string, name string) {
	if t.out == nil {
		fmt.Fprintf(t.w, "\n%s\n", t.title)
		t.out = tabwriter.NewWriter(t.w, 0, 0, 2, ' ', tabwriter.AlignRight)
		fmt.Fprintf(t.out, "%s\t\n", strings.Join(t.heads, "\t"))
	}
	fmt.Fprintf(t.out, "%s\t  %s\n", strings.Join(cells, "\t"), name)
}

func (t *table) end() error {
	if t.out == nil {
		return t.err
	}
	out := t.out
	t.out = nil
	return errors.Join(t.err, out.Flush())
}

// save writes the JSON file.
func (r *report) save(path string) error {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o644)
}

// cellName names a cell in the tables.
func cellName(key string) string {
	for _, p := range peers {
		if p.key == key {
			return p.name
		}
	}
	if name, ok := otherNames[key]; ok {
		return name
	}
	return "Doorstep " + key
}

var otherNames = map[string]string{
	"raw20":    "floor: raw prepared inserts, 20 a transaction",
	"raw400":   "floor: raw prepared inserts, 400 a transaction",
	"update":   "Doorstep, the note changed",
	"conflict": "Doorstep, the note changed from an old view",
	"list":     "PocketBase list API",

	"uncopied":     "Doorstep push, no copy",
	"copied":       "a sealed copy, a moment behind",
	"acknowledged": "a sealed copy, acknowledged after it",

	"inbox alone":   "Doorstep push, no channel on",
	"every channel": "every channel on",

	"health": "PocketBase /api/health",
}

// medianCell takes each figure's median; errors add up, none may hide.
func medianCell(cells []pushCell) pushCell {
	m := cells[0]
	m.Rate = medianOf(cells, func(c pushCell) float64 { return c.Rate })
	m.P50 = medianOf(cells, func(c pushCell) float64 { return c.P50 })
	m.P99 = medianOf(cells, func(c pushCell) float64 { return c.P99 })
	m.CPU = medianOf(cells, func(c pushCell) float64 { return c.CPU })
	m.PeakMB = medianOf(cells, func(c pushCell) float64 { return c.PeakMB })
	m.Errors, m.FirstErr = 0, ""
	for _, c := range cells {
		m.Errors += c.Errors
		m.FirstErr = cmp.Or(m.FirstErr, c.FirstErr)
	}
	return m
}

func medianBackfill(cells []backfillCell) backfillCell {
	m := cells[0]
	m.Rate = medianOf(cells, func(c backfillCell) float64 { return c.Rate })
	m.MB = medianOf(cells, func(c backfillCell) float64 { return c.MB })
	m.CPU = medianOf(cells, func(c backfillCell) float64 { return c.CPU })
	m.PeakMB = medianOf(cells, func(c backfillCell) float64 { return c.PeakMB })
	return m
}

func medianPoll(cells []pollCell) pollCell {
	m := cells[0]
	m.Rate = medianOf(cells, func(c pollCell) float64 { return c.Rate })
	m.P50 = medianOf(cells, func(c pollCell) float64 { return c.P50 })
	m.P99 = medianOf(cells, func(c pollCell) float64 { return c.P99 })
	m.CPU = medianOf(cells, func(c pollCell) float64 { return c.CPU })
	m.PeakMB = medianOf(cells, func(c pollCell) float64 { return c.PeakMB })
	m.Errors = 0
	for _, c := range cells {
		m.Errors += c.Errors
		m.FirstErr = cmp.Or(m.FirstErr, c.FirstErr)
	}
	return m
}

func medianOf[T any](cells []T, of func(T) float64) float64 {
	list := make([]float64, len(cells))
	for i, c := range cells {
		list[i] = of(c)
	}
	return median(list)
}

// median of an even number of values is the mean of the middle two.
func median(list []float64) float64 {
	slices.Sort(list)
	n := len(list)
	if n == 0 {
		return 0
	}
	return (list[(n-1)/2] + list[n/2]) / 2
}
