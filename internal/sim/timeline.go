package sim

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// serverColumn is where the timeline draws the server and what people do at a desk.
const serverColumn = "server"

// event is one line of a timeline: who did what when.
type event struct {
	at     time.Time
	column string
	text   string
}

// Timeline is the story of a run.
type Timeline struct {
	columns []string
	events  []event
}

// add notes what happened in a column.
func (t *Timeline) add(at time.Time, column, format string, args ...any) {
	t.events = append(t.events, event{at, column, fmt.Sprintf(format, args...)})
}

const columnWidth = 26

// Draw draws the last events, at most that many: a column for each phone, one for the server.
func (t *Timeline) Draw(last int) string {
	var b strings.Builder
	columns := append(append([]string(nil), t.columns...), serverColumn)
	place := map[string]int{}
	b.WriteString("            ")
	for i, c := range columns {
		place[c] = i
		b.WriteString("│ " + pad(c, columnWidth-2))
	}
	b.WriteString("\n────────────" + strings.Repeat("┼"+strings.Repeat("─", columnWidth-1), len(columns)) + "\n")
	events := t.events
	if len(events) > last {
		fmt.Fprintf(&b, "… %d earlier events\n", len(events)-last)
		events = events[len(events)-last:]
	}
	for _, e := range events {
		stamp := e.at.Format("02 15:04:05 ")
		for _, line := range wrap(e.text, columnWidth-2) {
			b.WriteString(pad(stamp, 12))
			stamp = ""
			for i := range columns {
				text := ""
				if i == place[e.column] {
					text = line
				}
				b.WriteString("│ " + pad(text, columnWidth-2))
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

func pad(s string, n int) string {
	if have := utf8.RuneCountInString(s); have < n {
		return s + strings.Repeat(" ", n-have)
	}
	return s
}

// wrap breaks text into lines of at most n characters, at spaces where there are any.
func wrap(s string, n int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		for utf8.RuneCountInString(word) > n {
			r := []rune(word)
			lines = append(lines, strings.TrimSpace(line), string(r[:n]))
			line, word = "", string(r[n:])
		}
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > n {
			lines = append(lines, line)
			line = ""
		}
		line = strings.TrimSpace(line + " " + word)
	}
	lines = append(lines, line)
	kept := lines[:0]
	for _, l := range lines {
		if l != "" {
			kept = append(kept, l)
		}
	}
	return kept
}
