package demo

import (
	"maps"
	"slices"
	"strings"
	"time"

	"doorstep/internal/care"
)

// since are the witnesses of what happened from a moment on: the table tells of the story, and the promises of everything.
func (w *witnesses) since(from time.Time) *witnesses {
	of := *w
	of.tape = &tape{entries: slices.DeleteFunc(slices.Clone(w.tape.entries), func(e *entry) bool { return e.at.Before(from) })}
	b := *w.books
	b.rows = maps.Clone(b.rows)
	of.books = &b
	later := func(collection string, when func(*row) time.Time) {
		rows := map[string]*row{}
		for id, r := range b.rows[collection] {
			if !when(r).Before(from) {
				rows[id] = r
			}
		}
		b.rows[collection] = rows
	}
	later(care.Visits, func(r *row) time.Time { return r.clinical })
	later(care.Handovers, func(r *row) time.Time { return r.time("raised_at") })
	later(care.HandoverEvents, func(r *row) time.Time { return r.time("at") })
	b.outbox = maps.Clone(b.outbox)
	maps.DeleteFunc(b.outbox, func(key string, _ int) bool {
		handover, _, _ := strings.Cut(key, " ")
		return b.rows[care.Handovers][handover] == nil
	})
	return &of
}
