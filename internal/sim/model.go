package sim

import (
	"encoding/json"
	"fmt"
	"slices"
	"sort"

	"doorstep/internal/care"
	"doorstep/internal/phone"
	"doorstep/internal/wire"
)

// The model is a second, slower merge: it replays everything that took effect, in the order the
// ledger gives, by the rules of the protocol page, and says what must be stored and which
// conflicts must exist. It shares the field table of care with the server, and nothing else.

// cell is one field of one record in the model.
type cell struct {
	value  any
	seq    float64 // of the last change after creation; 0 = none
	client string
	adds   map[string]map[string]float64 // of a set: by member and client, when it was added
	vague  bool                          // the stamp may or may not have moved
}

type item struct {
	collection *care.Collection
	id         string
	client     string
	cells      map[string]*cell
	retracted  bool
	stood      cell    // the decision that it stands again
	fresh      float64 // number of the change that made it, while that change is applied
}

func (it *item) cell(field string) *cell {
	c := it.cells[field]
	if c == nil {
		c = &cell{client: it.client}
		it.cells[field] = c
	}
	return c
}

// loss is a conflict that must exist.
type loss struct {
	record, field, policy string
	kept, lost            string // JSON
}

// effect is something that took effect at a place in the sequence.
type effect struct {
	at      float64
	rank    int // within one number: the change itself, then what it woke
	key     string
	client  string
	mid     int64
	ops     []phone.Op
	foreign *foreignWrite
}

type model struct {
	w         *World
	db        *stored
	epochs    []epochRow
	items     map[string]*item
	expected  []loss
	against   map[string]*against // by change and record
	conflicts map[string][]*row   // latest-policy rows not matched yet, by record and field
	asides    map[string][]*row   // values set aside, by key, record and field
	decided   map[string]bool     // issues that were settled so far
	merged    map[string]*merged  // by dead registration, decisions that stand
	wrong     []string
}

type epochRow struct {
	name        string
	fork, start int64
}

func (m *model) fault(format string, args ...any) {
	m.wrong = append(m.wrong, fmt.Sprintf(format, args...))
}

// modelled are the collections whose every value the model explains.
var modelled = []string{care.Patients, care.Visits, care.Observations, care.Checkins}

// newModel starts from the town of the first morning.
func (w *World) newModel(db *stored) (*model, error) {
	m := &model{w: w, db: db, against: map[string]*against{}, items: map[string]*item{}, conflicts: map[string][]*row{}, asides: map[string][]*row{}, decided: map[string]bool{},
		merged: map[string]*merged{}}
	for name, rows := range w.first.rows {
		if !slices.Contains(modelled, name) {
			continue
		}
		for id, r := range rows {
			it := &item{collection: r.collection, id: id, cells: map[string]*cell{}}
			for field, v := range r.values {
				it.cells[field] = &cell{value: v}
			}
			m.items[name+"/"+id] = it
		}
	}
	for _, r := range db.rows[care.Conflicts] {
		if r.text("policy") == "latest" {
			at := r.text("record") + "/" + r.text("field")
			m.conflicts[at] = append(m.conflicts[at], r)
		}
	}
	for _, r := range db.rows[care.Quarantine] {
		if r.text("kind") == "field" {
			at := r.text("key") + "/" + r.text("record") + "/" + r.text("field")
			m.asides[at] = append(m.asides[at], r)
		}
	}
	sql, err := w.machine.db()
	if err != nil {
		return nil, err
	}
	rows, err := sql.Query(`SELECT epoch, fork, start FROM sync_epochs ORDER BY ord`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var e epochRow
		if err := rows.Scan(&e.name, &e.fork, &e.start); err != nil {
			return nil, err
		}
		m.epochs = append(m.epochs, e)
	}
	return m, rows.Err()
}

// effects lists what took effect, in order.
func (m *model) effects(ledger map[string]entry) []effect {
	var list []effect
	held := map[string]*row{}
	for _, r := range m.db.rows[care.Quarantine] {
		if r.text("kind") == "mutation" && r.text("code") != care.CodeSealed { // that one says only that it could not be opened yet
			held[r.text("key")] = r
		}
	}
	for key, e := range ledger {
		sent := m.w.reached[key]
		if sent == nil {
			m.fault("the ledger holds %s, which nobody sent", shortKey(key))
			continue
		}
		x := effect{at: float64(e.seq), key: key, client: e.client, mid: e.mid}
		if e.status == care.Quarantined {
			r := held[key]
			if r == nil || r.text("state") != "resolved" {
				continue // it had no effect, or none yet
			}
			x.at, x.rank = float64(m.w.settledAt(r)), 1
		}
		for _, raw := range sent.Ops {
			var op phone.Op
			if err := decodeNumbers(raw, &op); err != nil {
				m.fault("change %s cannot be read: %v", shortKey(key), err)
			}
			x.ops = append(x.ops, op)
		}
		list = append(list, x)
	}
	for i := range m.w.foreign {
		f := &m.w.foreign[i]
		list = append(list, effect{at: float64(f.after) + 0.5, mid: int64(i), foreign: f})
	}
	sort.Slice(list, func(i, j int) bool {
		a, b := &list[i], &list[j]
		switch {
		case a.at != b.at:
			return a.at < b.at
		case a.rank != b.rank:
			return a.rank < b.rank
		case a.client != b.client:
			return a.client < b.client
		}
		return a.mid < b.mid
	})
	return list
}

// base turns what an author saw into a number of the epoch in which the change took effect.
func (m *model) base(text string, at float64) float64 {
	b, err := wire.ParseBase(text)
	if err != nil {
		return 0
	}
	if b.History != "" {
		return float64(m.w.machine.seen(b.History, b.Seq))
	}
	seq, found := b.Seq, b.Epoch == "e1"
	for _, e := range m.epochs {
		if float64(e.start) >= at {
			break // not yet
		}
		if found && e.name != b.Epoch {
			seq = min(seq, e.fork)
		}
		found = found || e.name == b.Epoch
	}
	if !found {
		return 0
	}
	return float64(seq)
}

func (m *model) apply(x *effect) {
	if f := x.foreign; f != nil && f.merge != nil {
		m.applyMerge(x, f.merge)
		return
	}
	if f := x.foreign; f != nil && f.field == "" {
		m.applyPlan(x, f)
		return
	}
	if f := x.foreign; f != nil {
		if it := m.items[f.collection+"/"+f.id]; it != nil {
			c := it.cell(f.field)
			c.value, c.seq, c.client, c.vague = f.value, x.at, "", false
		}
		return
	}
	var made []*item
	for i := range x.ops {
		op := &x.ops[i]
		if op.Op == string(care.OpResolve) {
			m.resolve(x, op)
			continue
		}
		meant := m.meant(*op)
		op = &meant
		c, ok := care.ByName(op.Collection)
		if !ok || !slices.Contains(modelled, op.Collection) {
			continue
		}
		it := m.items[op.Collection+"/"+op.ID]
		if op.Op == string(care.OpCreate) {
			if it != nil {
				m.fault("change %s created %s %s, which was there already", shortKey(x.key), c.Name, shortKey(op.ID))
				continue
			}
			it = &item{collection: c, id: op.ID, client: x.client, cells: map[string]*cell{}, fresh: x.at}
			made = append(made, it)
			m.items[op.Collection+"/"+op.ID] = it
			m.create(x, op, it)
			continue
		}
		if it == nil {
			m.fault("change %s took effect on %s %s, which is not there", shortKey(x.key), c.Name, shortKey(op.ID))
			continue
		}
		switch care.OpKind(op.Op) {
		case care.OpUpdate:
			m.update(x, op, it, false, m.base(op.Base, x.at))
		case care.OpAdd, care.OpRemove:
			m.members(x, op, it)
		case care.OpRetract:
			m.retract(x, op, it)
		}
	}
	for _, it := range made {
		it.fresh = 0
	}
}

// applyPlan applies what a plan, or a move at the desk, did to a visit: it saw everything as it stood.
func (m *model) applyPlan(x *effect, f *foreignWrite) {
	it := m.items[f.collection+"/"+f.id]
	if f.made {
		c, _ := care.ByName(f.collection)
		if it != nil {
			m.fault("a plan made %s %s, which was there already", f.collection, shortKey(f.id))
			return
		}
		it = &item{collection: c, id: f.id, cells: map[string]*cell{}}
		m.items[f.collection+"/"+f.id] = it
		for name, v := range f.set {
			if v != nil {
				it.cells[name] = &cell{value: v}
			}
		}
		return
	}
	if it == nil {
		m.fault("a plan wrote into %s %s, which is not there", f.collection, shortKey(f.id))
		return
	}
	for name, v := range f.set {
		c := it.cell(name)
		c.value, c.seq, c.client, c.vague = v, x.at, "", false
	}
	it.retracted = it.retracted || f.retract
}

// resolve applies a decision about an issue. What a replay of a quarantined change does is an
// effect of its own.
func (m *model) resolve(x *effect, op *phone.Op) {
	issue := m.db.rows[care.Conflicts][op.Issue]
	if issue == nil {
		issue = m.db.rows[care.Quarantine][op.Issue]
	}
	if issue == nil {
		m.fault("change %s decided issue %s, which is not there", shortKey(x.key), shortKey(op.Issue))
		return
	}
	if issue.text("kind") == "mutation" {
		return
	}
	it := m.items[issue.text("collection")+"/"+issue.text("record")]
	before := m.decided[op.Issue]
	m.decided[op.Issue] = true
	if it == nil {
		return
	}
	if issue.text("policy") == "retract" {
		if yes, _ := op.Set["retract"].(bool); yes && !before {
			it.retracted = true
		}
		return
	}
	base := m.base(op.Base, x.at)
	_, between := op.Set["retract"]
	switch {
	case before && between && len(op.Set) == 1: // somebody was faster, and there is no text to keep
	case before:
		m.update(x, op, it, true, 0) // seen by nobody
	case issue.text("policy") == care.PolicyRetracted:
		m.settleAgainst(x, op, issue, it, base)
	default:
		m.update(x, op, it, true, base)
	}
}

// jsonOf is the one text of a value.
func jsonOf(v any) string {
	if raw, ok := v.(json.RawMessage); ok {
		parsed, err := jsonValue(raw)
		if err != nil {
			return string(raw)
		}
		v = parsed
	}
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
