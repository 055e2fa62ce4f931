package worktime

import (
	"fmt"
	"slices"
	"time"
)

// Calendar holds the days that people add to the bank holidays we can work out.
// The value is the name to show, such as "State funeral" or "Staff training".
type Calendar struct {
	// Extra days are closed whatever the weekday says.
	Extra map[Date]string `json:"extra,omitempty"`
	// Removed days are bank holidays that do not take place on their usual day, because a
	// proclamation moved them or the organisation works.
	Removed map[Date]string `json:"removed,omitempty"`
}

// validate refuses a day that is both added and removed.
func (c Calendar) validate() error {
	for d := range c.Extra {
		if _, both := c.Removed[d]; both {
			return fmt.Errorf("read calendar: %s is both added and removed", d)
		}
	}
	return nil
}

// Holiday is a day off with its name.
type Holiday struct {
	Date Date   `json:"date"`
	Name string `json:"name"`
}

// BankHolidays returns the bank holidays of a nation in a year, in order, on the days they
// are observed: when Christmas Day is a Saturday, the list has Monday the 27th.
// Good Friday and Christmas Day, common-law holidays, are among them. One-off days after
// 2023 are not known; a [Calendar] adds them. A nation that is not known has those of
// England.
func BankHolidays(nation Nation, year int) []Holiday {
	list := nation.holidays()
	holidays := make([]Holiday, 0, len(list))
	for _, h := range list {
		// NB! The library also reports the actual date, a weekend day for a substitute. Ask
		// for what is observed only.
		_, observed := h.Calc(year)
		if observed.IsZero() {
			continue
		}
		// It reckons in the machine's own zone, where midnight may not exist; noon does.
		holidays = append(holidays, Holiday{DateOf(observed.Add(12 * time.Hour)), h.Name})
	}
	slices.SortFunc(holidays, func(a, b Holiday) int { return a.Date.compare(b.Date) })
	return holidays
}

// compare orders two days.
func (d Date) compare(other Date) int {
	return slices.Compare([]int{d.Year, int(d.Month), d.Day}, []int{other.Year, int(other.Month), other.Day})
}

// bankHoliday returns the name of a bank holiday.
func bankHoliday(nation Nation, d Date) (name string, ok bool) {
	for _, h := range BankHolidays(nation, d.Year) {
		if h.Date == d {
			return h.Name, true
		}
	}
	return "", false
}
