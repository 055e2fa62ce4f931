package demo

import (
	"container/heap"
	"context"
	"time"
)

// agenda is what will happen, by time. Things of one moment happen in the order in which they were
// put on it, so that the same seed gives the same day.
type agenda struct {
	list  appointments
	count int
}

type appointment struct {
	at    time.Time
	order int
	do    func(context.Context) error
}

// add puts something on the agenda.
func (a *agenda) add(at time.Time, do func(context.Context) error) {
	a.count++
	heap.Push(&a.list, appointment{at, a.count, do})
}

// next takes the first thing off the agenda that happens before the end; false when none does.
func (a *agenda) next(end time.Time) (appointment, bool) {
	if len(a.list) == 0 || !a.list[0].at.Before(end) {
		return appointment{}, false
	}
	return heap.Pop(&a.list).(appointment), true
}

// appointments implement heap.Interface.
type appointments []appointment

func (l appointments) Len() int { return len(l) }

func (l appointments) Less(i, j int) bool {
	if !l[i].at.Equal(l[j].at) {
		return l[i].at.Before(l[j].at)
	}
	return l[i].order < l[j].order
}

func (l appointments) Swap(i, j int) { l[i], l[j] = l[j], l[i] }

// Push implements heap.Interface.
func (l *appointments) Push(x any) { *l = append(*l, x.(appointment)) }

// Pop implements heap.Interface.
func (l *appointments) Pop() any {
	old := *l
	x := old[len(old)-1]
	*l = old[:len(old)-1]
	return x
}
