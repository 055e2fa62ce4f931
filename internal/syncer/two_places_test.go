package syncer

import (
	"fmt"
	"testing"
)

func TestPlaces_APhoneThatAsksFromWhereItWasIsNoticedOnceADay(t *testing.T) {
	p := newPlaces(8)
	for i, c := range []struct {
		why    string
		device string
		epoch  string
		since  int64
		day    string
		want   bool
	}{
		{"it is new", "ann's", "e1", 40, "Monday", false},
		{"it goes on", "ann's", "e1", 50, "Monday", false},
		{"its answer was lost", "ann's", "e1", 50, "Monday", false},
		{"it starts anew, as it was told to", "ann's", "e1", 0, "Monday", false},
		{"it is behind where it was", "ann's", "e1", 49, "Monday", true},
		{"that was said today", "ann's", "e1", 48, "Monday", false},
		{"the other one goes on", "ann's", "e1", 60, "Monday", false},
		{"that was said today, whoever went on meanwhile", "ann's", "e1", 49, "Monday", false},
		{"another phone has a place of its own", "bob's", "e1", 10, "Monday", false},
		{"it is behind on the next day", "ann's", "e1", 59, "Tuesday", true},
		{"numbers of another epoch are other numbers", "ann's", "e2", 5, "Wednesday", false},
		{"and are watched like the first", "ann's", "e2", 4, "Wednesday", true},
	} {
		if got := p.wentBack(c.device, cursor{epoch: c.epoch, since: c.since}, c.day); got != c.want {
			t.Errorf("%d, %s: went back %t, want %t", i, c.why, got, c.want)
		}
	}
}

func TestPlaces_OnlySoManyPhonesAreRememberedAndThoseThatAskStay(t *testing.T) {
	const kept = 100
	p := newPlaces(kept)
	ask := func(device string, since int64) bool {
		return p.wentBack(device, cursor{epoch: "e1", since: since}, "Monday")
	}
	ask("quiet", 50)
	for i := range 10 * kept {
		ask(fmt.Sprint("phone ", i), 50)
		ask("busy", 50)
		if n := p.byDevice.Len(); n > kept {
			t.Fatalf("after %d phones %d are remembered", i, n)
		}
	}
	if !ask("busy", 40) {
		t.Error("a phone that asks all the time was forgotten")
	}
	if ask("quiet", 40) {
		t.Error("a phone that was not heard of for the longest time is still remembered")
	}
	if !ask("quiet", 30) {
		t.Error("a phone that was forgotten is not watched from where it asks again")
	}
}
