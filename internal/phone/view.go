package phone

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"doorstep/internal/care"
	"doorstep/internal/wire"
)

// Seen is a record as a person saw it: what the server sent with their own unconfirmed work
// on top. An edit made from it carries what they saw, whatever arrived since.
type Seen struct {
	Collection, ID string
	Values         map[string]any // JSON values; numbers are json.Number
	// Pending: own work on it is not confirmed yet. Retracted: that work withdraws it.
	Pending, Retracted bool
	// Base is the point of the sequence it shows, such as e3.8812.17-a4k2m7q5tx3zw; "" for a record that is
	// not on the server yet.
	Base string
}

// Text returns a text value, "" when missing.
func (s *Seen) Text(field string) string {
	v, _ := s.Values[field].(string)
	return v
}

// Patient is the person a record is about, "" when it is about nobody.
func (s *Seen) Patient() string {
	if s.Collection == care.Patients {
		return s.ID
	}
	return s.Text("patient")
}

// View returns a record as people see it; false when the phone holds neither it nor own work
// that creates it.
func (p *Phone) View(collection, id string) (*Seen, bool) {
	s := p.base(collection, id)
	for _, c := range p.outbox {
		s = overlay(s, c.Ops, collection, id)
	}
	return s, s != nil
}

// List returns the records of a collection as people see them, by id, without those their own
// work withdraws.
func (p *Phone) List(collection string) []*Seen {
	seen := map[string]*Seen{}
	for _, h := range p.records {
		if h.Collection == collection {
			seen[h.ID] = p.base(collection, h.ID)
		}
	}
	for _, c := range p.outbox {
		for i := range c.Ops {
			op := c.Ops[i : i+1]
			if op[0].Collection == collection {
				if s := overlay(seen[op[0].ID], op, collection, op[0].ID); s != nil {
					seen[op[0].ID] = s
				}
			}
		}
	}
	list := make([]*Seen, 0, len(seen))
	for _, id := range slices.Sorted(maps.Keys(seen)) {
		if !seen[id].Retracted {
			list = append(list, seen[id])
		}
	}
	return list
}

// base is the record as the server sent it, nil when the phone does not hold it.
func (p *Phone) base(collection, id string) *Seen {
	h, ok := p.records[recordKey(collection, id)]
	if !ok {
		return nil
	}
	s := &Seen{Collection: collection, ID: id, Base: baseOf(h)}
	if err := decode(h.Data, &s.Values); err != nil || s.Values == nil {
		s.Values = map[string]any{}
	}
	return s
}

func baseOf(h *Held) string {
	return wire.FormatBase(care.Base{Epoch: h.Epoch, Seq: h.Version, History: h.History})
}

// overlay puts those of the ops that concern the record on top of what is seen.
func overlay(s *Seen, ops []Op, collection, id string) *Seen {
	for i := range ops {
		op := &ops[i]
		if op.ID != id || op.Collection != collection {
			continue
		}
		if s == nil {
			// Own work on a record that is gone shows nothing: only a create brings it back.
			if op.Op != string(care.OpCreate) {
				continue
			}
			s = &Seen{Collection: collection, ID: id, Values: map[string]any{}}
		}
		s.Pending = true
		switch care.OpKind(op.Op) {
		case care.OpCreate, care.OpUpdate:
			maps.Copy(s.Values, op.Set)
		case care.OpAdd:
			s.Values[op.Field] = members(s.Values[op.Field], op.Values, nil)
		case care.OpRemove:
			s.Values[op.Field] = members(s.Values[op.Field], nil, op.Values)
		case care.OpRetract:
			s.Retracted = true
		case care.OpResolve: // names an issue, never a record
		}
	}
	return s
}

// members is a list value with some added and some taken away: sorted, nil when empty.
func members(value any, add, remove []any) any {
	set := map[string]bool{}
	old, _ := value.([]any)
	for _, m := range slices.Concat(old, add) {
		if s, ok := m.(string); ok {
			set[s] = true
		}
	}
	for _, m := range remove {
		if s, ok := m.(string); ok {
			delete(set, s)
		}
	}
	if len(set) == 0 {
		return nil
	}
	list := make([]any, 0, len(set))
	for _, s := range slices.Sorted(maps.Keys(set)) {
		list = append(list, s)
	}
	return list
}

// plain turns Go values into the JSON values they travel as.
func plain(values map[string]any) (map[string]any, error) {
	b, err := json.Marshal(values)
	if err != nil {
		return nil, fmt.Errorf("encode values: %w", err)
	}
	var m map[string]any
	if err := decode(b, &m); err != nil {
		return nil, fmt.Errorf("encode values: %w", err)
	}
	return m, nil
}
