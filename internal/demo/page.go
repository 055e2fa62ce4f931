package demo

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"
)

// width is how many columns the output may take.
const width = 100

// page is where the demo writes. Colours only where a person reads it on a terminal.
type page struct {
	w        io.Writer
	terminal bool
}

// newPage writes to w; it is a terminal only when w is one, and nobody asked for no colours
// (https://no-color.org).
func newPage(w io.Writer) *page {
	p := &page{w: w}
	if f, ok := w.(*os.File); ok {
		info, err := f.Stat()
		p.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb"
	}
	return p
}

const (
	bold  = "\x1b[1m"
	dim   = "\x1b[2m"
	green = "\x1b[32m"
	red   = "\x1b[1;31m"
	plain = "\x1b[0m"
)

// in gives a text a colour, on a terminal.
func (p *page) in(colour, text string) string {
	if !p.terminal || os.Getenv("NO_COLOR") != "" { //nolint:misspell // the name of a convention (no-color.org)
		return text
	}
	return colour + text + plain
}

// line writes one line as it is.
func (p *page) line(format string, args ...any) { fmt.Fprintf(p.w, format+"\n", args...) }

// head writes a heading.
func (p *page) head(text string) { p.line("\n%s", p.in(bold, text)) }

// para writes a paragraph, wrapped and indented.
func (p *page) para(text string) {
	for _, l := range wrap(text, width-2) {
		p.line("  %s", l)
	}
}

const timeColumn = 7 // "  10:12" and two spaces follow

// at writes what happened at a moment, wrapped and indented behind the time.
func (p *page) at(t time.Time, text string) {
	first := p.in(dim, fmt.Sprintf("%*s", timeColumn, clockTime(t)))
	for _, l := range wrap(text, width-timeColumn-2) {
		p.line("%s  %s", first, l)
		first = strings.Repeat(" ", timeColumn)
	}
}

// wrap breaks a text into lines of at most n columns.
func wrap(text string, n int) []string {
	var lines []string
	line := ""
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' }) { // not where it must not break
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > n {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

// facts writes what was counted: words, a number, and what else there is to say about it.
func (p *page) facts(rows [][3]string) {
	words, numbers := 0, 0
	for _, r := range rows {
		words, numbers = max(words, utf8.RuneCountInString(r[0])), max(numbers, utf8.RuneCountInString(r[1]))
	}
	for _, r := range rows {
		gap := strings.Repeat(" ", words-utf8.RuneCountInString(r[0])+numbers-utf8.RuneCountInString(r[1]))
		p.line("%s", strings.TrimRight("  "+r[0]+gap+"  "+r[1]+"  "+r[2], " "))
	}
}

// table writes rows in columns; the first is for words, the others for numbers.
func (p *page) table(rows [][]string) {
	widths := []int{}
	for _, r := range rows {
		for i, cell := range r {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, r := range rows {
		var b strings.Builder
		for i, cell := range r {
			gap := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if i == 0 {
				b.WriteString("  " + cell + gap)
			} else {
				b.WriteString("  " + gap + cell)
			}
		}
		p.line("%s", strings.TrimRight(b.String(), " "))
	}
}

// counted writes a number with its noun: 1 visit, 2 visits. Nouns whose plural has no plain s
// bring it.
func counted(n int, noun string, plural ...string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case len(plural) > 0:
		return thousands(n) + " " + plural[0]
	}
	return thousands(n) + " " + noun + "s"
}

// thousands writes a number with commas.
func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// spell writes a span as people say it: 3 h 8 min, 12 min, 40 s.
func spell(d time.Duration) string {
	d = d.Round(time.Second)
	hours, minutes, seconds := int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60
	switch {
	case hours > 0 && minutes > 0:
		return fmt.Sprintf("%d\u00a0h\u00a0%d\u00a0min", hours, minutes)
	case hours > 0:
		return fmt.Sprintf("%d\u00a0h", hours)
	case minutes > 0:
		return fmt.Sprintf("%d\u00a0min", minutes)
	}
	return fmt.Sprintf("%d\u00a0s", seconds)
}

// upper makes the first letter of a sentence a capital.
func upper(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
