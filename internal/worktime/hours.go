package worktime

import (
	"fmt"
	"strings"
	"time"
)

// CoreHours is when a general practice is open on a working day (NHS England, GP
// contract core hours).
const CoreHours = "08:00-18:30"

// CoreWeek returns core hours from Monday to Friday.
func CoreWeek() map[time.Weekday]string {
	week := map[time.Weekday]string{}
	for day := time.Monday; day <= time.Friday; day++ {
		week[day] = CoreHours
	}
	return week
}

// ParseWeek turns hours stored by English weekday name in lower case, such as
// {"monday": "08:00-18:30"}, into what [Options] takes. It fails on any other name; the
// hours themselves are read by [New].
func ParseWeek(stored map[string]string) (map[time.Weekday]string, error) {
	week := map[time.Weekday]string{}
	for name, hours := range stored {
		day, ok := weekdayNamed(name)
		if !ok {
			return nil, fmt.Errorf("read opening hours: %q is not a weekday", name)
		}
		week[day] = hours
	}
	return week, nil
}

// weekdayNamed finds "monday".
func weekdayNamed(name string) (time.Weekday, bool) {
	for day := time.Sunday; day <= time.Saturday; day++ {
		if strings.ToLower(day.String()) == name {
			return day, true
		}
	}
	return 0, false
}

const dayMinutes = 24 * 60

// span is one opening on one day, in minutes after midnight by the clock on the wall. It
// is open at opens and no longer open at closes.
type span struct{ opens, closes int }

// CheckHours says what is wrong with the openings of one day; see [New] for how they are written.
func CheckHours(text string) error {
	_, err := parseHours(text)
	return err
}

// parseHours reads the openings of one day: "08:00-18:30", or "08:00-13:00, 14:00-18:30"
// with a break for lunch, or "00:00-24:00" round the clock, or nothing for closed. They
// must be in order and must not overlap.
func parseHours(text string) ([]span, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	var spans []span
	end := 0
	for part := range strings.SplitSeq(text, ",") {
		from, to, _ := strings.Cut(strings.TrimSpace(part), "-")
		opens, okFrom := parseClock(from)
		closes, okTo := parseClock(to)
		switch {
		case !okFrom || !okTo:
			return nil, fmt.Errorf("read opening hours %q: write 08:00-18:30", text)
		case opens >= closes:
			return nil, fmt.Errorf("read opening hours %q: %s is not before %s", text, from, to)
		case opens < end:
			return nil, fmt.Errorf("read opening hours %q: the openings overlap or are out of order", text)
		}
		if opens == end && len(spans) > 0 {
			spans[len(spans)-1].closes = closes
		} else {
			spans = append(spans, span{opens, closes})
		}
		end = closes
	}
	return spans, nil
}

// parseClock reads 08:30 as minutes after midnight, 24:00 included.
func parseClock(text string) (minutes int, ok bool) {
	if len(text) != len("08:30") || text[2] != ':' {
		return 0, false
	}
	for _, i := range []int{0, 1, 3, 4} {
		if text[i] < '0' || text[i] > '9' {
			return 0, false
		}
	}
	hour := int(text[0]-'0')*10 + int(text[1]-'0')
	minute := int(text[3]-'0')*10 + int(text[4]-'0')
	minutes = hour*60 + minute
	return minutes, minute < 60 && minutes <= dayMinutes
}
