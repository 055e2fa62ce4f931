package sim

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/phone"
)

// handOver raises a handover by hand: to where somebody is, to where nobody is any more, with and without a call.
func (h *handset) handOver(who string, visit *phone.Seen) {
	w := h.w
	class := pick(w, []string{"E", "U2", "SD", "SD", "R", "SG", "SG"})
	values := map[string]any{"patient": who, "class": class, "recommendation": w.unique("ask")}
	if class == "SG" {
		values["recommendation"], values["situation"] = w.confide(), w.confide()
	}
	switch w.random.IntN(6) {
	case 0:
		values["to_team"], values["safe_note"] = w.town.teams["friends"], w.unique("safe to share")
	case 1, 2:
		values["to_team"] = w.town.teams[pick(w, []string{"minds", "desk", "oak", "north"})]
	}
	if visit != nil && w.chance(50) {
		values["visit"] = visit.ID
	}
	if w.chance(25) {
		values["called"], values["called_at"], values["called_name"], values["reached"] = care.CallMade, h.stamp(0), "Dr Test", true
	}
	w.count("handed over by hand")
	key := h.change("hands over ("+class+")", func(c *phone.Change) { c.Create(care.Handovers, values) })
	h.urgent[key] = class == "E" || class == "U2"
	h.prompt()
}

// actHandOver lets somebody hand over one of their people, or somebody who is not theirs.
func (w *World) actHandOver() {
	w.anyPhone(func(h *handset) {
		if h.Staff() == "" {
			return
		}
		h.unlock()
		people := h.List(care.Patients)
		if len(people) == 0 || w.chance(15) {
			h.handOver(pick(w, w.town.patients), nil)
			return
		}
		who := pick(w, people)
		visit, _ := h.visitOf(who)
		h.handOver(who.ID, visit)
	})
}

// line does something to a handover that is on the phone, by a line of its history.
func (h *handset) line() {
	w := h.w
	h.unlock()
	seen := h.List(care.Handovers)
	if len(seen) == 0 || h.Staff() == "" {
		return
	}
	about := pick(w, seen)
	say := func() string {
		if about.Text("class") == string(care.Safeguarding) {
			return w.confide()
		}
		return w.unique("line")
	}
	kind, text := pick(w, append([]string{"added", "call_reached", "answered"}, care.LineKinds...)), ""
	var detail map[string]any
	switch kind {
	case "answered":
		text, detail = say(), map[string]any{"outcome": pick(w, []string{"advice_given", "home_visit", "more_work_asked"})}
	case "declined", "stood_down", "added", "call_not_reached":
		text = say()
	case "call_reached":
		text, detail = say(), map[string]any{"name": "Dr Test", "role": "GP", "read_back": true}
	}
	w.count("line")
	h.change("line "+kind+" of handover "+shortKey(about.ID), func(c *phone.Change) { c.Line(about.ID, kind, text, detail) })
}

// written is what a phone wrote about a handover, as it reached the server.
type written struct {
	key    string
	by     *mutation
	op     phone.Op
	status care.Status
}

// writtenIn lists what took effect, or is kept, and creates records of a collection.
func (w *World) writtenIn(collection string) []written {
	var list []written
	have := w.ledger()
	for _, key := range slices.Sorted(maps.Keys(w.reached)) {
		e, kept := have[key]
		if !kept {
			continue
		}
		for _, raw := range w.reached[key].Ops {
			var op phone.Op
			if err := decodeNumbers(raw, &op); err != nil {
				w.fail("change %s cannot be read: %v", shortKey(key), err)
			} else if op.Op == string(care.OpCreate) && op.Collection == collection {
				list = append(list, written{key, w.reached[key], op, e.status})
			}
		}
	}
	return list
}

// checkHanded: what somebody handed over by hand goes out, also out of a change that was refused; a line that was taken in
// is in the history once, as what was done or as what was meant; and whoever has the handover reads both.
func (w *World) checkHanded(db *stored) {
	byHand := map[string][]string{} // words by handover
	for _, x := range w.writtenIn(care.Handovers) {
		w.checkWords(db, x, byHand)
	}
	lines := map[string][]written{} // by handover
	for _, x := range w.writtenIn(care.HandoverEvents) {
		if x.status != care.Quarantined || db.rows[care.HandoverEvents][x.op.ID] != nil {
			if about := w.checkLine(db, x); about != "" {
				lines[about] = append(lines[about], x)
			}
		}
	}
	house, err := w.house()
	if err != nil {
		w.fail("read who works where: %v", err)
		return
	}
	for _, id := range slices.Sorted(maps.Keys(db.rows[care.Handovers])) {
		if len(byHand[id])+len(lines[id]) > 0 {
			w.checkReader(db, house, id, byHand[id], lines[id])
		}
	}
}

// checkWords looks for what was handed over among all handovers.
func (w *World) checkWords(db *stored, x written, byHand map[string][]string) {
	patient, _ := x.op.Set["patient"].(string)
	if db.rows[care.Patients][patient] == nil {
		return
	}
	if x.status != care.Quarantined {
		r := db.rows[care.Handovers][x.op.ID]
		if r == nil {
			w.fail("handover %s was taken in (%s) and is not there", shortKey(x.op.ID), shortKey(x.key))
			return
		}
	}
	for _, part := range []string{"recommendation", "situation", "safe_note"} {
		words, _ := x.op.Set[part].(string)
		if words == "" {
			continue
		}
		found := ""
		for _, id := range slices.Sorted(maps.Keys(db.rows[care.Handovers])) {
			if strings.Contains(jsonOf(db.rows[care.Handovers][id].values), words) && (found == "" || id == x.op.ID) {
				found = id
			}
		}
		if found == "" {
			w.fail("%q was handed over by hand (%s, %s), and no handover says so", words, shortKey(x.key), x.status)
			continue
		}
		if part == "recommendation" {
			byHand[found] = append(byHand[found], words)
		}
		w.count("words of a handover found")
	}
}

// checkLine looks at one line that was taken in and returns the handover it is about.
func (w *World) checkLine(db *stored, x written) string {
	r := db.rows[care.HandoverEvents][x.op.ID]
	kind, _ := x.op.Set["kind"].(string)
	text, _ := x.op.Set["text"].(string)
	if r == nil {
		w.fail("line %s (%s) was taken in and is not in the history", shortKey(x.op.ID), kind)
		return ""
	}
	if about, _ := x.op.Set["handover"].(string); r.text("handover") != about || r.text("by") != x.by.Author {
		w.fail("line %s stands with handover %s, by %s", shortKey(r.id), shortKey(r.text("handover")), r.text("by"))
	}
	var detail struct {
		Meant string `json:"meant"`
	}
	if raw, ok := r.values["detail"].(json.RawMessage); ok {
		if err := json.Unmarshal(raw, &detail); err != nil {
			w.fail("the details of line %s: %v", shortKey(r.id), err)
		}
	}
	switch {
	case r.text("kind") == kind:
	case r.text("kind") == "added" && detail.Meant == kind:
		w.count("line too late")
	default:
		w.fail("line %s says %s, and was written as %s", shortKey(r.id), r.text("kind"), kind)
	}
	if r.text("text") != text {
		w.fail("line %s says %q, and was written as %q", shortKey(r.id), r.text("text"), text)
	}
	for _, other := range db.rows[care.HandoverEvents] {
		if text != "" && other.id != r.id && other.text("text") == text {
			w.fail("what line %s says is in the history twice", shortKey(r.id))
		}
	}
	return r.text("handover")
}

// checkReader lets whoever has a handover read it: what it asks, and each line once.
func (w *World) checkReader(db *stored, house *house, id string, words []string, lines []written) {
	reader := w.readerAt(house, db.rows[care.Handovers][id].text("to_team"))
	if reader == nil {
		return
	}
	status, body := w.ask(reader, http.MethodGet, carePath+"/handovers/"+id, nil)
	var page struct {
		Projection string `json:"projection"`
		Events     []struct {
			ID, Text string
		} `json:"events"`
	}
	if err := json.Unmarshal(body, &page); status != http.StatusOK || err != nil {
		w.fail("%s is answered %d about handover %s, which their team has: %v", reader.name, status, shortKey(id), err)
		return
	}
	w.count("read by whoever has it")
	for _, ask := range words {
		if page.Projection == "full" && !bytes.Contains(body, []byte(ask)) {
			w.fail("%s reads handover %s without %q", reader.name, shortKey(id), ask)
		}
	}
	for _, x := range lines {
		text, _ := x.op.Set["text"].(string)
		times := 0
		for _, e := range page.Events {
			if e.ID != x.op.ID {
				continue
			}
			if times++; page.Projection == "full" && e.Text != text {
				w.fail("%s reads line %s of handover %s as %q, not %q", reader.name, shortKey(e.ID), shortKey(id), e.Text, text)
			}
		}
		if times != 1 {
			w.fail("%s reads line %s of handover %s %d times", reader.name, shortKey(x.op.ID), shortKey(id), times)
		}
	}
}

// readerAt is somebody who works the inbox of a team, nil for nobody.
func (w *World) readerAt(house *house, team string) *person {
	for _, name := range slices.Sorted(maps.Keys(w.town.staff)) {
		s := house.staff[w.town.staff[name].id]
		if !s.left && care.DutyOf(s.role).Inbox && slices.Contains(s.teams, team) {
			return w.town.staff[name]
		}
	}
	return nil
}

// mostUrgent is how long an emergency may wait on a phone that has a network.
const mostUrgent = 30 * time.Second

// prompt checks that an emergency does not wait longer than it may.
func (h *handset) prompt() {
	if h.link.cut || h.Busy() || h.gone {
		return
	}
	pressing := slices.ContainsFunc(h.Outbox(), func(c phone.Queued) bool { return !c.Acked && h.urgent[c.Key] })
	at, can := h.NextTry()
	if !pressing || !can {
		return
	}
	h.w.count("emergency waits")
	if wait := at.Sub(h.opts.Now()); wait > mostUrgent {
		h.w.fail("%s has an emergency unsent and a network, and waits %s", h.name, wait)
	}
}
