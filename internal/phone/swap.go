package phone

import (
	"slices"

	"doorstep/internal/wire"
)

// swap makes the staged pages the new base, in one commit with the cursor and with the outbox
// rows whose effects they hold. What people see is never half of a change.
func (t *tx) swap(last *wire.PullResponse) {
	p := t.p
	b := &basis{t: t, touched: map[string]bool{}}
	for _, g := range p.staged {
		if g.From == "" {
			b.event(wire.ScopeEvent{ID: resetAll, Op: "reset"}) // from nothing: all of it comes
		}
		for _, e := range g.Scopes {
			b.event(e)
		}
		for i := range g.Changes {
			b.deliver(&g.Changes[i], g.Epoch, g.History)
		}
	}
	b.settle()
	t.dropStaging()
	p.self.Cursor = last.Cursor
	t.putSelf()
	t.confirm(last.LastMid, last.LastKey)
}

// basis is the base while pages are applied to it.
type basis struct {
	t       *tx
	touched map[string]bool // lost a scope in this round
}

// event applies a grant or its end. "add" and "reset" replace a scope: everything of it comes
// after this event, so what was held of it before and does not come again has gone.
func (b *basis) event(e wire.ScopeEvent) {
	p := b.t.p
	switch {
	case e.ID == resetAll:
		for s := range p.scopes {
			b.t.hold(s, false)
		}
		b.leave(func(*Held) bool { return true }, func(*Held) []string { return nil })
	case e.Op == "revoke":
		b.t.hold(e.ID, false)
		b.leave(func(h *Held) bool { return slices.Contains(h.Scopes, e.ID) }, func(h *Held) []string {
			return without(h.Scopes, e.ID)
		})
	default:
		b.t.hold(e.ID, true)
		b.leave(func(h *Held) bool { return slices.Contains(h.Scopes, e.ID) },
			func(h *Held) []string { return without(h.Scopes, e.ID) })
	}
}

// leave gives the records that match their remaining scopes.
func (b *basis) leave(match func(*Held) bool, rest func(*Held) []string) {
	for key, h := range b.t.p.records {
		if match(h) {
			c := *h
			c.Scopes = rest(h)
			b.t.p.records[key] = &c
			b.touched[key] = true
		}
	}
}

// deliver puts a record whole, or takes it away.
func (b *basis) deliver(d *wire.Delivery, epoch, history string) {
	p := b.t.p
	key := recordKey(d.Collection, d.ID)
	switch d.Gone {
	case "retracted":
		b.t.takeRecord(key)
	case "left":
		if h, ok := p.records[key]; ok {
			b.t.letGo(h)
		}
	default:
		b.t.putRecord(&Held{Collection: d.Collection, ID: d.ID, Version: d.Version, Epoch: epoch, History: history, Scopes: d.Scopes, Data: d.Data})
	}
}

// settle lets go of records that lost their last held scope.
func (b *basis) settle() {
	p := b.t.p
	for key := range b.touched {
		h, ok := p.records[key]
		if !ok {
			continue
		}
		if slices.ContainsFunc(h.Scopes, func(s string) bool { return p.scopes[s] }) {
			b.t.putRecord(h)
		} else {
			b.t.letGo(h)
		}
	}
}

// letGo takes a record away, but not before the unsent work on its person went up: until then
// its author must be able to read what they are writing about.
func (t *tx) letGo(h *Held) {
	if !t.p.unsentOn(h) {
		t.takeRecord(recordKey(h.Collection, h.ID))
		return
	}
	c := *h
	c.Waiting, c.Scopes = true, nil
	t.putRecord(&c)
}

// letGoOfWaiting takes the records away whose unsent work has gone up.
func (t *tx) letGoOfWaiting() {
	for key, h := range t.p.records {
		if h.Waiting && !t.p.unsentOn(h) {
			t.takeRecord(key)
		}
	}
}

// unsentOn says whether unanswered work concerns the record or its person.
func (p *Phone) unsentOn(h *Held) bool {
	var s *Seen
	for _, c := range p.outbox {
		if c.Acked {
			continue
		}
		if s == nil {
			if s = p.base(h.Collection, h.ID); s == nil {
				return false
			}
		}
		person := s.Patient()
		for i := range c.Ops {
			op := &c.Ops[i]
			about := Seen{Collection: op.Collection, ID: op.ID, Values: op.Set}
			if (op.Collection == h.Collection && op.ID == h.ID) ||
				(person != "" && (op.Patient == person || about.Patient() == person)) {
				return true
			}
		}
	}
	return false
}

func without(list []string, member string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == member })
}
