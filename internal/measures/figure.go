package measures

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Codes of measures.
const (
	Acknowledging = "acknowledging" // seconds from sent to the first person's reply
	FromDoor      = "from_door"     // the same from what happened at the door
	InTime        = "in_time"
	SameDay       = "same_day"
	Accepting     = "accepting"    // seconds from sent until a clinician took it on
	Referred      = "referred"     // what became of it where it came first
	DeclinedFor   = "declined_for" // why it was declined there
	SentOn        = "sent_on"      // it came to three teams or more
	Advice        = "advice"
	AdviceUnknown = "advice_unknown"
	Recorded      = "recorded"
	Repeated      = "repeated"
	UPC           = "upc"
	COC           = "coc"
	NamedLead     = "named_lead" // contacts with whoever is named as the person's lead
	Faces         = "faces"
	ManyFaces     = "many_faces"
	SeenInTime    = "seen_in_time"
	OnList        = "on_list"
	GoalReviews   = "goal_reviews"
	GoalsWithDay  = "goals_with_day"
	GoalPeople    = "goal_people"
	GoalEnds      = "goal_ends"
)

// Kind is how a figure is worked out of counts.
type Kind string

// The kinds.
const (
	Share  Kind = "share"  // how many of how many
	Time   Kind = "time"   // seconds: half within, nine in ten within
	Spread Kind = "spread" // the middle one and the quartiles
	Tally  Kind = "tally"  // how many of each value
	Number Kind = "number" // how many
)

// Measure is one thing that is measured.
type Measure struct {
	Code string `json:"code"`
	Kind Kind   `json:"kind"`
	// Weekly: it is charted by the week, and can be a target.
	Weekly bool `json:"weekly"`
	// Of is the measure whose running total is what a share is of; "" = its own counts.
	Of string `json:"-"`
	// Lower says that less is what people hope for; nil where neither is.
	Lower *bool `json:"lower,omitempty"`
}

var less, more = true, false

// All are the measures, in the order in which pages show them.
var All = []Measure{
	{Code: Acknowledging, Kind: Time, Weekly: true, Lower: &less}, {Code: FromDoor, Kind: Time, Weekly: true, Lower: &less},
	{Code: InTime, Kind: Share, Weekly: true, Lower: &more}, {Code: SameDay, Kind: Share, Weekly: true, Lower: &more},
	{Code: Accepting, Kind: Time, Lower: &less}, {Code: Referred, Kind: Tally}, {Code: DeclinedFor, Kind: Tally}, {Code: SentOn, Kind: Share, Lower: &less},
	{Code: Advice, Kind: Share}, {Code: AdviceUnknown, Kind: Share},
	{Code: Recorded, Kind: Share, Weekly: true, Lower: &more}, {Code: Repeated, Kind: Share, Weekly: true, Lower: &less},
	{Code: UPC, Kind: Spread, Weekly: true, Lower: &more}, {Code: COC, Kind: Spread, Weekly: true, Lower: &more},
	{Code: NamedLead, Kind: Share, Weekly: true, Lower: &more},
	{Code: Faces, Kind: Spread, Weekly: true, Lower: &less}, {Code: ManyFaces, Kind: Share, Weekly: true, Lower: &less},
	{Code: SeenInTime, Kind: Share, Weekly: true, Of: OnList, Lower: &more},
	{Code: GoalPeople, Kind: Number, Weekly: true}, {Code: GoalReviews, Kind: Share, Weekly: true, Of: GoalsWithDay, Lower: &more},
	{Code: GoalEnds, Kind: Tally},
}

// Named is the measure of a code, and whether there is one.
func Named(code string) (Measure, bool) {
	i := slices.IndexFunc(All, func(m Measure) bool { return m.Code == code })
	if i < 0 {
		return Measure{}, false
	}
	return All[i], true
}

// Figure is what counts come to.
type Figure struct {
	// N of Of: of a share how many; of anything else both are how many it rests on. Left were left out, as the definition says.
	N    int `json:"n"`
	Of   int `json:"of"`
	Left int `json:"left_out"`
	// Value is the share, from 0 to 1, or the middle value: at least half are no greater. Low and High are the quartiles of a
	// spread; High of a time is that of nine in ten. Nil where there is nothing to work out.
	Value *float64 `json:"value"`
	Low   *float64 `json:"low,omitempty"`
	High  *float64 `json:"high,omitempty"`
	// More: it is at least that, because nobody has replied to one of these yet; HighMore the same of High.
	More     bool `json:"more,omitempty"`
	HighMore bool `json:"high_more,omitempty"`
	// Each are the numbers of a tally.
	Each map[string]int `json:"each,omitempty"`
}

// Found is a value that was found so often, decided as of a moment.
type Found struct {
	Value string
	Open  bool
	N     int
}

// FigureOf works a figure out of what was found. Of is the size of what a share is of where that is counted apart; -1 = here.
func FigureOf(kind Kind, found []Found, of int) Figure {
	var f Figure
	if kind == Tally {
		f.Each = map[string]int{}
		for _, v := range found {
			f.Each[v.Value] += v.N
			f.N += v.N
		}
		f.Of = f.N
		return f
	}
	var values []sized
	for _, v := range found {
		switch {
		case v.Value == leftOut:
			f.Left += v.N
		case kind == Share, kind == Number:
			f.Of += v.N
			if v.Value == yes {
				f.N += v.N
			}
		default:
			values = append(values, sized{number(v.Value), v.Open, v.N})
			f.Of += v.N
			f.N += v.N
		}
	}
	if kind == Number {
		n := float64(f.N)
		f.Value = &n
		return f
	}
	if kind == Share {
		if of >= 0 {
			f.Of = max(of, f.N)
		}
		if f.Of > 0 {
			share := float64(f.N) / float64(f.Of)
			f.Value = &share
		}
		return f
	}
	slices.SortFunc(values, func(a, b sized) int { return cmp.Compare(a.value, b.value) })
	f.Value, f.More = rank(values, f.Of, 1, 2)
	if kind == Time {
		f.High, f.HighMore = rank(values, f.Of, 9, 10)
		return f
	}
	f.Low, _ = rank(values, f.Of, 1, 4)
	f.High, _ = rank(values, f.Of, 3, 4)
	return f
}

// sized is a value that n have.
type sized struct {
	value float64
	open  bool
	n     int
}

// rank is the smallest value that at least num of den are no greater than, and whether one of these is open. No value is
// worked out between two: anybody can find it by counting.
func rank(values []sized, all, num, den int) (*float64, bool) {
	wanted, open := (all*num+den-1)/den, false
	for _, v := range values {
		open = open || v.open
		if wanted -= v.n; wanted <= 0 {
			return &v.value, open
		}
	}
	return nil, false
}

// number reads a whole number or a fraction.
func number(value string) float64 {
	n, of, _ := strings.Cut(value, "/")
	x, err := strconv.ParseFloat(n, 64)
	if err != nil {
		return math.NaN() // no count has such a value
	}
	if of == "" {
		return x
	}
	y, _ := strconv.ParseFloat(of, 64)
	return x / y
}

// Decide decides counts as of a moment: what was found, and how often, by value.
func Decide(counts map[string]int, now time.Time) (found []Found) {
	for value, n := range counts {
		if decided, open, counted := AsOf(value, now); counted {
			found = append(found, Found{decided, open, n})
		}
	}
	slices.SortFunc(found, func(a, b Found) int { return cmp.Or(cmp.Compare(a.Value, b.Value), cmp.Compare(a.N, b.N)) })
	return found
}

// Charted is the value that is drawn and promised: of a time that of nine in ten, of anything else the share or the middle.
func (f Figure) Charted(kind Kind) *float64 {
	if kind == Time {
		return f.High
	}
	return f.Value
}
