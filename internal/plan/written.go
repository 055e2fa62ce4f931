package plan

import (
	"crypto/sha256"
	"strconv"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"
)

// weekdayNames are the days as a rule names them, by time.Weekday.
var weekdayNames = [...]string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}

// Weekly is the rule of days of the week, every so many weeks; the same for the same days in any order.
func Weekly(every int64, days []time.Weekday) string {
	on := map[time.Weekday]bool{}
	for _, d := range days {
		on[d] = true
	}
	var names []string
	for i := range len(weekdayNames) {
		if d := time.Weekday((i + 1) % len(weekdayNames)); on[d] { // the week begins on Monday
			names = append(names, weekdayNames[d])
		}
	}
	rule := "FREQ=WEEKLY"
	if every > 1 {
		rule += ";INTERVAL=" + strconv.FormatInt(every, 10)
	}
	return rule + ";BYDAY=" + strings.Join(names, ",")
}

// ID is the id of a plan that is known by what it says: the same for a person, a team, a purpose, a rule and the hour
// from which somebody may come.
func ID(patient, team string, c Content) string {
	rule := strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(c.Rule)), "RRULE:")
	sum := sha256.Sum256([]byte(strings.Join([]string{"plan", patient, team, c.Purpose, rule, c.From}, "\x00")))
	var id ulid.ULID
	copy(id[:], sum[:])
	return strings.ToLower(id.String())
}

// Differs names the fields in which a plan says something else than another.
func (c Content) Differs(other Content) (fields []string) {
	for _, f := range []struct {
		name    string
		differs bool
	}{
		{"purpose", c.Purpose != other.Purpose}, {"rule", c.Rule != other.Rule}, {"start", c.Start != other.Start}, {"until", c.Until != other.Until},
		{"from", c.From != other.From}, {"to", c.To != other.To}, {"minutes", c.Minutes != other.Minutes}, {"staff", c.Staff != other.Staff},
		{"second", c.Second != other.Second}, {"at_door", c.AtDoor != other.AtDoor}, {"closed_days", c.Closed != other.Closed},
	} {
		if f.differs {
			fields = append(fields, f.name)
		}
	}
	return fields
}
