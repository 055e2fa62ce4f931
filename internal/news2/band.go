package news2

// Band is the response group a score falls in (RCP NEWS2, December 2017, Chart 4),
// or the reason why it falls in none.
type Band string

// The bands, as written on the wire.
const (
	BandZero          Band = "zero"           // total 0
	BandLow           Band = "low"            // total 1–4, no single 3
	BandLowMedium     Band = "low_medium"     // a single 3, total below 5
	BandMedium        Band = "medium"         // total 5–6: urgent threshold
	BandHigh          Band = "high"           // total 7 or more: emergency threshold
	BandIncomplete    Band = "incomplete"     // a reading is missing; never shown as green
	BandNotApplicable Band = "not_applicable" // under 16, or pregnant
)

// Thresholds on the total (RCP NEWS2, December 2017, Chart 4).
const (
	emergencyTotal = 7
	urgentTotal    = 5
	lowTotal       = 1
)

// bandOf applies the tests of Chart 4 in their order: 7 and over, then 5–6, then any
// single 3, then 1–4, then 0. A total of 5 with a single 3 is medium; a total of 3 or
// 4 made of ones and twos is low.
func bandOf(total int, singleThree bool) Band {
	switch {
	case total >= emergencyTotal:
		return BandHigh
	case total >= urgentTotal:
		return BandMedium
	case singleThree:
		return BandLowMedium
	case total >= lowTotal:
		return BandLow
	}
	return BandZero
}

// rank orders the bands that stand for a degree of illness; the two that do not have
// no rank.
func (b Band) rank() (rank int, ok bool) {
	switch b {
	case BandZero:
		return 0, true
	case BandLow:
		return 1, true
	case BandLowMedium:
		return 2, true
	case BandMedium:
		return 3, true
	case BandHigh:
		return 4, true
	case BandIncomplete, BandNotApplicable:
	}
	return 0, false
}

// AtLeast reports whether b is as urgent as other or more. Incomplete and not
// applicable say nothing about urgency, so with either of them the answer is false.
// To escalate on a set that may be incomplete, ask it of the floor band:
//
//	score.FloorBand.AtLeast(news2.BandMedium)
func (b Band) AtLeast(other Band) bool {
	mine, ok1 := b.rank()
	theirs, ok2 := other.rank()
	return ok1 && ok2 && mine >= theirs
}
