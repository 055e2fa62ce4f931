package phone

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"doorstep/internal/wire"
)

// SentLogKept is how long confirmed changes stay on the phone, so that a server restored from
// a backup can be given again what it lost.
const SentLogKept = 14 * 24 * time.Hour

// self is the phone's row about itself.
type self struct {
	Device, Client, Staff string
	Former                []string // clients this phone numbered its outbox under before
	Key                   []byte   // PKCS #8
	Enrol                 enrolWhy
	NextClient            string // chosen for the enrolment that is due

	Epoch        string
	Cursor       string // only a finished pull moves it
	StagedCursor string // where the next page of the pull under way begins
	Pages        int    // staged so far

	NextMid      int64 // of the next change
	NextPlace    int64 // in the phone's own order, over all clients
	ConfirmedMid int64 // last mid a pull confirmed, and its key
	ConfirmedKey string

	OffsetMs    int64 // server minus device
	OffsetKnown bool
	Directive   string
	Limits      wire.Limits
	Pace        wire.Pace
	MinPull     int
	DigestAt    time.Time

	LockedKey []byte           // PKCS #8, of the key it signs in with while it is locked
	SealTo    *wire.SealingKey // the server's, nil = nothing is sealed
	SealedFor string           // device, client and keys for which what is unanswered was sealed
}

// enrolWhy says why the device must be enrolled: never yet, again with the same client, or
// with a new client because the old one forked.
type enrolWhy string

const (
	enrolFirst enrolWhy = "first"
	enrolAgain enrolWhy = "again"
	enrolAnew  enrolWhy = "anew"
)

// change is one mutation, in the outbox or in the sent log.
type change struct {
	Place       int64 // in the phone's own order; never changes
	Client      string
	Mid         int64 // changes when the client or the epoch does
	Key         string
	Author      string
	AuthoredAt  string
	Ops         []Op
	Acked       bool      // answered by a push in this epoch under this client
	ConfirmedAt time.Time // sent log only, and when it was put aside for want of room
	TurnedAway  bool      // the server had no room to keep it; it is sent again under a later mid
}

// Op is one change to one record, as it travels.
type Op struct {
	Op         string         `json:"op"`
	Collection string         `json:"collection,omitempty"`
	ID         string         `json:"id,omitempty"`
	Patient    string         `json:"patient,omitempty"`
	Base       string         `json:"base,omitempty"`
	Set        map[string]any `json:"set,omitempty"`
	Was        map[string]any `json:"was,omitempty"`
	Field      string         `json:"field,omitempty"`
	Values     []any          `json:"values,omitempty"`
	Issue      string         `json:"issue,omitempty"`
}

// Held is one record as the server sent it.
type Held struct {
	Collection string
	ID         string
	Version    int64
	Epoch      string
	History    string // of the server, in which it came; "" from one that does not tell
	Scopes     []string
	Data       json.RawMessage
	// Waiting: access has ended; it goes as soon as the unsent work on it went up.
	Waiting bool
}

// page is one staged answer to a pull.
type page struct {
	Number int
	From   string // the cursor it answered
	wire.PullResponse
}

func recordKey(collection, id string) string { return collection + "/" + id }

func placeKey(n int64) string { return fmt.Sprintf("%016d", n) }

// load reads everything back from storage.
func (p *Phone) load() error {
	p.self = self{NextMid: 1, NextPlace: 1, Limits: wire.Limits{PushMutations: wire.MaxPushMutations,
		PushBytes: wire.MaxPushBytes, PullRows: wire.MaxPullRows}}
	p.scopes, p.records, p.items = map[string]bool{}, map[string]*Held{}, map[string]*Item{}
	p.staged, p.outbox, p.sentLog, p.aside = nil, nil, nil, nil
	err := p.opts.Storage.Load(func(table, key string, value []byte) error {
		switch table {
		case tableSelf:
			return decode(value, &p.self)
		case tableScopes:
			p.scopes[key] = true
			return nil
		case tableRecords:
			return decodeInto(value, func(h *Held) { p.records[key] = h })
		case tableStaged:
			return decodeInto(value, func(g *page) { p.staged = append(p.staged, g) })
		case tableOutbox:
			return decodeInto(value, func(c *change) { p.outbox = append(p.outbox, c) })
		case tableSentLog:
			return decodeInto(value, func(c *change) { p.sentLog = append(p.sentLog, c) })
		case tableAside:
			return decodeInto(value, func(c *change) { p.aside = append(p.aside, c) })
		case tableItems:
			return decodeInto(value, func(i *Item) { p.items[key] = i })
		case tableSealed, tableLocked:
			return nil // made of the others, for while it is locked
		}
		return fmt.Errorf("unknown table %s", table)
	})
	if err != nil {
		return fmt.Errorf("load phone: %w", err)
	}
	byPlace := func(a, b *change) int { return int(a.Place - b.Place) }
	slices.SortFunc(p.outbox, byPlace)
	slices.SortFunc(p.sentLog, byPlace)
	slices.SortFunc(p.aside, byPlace)
	slices.SortFunc(p.staged, func(a, b *page) int { return a.Number - b.Number })
	return nil
}

func decodeInto[T any](value []byte, keep func(*T)) error {
	v := new(T)
	if err := decode(value, v); err != nil {
		return err
	}
	keep(v)
	return nil
}

// decode reads JSON; numbers keep their text.
func decode(b []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	return dec.Decode(into)
}

// tx collects the writes of one commit. Its methods change the phone in memory at once; when
// the commit fails the phone is read back from storage, where nothing changed.
type tx struct {
	p      *Phone
	writes []Write
	err    error
}

// commit runs change and stores what it wrote, all or nothing.
func (p *Phone) commit(change func(*tx)) error {
	t := &tx{p: p}
	change(t)
	t.sealBeside()
	if t.err == nil {
		t.err = p.opts.Storage.Commit(t.writes)
	}
	if t.err != nil {
		if err := p.load(); err != nil {
			return fmt.Errorf("%w; and %w", t.err, err)
		}
		return fmt.Errorf("commit: %w", t.err)
	}
	return nil
}

func (t *tx) put(table, key string, v any) {
	b, err := json.Marshal(v)
	if err != nil && t.err == nil {
		t.err = err
	}
	t.writes = append(t.writes, Write{table, key, b})
}

func (t *tx) take(table, key string) { t.writes = append(t.writes, Write{Table: table, Key: key}) }

func (t *tx) putSelf() { t.put(tableSelf, tableSelf, &t.p.self) }

func (t *tx) putRecord(h *Held) {
	key := recordKey(h.Collection, h.ID)
	t.p.records[key] = h
	t.put(tableRecords, key, h)
}

func (t *tx) takeRecord(key string) {
	if _, ok := t.p.records[key]; ok {
		delete(t.p.records, key)
		t.take(tableRecords, key)
	}
}

func (t *tx) hold(scope string, held bool) {
	if held == t.p.scopes[scope] {
		return
	}
	if held {
		t.p.scopes[scope] = true
		t.put(tableScopes, scope, true)
	} else {
		delete(t.p.scopes, scope)
		t.take(tableScopes, scope)
	}
}
