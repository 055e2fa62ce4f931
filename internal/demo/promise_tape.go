package demo

import (
	"encoding/json"
	"time"

	"doorstep/internal/care"
)

// noneLost: every change anybody recorded took effect, or waits in quarantine, and no phone has
// anything left to send.
func noneLost(w *witnesses) *verdict {
	v := &verdict{promise: "Nothing recorded on a phone was lost", of: "changes recorded"}
	held := w.heldBack()
	for _, e := range w.tape.entries {
		v.evidence++
		lines := w.books.ledger[e.key]
		if len(lines) == 0 {
			v.breaks("change %s of %s never reached the server", short(e.key), e.on.owner.given())
			continue
		}
		if lines[0].status == string(care.Quarantined) {
			if held[e.key] == nil {
				v.breaks("change %s was held back and is not in the quarantine", short(e.key))
			}
			continue
		}
		for _, n := range e.notes {
			if n.kind == care.OpResolve {
				if r := w.issue(n.issue); r == nil || r.text("state") == care.IssueOpen {
					v.breaks("the decision %s of %s left its issue open", short(e.key), e.on.owner.given())
				}
			} else if w.books.rows[n.collection][n.id] == nil {
				v.breaks("%s %s was confirmed and is not in the tables", n.collection, short(n.id))
			}
		}
	}
	for _, h := range w.handsets {
		if n, _ := h.Unsent(); n > 0 {
			v.breaks("%s's phone has %d unsent", h.owner.given(), n)
		}
		if n := len(h.Aside()); n > 0 {
			v.breaks("%s's phone put %d aside as too large", h.owner.given(), n)
		}
		for _, err := range h.refusals {
			v.breaks("%s's phone was refused: %v", h.owner.given(), err)
		}
	}
	return v
}

// heldBack are the quarantined changes, by key.
func (w *witnesses) heldBack() map[string]*row {
	held := map[string]*row{}
	for _, r := range w.books.rows[care.Quarantine] {
		if r.text("kind") == care.HeldMutation {
			held[r.text("key")] = r
		}
	}
	return held
}

func (w *witnesses) issue(id string) *row {
	if r := w.books.rows[care.Conflicts][id]; r != nil {
		return r
	}
	return w.books.rows[care.Quarantine][id]
}

// noneDoubled: every change took effect once, every record made on a phone exists once, and there
// is none that nobody made.
func noneDoubled(w *witnesses) *verdict {
	v := &verdict{promise: "Nothing took effect twice", of: "changes and records, " + counted(w.repeats, "request") + " sent twice"}
	made := map[string]bool{}
	keys := map[string]bool{}
	for _, e := range w.tape.entries {
		v.evidence++
		if keys[e.key] {
			v.breaks("two changes have the key %s", short(e.key))
		}
		keys[e.key] = true
		if n := len(w.books.ledger[e.key]); n > 1 {
			v.breaks("change %s took effect %d times", short(e.key), n)
		}
		for _, n := range e.notes {
			if n.kind == care.OpCreate {
				made[n.collection+"/"+n.id] = true
			}
		}
	}
	for key, lines := range w.books.ledger {
		if !keys[key] {
			v.breaks("the ledger holds change %s, which nobody recorded", short(key))
		}
		for _, l := range lines {
			if w.books.seqs[l.seq] > 1 {
				v.breaks("change %s shares its number %d with another", short(key), l.seq)
			}
		}
	}
	same := map[string]string{}
	for _, name := range []string{care.Visits, care.Observations, care.Checkins, care.Handovers, care.Patients} {
		for id, r := range w.books.rows[name] {
			v.evidence++
			if !made[name+"/"+id] && !w.seeded[name+"/"+id] && (name != care.Handovers || r.flag("by_hand") && !w.followsUp(r)) {
				v.breaks("%s %s was made by nobody", name, short(id))
			}
			if content := sameness(r); content != "" {
				if other := same[content]; other != "" {
					v.breaks("%s %s is %s once more", name, short(id), short(other))
				}
				same[content] = id
			}
		}
	}
	return v
}

// followsUp says whether a handover by hand was made by the server because an answer asked for
// work, or because the safeguarding lead kept silent. Its sender is then who answered.
func (w *witnesses) followsUp(r *row) bool {
	for _, e := range w.books.rows[care.HandoverEvents] {
		if e.text("handover") == r.id && e.text("kind") == "raised" && e.text("text") != "" {
			return true
		}
	}
	return false
}

// sameness is what makes two records one thing recorded twice: author, person and the moment it
// happened. "" for records that say no moment.
func sameness(r *row) string {
	field := care.ClinicalField(r.collection, r.values)
	if field == "" || r.author == "" {
		return ""
	}
	return r.collection + " " + r.author + " " + r.text("patient") + " " + r.text(field)
}

// everyLoserFindable: every single value anybody entered is stored, or was replaced by somebody
// who had it before their eyes, or stands in a conflict or in the quarantine.
func everyLoserFindable(w *witnesses) *verdict {
	v := &verdict{promise: "Every losing or refused value can be found", of: "values entered"}
	replaced, kept, lostElsewhere := w.replacedKnowingly(), w.keptAside(), 0
	for _, e := range w.tape.entries {
		for _, n := range e.notes {
			r := w.books.rows[n.collection][n.id]
			for field, raw := range n.values() {
				if raw == nil {
					continue
				}
				v.evidence++
				at := n.collection + "/" + n.id + "/" + field
				switch {
				case r.has(field, raw), replaced[at+" "+string(canonical(raw))]:
				case kept[at+" "+string(canonical(raw))], kept[e.key]:
					lostElsewhere++
				default:
					v.breaks("%s of %s %s as %s entered it is nowhere", field, n.collection, short(n.id), e.on.owner.given())
				}
			}
		}
	}
	v.of += ", " + thousands(lostElsewhere) + " of them in a conflict or in quarantine"
	return v
}

// values are what a note enters, by field.
func (n *note) values() map[string]any {
	switch n.kind {
	case care.OpCreate, care.OpUpdate:
		return n.set
	case care.OpAdd:
		list := make([]any, len(n.members))
		for i, m := range n.members {
			list[i] = m
		}
		return map[string]any{n.field: list}
	case care.OpRemove, care.OpRetract, care.OpResolve:
	}
	return nil
}

// has says whether a record holds a value as it was entered.
func (r *row) has(field string, raw any) bool {
	if r == nil {
		return false
	}
	c, _ := care.ByName(r.collection)
	f, ok := c.Field(field)
	if !ok {
		return false
	}
	if f.Kind == care.Object {
		have, _ := r.values[field].(json.RawMessage)
		return string(have) == string(canonical(raw))
	}
	value, why := f.Check(raw)
	if why != nil {
		return false
	}
	if f.Policy == care.Set { // others may have added members
		have, _ := r.values[field].([]string)
		all := map[string]bool{}
		for _, m := range have {
			all[m] = true
		}
		want, _ := value.([]string)
		for _, m := range want {
			if !all[m] {
				return false
			}
		}
		return true
	}
	return care.Equal(r.values[field], value)
}

// replacedKnowingly are the values that somebody changed while seeing them.
func (w *witnesses) replacedKnowingly() map[string]bool {
	gone := map[string]bool{}
	for _, e := range w.books.rows[care.HandoverEvents] { // a desk sent it on; the history knows where it was
		gone[care.Handovers+"/"+e.text("handover")+"/to_team "+string(canonical(e.text("team")))] = true
	}
	for _, e := range w.tape.entries {
		for _, n := range e.notes {
			switch n.kind {
			case care.OpUpdate:
				for field, raw := range n.was {
					gone[n.collection+"/"+n.id+"/"+field+" "+string(canonical(raw))] = true
				}
			case care.OpResolve: // whoever decides has both values before them
				if r := w.books.rows[care.Conflicts][n.issue]; r != nil {
					at := r.text("collection") + "/" + r.text("record") + "/" + r.text("field")
					for _, side := range []string{"kept", "lost"} {
						if raw, ok := r.values[side].(json.RawMessage); ok {
							gone[at+" "+string(raw)] = true
						}
					}
				}
			case care.OpCreate, care.OpAdd, care.OpRemove, care.OpRetract:
			}
		}
	}
	return gone
}

// keptAside are the values in conflicts and in the quarantine, and the keys of whole changes there
// whose content is complete.
func (w *witnesses) keptAside() map[string]bool {
	kept := map[string]bool{}
	for _, r := range w.books.rows[care.Conflicts] {
		at := r.text("collection") + "/" + r.text("record") + "/" + r.text("field")
		for _, side := range []string{"kept", "lost", "before"} {
			if raw, ok := r.values[side].(json.RawMessage); ok {
				kept[at+" "+string(raw)] = true
			}
		}
	}
	whole := map[string]*entry{}
	for _, e := range w.tape.entries {
		whole[e.key] = e
	}
	for _, r := range w.books.rows[care.Quarantine] {
		content, _ := r.values["content"].(json.RawMessage)
		if r.text("kind") == care.HeldField {
			kept[r.text("collection")+"/"+r.text("record")+"/"+r.text("field")+" "+string(content)] = true
		} else if e := whole[r.text("key")]; e != nil && e.wholeIn(content) {
			kept[e.key] = true
		}
	}
	return kept
}

// wholeIn says whether a quarantined content holds every value of the change.
func (e *entry) wholeIn(content json.RawMessage) bool {
	var m struct {
		Ops []struct {
			ID  string         `json:"id"`
			Set map[string]any `json:"set"`
		} `json:"ops"`
	}
	decoded, err := decodeJSON(content)
	if err != nil || json.Unmarshal(canonical(decoded), &m) != nil || len(m.Ops) != len(e.notes) {
		return false
	}
	for i, n := range e.notes {
		if m.Ops[i].ID != n.id {
			return false
		}
		for field, raw := range n.set {
			if string(canonical(m.Ops[i].Set[field])) != string(canonical(raw)) {
				return false
			}
		}
	}
	return true
}

// clocksPutRight: whatever the phones' clocks said, what happened at the door is stored at the
// moment when it happened.
func clocksPutRight(w *witnesses) *verdict {
	v := &verdict{promise: "Every record carries its true time", of: "visits, readings and check-ins"}
	held := w.heldBack()
	for _, e := range w.tape.entries {
		if held[e.key] != nil {
			continue
		}
		for _, n := range e.notes {
			r := w.books.rows[n.collection][n.id]
			field := ""
			for _, f := range []string{"ended_at", "taken_at", "happened_at"} {
				if n.set[f] != nil {
					field = f
				}
			}
			if r == nil || field == "" {
				continue
			}
			said, _ := n.set[field].(string)
			truth := parseTime(said).Add(-e.on.skew)
			if !r.has(field, n.set[field]) {
				continue // somebody else's time stands; the conflict says so
			}
			v.evidence++
			if off := r.clinical.Sub(truth).Abs(); off > 2*time.Second {
				v.breaks("%s %s is stored %s off", n.collection, short(n.id), spell(off))
			}
		}
	}
	return v
}
