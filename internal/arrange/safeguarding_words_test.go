package arrange_test

import (
	"strings"
	"testing"

	"doorstep/internal/arrange"
	"doorstep/internal/care"
	"doorstep/internal/storetest"
)

// concerns lists the texts of the safeguarding concerns about Ada.
func (b *bench) concerns(record string) (texts []string) {
	b.t.Helper()
	list, err := b.HandoversAbout(b.Town.Ada, record)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, h := range list {
		if care.AsHandover(h).Class() == care.Safeguarding {
			texts = append(texts, care.AsHandover(h).Situation())
		}
	}
	return texts
}

// The first words of a check-in are raised by a rule; but for one that has raised what was refused of it before, which holds
// already, and whose handover may have been answered.
func TestTheFirstWordsOfACheckinReachTheSafeguardingLeadWhateverWasRaisedOfItBefore(t *testing.T) {
	b := newBench(t)
	checkin := storetest.ID(1001)
	say := func(key, text, doubt string, first bool) {
		b.must(func(r *arrange.Room) error {
			return r.RaiseWords(arrange.Words{Key: key, Patient: b.Town.Ada, Record: checkin, Author: b.staff, Text: text, At: b.clock, ClockKnown: true, Doubt: doubt, First: first})
		})
	}
	say(storetest.ID(1), "FIRST", "", true)
	if told := b.concerns(checkin); len(told) != 0 {
		t.Fatalf("a rule raises them, and they are raised twice: %q", told)
	}
	say(storetest.ID(2), "REFUSED", "Its author may not write this.", false)
	say(storetest.ID(3), "STORED", "", true)
	told := strings.Join(b.concerns(checkin), "\n")
	for _, words := range []string{"REFUSED", "STORED"} {
		if !strings.Contains(told, words) {
			t.Errorf("the lead never reads %s: %q", words, told)
		}
	}
}
