package care

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// ReadingsText writes a set of readings as people read it, in the order of the table: "pulse 112/min (2),
// blood pressure 150/118 mmHg (0), weight 71.4 kg". In brackets is the sub-score of what NEWS2 scores,
// as points gives it by the parameter's name; "–" where it gives nil.
//
// What was not taken is left out. With gaps, what NEWS2 lacks is named: "pulse not taken (–)".
//
// A phone writes the same (pb_public/shared/ui/readings.js): both are held to testdata/readings.json.
func ReadingsText(set map[string]any, points func(parameter string) *int, gaps bool) string {
	return strings.Join(ReadingLines(set, points, gaps), ", ")
}

// ReadingLines are the parts of [ReadingsText], for where each has a line of its own.
func ReadingLines(set map[string]any, points func(parameter string) *int, gaps bool) (parts []string) {
	paired := map[string]bool{}
	for i := range readings {
		r := &readings[i]
		text := ""
		switch first, second := r.text(set[r.Name]), ""; {
		case paired[r.Name]:
			continue
		case first == "":
			if r.Score == "" || !gaps {
				continue
			}
			text = r.Label + " not taken"
		default:
			text = r.Label + " " + first + r.Unit
			if other := readingOf(r.Pair); other != nil {
				second = other.text(set[other.Name])
			}
			if second != "" {
				paired[r.Pair] = true
				text = r.PairLabel + " " + first + "/" + second + r.Unit
			}
		}
		if r.Score != "" {
			text += " (" + written(points(r.Score)) + ")"
		}
		parts = append(parts, text)
	}
	return parts
}

// ReadingsChanged says what a corrected set of readings has otherwise than the one it replaces, in the order of the
// table: "respiration rate 22/min, not 25/min; pulse 88/min, which was missing". "" where they say the same.
func ReadingsChanged(now, was map[string]any) string {
	var parts []string
	for i := range readings {
		r := &readings[i]
		is, before := r.text(now[r.Name]), r.text(was[r.Name])
		switch {
		case is == before:
		case before == "":
			parts = append(parts, r.Label+" "+is+r.Unit+", which was missing")
		case is == "":
			parts = append(parts, r.Label+" not taken, not "+before+r.Unit)
		default:
			parts = append(parts, r.Label+" "+is+r.Unit+", not "+before+r.Unit)
		}
	}
	return strings.Join(parts, "; ")
}

func readingOf(name string) *Reading {
	for i := range readings {
		if readings[i].Name == name {
			return &readings[i]
		}
	}
	return nil
}

func written(points *int) string {
	if points == nil {
		return "–"
	}
	return strconv.Itoa(*points)
}

// text writes a value without its unit, "" when it was not taken. A refused value can be of any kind, and
// is written as it came.
func (r *Reading) text(v any) string {
	s := ""
	switch x := v.(type) {
	case nil:
		return ""
	case float64:
		s = strconv.FormatFloat(x, 'f', -1, 64)
	case json.Number:
		s = x.String()
	default:
		s = fmt.Sprint(v)
	}
	if w, ok := r.Words[s]; ok {
		return w
	}
	if r.Kind == Decimal && isWhole(v) && !strings.ContainsAny(s, ".eE") {
		s += ".0"
	}
	return s
}

// isWhole says whether a value is a number at all; its text shows whether it has a fraction.
func isWhole(v any) bool {
	switch v.(type) {
	case float64, int64, int, json.Number:
		return true
	}
	return false
}
