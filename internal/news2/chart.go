package news2

import "math"

// step is one run of readings with the same score: everything up to and including
// upTo that no earlier step took.
type step struct {
	upTo  int
	score int
}

// above ends a table: the last step has no upper edge.
const above = math.MaxInt

// The scoring tables: RCP NEWS2, December 2017, Chart 1. Each is complete, so every
// whole number has exactly one score. A change here is a change of edition: bump
// [Version] and rework testdata/chart.txt by hand.
var (
	// Breaths per minute. No score of 2 on the low side.
	respirationTable = []step{{8, 3}, {11, 1}, {20, 0}, {24, 2}, {above, 3}}
	// Oxygen saturation in per cent, scale 1.
	spo2Scale1Table = []step{{91, 3}, {93, 2}, {95, 1}, {above, 0}}
	// Oxygen saturation in per cent, scale 2, on air: 93 and above is 0.
	spo2Scale2AirTable = []step{{83, 3}, {85, 2}, {87, 1}, {above, 0}}
	// Oxygen saturation in per cent, scale 2, on oxygen: too much is scored as well.
	spo2Scale2OxygenTable = []step{{83, 3}, {85, 2}, {87, 1}, {92, 0}, {94, 1}, {96, 2}, {above, 3}}
	// Systolic blood pressure in mmHg.
	systolicTable = []step{{90, 3}, {100, 2}, {110, 1}, {219, 0}, {above, 3}}
	// Beats per minute. No score of 2 on the low side.
	pulseTable = []step{{40, 3}, {50, 1}, {90, 0}, {110, 1}, {130, 2}, {above, 3}}
	// Tenths of a degree Celsius. A high temperature never scores 3.
	temperatureTable = []step{{350, 3}, {360, 1}, {380, 0}, {390, 1}, {above, 2}}
)

const (
	oxygenScore   = 2  // breathing supplemental oxygen; air scores 0 (Chart 1)
	notAlertScore = 3  // C, V, P or U; A scores 0 (Chart 1)
	scale2Ceiling = 92 // per cent; above it scale 2 needs to know air or oxygen (Chart 1)
)

// score looks a reading up; nil in, nil out.
func score[T ~int](table []step, reading *T) *int {
	if reading == nil {
		return nil
	}
	for _, s := range table {
		if int(*reading) <= s.upTo {
			return &s.score
		}
	}
	return nil // not reached: every table ends at above
}

// scoreSpO2 applies the person's scale. On scale 2 with air or oxygen unknown, 92 %
// or less has a score and 93 % or more has none (product rule: it could be 0 to 3).
func scoreSpO2(scale int, spo2 *int, onOxygen *bool) *int {
	switch {
	case scale != 2:
		return score(spo2Scale1Table, spo2)
	case onOxygen != nil && *onOxygen:
		return score(spo2Scale2OxygenTable, spo2)
	case onOxygen == nil && spo2 != nil && *spo2 > scale2Ceiling:
		return nil
	}
	return score(spo2Scale2AirTable, spo2)
}

// scoreOxygen scores air or oxygen; not recorded is missing, not air.
func scoreOxygen(onOxygen *bool) *int {
	if onOxygen == nil {
		return nil
	}
	points := 0
	if *onOxygen {
		points = oxygenScore
	}
	return &points
}

// scoreACVPU scores consciousness. A letter outside the scale has no score, so the
// set is incomplete rather than wrongly normal.
func scoreACVPU(c *Consciousness) *int {
	if c == nil || !c.Valid() {
		return nil
	}
	points := notAlertScore
	if *c == Alert {
		points = 0
	}
	return &points
}
