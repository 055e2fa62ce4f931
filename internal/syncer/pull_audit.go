package syncer

import (
	"context"
	"hash/fnv"
	"slices"
	"sync"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/pbstore"
	"doorstep/internal/wire"
)

// pulledToday remembers whose records went to which device today, so that the audit gets one line for
// the first record and not one for each. It lives in memory: a restart costs a second line, never a
// missing one.
type pulledToday struct {
	mu      sync.Mutex
	day     string
	devices map[string]map[uint64]struct{} // hashes of people's ids, by device
}

// missing lists, sorted, those of the people whose records have not gone to the device on that day.
func (t *pulledToday) missing(day, device string, people map[string]int) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var list []string
	for p := range people {
		if _, known := t.devices[device][hashed(p)]; t.day != day || !known {
			list = append(list, p)
		}
	}
	slices.Sort(list)
	return list
}

func (t *pulledToday) add(day, device string, people []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.day != day {
		t.day, t.devices = day, map[string]map[uint64]struct{}{}
	}
	if t.devices[device] == nil {
		t.devices[device] = make(map[uint64]struct{}, len(people))
	}
	for _, p := range people {
		t.devices[device][hashed(p)] = struct{}{}
	}
}

func hashed(id string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(id)) // cannot fail
	return h.Sum64()
}

// audit writes, before records leave, one line at most for each page of a pull: it names the people
// whose records go to this device for the first time today. When the line cannot be written, the
// records are not sent.
func (e *Engine) audit(ctx context.Context, s Session, changes []wire.Delivery) *Error {
	var people map[string]int
	for i := range changes {
		if d := &changes[i]; d.Gone == "" && d.Patient != "" {
			if people == nil {
				people = map[string]int{}
			}
			people[d.Patient]++
		}
	}
	if people == nil {
		return nil
	}
	day := e.o.Now().UTC().Format(time.DateOnly)
	list := e.pulled.missing(day, s.Device, people)
	if len(list) == 0 {
		return nil
	}
	detail := care.ReadDetail{Patients: list}
	for _, p := range list {
		detail.Count += people[p]
	}
	err := e.Do(ctx, func(tx *pbstore.Tx) error { return tx.Audit(s.Staff, s.Device, "pull", "", "", "", detail) })
	if err != nil {
		return failure(err)
	}
	e.pulled.add(day, s.Device, list)
	return nil
}
