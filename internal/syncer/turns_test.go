package syncer

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// queue is a queue of the writer with a clock that the test turns.
type queue struct {
	*turns
	t   *testing.T
	now time.Time
}

func newQueue(t *testing.T) *queue {
	q := &queue{newTurns(100), t, time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)}
	q.turnPage(q.now)
	return q
}

// bring adds a push of a client with so many changes.
func (q *queue) bring(client string, changes int) *job {
	left := changes
	j := &job{client: client, left: func() int { return left }}
	j.kept = func() { left -= min(left, smallTurn) }
	if !q.add(j) {
		q.t.Fatalf("no room for %s", client)
	}
	return j
}

// next names, in order, whose work the next transaction does, and puts back what has more to bring.
func (q *queue) next() string {
	group, _ := q.take(q.now, 64)
	var names []string
	for _, j := range group {
		names = append(names, j.client)
		if j.kept(); j.left() > 0 && j.changes < maxGroupChanges {
			q.back(j.job)
		}
	}
	return strings.Join(names, " ")
}

// work lets a second pass in which the clients needed so many milliseconds.
func (q *queue) work(ms map[string]int) {
	for client, n := range ms {
		q.took(client, time.Duration(n)*time.Millisecond, q.now)
	}
	q.now = q.now.Add(useWindow)
	q.turnPage(q.now)
}

func TestTurns_EachClientsFirstPushComesBeforeAnybodysSecond(t *testing.T) {
	q := newQueue(t)
	for _, client := range []string{"ann", "ann", "ann", "ben", "cay", "ben"} {
		q.bring(client, 1)
	}
	if got := q.next(); got != "ann ben cay ann ben ann" {
		t.Errorf("turns are %q", got)
	}
}

func TestTurns_ATransactionTakesNoMoreChangesThanItsBound(t *testing.T) {
	q := newQueue(t)
	for _, client := range []string{"ann", "ben", "cay", "dee"} {
		q.bring(client, 390)
	}
	group, _ := q.take(q.now, 64)
	var may []int
	for _, j := range group {
		may = append(may, j.changes)
	}
	if !slices.Equal(may, []int{800, 410, 20}) || q.length() != 1 {
		t.Errorf("they may bring %v, %d wait", may, q.length())
	}
	q.back(group[2].job)
	if got := q.next(); got != "cay dee" {
		t.Errorf("then come %q: whose push was cut short is next", got)
	}
}

// K10
func TestTurns_WhoSendsWithoutPauseBringsLittleAtATimeAndLeavesTheWriterToTheOthers(t *testing.T) {
	q := newQueue(t)
	q.work(map[string]int{"heavy": 300, "ann": 1, "ben": 2})
	q.bring("heavy", 200)
	q.bring("ann", 1)
	group, _ := q.take(q.now, 64)
	if len(group) != 2 || group[0].client != "heavy" || group[0].changes != smallTurn {
		t.Fatalf("the first transaction takes %+v", group)
	}
	q.back(group[0].job)
	q.took("heavy", 2*time.Millisecond, q.now)
	q.bring("ben", 1)
	if got := q.next(); got != "ben" {
		t.Errorf("while it rests, the next is %q", got)
	}
	none, wait := q.take(q.now, 64)
	if len(none) != 0 || wait != restShare*2*time.Millisecond {
		t.Errorf("nobody else waits: %d jobs, and it rests for %v more", len(none), wait)
	}
	q.now = q.now.Add(wait)
	if got := q.next(); got != "heavy" {
		t.Errorf("after its rest the next is %q", got)
	}
}

func TestTurns_NobodyRestsWhereNobodyNeedsFarLess(t *testing.T) {
	for name, use := range map[string]map[string]int{
		"alone":                  {"ann": 900},
		"all send without pause": {"ann": 300, "ben": 200, "cay": 250},
		"nobody was about till now, and all begin": {"ann": 1, "ben": 1, "cay": 1},
		"one of many has just come":                {"ann": 300, "ben": 200, "cay": 250, "dee": 1},
		"nobody was about till now":                {},
	} {
		t.Run(name, func(t *testing.T) {
			q := newQueue(t)
			q.work(use)
			q.bring("ann", 150)
			q.took("ann", 20*time.Millisecond, q.now)
			group, _ := q.take(q.now, 64)
			if len(group) != 1 || group[0].changes != maxGroupChanges {
				t.Errorf("it may bring %+v", group)
			}
		})
	}
}

func TestTurns_AClockSetBackLetsNobodyRestForLong(t *testing.T) {
	q := newQueue(t)
	q.work(map[string]int{"heavy": 300, "ann": 1, "ben": 2})
	q.took("heavy", time.Millisecond, q.now)
	q.now = q.now.Add(-24 * time.Hour)
	q.bring("heavy", 1)
	if got := q.next(); got != "heavy" {
		t.Errorf("the next is %q", got)
	}
}

func TestTurns_OnePhoneCannotFillTheQueue(t *testing.T) {
	q := newQueue(t)
	for range maxWaitingOfOne {
		q.bring("heavy", 200)
	}
	if q.add(&job{client: "heavy"}) {
		t.Error("there is room for one more of it")
	}
	q.bring("ann", 1)
	if !q.add(&job{}) {
		t.Error("there is no room for the server's own work")
	}
}

func TestTurns_WhatCameNotToRunComesBeforeWhatElseItsClientSent(t *testing.T) {
	q := newQueue(t)
	first := q.bring("ann", 1)
	q.bring("ann", 2)
	group, _ := q.take(q.now, 1)
	q.back(group[0].job)
	if group, _ := q.take(q.now, 1); group[0].job != first {
		t.Error("its second push overtook the first")
	}
}

func TestTurns_WhoDidNotComeToRunIsNextInTheSameOrder(t *testing.T) {
	q := newQueue(t)
	for _, client := range []string{"ann", "ben", "cay", "ben", "dee"} {
		q.bring(client, 1)
	}
	group, _ := q.take(q.now, 3)
	for _, j := range slices.Backward(group[1:]) {
		q.back(j.job)
	}
	if got := q.next(); got != "ben cay dee ben" {
		t.Errorf("turns are %q", got)
	}
}
