package measures

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the files that e2e/unit/figures.test.mjs works out again")

// invented are people whose handovers go between partners a, b and c, and practices x and y, in some weeks before now.
func invented(people, weeks int, pick func(n int) int) []Person {
	var list []Person
	for i := range people {
		p := Person{Lead: []string{"", "a0", "b1"}[pick(3)]}
		when := func() time.Time { return day(-7*weeks + 1).Add(time.Duration(pick(weeks*7*24)) * time.Hour) }
		for j := range pick(4) {
			sent := when()
			h := Handover{ID: fmt.Sprint(i, j), From: []string{"a", "b", "c"}[pick(3)], To: []string{"x", "y"}[pick(2)], Class: []string{"U2", "SD", "R"}[pick(3)], AtDoor: sent.Add(-time.Hour), Sent: sent,
				Due: sent.Add(2 * time.Hour), SameDay: sent.Add(8 * time.Hour), Teams: 1 + pick(3), Declined: pick(6) == 0, Why: []string{"", "not_ours", "no_capacity"}[pick(3)], Elsewhere: pick(20) == 0, Late: pick(6) == 0}
			if pick(8) > 0 {
				h.Acknowledged = sent.Add(time.Duration(pick(400)) * time.Minute)
				h.Accepted = h.Acknowledged.Add(time.Duration(pick(100)) * time.Minute)
				h.Closed, h.Advised = h.Accepted.Add(time.Hour), pick(2) == 0
			}
			p.Handovers = append(p.Handovers, h)
		}
		for j := range pick(12) {
			team := []string{"a", "b", "c"}[pick(3)]
			at := when()
			p.Visits = append(p.Visits, Visit{ID: fmt.Sprint(i, j), Team: team, Staff: team + fmt.Sprint(pick(3)), Service: team, Purpose: []string{"bloods", "insulin", "wound_care"}[pick(3)],
				Status: []string{"completed", "completed", "completed", "planned", "cancelled"}[pick(5)], At: at, Start: at, End: at.Add(time.Hour)})
		}
		if pick(3) == 0 {
			p.Lists = []Membership{{Team: []string{"a", "b"}[pick(2)], Every: 14, From: when()}}
		}
		for range pick(3) {
			agreed := when()
			on := func(days int) string { return dateOf(agreed.AddDate(0, 0, days)).String() }
			g := Goal{Team: []string{"a", "b"}[pick(2)], AgreedOn: on(0), Reviews: []GoalReview{{Next: on(14)}, {On: on(7 + pick(20)), Next: []string{"", on(40)}[pick(2)]}}}
			if pick(3) == 0 {
				g.Outcome, g.ReviewedOn = "met", on(30)
			}
			p.Goals = append(p.Goals, g)
		}
		list = append(list, p)
	}
	return list
}

// reported are the reports on the weeks before now, one by one and by four, and the counts they are made of.
func reported(people []Person, weeks int) (single, periods []Dated, counts []Count) {
	sum := Counts{}
	for _, p := range people {
		for k, n := range p.Counts() {
			sum.add(k, n)
		}
	}
	for k, n := range sum {
		counts = append(counts, Count{k, n})
	}
	within := func(from, to Week) (list []Count) {
		for _, c := range counts {
			if c.Week >= from && c.Week <= to || running(c.Measure) && c.Week > 0 && c.Week <= to {
				list = append(list, c)
			}
		}
		return list
	}
	itself := func(team string) string { return team }
	last := WeekOf(now) - 1
	for w := last - Week(weeks) + 1; w <= last; w++ {
		single = append(single, Dated{w, ReportOf(within(w, w), w, itself, now)})
		if PeriodOf(w) == w && w+3 <= last {
			periods = append(periods, Dated{w, ReportOf(within(w, w+3), w+3, itself, now)})
		}
	}
	return single, periods, counts
}

// Whatever is recorded: no number from 1 to 4 is published, and none can be worked out of all that is, by week, by partner, by
// four weeks, and by who sent what to whom.
func TestNothingSmallIsPublished(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		single, periods, _ := reported(invented(rapid.IntRange(1, 80).Draw(t, "people"), 8, r.IntN), 8)
		p := Publish(single, periods, false)
		for _, m := range []string{InTime, SameDay, Recorded, Repeated, ManyFaces, NamedLead, SeenInTime, GoalReviews, GoalPeople} {
			shareGivesNothingAway(t, p, m)
		}
		for _, period := range p.Periods {
			pathwaysGiveNothingAway(t, period.Pathways)
		}
	})
}

func shareGivesNothingAway(t *rapid.T, p Published, measure string) {
	published, equations, next := map[int]int64{}, [][]int{}, 0
	// A cell is three numbers: how many, how many not, and both.
	cell := func(c Cell) [3]int {
		at := [3]int{next, next + 1, next + 2}
		next += 3
		for i, n := range []*int{c.N, nil, c.Of} {
			if n != nil {
				if Small(*n) {
					t.Fatalf("%s: %d is published", measure, *n)
				}
				published[at[i]] = int64(*n)
			}
		}
		equations = append(equations, []int{at[2], at[0], at[1]})
		return at
	}
	add := func(total [3]int, parts [][3]int) {
		for i := range 3 {
			e := []int{total[i]}
			for _, part := range parts {
				e = append(e, part[i])
			}
			equations = append(equations, e)
		}
	}
	ids := []string{}
	for id := range p.Partners[measure] {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	byWeek := map[Week]map[string][3]int{}
	for i, w := range p.Weeks {
		byWeek[w] = map[string][3]int{"": cell(p.Whole[measure][i])}
		var parts [][3]int
		for _, id := range ids {
			byWeek[w][id] = cell(p.Partners[measure][id][i])
			parts = append(parts, byWeek[w][id])
		}
		add(byWeek[w][""], parts)
	}
	if !stock(measure) {
		for _, period := range p.Periods {
			for _, id := range append([]string{""}, ids...) {
				of := period.Whole[measure]
				if id != "" {
					of = period.Partners[measure][id]
				}
				var parts [][3]int
				for w := period.Week; w < period.Week+WeeksOfPeriod; w++ {
					parts = append(parts, byWeek[w][id])
				}
				add(cell(of), parts)
			}
		}
	}
	for _, n := range solved(published, equations) {
		if Small(int(n)) {
			t.Fatalf("%s: %d follows from what is published", measure, n)
		}
	}
}

func pathwaysGiveNothingAway(t *rapid.T, list []PublishedPathway) {
	published, equations, names := map[int]int64{}, [][]int{}, map[string]int{}
	name := func(p PublishedPathway, part string) int {
		key := p.From + ">" + p.To + ":" + part
		if _, ok := names[key]; !ok {
			names[key] = len(names)
		}
		return names[key]
	}
	why := []string{"not_ours", "no_capacity", NotSaid}
	parts := append(append([]string{"sent", "on"}, Outcomes...), why...)
	put := func(at int, n *int) {
		if n == nil {
			return
		}
		if Small(*n) {
			t.Fatalf("%d is published", *n)
		}
		published[at] = int64(*n)
	}
	rows, columns := map[string][]PublishedPathway{}, map[string][]PublishedPathway{}
	for _, p := range list {
		put(name(p, "sent"), p.Referred.Of)
		put(name(p, "on"), p.SentOn.N)
		e := []int{name(p, "sent")}
		for _, o := range Outcomes {
			if p.Referred.Each != nil {
				n := p.Referred.Each[o]
				put(name(p, o), &n)
			}
			e = append(e, name(p, o))
		}
		equations = append(equations, e)
		e = []int{name(p, OutcomeDeclined)}
		for _, o := range why {
			if p.Declined.Each != nil {
				n := p.Declined.Each[o]
				put(name(p, o), &n)
			}
			e = append(e, name(p, o))
		}
		equations = append(equations, e)
		rows[p.From], columns[p.To] = append(rows[p.From], p), append(columns[p.To], p)
	}
	for _, lines := range []map[string][]PublishedPathway{rows, columns} {
		for _, line := range lines {
			for _, part := range parts {
				e := []int{name(line[len(line)-1], part)} // the total comes last
				for _, p := range line[:len(line)-1] {
					e = append(e, name(p, part))
				}
				equations = append(equations, e)
			}
		}
	}
	for _, n := range solved(published, equations) {
		if Small(int(n)) {
			t.Fatalf("%d follows from who sent what to whom", n)
		}
	}
}

// The files from which a program in another language works out every figure again: see e2e/unit/figures.test.mjs.
func TestTheFilesThatAreWorkedOutAgain(t *testing.T) {
	const weeks = 20
	r := rand.New(rand.NewPCG(2026, 3))
	single, periods, counts := reported(invented(300, weeks, r.IntN), weeks)
	itself := func(id string) string { return id }
	first := single[0].Week
	counts = slices.DeleteFunc(counts, func(c Count) bool {
		return c.Week == 0 || c.Week > single[len(single)-1].Week || c.Week < first && !running(c.Measure)
	})
	file, err := CountsCSV(counts, first, func(Week) time.Time { return now }, itself, itself)
	if err != nil {
		t.Fatal(err)
	}
	p := Publish(single, periods, true)
	charts := map[string]Chart{}
	for _, m := range All {
		if m.Weekly {
			var values []*float64
			for _, c := range p.Whole[m.Code] {
				values = append(values, c.Charted(m.Kind))
			}
			charts[m.Code] = ChartOf(values)
		}
	}
	var mondays []string
	for _, w := range p.Weeks {
		mondays = append(mondays, w.Monday().String())
	}
	figures, err := json.MarshalIndent(map[string]any{"weeks": mondays, "measures": All, "whole": p.Whole, "partners": p.Partners, "charts": charts, "periods": p.Periods, "first_period": p.Periods[0].Week.Monday()}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]byte{"counts.csv": file, "figures.json": append(figures, '\n')} {
		path := filepath.Join("..", "..", "e2e", "fixtures", "figures", name)
		if *update {
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, want, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		have, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if string(have) != string(want) {
			t.Errorf("%s is not what the counts come to; run: go test ./internal/measures -update", path)
		}
	}
}

// What leaves as a file is what leaves as JSON, and no name is a formula.
func TestWhatIsPublishedLeavesAsAFile(t *testing.T) {
	n := 7
	share := 0.5
	p := Published{Weeks: []Week{WeekOf(now)}, Whole: map[string][]Cell{InTime: {{N: &n, Of: &n, Left: &n, Value: &share}}},
		Partners: map[string]map[string][]Cell{InTime: {"o": {{Hidden: true}}}}}
	got, err := p.CSV(func(string) string { return "=cmd()" })
	if err != nil {
		t.Fatal(err)
	}
	want := "week,partner,measure,n,of,left_out,value,low,high,at_least,high_at_least,hidden\n2026-03-02,,in_time,7,7,7,0.5,,,false,false,false\n2026-03-02,'=cmd(),in_time,,,,,,,false,false,true\n"
	if string(got) != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}
