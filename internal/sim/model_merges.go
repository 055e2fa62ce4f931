package sim

import (
	"maps"
	"slices"

	"doorstep/internal/care"
	"doorstep/internal/phone"
)

// merged is what the model knows of a decision that stands: whom the dead registration is one with, what was filed by it or
// came about that registration since, and since when.
type merged struct {
	*merging
	at    float64
	filed map[string]bool // records
	wrote map[string]bool // fields of the survivor's record that somebody wrote who meant the dead one
}

// filedWithPerson are the modelled collections whose records are filed under a person.
var filedWithPerson = []string{care.Visits, care.Observations, care.Checkins}

// meant is an op as it is meant: where it speaks of a registration that is dead at that moment, it means the survivor, of
// whose record its author has seen nothing. What it makes is noted for the day on which they are two again.
func (m *model) meant(op phone.Op) phone.Op {
	create := op.Op == string(care.OpCreate)
	named := op.Patient
	switch said, _ := op.Set["patient"].(string); {
	case create && op.Collection == care.Patients:
		return op
	case create && said != "":
		named = said
	case op.Collection == care.Patients:
		named = op.ID
	}
	one := m.merged[named]
	if one == nil {
		return op
	}
	m.w.count("spoke of a dead registration")
	if op.Patient == named {
		op.Patient = one.survivor
	}
	if create {
		op.Set = maps.Clone(op.Set)
		op.Set["patient"] = one.survivor
		one.filed[op.ID] = true
	}
	if op.Collection == care.Patients {
		op.ID, op.Base = one.survivor, ""
		for name := range op.Set {
			one.wrote[name] = true
		}
		if op.Field != "" {
			one.wrote[op.Field] = true
		}
	}
	return op
}

// applyMerge files what is recorded of the one registration under the other, or back.
func (m *model) applyMerge(x *effect, d *merging) {
	dead, survivor := m.items[care.Patients+"/"+d.dead], m.items[care.Patients+"/"+d.survivor]
	if dead == nil || survivor == nil {
		m.fault("P%d and P%d were merged, and one of them is not there", m.w.numberOf(d.dead), m.w.numberOf(d.survivor))
		return
	}
	if d.undo {
		m.makeTwo(x, d, dead, survivor)
		return
	}
	one := &merged{d, x.at, map[string]bool{}, map[string]bool{}}
	m.merged[d.dead] = one
	dead.retracted = true
	for _, name := range slices.Sorted(maps.Keys(d.after)) {
		m.corrected(x, survivor, name, d.after[name])
	}
	m.refile(x, d.dead, d.survivor, func(it *item) bool { return true }, one.filed)
}

func (m *model) makeTwo(x *effect, d *merging, dead, survivor *item) {
	one := m.merged[d.dead]
	if one == nil {
		m.fault("P%d was made two with P%d, and was not one with them", m.w.numberOf(d.dead), m.w.numberOf(d.survivor))
		return
	}
	delete(m.merged, d.dead)
	dead.retracted = false
	stays := m.giveBack(x, one, survivor)
	if told := slices.Sorted(slices.Values(d.stays)); !slices.Equal(told, stays) {
		m.fault("P%d and P%d are two again: the desk was told that %v stay, and it is %v", m.w.numberOf(d.dead), m.w.numberOf(d.survivor), told, stays)
	}
	m.refile(x, d.survivor, d.dead, func(it *item) bool {
		visit, _ := it.cell("visit").value.(string)
		return one.filed[it.id] || it.collection.Name == care.Observations && one.filed[visit]
	}, map[string]bool{})
}

// giveBack gives a survivor's record back what it held before a decision, and says which fields keep what somebody else wrote.
func (m *model) giveBack(x *effect, one *merged, survivor *item) (stays []string) {
	home := []string{"address", "postcode", "lsoa"}
	moved := slices.ContainsFunc(home, func(name string) bool {
		c := survivor.cell(name)
		if put, is := one.after[name]; is {
			return !care.Same(c.value, m.typed(survivor, name, put))
		}
		return c.seq > one.at
	})
	back := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(one.after)) {
		f, _ := survivor.collection.Field(name)
		now, before, put := survivor.cell(name).value, m.typed(survivor, name, one.before[name]), m.typed(survivor, name, one.after[name])
		switch {
		case name == "consent": // which the model does not follow
		case care.Same(now, before):
		case moved && (name == "address_hidden" || slices.Contains(home, name)):
			stays = append(stays, name)
		case care.Same(now, put):
			back[name] = true
			m.corrected(x, survivor, name, one.before[name])
		case f.Policy == care.Set:
			back[name] = true
			list, _ := now.([]string)
			had, _ := before.([]string)
			m.corrected(x, survivor, name, slices.DeleteFunc(slices.Clone(list), func(v string) bool {
				added, _ := put.([]string)
				return slices.Contains(added, v) && !slices.Contains(had, v)
			}))
		default:
			stays = append(stays, name)
		}
	}
	for name := range one.wrote {
		if !back[name] && !slices.Contains(stays, name) {
			stays = append(stays, name)
		}
	}
	slices.Sort(stays)
	return stays
}

// corrected is a value that a desk gave a field which it saw as it stood.
func (m *model) corrected(x *effect, it *item, name string, raw any) {
	f, _ := it.collection.Field(name)
	v := m.typed(it, name, raw)
	c := it.cell(name)
	if f.Policy == care.Set {
		have, _ := c.value.([]string)
		want, _ := v.([]string)
		if c.adds == nil {
			c.adds = map[string]map[string]float64{}
		}
		for _, name := range want {
			if !slices.Contains(have, name) {
				c.adds[name] = map[string]float64{"": x.at}
			}
		}
		for _, name := range have {
			if !slices.Contains(want, name) {
				delete(c.adds, name)
			}
		}
	}
	c.value, c.seq, c.client, c.vague = v, x.at, "", false
}

// typed is a value of the wire as the tables hold it.
func (m *model) typed(it *item, name string, raw any) any {
	if list, is := raw.([]string); is {
		return care.NewList(list)
	}
	f, _ := it.collection.Field(name)
	v, why := f.Check(raw)
	if why != nil {
		m.fault("%s of P%d cannot be %s", name, m.w.numberOf(it.id), jsonOf(raw))
	}
	return v
}

// refile files records of one person under another, and notes which.
func (m *model) refile(x *effect, from, to string, which func(*item) bool, filed map[string]bool) {
	for _, it := range m.items {
		if !slices.Contains(filedWithPerson, it.collection.Name) {
			continue
		}
		c := it.cell("patient")
		if c.value != from || !which(it) {
			continue
		}
		c.value, c.seq, c.client, c.vague = to, x.at, "", false
		filed[it.id] = true
	}
}
