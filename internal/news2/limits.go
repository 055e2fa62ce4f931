package news2

import "strconv"

// Verdict is what to do with a reading that somebody typed.
type Verdict string

// The verdicts.
const (
	Plausible   Verdict = "plausible"   // store it
	Implausible Verdict = "implausible" // store it once the person has confirmed it
	Impossible  Verdict = "impossible"  // refuse it: no living or dying body reads this
)

// Limit holds the entry limits of one reading, all inclusive, in the reading's own
// unit. Lowest to Highest is possible; AskBelow and AskAbove mark the edges of what
// goes in without a question.
type Limit struct {
	Field    string // wire name
	Unit     string // what one step of the numbers below is
	Lowest   int    // below: impossible
	AskBelow int    // below: ask to confirm
	AskAbove int    // above: ask to confirm
	Highest  int    // above: impossible
	Because  string // the reasoning, for the safety file
}

// limits are product rules (Doorstep, version 1), not RCP or national values; a
// clinical safety officer must accept them. The aim: a true reading is never refused,
// however ill the person, and a slip of the finger is. Children are included, since
// their readings are stored although NEWS2 does not score them.
var limits = []Limit{
	{"respiration_rate", "breaths per minute", 0, 5, 60, 120,
		"0 in an arrest; an ill infant passes 80; 180 is a slip for 18"},
	{"spo2", "per cent", 1, 80, 100, 100,
		"the oximeters in use show 1 to 100; 0 means no trace, which is a missing reading"},
	{"systolic", "mmHg", 0, 50, 250, 300,
		"0 is unrecordable; a cuff ends at 300"},
	{"diastolic", "mmHg", 0, 30, 150, 300,
		"the sounds can go on to 0; a cuff ends at 300; not part of NEWS2"},
	{"pulse", "beats per minute", 0, 30, 200, 350,
		"0 in an arrest; a tachycardia at 1:1 passes 300"},
	{"temperature", "tenths of a degree Celsius", 100, 340, 415, 470,
		"survived extremes are 11.8 and 46.5; 3.75, 98.6 and 375 are slips"},
}

// Limits returns a copy of the table of entry limits, for forms and documentation.
func Limits() []Limit {
	return append([]Limit(nil), limits...)
}

// LimitFor returns the limits of a numeric reading by wire name; ok is false for names
// without any.
func LimitFor(field string) (limit Limit, ok bool) {
	for _, l := range limits {
		if l.Field == field {
			return l, true
		}
	}
	return Limit{}, false
}

// Judge places one value, in the unit of the limit.
func (l Limit) Judge(value int) Verdict {
	switch {
	case value < l.Lowest || value > l.Highest:
		return Impossible
	case value < l.AskBelow || value > l.AskAbove:
		return Implausible
	}
	return Plausible
}

// Problem is one reading that must be refused or confirmed.
type Problem struct {
	Field   string // wire name
	Value   string // as a person would write it: "101", "39.5", "X"
	Verdict Verdict
}

// Check lists the readings of a set that are impossible or implausible, in the order
// of the chart. Missing readings are no problem here.
func Check(r Reading) []Problem {
	var problems []Problem
	add := func(field string, value int, shown string) {
		l, ok := LimitFor(field)
		if v := l.Judge(value); ok && v != Plausible {
			problems = append(problems, Problem{field, shown, v})
		}
	}
	number := func(field string, value *int) {
		if value != nil {
			add(field, *value, strconv.Itoa(*value))
		}
	}

	number("respiration_rate", r.RespirationRate)
	number("spo2", r.SpO2)
	number("systolic", r.Systolic)
	number("pulse", r.Pulse)
	if r.ACVPU != nil && !r.ACVPU.Valid() {
		problems = append(problems, Problem{"acvpu", string(*r.ACVPU), Impossible})
	}
	if r.Temperature != nil {
		add("temperature", int(*r.Temperature), r.Temperature.String())
	}
	return problems
}
