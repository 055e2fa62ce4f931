package handover

import (
	"fmt"
	"strings"

	"doorstep/internal/care"
	"doorstep/internal/news2"
)

// assessment lists what was found, sets with all sub-scores beside the total, in clinical
// order.
func assessment(c Case) string {
	var s []string
	done := map[string]bool{}
	for _, f := range c.Findings {
		text := ""
		switch f.Collection {
		case care.Observations:
			text = readings(f)
		case care.Visits:
			text = visit(f)
		case care.Checkins:
			text = checkin(f, c.Class == care.Safeguarding)
		}
		if text == "" {
			continue
		}
		if !f.Verified {
			text += " [unverified]"
		}
		line := when(f.At) + ": " + text
		if !done[f.Record+line] { // several rules may have held at one record
			done[f.Record+line] = true
			s = append(s, line)
		}
	}
	if len(s) == 0 {
		return ""
	}
	if hasScore(c.Findings) {
		s = append(s, news2.Acknowledgement)
	}
	return strings.Join(s, "\n")
}

func hasScore(findings []Finding) bool {
	for _, f := range findings {
		if f.NEWS2 != nil && f.NEWS2.Status != news2.StatusNotApplicable {
			return true
		}
	}
	return false
}

// readings writes a set: the total or the floor, then each reading with its sub-score. What NEWS2 lacks is
// named where there is a score.
func readings(f Finding) string {
	points := func(string) *int { return nil }
	if f.NEWS2 != nil {
		points = f.NEWS2.SubScore
	}
	return headline(f.NEWS2) + ": " + care.ReadingsText(f.Values, points, f.NEWS2 != nil) + "."
}

func headline(s *news2.Score) string {
	switch {
	case s == nil:
		return "Readings, not scored"
	case s.Status == news2.StatusNotApplicable:
		return "NEWS2 does not apply (under 16 or pregnant)"
	case s.Total != nil:
		return fmt.Sprintf("NEWS2 %d%s%s", *s.Total, scale(s), adult(s))
	}
	return fmt.Sprintf("NEWS2 incomplete, at least %d%s%s", s.FloorTotal, scale(s), adult(s))
}

// adult says what a score rests on where nobody knows the person's age.
func adult(s *news2.Score) string {
	if s.AgeUnknown {
		return " (age not known: scored as an adult)"
	}
	return ""
}

func scale(s *news2.Score) string {
	if s.Scale == 2 {
		return ", SpO2 scale 2"
	}
	return ""
}

func visit(f Finding) string {
	var s []string
	if str(f.Values["status"]) == "no_access" {
		switch str(f.Values["no_access_kind"]) {
		case "no_reply":
			s = append(s, "Nobody answered the door; whereabouts not known.")
		case "failed":
			s = append(s, "The visit failed; the person is known to be safe or refused.")
		default:
			s = append(s, "The person could not be seen.")
		}
	}
	if signs := list(f.Values["soft_signs"]); len(signs) > 0 {
		s = append(s, "Not their usual self: "+strings.Join(words(signs), ", ")+".")
	}
	switch str(f.Values["critical_medicine"]) {
	case "missed":
		s = append(s, "A critical medicine was missed.")
	case "refused":
		s = append(s, "A critical medicine was refused.")
	}
	if note := str(f.Values["note"]); note != "" {
		s = append(s, "Note of the visit: "+note)
	}
	return strings.Join(s, " ")
}

// checkin writes what a volunteer saw. A disclosure is shown in a safeguarding handover only.
func checkin(f Finding, safeguarding bool) string {
	var s []string
	if w := str(f.Values["wellbeing"]); w != "" {
		s = append(s, "Wellbeing: "+strings.ReplaceAll(w, "_", " ")+".")
	}
	if c := str(f.Values["concern"]); c != "" {
		s = append(s, "Concern: "+c)
	}
	if c := str(f.Values["safeguarding"]); c != "" && safeguarding {
		s = append(s, "Safeguarding: "+c)
	}
	return strings.Join(s, " ")
}

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
