package sim

import (
	"bytes"
	"maps"
	"net/http"
	"regexp"
	"slices"

	"doorstep/internal/care"
	"doorstep/internal/phone"
)

// Words for the safeguarding lead alone are unique texts that begin alike, so that no answer to anybody else can hold one
// unnoticed.
var (
	inConfidence = []byte("told in confidence")
	confidences  = regexp.MustCompile(string(inConfidence) + ` \d+`)
)

// confide is a text that nobody but the safeguarding lead may read.
func (w *World) confide() string {
	w.count("told in confidence")
	return w.unique(string(inConfidence))
}

// actConfide lets somebody write what is for the safeguarding lead alone: as the field it belongs into, as a further line of a
// check-in, as a field that there is not.
func (w *World) actConfide() {
	w.anyPhone(func(h *handset) {
		if h.Staff() == "" {
			return
		}
		h.unlock()
		people, checkins := h.List(care.Patients), h.List(care.Checkins)
		if len(people) == 0 {
			return
		}
		said := map[string]any{"safeguarding": w.confide()}
		about := map[string]any{"patient": pick(w, people).ID, "safeguarding": said["safeguarding"]}
		if w.chance(15) {
			about["patient"] = pick(w, w.town.patients)
		}
		switch roll := w.random.IntN(10); {
		case roll < 4 && len(checkins) > 0:
			seen := pick(w, checkins)
			h.change("adds to a check-in in confidence", func(c *phone.Change) { c.EditSeen(seen, said) })
		case roll < 8:
			h.change("check-in in confidence", func(c *phone.Change) { c.Create(care.Checkins, about) })
		default:
			h.change("readings with words in confidence", func(c *phone.Change) { c.Create(care.Observations, about) })
		}
	})
}

// discreet looks at what somebody is answered.
func (w *World) discreet(who, what string, answer []byte) {
	if said := confidences.Find(answer); said != nil {
		w.fail("%s hears from %s what was %s", who, what, said)
	}
	if !bytes.Contains(answer, inConfidence) {
		return
	}
	w.note(serverColumn, "✗ %s", answer)
}

// checkTheLeadReads: everything that was told in confidence and reached the server is read by the safeguarding lead.
func (w *World) checkTheLeadReads() {
	read := w.confidentialPages()
	have := w.ledger()
	for _, key := range slices.Sorted(maps.Keys(w.reached)) {
		e, kept := have[key]
		if !kept {
			continue
		}
		for _, said := range confidences.FindAll(w.reached[key].raw, -1) {
			if !read[string(said)] {
				w.fail("what was %s reached the server (%s, %s), and the safeguarding lead never reads it", said, shortKey(key), e.status)
			}
		}
	}
}

// confidentialPages are all texts told in confidence that the safeguarding lead reads.
func (w *World) confidentialPages() map[string]bool {
	read := map[string]bool{}
	db, err := w.machine.db()
	if err != nil {
		w.fail("%v", err)
		return read
	}
	rows, err := db.Query(`SELECT id FROM handovers WHERE class = ? ORDER BY id`, string(care.Safeguarding))
	if err != nil {
		w.fail("list the concerns: %v", err)
		return read
	}
	defer rows.Close()
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			w.fail("list the concerns: %v", err)
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		w.fail("list the concerns: %v", err)
	}
	for _, id := range ids {
		status, page := w.ask(w.town.staff["sage"], http.MethodGet, carePath+"/handovers/"+id, nil)
		if status != http.StatusOK {
			w.fail("the safeguarding lead is answered %d about concern %s", status, shortKey(id))
		}
		for _, said := range confidences.FindAll(page, -1) {
			read[string(said)] = true
		}
	}
	return read
}
