package sim

import (
	"strings"
)

// afterStep checks what must hold after any step of a phone.
func (w *World) afterStep(h *handset, before map[string]int64, cursor string, drained bool) {
	now := h.held()
	for key, mid := range before {
		if _, still := now[key]; still || drained || h.Directive() == "drain" {
			continue
		}
		if h.heard == nil || h.heard.More || mid > h.heard.LastMid && h.heard.LastMid > 0 {
			w.fail("%s dropped change %s (mid %d) which no finished pull had confirmed", h.name, shortKey(key), mid)
		}
	}
	finished := h.heard != nil && h.Staged() == 0 && h.Cursor() == h.heard.Cursor
	if !finished || w.unsettled() || (!w.healing && !w.chance(30)) {
		return
	}
	if h.heard.Head < w.head() {
		return // what the server noted after it had answered let it notice a foreign write
	}
	w.count("swap checked")
	if wrong := w.differences(h, false); len(wrong) > 0 {
		w.fail("%s finished a pull and %s", h.name, strings.Join(wrong[:min(len(wrong), 6)], "; "))
	}
}

// differences compares a phone with the tables.
func (w *World) differences(h *handset, deep bool) []string {
	s, err := w.read(deep)
	if err != nil {
		return []string{"the tables cannot be read: " + err.Error()}
	}
	v, err := w.viewerOf(h.owner.id)
	if err != nil {
		return []string{"its owner cannot be read: " + err.Error()}
	}
	return h.compare(s, v, deep)
}
