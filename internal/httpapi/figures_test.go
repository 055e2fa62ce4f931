package httpapi

import (
	"reflect"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/pbpages"
)

func TestWhatNobodyRepliedToMakesNothingLookFaster(t *testing.T) {
	minute := func(n int) time.Duration { return time.Duration(n) * time.Minute }
	came := []pbpages.Came{{Class: care.Routine, TurnedAway: true, Declined: true, Replied: true}}
	for n := range 9 {
		came = append(came, pbpages.Came{Class: care.SameDay, Waited: minute(n + 1), Replied: true, Declined: n == 0})
	}
	came = append(came, pbpages.Came{Class: care.SameDay, Waited: minute(900)}, pbpages.Came{Class: care.Emergency, Waited: minute(2), Replied: true})
	want := []Figures{
		{Team: "elm", Class: care.Emergency, Came: 1, Replied: 1, HalfWithin: 120, MostWithin: 120},
		{Team: "elm", Class: care.SameDay, Came: 10, Replied: 9, HalfWithin: 300, MostWithin: 540, Declined: 1},
		{Team: "elm", Class: care.Routine, Came: 1, TurnedAway: 1},
	}
	if got := figuresOf("elm", came); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nwant %+v", got, want)
	}
	came = append(came, pbpages.Came{Class: care.SameDay, Waited: minute(901)}) // one more that nobody looks at
	if got := figuresOf("elm", came)[1]; got.MostWithin != 900*60 || !got.MostOpen || got.HalfOpen {
		t.Errorf("leaving it looks faster: %+v", got)
	}
}
