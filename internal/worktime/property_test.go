package worktime

import (
	"testing"
	"time"
)

// FuzzReckon holds what must be true from any moment of fifty years, for each team.
func FuzzReckon(f *testing.F) {
	teams := []*Schedule{
		schedule(f, Options{}), schedule(f, lunchPractice), schedule(f, urgentTeam), schedule(f, nightAndDay),
	}
	f.Fuzz(func(t *testing.T, team uint8, unix int64, first, second uint32) {
		const years, longest = 50 * 365 * 24 * 3600, 100 * 3600
		s := teams[int(team)%len(teams)]
		from := time.Unix(1_577_836_800+mod(unix, years), 0) // from 2020
		a := time.Duration(first%longest) * time.Second
		b := time.Duration(second%longest) * time.Second

		due := s.Add(from, a)
		if due.Before(from) || s.Between(from, due) != a {
			t.Fatalf("%s after %s is %s, which is %s", a, from, due, s.Between(from, due))
		}
		if apart, once := s.Add(due, b), s.Add(from, a+b); !apart.Equal(once) {
			t.Fatalf("%s and then %s after %s is %s, at once it is %s", a, b, from, apart, once)
		}
		if a > 0 && !s.IsOpen(due.Add(-1)) {
			t.Fatalf("%s after %s is %s, which is outside the hours", a, from, due)
		}

		opening := s.NextOpening(from)
		if opening.Before(from) || !s.IsOpen(opening) || s.IsOpen(from) != opening.Equal(from) || s.Between(from, opening) != 0 {
			t.Fatalf("after %s the next opening is %s", from, opening)
		}

		end := s.EndOfWorkingDay(from)
		if end.Before(from) || s.IsOpen(from) && s.Between(from, end) == 0 || !s.EndOfWorkingDay(end).Equal(end) {
			t.Fatalf("the working day of %s ends %s", from, end)
		}

		days := int(first % 12)
		after := s.AddWorkingDays(from, days+1)
		if !after.After(from) || !after.After(s.AddWorkingDays(from, days)) {
			t.Fatalf("%d working days after %s is %s", days+1, from, after)
		}
		if split := s.AddWorkingDays(from, days); days > 0 && s.EndOfWorkingDay(split).After(s.EndOfWorkingDay(after)) {
			t.Fatalf("%d working days after %s end after %d do", days, from, days+1)
		}
	})
}

// mod is the remainder that is never negative.
func mod(n, m int64) int64 { return ((n % m) + m) % m }

func BenchmarkAddFiveWorkingDays(b *testing.B) {
	s := schedule(b, Options{})
	from := at(b, "Wed 2026-04-01 10:00")
	for b.Loop() {
		s.AddWorkingDays(from, 5)
	}
}
