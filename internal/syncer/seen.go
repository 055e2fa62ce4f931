package syncer

import (
	"context"
	"hash/fnv"
	"slices"
	"sync"
	"time"

	"doorstep/internal/pbstore"
	"doorstep/internal/wire"
)

// seen remembers whose records went to which device today, so that the audit gets a line for the first
// of them and not for each. It lives in memory: a restart costs a second line, never a missing one.
type seen struct {
	mu      sync.Mutex
	day     string
	devices map[string]map[uint64]struct{} // hashes of people's ids, by device
}

// fresh lists the people who are new for a device on that day, sorted.
func (s *seen) fresh(day, device string, people map[string]int) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []string
	for p := range people {
		if _, known := s.devices[device][hashed(p)]; s.day != day || !known {
			list = append(list, p)
		}
	}
	slices.Sort(list)
	return list
}

func (s *seen) add(day, device string, people []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.day != day {
		s.day, s.devices = day, map[string]map[uint64]struct{}{}
	}
	if s.devices[device] == nil {
		s.devices[device] = make(map[uint64]struct{}, len(people))
	}
	for _, p := range people {
		s.devices[device][hashed(p)] = struct{}{}
	}
}

func hashed(id string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(id)) // cannot fail
	return h.Sum64()
}

// pulled is what the audit says beside its columns about records that went to a phone.
type pulled struct {
	Count    int      `json:"count"` // records about these people on the page
	Patients []string `json:"patients"`
}

// audit writes, before records leave, whose they are: one line a page at most, naming the people whose
// records go to this device for the first time today. What cannot be written down is not sent.
func (e *Engine) audit(ctx context.Context, s Session, changes []wire.Delivery) *wire.Error {
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
	list := e.seen.fresh(day, s.Device, people)
	if len(list) == 0 {
		return nil
	}
	detail := pulled{Patients: list}
	for _, p := range list {
		detail.Count += people[p]
	}
	err := e.Do(ctx, func(tx *pbstore.Tx) error { return tx.Audit(s.Staff, s.Device, "pull", "", "", "", detail) })
	if err != nil {
		return failure(err)
	}
	e.seen.add(day, s.Device, list)
	return nil
}
