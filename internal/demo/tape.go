package demo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/phone"
)

// tape is what people recorded on their phones, written down beside them at the moment they did,
// in the order of the day. The promises are checked against it.
type tape struct{ entries []*entry }

// entry is one change as its author made it.
type entry struct {
	key string
	on  *handset
	at  time.Time // the true time, whatever the phone's clock said
	// confirmed is when the phone heard that the server has it; zero before.
	confirmed time.Time
	notes     []note
}

// note is one step of a change.
type note struct {
	kind           care.OpKind
	collection, id string
	patient        string
	set, was       map[string]any // JSON values; numbers are json.Number
	field          string         // add, remove
	members        []string
	issue          string // resolve
}

// pen records on a phone and on the tape. Its methods are those of phone.Change.
type pen struct {
	c     *phone.Change
	notes []note
	err   error
}

// Create records a new record and returns its id.
func (p *pen) Create(collection string, values map[string]any) string {
	id := p.c.Create(collection, values)
	patient, _ := values["patient"].(string)
	p.notes = append(p.notes, note{kind: care.OpCreate, collection: collection, id: id, patient: patient, set: p.plain(values)})
	return id
}

// Edit changes fields of a record as it is seen now.
func (p *pen) Edit(collection, id string, changes map[string]any) {
	if seen, ok := p.c.View(collection, id); ok {
		p.EditSeen(seen, changes)
		return
	}
	p.c.Edit(collection, id, changes) // says why not
}

// EditSeen changes fields of a record as its author saw it some time ago.
func (p *pen) EditSeen(seen *phone.Seen, changes map[string]any) {
	was := map[string]any{}
	for field := range changes {
		was[field] = seen.Values[field]
	}
	p.c.EditSeen(seen, changes)
	p.notes = append(p.notes, note{kind: care.OpUpdate, collection: seen.Collection, id: seen.ID, patient: seen.Patient(),
		set: p.plain(changes), was: was})
}

// AddTo adds members to a list of a record.
func (p *pen) AddTo(collection, id, field string, members ...string) {
	seen, ok := p.c.View(collection, id)
	p.c.AddTo(collection, id, field, members...)
	if ok {
		p.notes = append(p.notes, note{kind: care.OpAdd, collection: collection, id: id, patient: seen.Patient(), field: field, members: members})
	}
}

// Resolve decides an issue.
func (p *pen) Resolve(issue string, set map[string]any) {
	p.c.Resolve(issue, set)
	p.notes = append(p.notes, note{kind: care.OpResolve, issue: issue, set: p.plain(set)})
}

// plain turns values into the JSON values they travel as.
func (p *pen) plain(values map[string]any) map[string]any {
	b, err := json.Marshal(values)
	if err != nil {
		p.err = err
		return nil
	}
	v, err := decodeJSON(b)
	m, ok := v.(map[string]any)
	if err != nil || !ok {
		p.err = fmt.Errorf("values of a change are no object: %w", err)
	}
	return m
}

// decodeJSON reads a JSON value; numbers keep their text.
func decodeJSON(b []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	var v any
	err := dec.Decode(&v)
	return v, err
}
