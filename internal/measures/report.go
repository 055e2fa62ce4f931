package measures

import (
	"cmp"
	"slices"
	"time"
)

// Report is what a neighbourhood's counts of a week, or of four, come to.
type Report struct {
	AsAt time.Time `json:"as_at"`
	// Whole are the figures of all partners together, Partners those of each, by the id of the organisation: of a handover whom
	// it came to first, of anything else whose visit or goal it is.
	Whole    map[string]Figure            `json:"whole"`
	Partners map[string]map[string]Figure `json:"partners"`
	// Pathways are who sends what to whom; of four weeks.
	Pathways []Pathway `json:"pathways,omitempty"`
	// Undecided: it will be another one although nothing is recorded, because something is open.
	Undecided bool `json:"undecided,omitempty"`
}

// Pathway is what one partner sent to another.
type Pathway struct {
	From      string `json:"from"`
	To        string `json:"to"`
	Referred  Figure `json:"referred"`
	Declined  Figure `json:"declined"` // why
	SentOn    Figure `json:"sent_on"`
	Accepting Figure `json:"accepting"`
}

// Count is a line of Counts.
type Count struct {
	Key
	N int
}

// stock says whether a measure tells how something stands at the end of a week, so that of four the last one counts.
func stock(measure string) bool {
	switch measure {
	case UPC, COC, NamedLead, Faces, ManyFaces, SeenInTime:
		return true
	}
	return running(measure)
}

// Running are the measures of which is counted who joins and who leaves, so that nothing is written when a week goes by: how
// many there are at the end of a week is the sum of all weeks until then.
var Running = []string{OnList, GoalPeople, GoalReviews, GoalsWithDay}

func running(measure string) bool { return slices.Contains(Running, measure) }

// group are values and how often they were found, by measure, of one partner or of two.
type group map[string]map[string]int

func (g group) add(measure, value string, n int) {
	if g[measure] == nil {
		g[measure] = map[string]int{}
	}
	if g[measure][value] += n; g[measure][value] == 0 {
		delete(g[measure], value)
	}
}

// ReportOf works out a report of weeks, the last of which is given, from their counts; of week 0 of how things stand now.
// Partner names whose team it is. Of what is running counts of every week before are needed.
func ReportOf(counts []Count, last Week, partner func(team string) string, now time.Time) Report {
	whole, partners, pathways := group{}, map[string]group{}, map[[2]string]group{}
	r := Report{AsAt: now, Whole: map[string]Figure{}, Partners: map[string]map[string]Figure{}}
	for _, c := range counts {
		switch {
		case c.N == 0:
			continue
		case running(c.Measure) && last > 0:
			if c.Week == 0 || c.Week > last {
				continue
			}
		case stock(c.Measure) && c.Week != last:
			continue
		}
		r.Undecided = r.Undecided || undecided(c.Value, now)
		to := partner(c.Team)
		whole.add(c.Measure, c.Value, c.N)
		if partners[to] == nil {
			partners[to] = group{}
		}
		partners[to].add(c.Measure, c.Value, c.N)
		if c.Measure == Referred || c.Measure == DeclinedFor || c.Measure == SentOn || c.Measure == Accepting {
			pair := [2]string{partner(c.With), to}
			if pathways[pair] == nil {
				pathways[pair] = group{}
			}
			pathways[pair].add(c.Measure, c.Value, c.N)
		}
	}
	r.Whole = whole.figures(now)
	for id, g := range partners {
		r.Partners[id] = g.figures(now)
	}
	for pair, g := range pathways {
		figure := func(m string, k Kind) Figure { return FigureOf(k, Decide(g[m], now), -1) }
		r.Pathways = append(r.Pathways, Pathway{From: pair[0], To: pair[1], Referred: figure(Referred, Tally), Declined: figure(DeclinedFor, Tally), SentOn: figure(SentOn, Share), Accepting: figure(Accepting, Time)})
	}
	slices.SortFunc(r.Pathways, func(a, b Pathway) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
	return r
}

func (g group) figures(now time.Time) map[string]Figure {
	list := map[string]Figure{}
	for _, m := range All {
		of := -1
		if m.Of != "" {
			of = 0
			for _, n := range g[m.Of] {
				of += n
			}
		}
		if len(g[m.Code]) == 0 && of <= 0 {
			continue
		}
		list[m.Code] = FigureOf(m.Kind, Decide(g[m.Code], now), of)
	}
	return list
}
