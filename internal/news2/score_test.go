package news2

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// show writes a value as JSON, which prints pointers readably.
func show(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestWireNames(t *testing.T) {
	whole := func(n int) *int { return &n }
	oxygen, alert, temperature := true, Alert, Tenths(361)
	for _, c := range []struct {
		name    string
		reading Reading
		want    string
	}{
		{
			"a complete set on scale 2",
			Reading{RespirationRate: whole(25), SpO2: whole(98), OnOxygen: &oxygen, Systolic: whole(105), Pulse: whole(91), ACVPU: &alert, Temperature: &temperature},
			`{"respiration_rate":3,"spo2":3,"oxygen":2,"systolic":1,"pulse":1,"acvpu":0,"temperature":0,` +
				`"total":10,"band":"high","single_three":true,"floor_total":10,"floor_band":"high","age_unknown":true,"scale":2,"status":"complete"}`,
		},
		{
			"missing readings are null, never 0",
			Reading{Pulse: whole(91)},
			`{"respiration_rate":null,"spo2":null,"oxygen":null,"systolic":null,"pulse":1,"acvpu":null,"temperature":null,` +
				`"total":null,"band":"incomplete","single_three":false,"floor_total":1,"floor_band":"low","age_unknown":true,"scale":2,"status":"incomplete"}`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := show(t, Calculate(c.reading, Person{Scale: 2})); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// D3.
func TestAScoreOfSomebodyOfUnknownAgeSaysThatItIsThatOfAnAdult(t *testing.T) {
	ninety, sixteen, pulse := 90, 16, 91
	yes := true
	for _, c := range []struct {
		name   string
		person Person
		says   bool
	}{
		{"nobody knows the age", Person{}, true},
		{"of sixteen", Person{Age: &sixteen}, false},
		{"of ninety", Person{Age: &ninety}, false},
		{"pregnant, and there is no score", Person{Pregnant: &yes}, false},
	} {
		if got := Calculate(Reading{Pulse: &pulse}, c.person); got.AgeUnknown != c.says {
			t.Errorf("%s: %s", c.name, show(t, got))
		}
	}
}

func TestScaleDefaultsToOne(t *testing.T) {
	spo2 := 90
	for scale, want := range map[int]int{-1: 1, 0: 1, 1: 1, 2: 2, 3: 1} {
		got := Calculate(Reading{SpO2: &spo2}, Person{Scale: scale})
		if got.Scale != want {
			t.Errorf("scale %d is read as %d, want %d", scale, got.Scale, want)
		}
	}
}

// TestBandsOnBothSidesOfEveryThreshold walks every total with and without a single 3.
func TestBandsOnBothSidesOfEveryThreshold(t *testing.T) {
	plain := "zero low low low low medium medium high"
	three := "low_medium low_medium low_medium low_medium low_medium medium medium high"
	for name, want := range map[bool][]string{false: strings.Fields(plain), true: strings.Fields(three)} {
		for total := range 21 {
			if got := bandOf(total, name); string(got) != want[min(total, 7)] {
				t.Errorf("total %d, single three %v: %s, want %s", total, name, got, want[min(total, 7)])
			}
		}
	}
}

func TestBandOrder(t *testing.T) {
	order := []Band{BandZero, BandLow, BandLowMedium, BandMedium, BandHigh}
	for i, a := range order {
		for j, b := range order {
			if a.AtLeast(b) != (i >= j) {
				t.Errorf("%s at least %s: %v", a, b, a.AtLeast(b))
			}
		}
		for _, none := range []Band{BandIncomplete, BandNotApplicable, "", "green"} {
			if a.AtLeast(none) || none.AtLeast(a) || none.AtLeast(none) {
				t.Errorf("%q has no place in the order beside %s", none, a)
			}
		}
	}
}

func TestUnscoredTellsTheNurseWhatToTake(t *testing.T) {
	n, air, alert, temp := 93, false, Alert, Tenths(370)
	full := Reading{&n, &n, &air, &n, &n, &alert, &temp}
	without := func(change func(*Reading)) Reading {
		r := full
		change(&r)
		return r
	}
	fifteen := 15
	for _, c := range []struct {
		name   string
		r      Reading
		person Person
		want   string
	}{
		{"everything taken", full, Person{}, ""},
		{"two left out", without(func(r *Reading) { r.Pulse, r.Temperature = nil, nil }), Person{}, "pulse temperature"},
		{"scale 1, air or oxygen not recorded", without(func(r *Reading) { r.OnOxygen = nil }), Person{Scale: 1}, "oxygen"},
		{"scale 2, air or oxygen not recorded", without(func(r *Reading) { r.OnOxygen = nil }), Person{Scale: 2}, "spo2 oxygen"},
		{"a child lacks nothing", Reading{}, Person{Age: &fifteen}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := strings.Join(Calculate(c.r, c.person).Unscored(), " "); got != c.want {
				t.Errorf("lacks %q, want %q", got, c.want)
			}
		})
	}
}

func TestAgeOnTheDayOfTheReading(t *testing.T) {
	for _, c := range []struct{ name, born, taken, want string }{
		{"the day before her sixteenth birthday", "2010-06-15", "2026-06-14", "15"},
		{"on her sixteenth birthday", "2010-06-15", "2026-06-15", "16"},
		{"born on 29 February, the day before in a leap year", "2008-02-29", "2024-02-28", "15"},
		{"born on 29 February, the day itself in a leap year", "2008-02-29", "2024-02-29", "16"},
		{"born on 29 February, 28 February of a common year", "2008-02-29", "2025-02-28", "16"},
		{"born on 29 February, 1 March of a common year", "2008-02-29", "2025-03-01", "17"},
		{"born today", "2026-06-15", "2026-06-15", "0"},
		{"born tomorrow is a mistake, so unknown", "2026-06-16", "2026-06-15", "null"},
		{"a hundred and three", "1922-12-31", "2026-12-30", "103"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := show(t, AgeAt(day(t, c.born), day(t, c.taken))); got != c.want {
				t.Errorf("age %s, want %s", got, c.want)
			}
		})
	}
	if AgeAt(time.Time{}, day(t, "2026-06-15")) != nil {
		t.Error("an age without a birth date")
	}
}

// day reads a calendar date.
func day(t *testing.T, text string) time.Time {
	t.Helper()
	d, err := time.Parse(time.DateOnly, text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
