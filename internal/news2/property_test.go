package news2

import (
	"encoding/json"
	"reflect"
	"testing"
)

// Bits of the "taken" argument of FuzzCalculate: which readings are there.
const (
	tookRate = 1 << iota
	tookSpO2
	tookOxygen
	tookSystolic
	tookPulse
	tookACVPU
	tookTemperature
)

// FuzzCalculate holds what must be true of every score, for any numbers at all.
func FuzzCalculate(f *testing.F) {
	f.Fuzz(func(t *testing.T, taken byte, rate, spo2, systolic, pulse, temperature int, onOxygen bool, acvpu string, scale, age int, pregnant bool) {
		level, tenths := Consciousness(acvpu), Tenths(temperature)
		full := Reading{&rate, &spo2, &onOxygen, &systolic, &pulse, &level, &tenths}
		r := only(full, taken)

		adult := Person{Scale: scale}
		got := Calculate(r, adult)
		checkInvariants(t, got)

		// Taking one reading away never raises the floor, so adding one never lowers it.
		for bit := byte(1); bit <= tookTemperature; bit <<= 1 {
			fewer := Calculate(only(full, taken&^bit), adult)
			if fewer.FloorTotal > got.FloorTotal || fewer.SingleThree && !got.SingleThree {
				t.Fatalf("adding a reading lowered the floor from %s to %s", show(t, fewer), show(t, got))
			}
			if got.FloorBand == BandIncomplete && fewer.FloorBand != BandIncomplete {
				t.Fatalf("adding a reading lost the band: %s to %s", show(t, fewer), show(t, got))
			}
			if fewer.FloorBand.AtLeast(BandLow) && !got.FloorBand.AtLeast(fewer.FloorBand) {
				t.Fatalf("adding a reading lowered the band from %s to %s", show(t, fewer), show(t, got))
			}
		}

		// A person to whom NEWS2 does not apply gets no number; everyone else is scored alike.
		person := Person{Age: &age, Pregnant: &pregnant, Scale: scale}
		theirs := Calculate(r, person)
		checkInvariants(t, theirs)
		if (age < 16 || pregnant) != (theirs.Status == StatusNotApplicable) {
			t.Fatalf("age %d, pregnant %v: %s", age, pregnant, theirs.Status)
		}
		got.AgeUnknown = false // which is all that an age may change
		if theirs.Status != StatusNotApplicable && !reflect.DeepEqual(theirs, got) {
			t.Fatalf("age changed the score: %s and %s", show(t, theirs), show(t, got))
		}
	})
}

// only keeps the readings whose bit is set.
func only(r Reading, taken byte) Reading {
	if taken&tookRate == 0 {
		r.RespirationRate = nil
	}
	if taken&tookSpO2 == 0 {
		r.SpO2 = nil
	}
	if taken&tookOxygen == 0 {
		r.OnOxygen = nil
	}
	if taken&tookSystolic == 0 {
		r.Systolic = nil
	}
	if taken&tookPulse == 0 {
		r.Pulse = nil
	}
	if taken&tookACVPU == 0 {
		r.ACVPU = nil
	}
	if taken&tookTemperature == 0 {
		r.Temperature = nil
	}
	return r
}

// checkInvariants holds one score to its own fields.
func checkInvariants(t *testing.T, s Score) {
	t.Helper()
	sum, absent := 0, 0
	for _, sub := range s.subScores() {
		if sub.points == nil {
			absent++
			continue
		}
		if *sub.points < 0 || *sub.points > 3 {
			t.Fatalf("%s scores %d", sub.name, *sub.points)
		}
		sum += *sub.points
	}
	if sum != s.FloorTotal || sum > 20 {
		t.Fatalf("floor %d, sum %d", s.FloorTotal, sum)
	}
	if (s.Status == StatusComplete) != (absent == 0) || (s.Total != nil) != (absent == 0) {
		t.Fatalf("%d absent: %s", absent, show(t, s))
	}
	if s.Total != nil && (*s.Total != sum || s.FloorTotal > *s.Total || s.Band != s.FloorBand) {
		t.Fatalf("a total that is not the sum: %s", show(t, s))
	}
	if s.Total == nil && (s.Band != Band(s.Status) || s.FloorBand == BandZero) {
		t.Fatalf("a band without a total: %s", show(t, s))
	}
	if s.SingleThree != (len(s.Threes()) > 0) {
		t.Fatalf("single three without a three: %s", show(t, s))
	}
	if s.Oxygen != nil && *s.Oxygen != 0 && *s.Oxygen != 2 {
		t.Fatalf("oxygen scores %d", *s.Oxygen)
	}
	var again Score
	if err := json.Unmarshal([]byte(show(t, s)), &again); err != nil || !reflect.DeepEqual(again, s) {
		t.Fatalf("JSON does not come back the same: %v", err)
	}
}
