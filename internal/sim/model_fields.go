package sim

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"doorstep/internal/care"
	"doorstep/internal/phone"
)

// takes says whether a field can hold a value; if not, the value must be set aside.
func (m *model) takes(x *effect, it *item, name string, raw any) (*care.Field, any, bool) {
	at := x.key + "/" + it.id + "/" + name
	rows := m.asides[at]
	f, ok := it.collection.Field(name)
	var v any
	if ok && f.Policy != care.Server {
		var why *care.Problem
		if v, why = f.Check(raw); why == nil && len(rows) == 0 {
			return f, v, true
		}
	}
	if len(rows) == 0 {
		m.fault("%s of %s %s in change %s cannot be stored and was not set aside", name, it.collection.Name, shortKey(it.id), shortKey(x.key))
		return nil, nil, false
	}
	if got, want := jsonOf(rows[0].values["content"]), jsonOf(raw); got != want {
		m.fault("%s of change %s was set aside as %s, not %s", name, shortKey(x.key), got, want)
	}
	m.asides[at] = rows[1:]
	return nil, nil, false
}

func (m *model) create(x *effect, op *phone.Op, it *item) {
	for _, name := range slices.Sorted(maps.Keys(op.Set)) {
		if f, v, ok := m.takes(x, it, name, op.Set[name]); ok && v != nil {
			it.cells[f.Name] = &cell{value: v, client: x.client}
		}
	}
}

func (m *model) write(x *effect, it *item, c *cell, v any) {
	c.value, c.vague = v, false
	if it.fresh != x.at { // while a record is being made, creation is the change
		c.seq, c.client = x.at, x.client
	}
}

func (m *model) lose(it *item, field, policy string, kept, lost any) {
	m.expected = append(m.expected, loss{it.id, field, policy, jsonOf(kept), jsonOf(lost)})
}

func (m *model) update(x *effect, op *phone.Op, it *item, resolving bool, base float64) {
	for _, name := range slices.Sorted(maps.Keys(op.Set)) {
		f, v, ok := m.takes(x, it, name, op.Set[name])
		if !ok {
			continue
		}
		c := it.cell(name)
		concurrent := c.seq > base && (resolving || c.client != x.client)
		same := care.Equal(c.value, v)
		switch {
		case f.Sealed:
			m.grow(x, it, c, v)
		case it.retracted:
			m.loseAgainst(x, it, name, c.value, v)
		case same && f.Policy == care.Latest:
			c.vague = true
		case same:
		case f.Policy == care.Immutable && c.value != nil:
			m.lose(it, name, "immutable", c.value, v)
		case f.Policy == care.Latest && (concurrent || c.vague):
			m.later(x, it, name, c, v)
		case f.Policy == care.Manual && !m.saw(op, f, c, resolving, concurrent):
			m.lose(it, name, "manual", c.value, v)
		default:
			m.write(x, it, c, v)
		}
	}
}

// grow: what is for the safeguarding lead alone is a further line, whoever writes it; of a record that was withdrawn the
// lead reads it elsewhere.
func (m *model) grow(x *effect, it *item, c *cell, v any) {
	have, _ := c.value.(string)
	line, _ := v.(string)
	if line == "" || it.retracted || slices.Contains(strings.Split(have, "\n"), line) {
		return
	}
	m.write(x, it, c, strings.TrimPrefix(have+"\n"+line, "\n"))
}

// against is what one change wrote about a record that had been withdrawn: one conflict, however many fields.
type against struct {
	place int // of the conflict in model.expected
	lost  map[string]any
}

// loseAgainst: of a single field it is a conflict about that field, of several one about the record.
func (m *model) loseAgainst(x *effect, it *item, field string, kept, lost any) {
	at := fmt.Sprint(x.key, " ", x.at, " ", it.id)
	a := m.against[at]
	if a == nil {
		a = &against{len(m.expected), map[string]any{}}
		m.against[at] = a
		m.expected = append(m.expected, loss{})
	}
	a.lost[field] = lost
	m.expected[a.place] = loss{it.id, field, care.PolicyRetracted, jsonOf(kept), jsonOf(lost)}
	if len(a.lost) > 1 {
		m.expected[a.place] = loss{it.id, "", care.PolicyRetracted, `{"retract":true}`, jsonOf(a.lost)}
	}
}

// membersAgainst: what the list would be.
func (m *model) membersAgainst(x *effect, op *phone.Op, it *item, c *cell, v any) {
	list, _ := c.value.([]string)
	if a := m.against[fmt.Sprint(x.key, " ", x.at, " ", it.id)]; a != nil {
		if wanted, ok := a.lost[op.Field].([]string); ok {
			list = wanted
		}
	}
	names, _ := v.([]string)
	if op.Op == string(care.OpAdd) {
		list = slices.Concat(list, names)
	} else {
		list = slices.DeleteFunc(slices.Clone(list), func(name string) bool { return slices.Contains(names, name) })
	}
	m.loseAgainst(x, it, op.Field, c.value, care.NewList(list))
}

// saw says whether the author of an edit saw the value that is stored.
func (m *model) saw(op *phone.Op, f *care.Field, c *cell, resolving, concurrent bool) bool {
	if raw, ok := op.Was[f.Name]; ok && !resolving {
		if was, why := f.Check(raw); why == nil {
			return care.Equal(c.value, was)
		}
	}
	return !concurrent
}

// later: of two concurrent values the one authored later stands; which that is the conflict
// says, and it must exist either way.
func (m *model) later(x *effect, it *item, name string, c *cell, v any) {
	at := it.id + "/" + name
	old, fresh := jsonOf(c.value), jsonOf(v)
	for i, r := range m.conflicts[at] {
		kept, lost := jsonOf(r.values["kept"]), jsonOf(r.values["lost"])
		if (kept != old || lost != fresh) && (kept != fresh || lost != old) {
			continue
		}
		m.conflicts[at] = slices.Delete(slices.Clone(m.conflicts[at]), i, i+1)
		if r.text("kept_at") < r.text("lost_at") {
			m.fault("%s of %s: the earlier value won (%s)", name, shortKey(it.id), shortKey(x.key))
		}
		if kept == fresh {
			m.write(x, it, c, v)
		}
		return
	}
	if c.vague { // it may have been no conflict at all
		m.write(x, it, c, v)
		return
	}
	m.fault("%s of %s: %s and %s were concurrent (%s), and no conflict keeps the loser", name, shortKey(it.id), old, fresh, shortKey(x.key))
	m.write(x, it, c, v)
}

func (m *model) members(x *effect, op *phone.Op, it *item) {
	f, v, ok := m.takes(x, it, op.Field, any(op.Values))
	if !ok {
		return
	}
	c := it.cell(f.Name)
	if it.retracted {
		m.membersAgainst(x, op, it, c, v)
		return
	}
	base := m.base(op.Base, x.at)
	have, _ := c.value.([]string)
	list := slices.Clone(have)
	if c.adds == nil {
		c.adds = map[string]map[string]float64{}
	}
	changed := false
	names, _ := v.([]string)
	for _, name := range names {
		i := slices.Index(list, name)
		if op.Op == string(care.OpAdd) {
			if i < 0 {
				list = append(list, name)
			}
			if c.adds[name] == nil {
				c.adds[name] = map[string]float64{}
			}
			c.adds[name][x.client] = x.at
			changed = true
			continue
		}
		if i < 0 {
			continue
		}
		for client, at := range c.adds[name] {
			if at <= base || client == x.client {
				delete(c.adds[name], client)
				changed = true
			}
		}
		if len(c.adds[name]) == 0 {
			list = slices.Delete(list, i, i+1)
			changed = true
		}
	}
	if changed {
		adds := c.adds
		m.write(x, it, c, care.NewList(list))
		c.adds = adds
	}
}

func (m *model) retract(x *effect, op *phone.Op, it *item) {
	if it.retracted {
		return
	}
	base := m.base(op.Base, x.at)
	for _, c := range it.cells {
		if c.seq > base && c.client != x.client {
			m.expected = append(m.expected, loss{it.id, "", "retract", `{"retract":false}`, `{"retract":true}`})
			return
		}
	}
	if it.stood.seq > base && it.stood.client != x.client { // somebody decided that it stands
		m.expected = append(m.expected, loss{it.id, "", "retract", `{"retract":false}`, `{"retract":true}`})
		return
	}
	it.retracted = true
}

// settleAgainst: work on a record that had been withdrawn stays beside it, or brings it back whole.
func (m *model) settleAgainst(x *effect, op *phone.Op, issue *row, it *item, base float64) {
	if stays, said := op.Set["retract"].(bool); stays || !said && len(op.Set) == 0 {
		return
	}
	lost, err := jsonValue(issue.values["lost"].(json.RawMessage))
	if err != nil {
		m.fault("conflict %s keeps what nobody can read", shortKey(issue.id))
		return
	}
	again := *op
	if again.Set, _ = lost.(map[string]any); issue.text("field") != "" {
		again.Set = map[string]any{issue.text("field"): lost}
	}
	for name, v := range op.Set {
		if name != "retract" {
			again.Set[name] = v
		}
	}
	if it.retracted {
		it.retracted = false
		it.stood = cell{seq: x.at, client: x.client}
	}
	m.update(x, &again, it, true, base)
}
