package news2

import (
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// The golden files are worked by hand, so there is no -update flag on purpose: a score
// that changed must be argued from the chart, not accepted from the code.

// rows returns the meaningful lines of a file under testdata.
func rows(t *testing.T, name string) []string {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			lines = append(lines, line)
		}
	}
	return lines
}

// number reads a whole number, or nil for "-".
func number(t *testing.T, word string) *int {
	t.Helper()
	if word == "-" {
		return nil
	}
	n, err := strconv.Atoi(word)
	if err != nil {
		t.Fatal(err)
	}
	return &n
}

// readingOf reads the seven words of a set.
func readingOf(t *testing.T, w []string) Reading {
	t.Helper()
	r := Reading{RespirationRate: number(t, w[0]), SpO2: number(t, w[1]), Systolic: number(t, w[3]), Pulse: number(t, w[4])}
	if w[2] != "-" {
		r.OnOxygen = new(bool)
		*r.OnOxygen = w[2] == "oxygen"
	}
	if w[5] != "-" {
		level := Consciousness(w[5])
		r.ACVPU = &level
	}
	if w[6] != "-" {
		whole, tenth, _ := strings.Cut(w[6], ".")
		if len(tenth) != 1 {
			whole, tenth = w[6], "0"
		}
		tenths := Tenths(*number(t, whole+tenth))
		r.Temperature = &tenths
	}
	return r
}

func TestSetsMetAtTheDoor(t *testing.T) {
	lines := rows(t, "sets.txt")
	if len(lines) < 20 {
		t.Fatalf("%d sets, want at least 20", len(lines))
	}
	for _, line := range lines {
		col := strings.Split(line, "|")
		if len(col) != 7 {
			t.Fatalf("want 7 columns: %s", line)
		}
		t.Run(strings.TrimSpace(col[0]), func(t *testing.T) {
			who, subs := strings.Fields(col[1]), strings.Fields(col[3])
			person := Person{Age: number(t, who[0]), Scale: *number(t, who[2])}
			if who[1] != "-" {
				person.Pregnant = new(bool)
				*person.Pregnant = who[1] == "yes"
			}
			result, floor := strings.Fields(col[4]), strings.Fields(col[5])
			threes := strings.Fields(strings.ReplaceAll(col[6], "-", ""))

			want := Score{
				RespirationRate: number(t, subs[0]), SpO2: number(t, subs[1]), Oxygen: number(t, subs[2]),
				Systolic: number(t, subs[3]), Pulse: number(t, subs[4]), ACVPU: number(t, subs[5]), Temperature: number(t, subs[6]),
				Total: number(t, result[0]), Band: Band(result[1]), SingleThree: len(threes) > 0,
				FloorTotal: *number(t, floor[0]), FloorBand: Band(floor[1]), Scale: person.Scale, Status: StatusComplete,
			}
			if want.Total == nil {
				want.Status = Status(result[1])
			}
			want.AgeUnknown = person.Age == nil && want.Status != StatusNotApplicable

			got := Calculate(readingOf(t, strings.Fields(col[2])), person)
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got  %s\nwant %s", show(t, got), show(t, want))
			}
			if names := strings.Join(got.Threes(), " "); names != strings.Join(threes, " ") {
				t.Errorf("threes %q, want %q", names, threes)
			}
		})
	}
}
