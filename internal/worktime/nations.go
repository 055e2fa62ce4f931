package worktime

import (
	"slices"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/gb"
)

// Nation is a part of the United Kingdom with bank holidays of its own.
type Nation string

// The nations. England and Wales have the same days.
const (
	England         Nation = "england"
	Wales           Nation = "wales"
	Scotland        Nation = "scotland"
	NorthernIreland Nation = "northern_ireland"
)

// Nations lists them, as they are stored.
var Nations = []string{string(England), string(Wales), string(Scotland), string(NorthernIreland)}

// What rickar/cal lacks: schedule 1 of the Banking and Financial Dealings Act 1971, the St Andrew's Day Bank Holiday
// (Scotland) Act 2007, and the substitute days as gov.uk/bank-holidays has them.
var (
	nextMonday = []cal.AltDay{{Day: time.Saturday, Offset: 2}, {Day: time.Sunday, Offset: 1}}

	// secondJanuary comes behind New Year's Day also where that is observed on a later day.
	secondJanuary = &cal.Holiday{Name: "2nd January", Type: cal.ObservanceBank, Month: time.January, Day: 2, Func: cal.CalcDayOfMonth,
		Observed: []cal.AltDay{{Day: time.Saturday, Offset: 2}, {Day: time.Sunday, Offset: 2}, {Day: time.Monday, Offset: 1}}}
	stAndrew  = &cal.Holiday{Name: "St Andrew's Day", Type: cal.ObservanceBank, Month: time.November, Day: 30, Func: cal.CalcDayOfMonth, Observed: nextMonday}
	stPatrick = &cal.Holiday{Name: "St Patrick's Day", Type: cal.ObservanceBank, Month: time.March, Day: 17, Func: cal.CalcDayOfMonth, Observed: nextMonday}
	boyne     = &cal.Holiday{Name: "Battle of the Boyne (Orangemen's Day)", Type: cal.ObservanceBank, Month: time.July, Day: 12, Func: cal.CalcDayOfMonth, Observed: nextMonday}

	// Scotland has no Easter Monday, and its summer holiday at the beginning of August.
	scottish = append(slices.DeleteFunc(slices.Clone(gb.Holidays), func(h *cal.Holiday) bool { return h == gb.EasterMonday || h == gb.SummerHoliday }),
		secondJanuary, gb.SummerHolidayScotland, stAndrew)
	irish = append(slices.Clone(gb.Holidays), stPatrick, boyne)
)

func (n Nation) holidays() []*cal.Holiday {
	switch n {
	case Scotland:
		return scottish
	case NorthernIreland:
		return irish
	}
	return gb.Holidays
}
