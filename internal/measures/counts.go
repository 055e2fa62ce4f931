package measures

import (
	"strconv"
	"strings"
	"time"
)

// Key says what a count is of.
type Key struct {
	Week    Week
	Measure string // its code; see All
	Team    string // whose figure it is: who was asked, who visits
	With    string // of a handover who sent it
	Class   string // of a handover
	// Value is what was found; see the functions that make one.
	Value string
}

// Counts are how often each was found. A count of 0 is not in it.
type Counts map[Key]int

// add counts so many more, or fewer where n is negative.
func (c Counts) add(k Key, n int) {
	if c[k] += n; c[k] == 0 {
		delete(c, k)
	}
}

// Minus is what must be added to others to come to these.
func (c Counts) Minus(others Counts) Counts {
	d := Counts{}
	for k, n := range c {
		d.add(k, n)
	}
	for k, n := range others {
		d.add(k, -n)
	}
	return d
}

// Values of a count. What is not decided yet holds the moment from which it follows, so that nothing need be written when
// time passes.
const (
	yes, no = "1", "0"
	leftOut = "-" // it says nothing of this measure, and is said to be left out
)

// seconds is how long something took.
func seconds(d time.Duration) string { return strconv.FormatInt(int64(max(0, d)/time.Second), 10) }

// waitsSince is of what nobody has replied to: it takes at least until now.
func waitsSince(t time.Time) string { return ">" + strconv.FormatInt(t.Unix(), 10) }

// noAfter is of what is not done yet: it counts for nothing until a moment, and as not done after it.
func noAfter(t time.Time) string { return "?" + strconv.FormatInt(t.Unix(), 10) }

// yesUntil is of what is so until a moment, and not after it.
func yesUntil(t time.Time) string { return "<" + strconv.FormatInt(t.Unix(), 10) }

// fraction is a share or an index of small whole numbers, kept as they are.
func fraction(n, of int) string { return strconv.Itoa(n) + "/" + strconv.Itoa(of) }

// AsOf decides, at a moment, a value that follows from time. Open says that it is at least so much; counted is false of what
// counts for nothing yet.
func AsOf(value string, now time.Time) (decided string, open, counted bool) {
	if value == "" || !strings.ContainsRune(">?<", rune(value[0])) {
		return value, false, true
	}
	unix, err := strconv.ParseInt(value[1:], 10, 64)
	if err != nil {
		return value, false, false // no count has such a value
	}
	at := time.Unix(unix, 0)
	switch {
	case value[0] == '>':
		return seconds(now.Sub(at)), true, true
	case value[0] == '?':
		return no, false, now.After(at)
	case now.After(at):
		return no, false, true
	}
	return yes, false, true
}

// undecided says whether a value will be another one when time passes.
func undecided(value string, now time.Time) bool {
	if _, open, counted := AsOf(value, now); open || !counted {
		return true
	}
	decided, _, _ := AsOf(value, now)
	return decided == yes && value != yes
}
