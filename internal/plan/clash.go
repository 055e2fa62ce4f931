package plan

import (
	"cmp"
	"slices"
	"time"
)

// Task is a contact as it takes somebody's time: so many minutes at some time between two moments.
type Task struct {
	ID      string
	From    time.Time
	To      time.Time
	Minutes int
}

// Clash is a stretch of time in which somebody has more to do than it is long.
type Clash struct {
	From, To time.Time
	Minutes  int      // of work that has to be done within it
	Of       []string // ids of the tasks
}

// FirstClash finds the first stretch in which more has to be done than can be; nil: all of it can be done by one
// person. Two visits at a fixed time clash where they overlap; within a window they clash only when all that has to be
// done in it is longer than it is. The way from door to door is not counted. Of is a task that must be part of the
// clash: "" = any.
func FirstClash(tasks []Task, of string) *Clash {
	byEnd := slices.Clone(tasks)
	slices.SortStableFunc(byEnd, func(a, b Task) int { return cmp.Or(a.To.Compare(b.To), a.From.Compare(b.From)) })
	starts := slices.Clone(byEnd)
	slices.SortStableFunc(starts, func(a, b Task) int { return a.From.Compare(b.From) })
	for i, s := range starts {
		if i > 0 && s.From.Equal(starts[i-1].From) {
			continue
		}
		minutes, within := 0, []string(nil)
		for _, t := range byEnd {
			if t.From.Before(s.From) {
				continue
			}
			minutes += t.Minutes
			within = append(within, t.ID)
			if time.Duration(minutes)*time.Minute > t.To.Sub(s.From) && (of == "" || slices.Contains(within, of)) {
				return &Clash{s.From, t.To, minutes, within}
			}
		}
	}
	return nil
}

// MinutesOf is how long a contact takes that no plan says anything of: as long as it is planned.
func MinutesOf(start, end time.Time) int { return max(0, int(end.Sub(start)/time.Minute)) }
