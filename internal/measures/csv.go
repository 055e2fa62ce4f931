package measures

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Names are what partners are called in a file, by id.
type Names func(id string) string

// safe keeps a spreadsheet from taking a name for a formula.
func safe(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}

func number0(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

func number1(x *float64) string {
	if x == nil {
		return ""
	}
	return strconv.FormatFloat(*x, 'g', -1, 64) // the shortest that is read as the same number
}

// CSV writes what is published, a line for each week, partner and measure; a partner that is not named is all of them.
func (p Published) CSV(names Names) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	lines := [][]string{{"week", "partner", "measure", "n", "of", "left_out", "value", "low", "high", "at_least", "high_at_least", "hidden"}}
	line := func(week Week, partner, measure string, c Cell) {
		lines = append(lines, []string{week.Monday().String(), partner, measure, number0(c.N), number0(c.Of), number0(c.Left), number1(c.Value), number1(c.Low), number1(c.High),
			strconv.FormatBool(c.More), strconv.FormatBool(c.HighMore), strconv.FormatBool(c.Hidden)})
	}
	for i, week := range p.Weeks {
		for _, m := range All {
			if list := p.Whole[m.Code]; list != nil {
				line(week, "", m.Code, list[i])
			}
			var ids []string
			for id := range p.Partners[m.Code] {
				ids = append(ids, id)
			}
			slices.Sort(ids)
			for _, id := range ids {
				line(week, safe(names(id)), m.Code, p.Partners[m.Code][id][i])
			}
		}
	}
	err := w.WriteAll(lines)
	return b.Bytes(), err
}

// CountsCSV writes counts from which every figure can be worked out again, decided as of the moment of each week's report. Of a list,
// who joined or left before the first week is told of that one.
func CountsCSV(counts []Count, first Week, asAt func(Week) time.Time, partner func(team string) string, names Names) ([]byte, error) {
	type row struct{ week, partner, sender, class, measure, value, open string }
	sums := map[row]int{}
	for _, c := range counts {
		week := max(c.Week, first)
		value, open, counted := AsOf(c.Value, asAt(week))
		if !counted {
			continue
		}
		sender := ""
		if c.With != "" {
			sender = safe(names(partner(c.With)))
		}
		sums[row{week.Monday().String(), safe(names(partner(c.Team))), sender, c.Class, c.Measure, value, strconv.FormatBool(open)}] += c.N
	}
	var lines [][]string
	for r, n := range sums {
		if n != 0 {
			lines = append(lines, []string{r.week, r.partner, r.sender, r.class, r.measure, r.value, r.open, strconv.Itoa(n)})
		}
	}
	slices.SortFunc(lines, slices.Compare[[]string])
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	err := w.WriteAll(append([][]string{{"week", "partner", "sender", "class", "measure", "value", "open", "count"}}, lines...))
	return b.Bytes(), err
}
