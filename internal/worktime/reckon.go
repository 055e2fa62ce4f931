package worktime

import "time"

// Add returns the moment d of open time after from: the due time of "two core hours".
// Time spent closed does not count. A duration that ends exactly at closing is due at
// closing, not at the next opening. A duration of zero or less returns from itself: due
// now, open or not.
func (s *Schedule) Add(from time.Time, d time.Duration) time.Time {
	if d <= 0 {
		return from.UTC()
	}
	for day := DateOf(from.In(s.loc)); ; day = day.next() {
		for _, o := range s.day(day) {
			start := later(from, o.opens)
			left := o.closes.Sub(start)
			if left <= 0 {
				continue
			}
			if d <= left {
				return start.Add(d).UTC()
			}
			d -= left
		}
	}
}

// Between returns how much open time lies from one moment to another, the inverse of
// [Schedule.Add]; 0 when to is not after from. It measures "time to acknowledge" in core
// hours.
func (s *Schedule) Between(from, to time.Time) time.Duration {
	var sum time.Duration
	last := DateOf(to.In(s.loc))
	for day := DateOf(from.In(s.loc)); day.compare(last) <= 0; day = day.next() {
		for _, o := range s.day(day) {
			if part := earlier(to, o.closes).Sub(later(from, o.opens)); part > 0 {
				sum += part
			}
		}
	}
	return sum
}

// AddWorkingDays returns the moment n working days after from, at the same time by the
// clock on the wall. A moment while closed counts as the next opening:
// Friday 20:00 plus one working day is Tuesday 08:00. Where the last day is not open at
// that time, the moment moves to the next opening of that day, or back to its closing
// when there is none. A working day is one with any opening. With n of zero or less it
// returns from itself.
//
// For "by the end of the next working day", ask [Schedule.EndOfWorkingDay] of the result.
func (s *Schedule) AddWorkingDays(from time.Time, n int) time.Time {
	if n <= 0 {
		return from.UTC()
	}
	start := s.NextOpening(from).In(s.loc)
	day := DateOf(start)
	var openings []opening
	for n > 0 {
		day = day.next()
		if openings = s.day(day); len(openings) > 0 {
			n--
		}
	}
	hour, minute, second := start.Clock()
	due := time.Date(day.Year, day.Month, day.Day, hour, minute, second, start.Nanosecond(), s.loc)
	for _, o := range openings {
		if due.Before(o.closes) {
			return later(due, o.opens).UTC()
		}
	}
	return openings[len(openings)-1].closes.UTC()
}

// EndOfWorkingDay returns the last closing time of the working day of t. A day that has
// closed already, or never opens, is over: then it is the end of the next working day. At
// closing time itself the day is just ending, so asking twice changes nothing.
func (s *Schedule) EndOfWorkingDay(t time.Time) time.Time {
	for day := DateOf(t.In(s.loc)).previous(); ; day = day.next() {
		openings := s.day(day)
		if len(openings) == 0 {
			continue
		}
		if end := openings[len(openings)-1].closes; !t.After(end) {
			return end.UTC()
		}
	}
}
