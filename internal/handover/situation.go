package handover

import (
	"fmt"
	"strings"
	"time"

	"doorstep/internal/care"
)

// lateShown is the lateness from which a text says so. Below it a phone was merely slow.
const lateShown = 5 * time.Minute

// situation says who it is about, whether anybody saw them, why it was raised, and how far that is certain.
func situation(c Case) []string {
	var s []string
	disclosed := disclosures(c)
	s = append(s, disclosed...)
	who := "A person of unknown age"
	if c.Age != nil {
		who = fmt.Sprintf("A person aged %d", *c.Age)
	}
	if how := encounter(c.Findings); how != "" {
		who += ", " + how
	}
	switch reasons := titles(c.Findings); {
	case len(reasons) > 0:
		s = append(s, who+": "+strings.Join(reasons, "; ")+".")
	case c.Situation == "" || strings.Contains(who, ","):
		s = append(s, who+".")
	}
	if c.Meant != "" {
		s = append(s, stop("Meant for "+c.Meant))
	}
	switch {
	case c.Confirmed:
		s = append(s, "Confirmed by a clinician.")
	case c.ByHand, len(disclosed) > 0:
	case ownWords(c.Findings):
		s = append(s, "In the words of whoever wrote it; no clinician has looked at it yet.")
	default:
		s = append(s, "Raised by a rule, not yet confirmed by a person.")
	}
	if c.Unverified {
		s = append(s, "UNVERIFIED: "+doubts(c.Findings))
	}
	if c.Copy {
		s = append(s, "You get this because a value is in doubt; the destination has it as well.")
	}
	return append(s, timing(c))
}

// disclosures are what somebody wrote for the safeguarding lead, in their own words and before anything else.
func disclosures(c Case) []string {
	if c.Class != care.Safeguarding {
		return nil
	}
	var s []string
	for _, f := range c.Findings {
		words := str(f.Values["safeguarding"])
		if words == "" || contains(s, quoted(words)) {
			continue
		}
		s = append(s, "In the words of whoever wrote it, "+when(f.At)+":", quoted(words))
	}
	return s
}

func quoted(words string) string { return "“" + words + "”" }

// ownWords says whether a handover rests on nothing but what somebody wrote at a check-in.
func ownWords(findings []Finding) bool {
	for _, f := range findings {
		if f.Collection != care.Checkins {
			return false
		}
	}
	return len(findings) > 0
}

func titles(findings []Finding) []string {
	var list []string
	for _, f := range findings {
		if f.Title != "" && !contains(list, f.Title) {
			list = append(list, f.Title)
		}
	}
	return list
}

// encounter says whether the person was seen at the contacts among the findings, in their order: "seen at home, later
// not seen"; "" where nobody says so.
func encounter(findings []Finding) string {
	var how []string
	for _, f := range findings {
		if now := met(f); now != "" && (len(how) == 0 || how[len(how)-1] != now) {
			how = append(how, now)
		}
	}
	return strings.Join(how, ", later ")
}

// met says of one contact whether the person was seen at it. Readings alone say where nobody was.
func met(f Finding) string {
	switch f.Collection {
	case care.Visits:
		switch str(f.Values["status"]) {
		case "completed", "in_progress":
			return "seen at home"
		case "no_access":
			return "not seen"
		case "refused":
			return "visit refused"
		case "cancelled":
			return "visit not needed"
		}
	case care.Checkins:
		switch f.Values["seen"] {
		case true:
			return "seen or spoken to at a check-in"
		case false:
			return "not seen at a check-in"
		}
	}
	return ""
}

func doubts(findings []Finding) string {
	var why []string
	for _, f := range findings {
		if doubt := strings.TrimRight(f.Doubt, ". "); !f.Verified && doubt != "" && !contains(why, doubt) {
			why = append(why, doubt)
		}
	}
	if len(why) == 0 {
		return "it rests on a value that was refused or is disputed."
	}
	return stop(strings.Join(why, "; "))
}

func timing(c Case) string {
	s := "Recorded " + when(c.ClinicalTime)
	if at := enteredAt(c.Findings); !at.IsZero() {
		s += ", a time entered by hand at " + since(c.ClinicalTime, at)
	}
	if c.LateBy >= lateShown {
		s += fmt.Sprintf(", reached the server %s, %s late", since(c.ClinicalTime, c.ClinicalTime.Add(c.LateBy)), howLong(c.LateBy))
	}
	for _, f := range c.Findings {
		if !f.ClockKnown {
			s += " (the clock of the device was not checked)"
			break
		}
	}
	return s + "."
}

// enteredAt is when somebody last wrote a time of the findings by hand; zero where none did.
func enteredAt(findings []Finding) time.Time {
	var last time.Time
	for _, f := range findings {
		if at, err := care.ParseStamp(shownTime(f.Values, enteredField)); err == nil && at.After(last) {
			last = at
		}
	}
	return last
}

// enteredField holds when the times of a record were entered by hand.
const enteredField = "time_entered_at"
