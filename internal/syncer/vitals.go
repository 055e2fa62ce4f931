package syncer

import "time"

// Vitals are the figures that tell whether an engine does its work.
type Vitals struct {
	Epoch string
	Head  int64
	// Waiting pieces of work stand in the queue, which takes Limit.
	Waiting, Limit int
	DueRan         time.Time // when what is due was worked off last; zero = never
}

// Vitals reads them. It is an error when the store cannot even be read.
func (e *Engine) Vitals() (Vitals, error) {
	ran, err := e.store.LastRan(JobDue)
	if err != nil {
		return Vitals{}, err
	}
	v := Vitals{Waiting: len(e.queue), Limit: cap(e.queue), DueRan: ran}
	v.Epoch, v.Head = e.store.Head()
	return v, nil
}
