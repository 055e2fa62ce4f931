package main

import (
	"fmt"
	"slices"
	"strings"

	"doorstep/internal/care"
)

// footprint is the cost of one stored visit in the database.
type footprint struct {
	What    string             `json:"what"`
	Read    float64            `json:"read_statements"`
	Write   float64            `json:"write_statements"`
	Control float64            `json:"control_statements"`
	Rows    map[string]float64 `json:"rows"` // by table of data.db; changed rows are not new rows
}

// footprintTurns is how many pushes of one device are counted.
const footprintTurns = 10

// measureFootprints counts statements and rows a visit in runs of their own, one device, with
// the counting driver.
func (b *bench) measureFootprints() error {
	if !b.wants("footprint") {
		return nil
	}
	for _, p := range peers {
		b.say("rows and statements: %s", p.name)
		c, err := b.begin(p, config{Devices: 1, Patients: b.size.people, Fresh: true, Count: true})
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		warming, work := fill(c, p, b.seed, 5, footprintTurns)
		_, err = drive(c.URL, warming, p.check)
		if err == nil {
			err = b.count(c, p.name, work, p.check)
		}
		b.discard(c)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return b.countUpdates()
}

func (b *bench) countUpdates() error {
	b.say("rows and statements: updates")
	c, err := b.begin(peerOf("doorstep"), config{Devices: 1, Patients: b.size.people, Fresh: true, Count: true})
	if err != nil {
		return err
	}
	defer b.discard(c)
	e, err := b.newEditors(c, footprintTurns)
	if err != nil {
		return err
	}
	if err := b.count(c, cellName("update"), e.turns("the second note", func(v visit) string { return v.note }), statusOf(care.Applied)); err != nil {
		return err
	}
	return b.count(c, cellName("conflict"), e.turns("the third note", func(v visit) string { return v.note }), statusOf(care.Merged))
}

// count drives the work and adds what it took to the report.
func (b *bench) count(c *child, what string, work [][]turn, check checker) error {
	var s0, s1 statementCounts
	var r0, r1 map[string]int64
	if err := c.ask("rows", &r0); err != nil {
		return err
	}
	if err := c.ask("statements", &s0); err != nil {
		return err
	}
	o, err := drive(c.URL, work, check)
	if err != nil {
		return err
	}
	if o.errors > 0 {
		return o.first
	}
	if err := c.ask("statements", &s1); err != nil {
		return err
	}
	if err := c.ask("rows", &r1); err != nil {
		return err
	}
	visits := 0.0
	for _, turns := range work {
		visits += float64(len(turns) * batchSize)
	}
	s := s1.minus(s0)
	f := footprint{What: what, Read: float64(s.Read) / visits, Write: float64(s.Write) / visits, Control: float64(s.Control) / visits, Rows: map[string]float64{}}
	for table, n := range r1 {
		if n != r0[table] {
			f.Rows[table] = float64(n-r0[table]) / visits
		}
	}
	b.report.Footprints = append(b.report.Footprints, f)
	return nil
}

// rows lists the tables, the busiest first: "visits 1, sync_feed 1".
func (f *footprint) rows() string {
	names := make([]string, 0, len(f.Rows))
	for name := range f.Rows {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if f.Rows[a] != f.Rows[b] {
			if f.Rows[a] > f.Rows[b] {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
	parts := make([]string, len(names))
	for i, name := range names {
		parts[i] = fmt.Sprintf("%s %.3g", name, f.Rows[name])
	}
	return strings.Join(parts, ", ")
}
