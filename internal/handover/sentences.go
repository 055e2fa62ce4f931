package handover

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/worktime"
)

// When writes a moment as the texts of handovers do: in London, with its day.
func When(t time.Time) string { return when(t) }

func when(t time.Time) string { return worktime.InLondon(t).Format("Mon 2 Jan 2006 15:04") }

// since gives a later moment, without the day when it is the same one.
func since(first, later time.Time) string {
	a, b := worktime.InLondon(first), worktime.InLondon(later)
	if a.YearDay() == b.YearDay() && a.Year() == b.Year() {
		return b.Format("15:04")
	}
	return when(later)
}

// HowLong writes a duration as the texts of handovers do, in whole minutes.
func HowLong(d time.Duration) string { return howLong(d) }

// howLong writes a duration as people say it, in whole minutes.
func howLong(d time.Duration) string {
	d = d.Truncate(time.Minute)
	days, hours, minutes := int(d.Hours())/24, int(d.Hours())%24, int(d.Minutes())%60
	var s []string
	for _, part := range []struct {
		n    int
		unit string
	}{{days, "d"}, {hours, "h"}, {minutes, "min"}} {
		if part.n > 0 {
			s = append(s, fmt.Sprintf("%d %s", part.n, part.unit))
		}
	}
	if len(s) == 0 {
		return "under a minute"
	}
	return strings.Join(s, " ")
}

// stop ends a sentence with one full stop, whatever it ended with.
func stop(s string) string {
	s = strings.TrimRight(s, " \n")
	switch {
	case s == "", strings.HasSuffix(s, "!"), strings.HasSuffix(s, "?"), strings.HasSuffix(s, "…"):
		return s
	}
	return strings.TrimRight(s, ".") + "."
}

// paragraphs puts what a person wrote before the lines that follow; what is empty has no line.
func paragraphs(words string, lines ...string) string {
	return join("\n", append([]string{words}, lines...)...)
}

// special are codes that do not read as what they mean once their underscores are gone.
var special = map[string]string{"bsl": "British Sign Language", "no_phone": "does not use the telephone", "other": "something else"}

func needs(codes []string) []string { return words(codes) }

func words(codes []string) []string {
	out := make([]string, len(codes))
	for i, c := range codes {
		if out[i] = special[c]; out[i] == "" {
			out[i] = strings.ReplaceAll(c, "_", " ")
		}
	}
	return out
}

// shownTime is a time of a record as it was, corrected where a phone's clock was wrong; "" for none.
func shownTime(values map[string]any, field string) string {
	var corrected map[string]string
	switch x := values["corrected"].(type) {
	case json.RawMessage:
		_ = json.Unmarshal(x, &corrected) // what cannot be read corrects nothing
	case map[string]any:
		if at, ok := x[field].(string); ok {
			return at
		}
	}
	if at := corrected[field]; at != "" {
		return at
	}
	at, _ := values[field].(string)
	return at
}

func join(sep string, parts ...string) string {
	var s []string
	for _, p := range parts {
		if p != "" {
			s = append(s, p)
		}
	}
	return strings.Join(s, sep)
}

func contains(list []string, s string) bool { return slices.Contains(list, s) }

// str writes any value as text, because a refused value may be of any type.
func str(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

func list(v any) []string {
	switch x := v.(type) {
	case nil:
		return nil
	case []string:
		return x
	case []any:
		out := make([]string, len(x))
		for i := range x {
			out[i] = fmt.Sprint(x[i])
		}
		return out
	}
	return []string{fmt.Sprint(v)}
}

// NotHereText says that a team takes a class elsewhere, who decided it, until when, and what to do instead.
func NotHereText(team string, n care.NotHere) string {
	what := map[care.Class]string{care.Routine: "routine matters", care.Information: "what is for information"}[n.Class]
	text := fmt.Sprintf("%s does not take %s in its inbox until %s", team, what, n.Until)
	if day, err := worktime.ParseDate(n.Until); err == nil {
		text = fmt.Sprintf("%s does not take %s in its inbox until %s", team, what, worktime.InLondon(day.Begins()).Format("Mon 2 Jan 2006"))
	}
	if n.By != "" {
		text += " (decided by " + n.By + ")"
	}
	if n.Instead == "" {
		return text + "."
	}
	return text + ". Instead: " + n.Instead
}
