package measures

import (
	"slices"
)

// Dated is a report of a week, or of the four that begin with it.
type Dated struct {
	Week Week
	Report
}

// Cell is a figure as it is published. A number that is nil is small, or would give a small one away.
type Cell struct {
	N        *int     `json:"n"`
	Of       *int     `json:"of"`
	Left     *int     `json:"left_out"`
	Value    *float64 `json:"value"`
	Low      *float64 `json:"low,omitempty"`
	High     *float64 `json:"high,omitempty"`
	More     bool     `json:"more,omitempty"`
	HighMore bool     `json:"high_more,omitempty"`
	// Hidden: something of it is not published. Otherwise a value that is nil is one that nothing was found of.
	Hidden bool           `json:"hidden,omitempty"`
	Each   map[string]int `json:"each,omitempty"`
}

// Charted is the value that is drawn and promised: of a time that of nine in ten, of anything else the share or the middle.
func (c Cell) Charted(kind Kind) *float64 {
	if kind == Time {
		return c.High
	}
	return c.Value
}

// PublishedPathway is what one partner sent to another, "" for the totals.
type PublishedPathway struct {
	From      string `json:"from"`
	To        string `json:"to"`
	Referred  Cell   `json:"referred"`
	Declined  Cell   `json:"declined"` // why
	SentOn    Cell   `json:"sent_on"`
	Accepting Cell   `json:"accepting"`
}

// PublishedPeriod is four weeks.
type PublishedPeriod struct {
	Week     Week
	Whole    map[string]Cell
	Partners map[string]map[string]Cell // by measure and partner
	Pathways []PublishedPathway
}

// PathwaysOf is of how many of the last periods it is published who sent what to whom.
const PathwaysOf = 4

// Published is what of reports may leave: by measure, week and partner.
type Published struct {
	Weeks    []Week
	Whole    map[string][]Cell
	Partners map[string]map[string][]Cell
	Periods  []PublishedPeriod
}

// Publish says what of a neighbourhood's weeks, in order and without a gap, and of its periods may leave. Everything hides nothing.
// What is hidden in four weeks is chosen together, with the sums of the four: see Hide.
func Publish(weeks, periods []Dated, everything bool) Published {
	p := Published{Whole: map[string][]Cell{}, Partners: map[string]map[string][]Cell{}}
	partners := partnersIn(weeks)
	whole := map[Week]Dated{}
	var latest Week
	for _, d := range periods {
		whole[d.Week], latest = d, max(latest, d.Week)
	}
	for len(weeks) > 0 {
		first := PeriodOf(weeks[0].Week)
		n := 1
		for n < len(weeks) && PeriodOf(weeks[n].Week) == first {
			n++
		}
		block := weeks[:n]
		weeks = weeks[n:]
		for _, d := range block {
			p.Weeks = append(p.Weeks, d.Week)
		}
		period, complete := whole[first]
		complete = complete && n == WeeksOfPeriod
		out := PublishedPeriod{Week: first, Whole: map[string]Cell{}, Partners: map[string]map[string]Cell{}}
		for _, m := range All {
			if m.Kind == Tally || m.Code == SentOn || m.Code == Accepting {
				continue // published by who sends to whom, or as it is now
			}
			p.block(m, block, period, partners, everything, out)
		}
		if complete {
			out.Whole[GoalEnds] = tally(period.Whole[GoalEnds], everything)
			if first > latest-PathwaysOf*WeeksOfPeriod {
				out.Pathways = pathways(period.Pathways, everything)
			}
			p.Periods = append(p.Periods, out)
		}
	}
	return p
}

func partnersIn(weeks []Dated) (list []string) {
	for _, d := range weeks {
		for id := range d.Partners {
			if !slices.Contains(list, id) {
				list = append(list, id)
			}
		}
	}
	slices.Sort(list)
	return list
}

// block publishes one measure of the weeks of one period. How many were left out is told of the whole alone, where it is not
// small: beside how many there are it would say how many there were in all.
func (p Published) block(m Measure, block []Dated, period Dated, partners []string, everything bool, out PublishedPeriod) {
	at := func(r, c int) Figure {
		d := period
		if r < len(block) {
			d = block[r]
		}
		if c < len(partners) {
			return d.Partners[partners[c]][m.Code]
		}
		return d.Whole[m.Code]
	}
	// How many there are, and how many of them, in each cell of the table and in its totals.
	columns := len(partners) + 1
	of, n := make([]int, (len(block)+1)*columns), make([]int, (len(block)+1)*columns)
	for r := range block {
		for c := range columns {
			f := at(r, c)
			of[r*columns+c], n[r*columns+c] = f.Of, f.N
			of[len(block)*columns+c] += f.Of
			n[len(block)*columns+c] += f.N
		}
	}
	all, each := HideShares(len(block)+1, columns, func(r, c int) int { return of[r*columns+c] }, func(r, c int) []int {
		if m.Kind != Share {
			return nil
		}
		i := r*columns + c
		return []int{n[i], of[i] - n[i]}
	})
	hidden := func(r, c int) (bool, bool) {
		if everything {
			return false, false
		}
		if r == len(block) && stock(m.Code) { // it stands as in its last week
			r--
		}
		return all.At(r, c), each.At(r, c)
	}
	if p.Partners[m.Code] == nil {
		p.Partners[m.Code] = map[string][]Cell{}
	}
	out.Partners[m.Code] = map[string]Cell{}
	for r := range len(block) + 1 {
		for c := range len(partners) + 1 {
			size, parts := hidden(r, c)
			cell := publish(m.Kind, at(r, c), size, parts)
			if f := at(r, c); !size && (everything || c == len(partners) && !Small(f.Left)) {
				cell.Left = &f.Left
			}
			switch {
			case r < len(block) && c < len(partners):
				p.Partners[m.Code][partners[c]] = append(p.Partners[m.Code][partners[c]], cell)
			case r < len(block):
				p.Whole[m.Code] = append(p.Whole[m.Code], cell)
			case c < len(partners):
				out.Partners[m.Code][partners[c]] = cell
			default:
				out.Whole[m.Code] = cell
			}
		}
	}
}

// publish makes a cell of a figure: size says that how many it rests on is hidden, parts that how many of them is.
func publish(kind Kind, f Figure, size, parts bool) Cell {
	c := Cell{Hidden: size || kind == Share && parts}
	if !size {
		c.Of = &f.Of
		if kind != Share || !parts {
			c.N, c.Value, c.Low, c.High, c.More, c.HighMore = &f.N, f.Value, f.Low, f.High, f.More, f.HighMore
		}
	}
	return c
}

// tally publishes how many of each there are, or how many in all, or nothing.
func tally(f Figure, everything bool) Cell {
	c := Cell{}
	if Small(f.Of) && !everything {
		return Cell{Hidden: true}
	}
	c.N, c.Of = &f.N, &f.Of
	for _, n := range f.Each {
		if Small(n) && !everything {
			return Cell{N: c.N, Of: c.Of, Hidden: true}
		}
	}
	c.Each = f.Each
	return c
}

// pathways publishes who sent what to whom, with the totals of both.
func pathways(list []Pathway, everything bool) (out []PublishedPathway) {
	var from, to []string
	at := map[[2]string]Pathway{}
	for _, p := range list {
		at[[2]string{p.From, p.To}] = p
		for _, add := range []struct {
			list *[]string
			id   string
		}{{&from, p.From}, {&to, p.To}} {
			if !slices.Contains(*add.list, add.id) {
				*add.list = append(*add.list, add.id)
			}
		}
	}
	slices.Sort(from)
	slices.Sort(to)
	sums := make([]Pathway, (len(from)+1)*(len(to)+1))
	for i := range sums {
		sums[i].Referred.Each, sums[i].Declined.Each = map[string]int{}, map[string]int{}
	}
	sum := func(r, c int) *Pathway { return &sums[r*(len(to)+1)+c] }
	for _, p := range list {
		r, c := slices.Index(from, p.From), slices.Index(to, p.To)
		for _, s := range []*Pathway{sum(r, c), sum(r, len(to)), sum(len(from), c), sum(len(from), len(to))} {
			s.add(p)
		}
	}
	all, each := HideShares(len(from)+1, len(to)+1, func(r, c int) int { return sum(r, c).Referred.Of }, func(r, c int) (parts []int) {
		s := sum(r, c)
		for _, n := range s.Referred.Each {
			parts = append(parts, n)
		}
		return append(parts, s.SentOn.N, s.SentOn.Of-s.SentOn.N)
	})
	// Why something was declined says how much was: it is hidden where that is, and where it is small itself.
	why := Hide(len(from)+1, len(to)+1, func(r, c int) int { return sum(r, c).Declined.Of }, func(r, c int) bool {
		s := sum(r, c)
		for _, n := range s.Declined.Each {
			if Small(n) {
				return true
			}
		}
		return each.At(r, c)
	})
	for r := range len(from) + 1 {
		for c := range len(to) + 1 {
			s := sum(r, c)
			if s.Referred.Of == 0 && r < len(from) && c < len(to) {
				continue
			}
			size, parts := all.At(r, c) && !everything, each.At(r, c) && !everything
			w := PublishedPathway{Referred: Cell{Hidden: parts}, Declined: Cell{Hidden: why.At(r, c) && !everything}}
			if r < len(from) {
				w.From = from[r]
			}
			if c < len(to) {
				w.To = to[c]
			}
			if !size {
				w.Referred.N, w.Referred.Of = &s.Referred.N, &s.Referred.Of
			}
			if !parts {
				w.Referred.Each = s.Referred.Each
			}
			if !w.Declined.Hidden {
				w.Declined.N, w.Declined.Of, w.Declined.Each = &s.Declined.Of, &s.Declined.Of, s.Declined.Each
			}
			share := FigureOf(Share, []Found{{Value: yes, N: s.SentOn.N}, {Value: no, N: s.SentOn.Of - s.SentOn.N}}, -1)
			w.SentOn = publish(Share, share, size, parts)
			if p, ok := at[[2]string{w.From, w.To}]; ok && r < len(from) && c < len(to) {
				w.Accepting = publish(Time, p.Accepting, size || Small(p.Accepting.Of) && !everything, false)
				w.Accepting.N, w.Accepting.Of = nil, nil // how many wait follows from what became of them
			}
			out = append(out, w)
		}
	}
	return out
}

// add adds what another one counts.
func (s *Pathway) add(p Pathway) {
	s.Referred.Of, s.Referred.N = s.Referred.Of+p.Referred.Of, s.Referred.N+p.Referred.N
	s.SentOn.N, s.SentOn.Of = s.SentOn.N+p.SentOn.N, s.SentOn.Of+p.SentOn.Of
	s.Declined.Of += p.Declined.Of
	for what, n := range p.Referred.Each {
		s.Referred.Each[what] += n
	}
	for what, n := range p.Declined.Each {
		s.Declined.Each[what] += n
	}
}

// PublishOne publishes a figure that stands alone, with no total to work it out of.
func PublishOne(kind Kind, f Figure, everything bool) Cell {
	if kind == Tally {
		return tally(f, everything)
	}
	size := Small(f.Of) && !everything
	return publish(kind, f, size, size || (Small(f.N) || Small(f.Of-f.N)) && !everything)
}
