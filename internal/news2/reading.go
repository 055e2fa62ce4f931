package news2

import "time"

// Consciousness is a level on the ACVPU scale (RCP NEWS2, December 2017).
type Consciousness string

// The five levels of the ACVPU scale. C is new confusion, disorientation or
// agitation: long-standing confusion is recorded as A. When nobody knows whether
// the confusion is new, treat it as new.
const (
	Alert        Consciousness = "A"
	Confusion    Consciousness = "C"
	Voice        Consciousness = "V"
	Pain         Consciousness = "P"
	Unresponsive Consciousness = "U"
)

// Valid reports whether c is one of the five levels, as the one upper-case letter.
func (c Consciousness) Valid() bool {
	return c == Alert || c == Confusion || c == Voice || c == Pain || c == Unresponsive
}

// Reading is one set of vital signs, taken together in one visit. Nil means the
// reading was not taken: never 0, never false. A value carried over from an
// earlier visit is missing too.
type Reading struct {
	RespirationRate *int  // breaths per minute
	SpO2            *int  // oxygen saturation, per cent
	OnOxygen        *bool // true oxygen, false air
	Systolic        *int  // blood pressure, mmHg
	Pulse           *int  // beats per minute
	ACVPU           *Consciousness
	Temperature     *Tenths // tenths of a degree Celsius
}

// Person holds the facts about a person on which NEWS2 depends.
type Person struct {
	Age      *int  // whole years at the time of the reading; nil when not known
	Pregnant *bool // nil when not known

	// Scale is the SpO2 scale: 2 only for a prescribed target of 88–92 % under the
	// direction of a qualified clinician, otherwise 1. Anything but 2 is read as 1,
	// the default. It belongs to the patient, with author, date and reason; a visit
	// cannot change it.
	Scale int
}

// adultAge is the youngest age, in whole years, NEWS2 is valid for (RCP NEWS2,
// December 2017: "should not be used in children (<16 years) or pregnant women").
const adultAge = 16

// NotApplicable reports whether NEWS2 must not be used for this person: known to
// be under 16, or known to be pregnant. Not knowing is no reason to withhold a
// score (product rule).
func (p Person) NotApplicable() bool {
	return p.Age != nil && *p.Age < adultAge || p.Pregnant != nil && *p.Pregnant
}

// scale is the SpO2 scale in use, 1 or 2.
func (p Person) scale() int {
	if p.Scale == 2 {
		return 2
	}
	return 1
}

// AgeAt returns the age in whole years on the day of a reading, or nil when the
// birth date is missing (zero) or after the reading. A person born on 29 February
// has their birthday on 1 March in other years.
//
// NB! Only the calendar dates count, each as read in its own location: hand in the
// time of the reading in Europe/London, or a birthday can be a day out.
func AgeAt(born, taken time.Time) *int {
	if born.IsZero() {
		return nil
	}
	by, bm, bd := born.Date()
	ty, tm, td := taken.Date()
	years := ty - by
	if tm < bm || tm == bm && td < bd {
		years--
	}
	if years < 0 {
		return nil
	}
	return &years
}
