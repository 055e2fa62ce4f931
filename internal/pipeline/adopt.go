package pipeline

import "doorstep/internal/care"

// Adopt takes in a record that somebody wrote past the engine (the dashboard, a cascade, raw
// SQL): it gets a version and its field stamps, enters the feed and is judged like any other.
// Old is the record before, nil when it is new; changed names the fields that differ.
func Adopt(tx Tx, rec, old *care.Record, changed []string) error {
	p := &plan{tx: tx, m: &care.Mutation{}, now: tx.Now(), received: tx.Now(), at: tx.Now(), known: true}
	p.by.Staff, p.by.OffsetKnown = rec.Author, true
	before := old
	if before == nil {
		// The row is there already; an update gives it what the engine would have.
		before = &care.Record{Collection: rec.Collection, ID: rec.ID, Values: map[string]any{}}
		before.Version = rec.Version
		rec.ClockKnown = true
	}
	d := &draft{rec: rec, old: old, fields: append([]string(nil), changed...), ever: true}
	for _, name := range changed {
		if rec.Changed == nil {
			rec.Changed = map[string]care.Change{}
		}
		rec.Changed[name] = care.Change{Seq: tx.Seq(), At: p.now}
	}
	if err := p.finish(d); err != nil {
		return err
	}
	if err := tx.Update(rec, before, d.fields); err != nil {
		return err
	}
	p.keep(d)
	if err := p.judge(); err != nil {
		return err
	}
	return p.wake()
}
