package sim

import (
	"maps"
	"slices"

	"doorstep/internal/care"
)

// checkStory: what took effect explains every stored value and every conflict, and what had no
// effect is kept whole.
func (w *World) checkStory() {
	db, err := w.read(true)
	if err != nil {
		w.fail("read the tables: %v", err)
		return
	}
	m, err := w.newModel(db)
	if err != nil {
		w.fail("make the model: %v", err)
		return
	}
	ledger := w.ledger()
	for _, x := range m.effects(ledger) {
		m.apply(&x)
	}
	m.checkValues()
	m.checkConflicts()
	m.checkHeld(ledger)
	for _, text := range m.wrong {
		w.fail("%s", text)
	}
	w.counts["changes"] += len(ledger)
	w.counts["conflicts"] += len(db.rows[care.Conflicts])
	w.counts["held or set aside"] += len(db.rows[care.Quarantine])
}

func (m *model) checkValues() {
	for _, name := range modelled {
		for _, id := range slices.Sorted(maps.Keys(m.db.rows[name])) {
			r := m.db.rows[name][id]
			it := m.items[name+"/"+id]
			if it == nil {
				m.fault("%s %s is stored, and nothing that took effect explains it", name, shortKey(id))
				continue
			}
			if it.retracted != r.retracted {
				m.fault("%s %s is withdrawn: %v, and must be: %v", name, shortKey(id), r.retracted, it.retracted)
			}
			for i := range r.collection.Fields {
				f := &r.collection.Fields[i]
				if f.Policy == care.Server || f.Name == "consent" {
					continue
				}
				var want any
				if c := it.cells[f.Name]; c != nil {
					want = c.value
				}
				if have := r.values[f.Name]; !care.Equal(have, want) && jsonOf(have) != jsonOf(want) {
					m.fault("%s of %s %s is %s, and must be %s", f.Name, name, shortKey(id), jsonOf(have), jsonOf(want))
				}
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(m.items)) {
		it := m.items[key]
		if m.db.rows[it.collection.Name][it.id] == nil {
			m.fault("%s %s took effect and is not stored", it.collection.Name, shortKey(it.id))
		}
	}
}

// checkConflicts: each loss is kept exactly once.
func (m *model) checkConflicts() {
	rows := map[loss]int{}
	for _, r := range m.db.rows[care.Conflicts] {
		if r.text("policy") != "latest" {
			rows[loss{r.text("record"), r.text("field"), r.text("policy"), jsonOf(r.values["kept"]), jsonOf(r.values["lost"])}]++
		}
	}
	for _, l := range m.expected {
		if rows[l] == 0 {
			m.fault("%s of %s lost (%s: kept %s), and no conflict keeps %s", l.field, shortKey(l.record), l.policy, l.kept, l.lost)
			continue
		}
		rows[l]--
	}
	for l, n := range rows {
		if n > 0 {
			m.fault("a conflict about %s of %s (%s: kept %s, lost %s) that nothing explains", l.field, shortKey(l.record), l.policy, l.kept, l.lost)
		}
	}
	for at, list := range m.conflicts {
		for _, r := range list {
			m.fault("a conflict about %s (latest: kept %s, lost %s) that nothing explains", at, jsonOf(r.values["kept"]), jsonOf(r.values["lost"]))
		}
	}
}

// checkHeld: a change that had no effect is kept whole, once; one that had is not kept as well.
func (m *model) checkHeld(ledger map[string]entry) {
	times := map[string]int{}
	for _, r := range m.db.rows[care.Quarantine] {
		if r.text("kind") != "mutation" {
			continue
		}
		key := r.text("key")
		if r.text("code") == care.CodeSealed {
			if r.text("state") == "open" {
				m.fault("change %s came sealed to a lost key, and nobody opened it since", shortKey(key))
			} else {
				m.w.count("opened after all")
			}
			continue
		}
		times[key]++
		if e, ok := ledger[key]; !ok || e.status != care.Quarantined {
			m.fault("change %s is in quarantine although it took effect", shortKey(key))
		}
		if sent := m.w.reached[key]; sent != nil && !sameMutation(sent.raw, r.values["content"]) {
			m.fault("change %s is not kept as it was sent", shortKey(key))
		}
	}
	for key, e := range ledger {
		if e.status == care.Quarantined && times[key] != 1 {
			m.fault("change %s had no effect and is in quarantine %d times", shortKey(key), times[key])
		}
	}
	for at, rows := range m.asides {
		if len(rows) > 0 && ledger[rows[0].text("key")].status != "" && slices.Contains(modelled, rows[0].text("collection")) {
			m.fault("%s was set aside %d times too often", at, len(rows))
		}
	}
}

// sameMutation compares what was sent with what is kept; a fork or a restore may have given it
// another number since.
func sameMutation(sent []byte, kept any) bool {
	a, errA := jsonValue(sent)
	raw, ok := kept.(interface{ MarshalJSON() ([]byte, error) })
	if errA != nil || !ok {
		return false
	}
	text, errB := raw.MarshalJSON()
	if errB != nil {
		return false
	}
	b, errC := jsonValue(text)
	if errC != nil {
		return false
	}
	x, okX := a.(map[string]any)
	y, okY := b.(map[string]any)
	if !okX || !okY {
		return false
	}
	delete(x, "mid")
	delete(y, "mid")
	return jsonOf(x) == jsonOf(y)
}
