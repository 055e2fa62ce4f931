package identity

import "sync"

// watches are the listeners who want to know when a device or a member of staff is judged anew.
type watches struct {
	mu   sync.Mutex
	byID map[string]map[chan struct{}]struct{}
}

func newWatches() *watches { return &watches{byID: map[string]map[chan struct{}]struct{}{}} }

func (w *watches) add(ids []string) (changed <-chan struct{}, stop func()) {
	c := make(chan struct{}, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, id := range ids {
		if w.byID[id] == nil {
			w.byID[id] = map[chan struct{}]struct{}{}
		}
		w.byID[id][c] = struct{}{}
	}
	return c, func() { w.remove(c, ids) }
}

func (w *watches) remove(c chan struct{}, ids []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, id := range ids {
		delete(w.byID[id], c)
		if len(w.byID[id]) == 0 {
			delete(w.byID, id)
		}
	}
}

// tell never blocks: one that was told and has not looked yet will see it when it looks.
func (w *watches) tell(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.byID[id] {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}
