package worktime

import (
	"cmp"
	"encoding/json"
)

// Day is a day with hours of its own: closed for a training, open in the morning of Christmas Eve, or worked although it
// is a bank holiday.
type Day struct {
	Day Date `json:"day"`
	// Hours are written as in [Options]; "" = closed all day.
	Hours string `json:"hours"`
	// Name is what it is called, such as "Staff training".
	Name string `json:"name"`
}

// closedDay is what a closed day is called that has no name.
const closedDay = "Closed on this day"

// statement is what an organisation says of when it works, as it is stored.
type statement struct {
	Hours  map[string]string `json:"hours"` // by the day of the week; null = core hours
	Nation Nation            `json:"nation"`
	Days   []Day             `json:"days"`
}

// ParseStatement makes the schedule of an organisation from what it says, JSON of hours, nation and days. Parts that
// cannot be read count as not said: a practice is never without working time because of a word. Ok is false where it
// says nothing, or nothing that can be read.
func ParseStatement(raw string, days Calendar) (s *Schedule, ok bool) {
	var parts struct{ Hours, Nation, Days json.RawMessage }
	if json.Unmarshal([]byte(raw), &parts) != nil {
		return nil, false
	}
	if parts.Hours == nil && parts.Nation == nil && parts.Days == nil { // an earlier program kept the hours of the week alone
		parts.Hours = json.RawMessage(raw)
	}
	var said statement
	read := func(part json.RawMessage, into any) bool { return len(part) > 0 && json.Unmarshal(part, into) == nil }
	options := Options{Calendar: days}
	if read(parts.Nation, &said.Nation) {
		options.Nation = said.Nation
	}
	if read(parts.Days, &said.Days) {
		for _, d := range said.Days {
			if CheckHours(d.Hours) == nil {
				d.Name = cmp.Or(d.Name, closedDay)
				options.Days = append(options.Days, d)
			}
		}
	}
	if read(parts.Hours, &said.Hours) && said.Hours != nil {
		if week, err := ParseWeek(said.Hours); err == nil {
			options.Hours = week
		}
	}
	if s, err := New(options); err == nil {
		return s, options.Hours != nil || options.Nation != "" || len(options.Days) > 0
	}
	options.Hours = nil // never open, or not to be read
	s, err := New(options)
	return s, err == nil && (options.Nation != "" || len(options.Days) > 0)
}
