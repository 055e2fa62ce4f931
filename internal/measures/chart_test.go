package measures

import (
	"fmt"
	"testing"
)

func weeks(values ...float64) (list []*float64) {
	for _, v := range values {
		if v < 0 {
			list = append(list, nil)
			continue
		}
		list = append(list, &v)
	}
	return list
}

func TestChartsOfTheWorkedExamples(t *testing.T) {
	for _, c := range []struct {
		name               string
		values             []*float64
		mean, lower, upper string
		signals            string
	}{
		{"no week", nil, "–", "–", "–", ""},
		{"eleven weeks say nothing yet", weeks(1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1), "–", "–", "–", "..........."},
		{"twelve weeks that go up and down by one", weeks(1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2), "1.5000", "-1.1600", "4.1600", "............"},
		{"nothing moves", weeks(4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4), "4.0000", "4.0000", "4.0000", "............"},
		{"one week stands out, and all before it are below the mean", weeks(1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 20), "2.7857", "-3.5574", "9.1288", "xxxxxxxxxxxxxx"},
		{"seven in a row below the mean, and six above it", weeks(1, 1, 1, 1, 1, 1, 1, 5, 5, 5, 5, 5, 5), "2.8462", "1.9595", "3.7328", "xxxxxxxxxxxxx"},
		{"a week without a value parts no run", weeks(10, 10, 10, -1, 10, 10, 10, 11, 0, 20, 0, 20, 0), "9.2500", "", "", "xxx.xxxx....."},
	} {
		got := ChartOf(c.values)
		signals := ""
		for _, s := range got.Signal {
			signals += map[bool]string{true: "x", false: "."}[s]
		}
		if index(got.Mean) != c.mean || c.lower != "" && index(got.Lower) != c.lower || c.upper != "" && index(got.Upper) != c.upper || c.signals != "" && signals != c.signals {
			t.Errorf("%s: mean %s from %s to %s, %s", c.name, index(got.Mean), index(got.Lower), index(got.Upper), signals)
		}
	}
}

func TestARunOfSevenIsASignalAndSixAreNone(t *testing.T) {
	for n, want := range map[int]bool{6: false, 7: true} {
		var values []float64
		for range n {
			values = append(values, 10)
		}
		for i := range 14 - n {
			values = append(values, float64(i%2*10))
		}
		got := ChartOf(weeks(values...))
		if got.Signal[0] != want {
			t.Errorf("%d in a row above the mean of %s: signal %v", n, fmt.Sprint(index(got.Mean)), got.Signal[0])
		}
	}
}
