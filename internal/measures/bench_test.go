package measures

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
)

// BenchmarkTheBoard is the work of one opening of the board of a neighbourhood of ten partners and 30,000 people, past SQLite: 52
// reports of a week and 13 of four are read, hidden in where they must be, charted and written. How many people there are is
// in none of it: reports are worked out before.
func BenchmarkTheBoard(b *testing.B) {
	r := rand.New(rand.NewPCG(52, 10))
	figure := func(m Measure, people int) Figure {
		f := Figure{Of: r.IntN(people), Left: r.IntN(people / 5)}
		f.N = r.IntN(f.Of + 1)
		x, low, high := r.Float64()*1e4, r.Float64(), r.Float64()*1e5
		f.Value, f.Low, f.High = &x, &low, &high
		if m.Kind == Tally {
			f.Each = map[string]int{}
			for _, o := range Outcomes {
				f.Each[o] = r.IntN(people)
			}
		}
		return f
	}
	report := func(pathways bool) []byte {
		d := Report{AsAt: now, Whole: map[string]Figure{}, Partners: map[string]map[string]Figure{}}
		for _, m := range All {
			d.Whole[m.Code] = figure(m, 30_000)
		}
		for i := range 10 {
			id := fmt.Sprintf("01hq000000000000000000%04d", i)
			d.Partners[id] = map[string]Figure{}
			for _, m := range All {
				d.Partners[id][m.Code] = figure(m, 60) // small enough that much must be hidden
			}
			for j := range 10 {
				if pathways {
					d.Pathways = append(d.Pathways, Pathway{From: id, To: fmt.Sprintf("01hq000000000000000000%04d", j), Referred: figure(Measure{Kind: Tally}, 20), SentOn: figure(Measure{Kind: Share}, 20), Accepting: figure(Measure{Kind: Time}, 20)})
				}
			}
		}
		raw, err := json.Marshal(d)
		if err != nil {
			b.Fatal(err)
		}
		return raw
	}
	first := PeriodOf(WeekOf(now)) - 52
	var weeks, periods [][]byte
	for i := range 52 {
		weeks = append(weeks, report(false))
		if i%WeeksOfPeriod == 0 {
			periods = append(periods, report(true))
		}
	}
	read := func(bodies [][]byte, step Week) (list []Dated) {
		for i, raw := range bodies {
			d := Dated{Week: first + Week(i)*step}
			if err := json.Unmarshal(raw, &d.Report); err != nil {
				b.Fatal(err)
			}
			list = append(list, d)
		}
		return list
	}
	for b.Loop() {
		p := Publish(read(weeks, 1), read(periods, WeeksOfPeriod), false)
		for _, m := range All {
			var values []*float64
			for _, c := range p.Whole[m.Code] {
				values = append(values, c.Charted(m.Kind))
			}
			ChartOf(values)
		}
		if _, err := json.Marshal(p.Whole); err != nil {
			b.Fatal(err)
		}
	}
}
