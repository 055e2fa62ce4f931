package handover

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"doorstep/internal/care"
	"doorstep/internal/news2"
)

// assessment lists what was found, sets with all sub-scores beside the total, in clinical
// order, each once.
func assessment(c Case) []string {
	var s []string
	done := map[string]bool{}
	scored := false
	for _, f := range c.Findings {
		text := ""
		switch f.Collection {
		case care.Observations:
			if c.holds(care.ReadingsText(f.Values, points(f.NEWS2), false)) {
				continue
			}
			text = readings(f)
			scored = scored || f.NEWS2 != nil && f.NEWS2.Status != news2.StatusNotApplicable
		case care.Visits:
			text = visit(c, f)
		case care.Checkins:
			text = checkin(c, f)
		}
		if text == "" {
			continue
		}
		if !f.Verified {
			text += " [unverified]"
		}
		line := when(f.At) + ": " + text
		if done[f.Record+line] { // several rules may have held at one record
			continue
		}
		done[f.Record+line] = true
		s = append(s, line)
		if was := replaced(f); was != "" {
			s = append(s, was)
		}
	}
	if before := earlier(c); before != "" {
		s = append(s, before)
	}
	if scored {
		s = append(s, news2.Source)
	}
	return s
}

// replaced says what a corrected set says other than the one it replaces, "" for no correction.
func replaced(f Finding) string {
	if f.Was == nil {
		return ""
	}
	changed, score := care.ReadingsChanged(f.Values, f.Was.Values), ""
	if now, was := total(f.NEWS2), total(f.Was.NEWS2); now != was && now != "" && was != "" {
		score = "NEWS2 " + now + ", not " + was
	}
	if changed = join("; ", changed, score); changed == "" {
		return ""
	}
	return "Replaced " + since(f.At, f.WrittenAt) + ": " + changed + "."
}

// total is a score as a number, "" for none.
func total(s *news2.Score) string {
	switch {
	case s == nil || s.Status == news2.StatusNotApplicable:
		return ""
	case s.Total != nil:
		return strconv.Itoa(*s.Total)
	}
	return "at least " + strconv.Itoa(s.FloorTotal)
}

// earlier says what the score was the time before the first set of the findings, and what is at 3 since.
func earlier(c Case) string {
	was := ""
	if c.Before != nil {
		was = total(c.Before.NEWS2)
	}
	i := slices.IndexFunc(c.Findings, func(f Finding) bool { return total(f.NEWS2) != "" })
	if was == "" || i < 0 {
		return ""
	}
	text := "The set before, " + when(c.Before.At) + ": NEWS2 " + was + "."
	var fresh []string
	for _, r := range care.Readings() {
		if r.Score != "" && three(c.Findings[i].NEWS2, r.Score) && !three(c.Before.NEWS2, r.Score) {
			fresh = append(fresh, r.Label)
		}
	}
	if len(fresh) > 0 {
		text += " At 3 now and not then: " + strings.Join(fresh, ", ") + "."
	}
	return text
}

func three(s *news2.Score, parameter string) bool {
	n := s.SubScore(parameter)
	return n != nil && *n == 3
}

// readings writes a set: the total or the floor, then each reading with its sub-score. What NEWS2 lacks is
// named where there is a score.
func readings(f Finding) string {
	return headline(f.NEWS2) + ": " + care.ReadingsText(f.Values, points(f.NEWS2), f.NEWS2 != nil) + "."
}

// points gives the sub-scores of a score, none where there is no score.
func points(s *news2.Score) func(string) *int {
	if s == nil {
		return func(string) *int { return nil }
	}
	return s.SubScore
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

// visit writes what was found at a visit, and of one at which nobody was seen why not.
func visit(c Case, f Finding) string {
	var s []string
	switch str(f.Values["status"]) {
	case "no_access":
		switch str(f.Values["no_access_kind"]) {
		case "no_reply":
			s = append(s, "Nobody answered the door; it is not known where the person is.")
		case "failed":
			s = append(s, "Not let in, or the person is known to be safe elsewhere.")
		default:
			s = append(s, "The person could not be seen.")
		}
	case "refused":
		s = append(s, "The visit was refused.")
	case "cancelled":
		s = append(s, "The visit was not needed.")
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
	if told := care.DetailsText(f.Values["details"]); told != "" && !c.holds(told) {
		s = append(s, told+".")
	}
	if note := str(f.Values["note"]); note != "" && !c.holds(note) {
		s = append(s, "Note of the visit: "+note)
	}
	return strings.Join(s, " ")
}

// checkin writes what a volunteer saw. A disclosure is not among it: it stands before all else in a safeguarding
// handover, and in no other.
func checkin(c Case, f Finding) string {
	var s []string
	if w := str(f.Values["wellbeing"]); w != "" {
		s = append(s, "Wellbeing: "+strings.ReplaceAll(w, "_", " ")+".")
	}
	if concern := str(f.Values["concern"]); concern != "" && !c.holds(concern) {
		s = append(s, "Concern: "+concern)
	}
	return strings.Join(s, " ")
}
