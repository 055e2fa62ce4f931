package syncer

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"slices"

	"doorstep/internal/access"
	"doorstep/internal/pbstore"
	"doorstep/internal/wire"
)

// FirstRound is what a phone that holds nothing asks for to be told of the people of today's round before all others.
const FirstRound = "round"

// mostFirst people come before all others: they stand in every cursor of a first load.
const mostFirst = 48

// load is a first load whose people come one after another, each whole: pull after pull, each of which ends and shows one
// moment of whoever has come. Nil is that of a phone that has everybody, or gets everybody at once.
type load struct {
	access.Instalment
	sent, of int64 // rows of the feed that were told, and all that there were at its beginning
}

// Bounds that say at once that nothing of ours wrote this.
const maxFirstBytes = 512

// format writes it for a cursor; "" where there is none.
func (l *load) format() string {
	if l == nil {
		return ""
	}
	raw := binary.AppendUvarint(nil, uint64(l.Done))
	raw = binary.AppendUvarint(raw, uint64(l.To-l.Done))
	raw = binary.AppendUvarint(raw, uint64(l.sent))
	raw = binary.AppendUvarint(raw, uint64(l.of))
	before := int64(0)
	for _, id := range l.First {
		raw = binary.AppendUvarint(raw, uint64(id-before))
		before = id
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

// parseLoad reads what format wrote; nil for "".
func parseLoad(text string) (*load, error) {
	if text == "" {
		return nil, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(raw) > maxFirstBytes {
		return nil, errCursor
	}
	l := &load{}
	var to, id int64
	for i := 0; len(raw) > 0 || i < 4; i++ {
		n, size := binary.Uvarint(raw)
		if size <= 0 || n > 1<<62 {
			return nil, errCursor
		}
		raw = raw[size:]
		switch i {
		case 0:
			l.Done = int64(n)
		case 1:
			to = int64(n)
		case 2:
			l.sent = int64(n)
		case 3:
			l.of = int64(n)
		default:
			if id += int64(n); n == 0 || id < 0 {
				return nil, errCursor
			}
			l.First = append(l.First, id)
		}
	}
	if l.To = l.Done + to; l.To < 0 || len(l.First) > mostFirst {
		return nil, errCursor
	}
	return l, nil
}

// loadOf is the first load that a pull goes on with, or begins; nil where there is none.
func (e *Engine) loadOf(snap *pbstore.Snapshot, who *access.Access, cur cursor, first bool) (*load, error) {
	if cur.people != "" || !first {
		return parseLoad(cur.people)
	}
	l := &load{}
	if e.o.Round == nil {
		return l, nil
	}
	people, err := e.o.Round(snap, who.Viewer, e.o.Now(), mostFirst)
	if err != nil {
		return nil, err
	}
	for _, patient := range people {
		id, named := who.ScopeID(access.PersonScope(who.Duty.View, patient))
		if named && who.Holds(patient) && !slices.Contains(l.First, id) {
			l.First = append(l.First, id)
		}
	}
	slices.Sort(l.First)
	return l, nil
}

// people are those whom the page under way may tell of; nil: all of them.
func (l *load) people() *access.Instalment {
	if l == nil {
		return nil
	}
	return &l.Instalment
}

// begin begins a round: with whoever there is room for, or, where the round before it told that already, with nobody.
func (l *load) begin(comes bool) {
	if l == nil {
		return
	}
	if l.To = l.Done; comes {
		l.To = access.Everybody
	}
}

// done ends a round: whoever came with it is there. Nil when that is everybody.
func (l *load) done() *load {
	if l == nil || l.To == access.Everybody {
		return nil
	}
	l.Done = l.To
	return l
}

// shorten ends an instalment with the last person who is whole on the page that begins it. It returns the rows that stay,
// and whether there is more of this instalment after them. The first one is the round, however much room is left.
func (l *load) shorten(visible *access.Visible, since int64, rows []pbstore.FeedRow) (stay []pbstore.FeedRow, cut bool) {
	first := slices.IndexFunc(rows, func(r pbstore.FeedRow) bool { return visible.Comes(r.Scope) })
	switch {
	case first < 0: // what is to be told of those who are there fills the page
		l.To = l.Done
		return rows, true
	case since == 0:
		l.To = l.Done
		return rows[:first], false
	}
	last := rows[len(rows)-1].Scope
	begins := slices.IndexFunc(rows, func(r pbstore.FeedRow) bool { return r.Scope == last })
	if begins == first { // nobody is: it is this one alone
		l.To = last
		return rows, true
	}
	l.To = rows[begins-1].Scope
	return rows[:begins], false
}

// told counts what a page told of those who come.
func (l *load) told(visible *access.Visible, since int64, rows []pbstore.FeedRow) {
	if l == nil {
		return
	}
	for _, r := range rows {
		if since == 0 || visible.Comes(r.Scope) {
			l.sent++
		}
	}
}

// count looks once how much there is to come.
func (l *load) count(snap *pbstore.Snapshot, visible *access.Visible) error {
	if l.of > 0 {
		return nil
	}
	scopes := map[string]bool{}
	for _, s := range visible.Scopes() {
		scopes[s] = true
	}
	rows, err := snap.RowsIn(scopes)
	for _, n := range rows {
		l.of += n
	}
	return err
}

// progress is what a phone is told of it.
func (l *load) progress() *wire.Loading {
	if l == nil {
		return nil
	}
	return &wire.Loading{Sent: l.sent, Of: max(l.of, l.sent)}
}

// rowsIn counts the records in scopes.
func (e *Engine) rowsIn(ctx context.Context, scopes map[string]bool) (counts map[string]int64, err error) {
	err = e.store.Read(ctx, func(snap *pbstore.Snapshot) (err error) {
		counts, err = snap.RowsIn(scopes)
		return err
	})
	return counts, err
}
