package sim

import (
	"context"
	"maps"
	"slices"
	"strings"
)

// reckon checks what must hold when everything has healed.
func (w *World) reckon() {
	w.note(serverColumn, "═══ reckoning ═══")
	for _, h := range w.phones {
		if h.gone || h.stranded() {
			continue
		}
		if wrong := w.differences(h, true); len(wrong) > 0 {
			w.fail("%s %s", h.name, strings.Join(wrong[:min(len(wrong), 6)], "; "))
		}
	}
	w.checkGrants()
	w.checkNothingStaysWhereNobodyIs()
	w.checkEveryChangeArrived()
	w.checkStory()
	w.checkAlarms()
	w.checkTheLeadReads()
	if len(w.failures) == 0 {
		w.checkDigests()
	}
}

// checkEveryChangeArrived: what anybody recorded on a phone that still lives is in the ledger.
func (w *World) checkEveryChangeArrived() {
	have := w.ledger()
	for _, h := range w.phones {
		if h.stranded() {
			w.count("stranded phone")
			continue
		}
		for _, key := range slices.Sorted(maps.Keys(h.recorded)) {
			if _, ok := have[key]; !ok && !w.excused[key] {
				w.fail("change %s of %s never took effect", shortKey(key), h.name)
			}
		}
	}
}

// checkDigests: the server's own comparison agrees that nothing differs.
func (w *World) checkDigests() {
	for _, h := range w.phones {
		if h.gone || h.stranded() || h.Directive() != "" {
			continue
		}
		h.RequestDigest()
		h.Begin()
		for range 20 {
			s, err := h.Step(context.Background())
			if err != nil {
				w.fail("%s cannot compare digests: %v", h.name, err)
				return
			}
			h.compared(s.Note)
			if !h.Busy() {
				break
			}
		}
	}
}

// checkGrants: who holds whom is what the caseload and consent say at this moment.
func (w *World) checkGrants() {
	db, err := w.machine.db()
	if err != nil {
		w.fail("%v", err)
		return
	}
	rows, err := db.Query(`SELECT patient, holder FROM sync_grants WHERE to_seq IS NULL`)
	if err != nil {
		w.fail("read the grants: %v", err)
		return
	}
	defer rows.Close()
	have := map[string]bool{}
	for rows.Next() {
		var patient, holder string
		if err := rows.Scan(&patient, &holder); err != nil {
			w.fail("read the grants: %v", err)
			return
		}
		have[patient+" by "+holder] = true
	}
	if err := rows.Err(); err != nil {
		w.fail("read the grants: %v", err)
		return
	}
	want := w.caseloadNow()
	for k := range have {
		if !want[k] {
			w.fail("%s is granted although no caseload row says so", k)
		}
	}
	for k := range want {
		if !have[k] {
			w.fail("%s is not granted although a caseload row says so", k)
		}
	}
}
