package care

import "math"

// Reading is one row of the table of readings: everything there is to know about one thing that is
// measured at the door. Columns, wire checks, the OpenAPI document, texts, the trend and, through
// pb_public/shared/readings.js, the pages come from it.
type Reading struct {
	Name     string   // wire name
	Kind     Kind     // Int, Decimal (one decimal), Bool or Enum
	Label    string   // as a sentence names it
	Unit     string   // as it follows the number in a sentence, with its space
	Values   []string // of an Enum
	Words    map[string]string
	Min, Max float64 // inclusive; outside is impossible: set aside, never lost
	// AskBelow and AskAbove are the last values that go in without a question; beyond them a form
	// asks the person to look again. Nothing between Min and Max is ever refused.
	AskBelow, AskAbove float64
	Because            string // why these limits, with the source, for the safety file
	// Score is what NEWS2 calls the parameter this reading scores for, "" when it scores for none.
	Score string
	// Pair is a reading that is written with this one, and PairLabel what the two are called.
	Pair, PairLabel string
	// Trend: shown over time beside the score. Those that score are in the NEWS2 trend already.
	Trend bool
}

// readings is the one table, in the order in which readings are taken and written.
//
// The limits are product rules (Doorstep, version 2), not RCP or national values; a clinical safety
// officer must accept them. The aim: a true reading is never refused, however ill the person, a slip
// of the finger is, and what is rare is asked about. Children are included, since their readings
// are stored although NEWS2 does not score them.
var readings = []Reading{
	{Name: "respiration_rate", Kind: Int, Label: "respiration rate", Unit: "/min", Score: "respiration_rate",
		Min: 0, Max: 120, AskBelow: 5, AskAbove: 60,
		Because: "0 in an arrest; an ill infant passes 80; 180 is a slip for 18"},
	{Name: "spo2", Kind: Int, Label: "SpO2", Unit: " %", Score: "spo2",
		Min: 1, Max: 100, AskBelow: 80, AskAbove: 100,
		Because: "the oximeters in use show 1 to 100 and are not proven below 70; 0 means no trace, which is a missing reading"},
	{Name: "on_oxygen", Kind: Bool, Label: "breathing", Words: map[string]string{"true": "oxygen", "false": "air"}, Score: "oxygen"},
	{Name: "systolic", Kind: Int, Label: "systolic BP", Unit: " mmHg", Score: "systolic", Pair: "diastolic", PairLabel: "blood pressure",
		Min: 0, Max: 300, AskBelow: 50, AskAbove: 250,
		Because: "0 is unrecordable; a cuff ends at 300"},
	{Name: "diastolic", Kind: Int, Label: "diastolic BP", Unit: " mmHg",
		Min: 0, Max: 300, AskBelow: 30, AskAbove: 150,
		Because: "the sounds can go on to 0; a cuff ends at 300; not part of NEWS2"},
	{Name: "pulse", Kind: Int, Label: "pulse", Unit: "/min", Score: "pulse",
		Min: 0, Max: 350, AskBelow: 30, AskAbove: 200,
		Because: "0 in an arrest; a tachycardia at 1:1 passes 300"},
	{Name: "acvpu", Kind: Enum, Label: "ACVPU", Values: ACVPU, Score: "acvpu",
		Words: map[string]string{"C": "C, new confusion", "V": "V, responds to voice", "P": "P, responds to pain", "U": "U, unresponsive"}},
	{Name: "temperature", Kind: Decimal, Label: "temperature", Unit: " °C", Score: "temperature",
		Min: 10, Max: 47, AskBelow: 34, AskAbove: 41,
		Because: "survived extremes are 11.8 and 46.5; 3.75, 98.6 and 375 are slips; the ear thermometers in use begin at 34, " +
			"and above 41 a second look costs less than a missed hyperpyrexia"},
	{Name: "blood_glucose", Kind: Decimal, Label: "blood glucose", Unit: " mmol/L", Trend: true,
		Min: 0.1, Max: 150, AskBelow: 3, AskAbove: 30,
		Because: "meters show 0.6 to 33.3 and then LO or HI, a laboratory more: 147.6 was survived; 0 is no reading; 180 is mg/dL or a slip for 18.0; " +
			"below 3.0 is clinically important hypoglycaemia (International Hypoglycaemia Study Group, 2017), from 30 a hyperosmolar state is suspected (JBDS 06)"},
	{Name: "weight", Kind: Decimal, Label: "weight", Unit: " kg", Trend: true,
		Min: 0.2, Max: 650, AskBelow: 30, AskAbove: 200,
		Because: "0.212 is the lightest newborn that lived, 635 the heaviest person; an adult below 30 is rare, 7.2 is a slip for 72; " +
			"most scales carried to homes end at 200"},
	{Name: "pain_score", Kind: Int, Label: "pain score", Unit: "/10", Trend: true,
		Min: 0, Max: 10, AskBelow: 0, AskAbove: 10,
		Because: "the numerical rating scale of eleven points: 0 no pain, 10 the worst imaginable; 0 is a finding, not a missing reading"},
}

// Readings is the table of readings, in the order in which they are taken and written. Callers must
// not change it.
func Readings() []Reading { return readings }

// Numeric says whether the reading is a number, which has limits.
func (r *Reading) Numeric() bool { return r.Kind == Int || r.Kind == Decimal }

// Ordinary is a value that no form would ask about, as a decoded record holds it: for tools that invent sets.
func (r *Reading) Ordinary() any {
	switch middle := (r.AskBelow + r.AskAbove) / 2; r.Kind {
	case Int:
		return int64(middle)
	case Decimal:
		return math.Round(middle*10) / 10
	case Bool:
		return false
	default:
		return r.Values[0]
	}
}

// AnyScored says whether a set holds a reading that NEWS2 scores; without one there is nothing to score.
func AnyScored(set map[string]any) bool {
	for i := range readings {
		if r := &readings[i]; r.Score != "" && set[r.Name] != nil {
			return true
		}
	}
	return false
}

// readingFields are the fields of the table in the collection of sets.
func readingFields() []Field {
	fields := make([]Field, len(readings))
	for i := range readings {
		r := &readings[i]
		fields[i] = Field{Name: r.Name, Kind: r.Kind, Policy: Immutable, Values: r.Values, Min: r.Min, Max: r.Max}
	}
	return fields
}
