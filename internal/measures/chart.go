package measures

import "math"

// leastForLimits are the weeks without which no limits are drawn, and inARow those on one side of the mean that are a signal.
const (
	leastForLimits = 12
	inARow         = 7
	// perRange turns the mean moving range into three standard deviations of single values: 3 / 1.128 (Shewhart's d2 of two).
	perRange = 2.66
)

// Chart is a run of weekly values with the limits within which they move by chance: an XmR chart.
type Chart struct {
	Mean   *float64 `json:"mean"`  // nil: there are too few weeks
	Lower  *float64 `json:"lower"` // Mean ± 2.66 × mean moving range
	Upper  *float64 `json:"upper"`
	Signal []bool   `json:"signal"` // by week: outside the limits, or one of seven in a row on one side of the mean
}

// ChartOf draws a chart of weekly values; nil where a week has none. A moving range is taken between neighbours that have one.
func ChartOf(values []*float64) Chart {
	c := Chart{Signal: make([]bool, len(values))}
	var sum, moved float64
	var n int
	var last *float64
	for _, v := range values {
		if v == nil {
			continue
		}
		n++
		sum += *v
		if last != nil {
			moved += math.Abs(*v - *last)
		}
		last = v
	}
	if n < leastForLimits {
		return c
	}
	mean := sum / float64(n)
	reach := perRange * (moved / float64(n-1))
	lower, upper := mean-reach, mean+reach
	c.Mean, c.Lower, c.Upper = &mean, &lower, &upper
	var run []int
	side := 0
	for i, v := range values {
		if v == nil {
			continue
		}
		if *v < lower || *v > upper {
			c.Signal[i] = true
		}
		now := 0
		if *v > mean {
			now = 1
		} else if *v < mean {
			now = -1
		}
		if now != side {
			run, side = nil, now
		}
		if run = append(run, i); side != 0 && len(run) >= inARow {
			for _, j := range run {
				c.Signal[j] = true
			}
		}
	}
	return c
}
