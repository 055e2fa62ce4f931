package handover

import (
	"fmt"
	"strings"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/news2"
	"doorstep/internal/worktime"
)

// lateShown is the lateness from which a text says so. Below it a phone was merely slow.
const lateShown = 5 * time.Minute

// Finding is one record a handover rests on.
type Finding struct {
	Collection string
	Record     string
	Title      string // of the rule that held there
	At         time.Time
	ClockKnown bool
	Verified   bool
	// Doubt says in plain words why a value is not verified: "refused: pulse of 900 is outside
	// 0 to 350", "two people recorded different values". It may hold clinical content.
	Doubt  string
	Values map[string]any
	NEWS2  *news2.Score
}

// Case is what the text of a handover is composed from.
type Case struct {
	To    Team
	Class care.Class
	// Age in whole years, nil when not known. The text names nobody: the handover refers to the
	// person, and whoever may open it sees who it is.
	Age      *int
	Findings []Finding // in clinical order
	// Asks are the recommendations of the rules, the most urgent first, without doubles.
	Asks []string

	// What a person wrote, where it was raised by hand.
	ByHand                                            bool
	Situation, Background, Assessment, Recommendation string
	// SafeNote is what the sender wrote as safe to share with a voluntary partner.
	SafeNote string

	Confirmed  bool
	Unverified bool
	Copy       bool // goes to a lead or coordinator because it is unverified

	ClinicalTime, ActDue time.Time
	LateBy               time.Duration // from the clinical time to the server

	Communication []string // needs
	RiskNote      string   // of the person, written to be safe to share
}

// Text is a handover in SBAR order (NHS Institute: situation, background, assessment,
// recommendation). SafeNote is all that a limited viewer gets.
type Text struct{ Situation, Background, Assessment, Recommendation, SafeNote string }

// Compose writes the text of a handover.
//
//   - To a voluntary team it carries the ask and the safe-to-share note, nothing else.
//   - Safeguarding content is for the safeguarding team; anybody else reads that there is some.
//   - Access notes (key safes) are never in it.
func Compose(c Case) Text {
	switch {
	case c.Class == care.Safeguarding && c.To.Kind != kindSafeguarding:
		return sealed(c)
	case c.To.Kind == kindVoluntary:
		return limited(c)
	}
	t := Text{
		Situation:      situation(c),
		Background:     background(c),
		Assessment:     join("\n", c.Assessment, assessment(c)),
		Recommendation: recommendation(c),
	}
	if c.Class != care.Safeguarding {
		t.SafeNote = c.SafeNote
	}
	return t
}

const (
	kindVoluntary    = care.VoluntaryKind
	kindSafeguarding = "safeguarding"
)

// sealed is what anybody but the safeguarding lead reads of a safeguarding concern.
func sealed(c Case) Text {
	return Text{
		Situation:      "A safeguarding concern was recorded " + when(c.ClinicalTime) + ". Its content is for the safeguarding lead only.",
		Recommendation: "No safeguarding lead has taken it yet. Please ring the safeguarding lead or the local authority now." + by(c),
	}
}

func limited(c Case) Text {
	ask := recommendation(c)
	note := c.SafeNote
	if note == "" {
		note = c.RiskNote
	}
	return Text{Recommendation: ask, SafeNote: join("\n", ask, note)}
}

func situation(c Case) string {
	var s []string
	if c.Situation != "" {
		s = append(s, c.Situation)
	}
	who := "A person of unknown age"
	if c.Age != nil {
		who = fmt.Sprintf("A person aged %d", *c.Age)
	}
	var titles []string
	for _, f := range c.Findings {
		if f.Title != "" && !contains(titles, f.Title) {
			titles = append(titles, f.Title)
		}
	}
	if len(titles) > 0 {
		s = append(s, who+": "+strings.Join(titles, "; ")+".")
	} else if c.Situation == "" {
		s = append(s, who+".")
	}
	switch {
	case c.Confirmed:
		s = append(s, "Confirmed by a clinician.")
	case !c.ByHand:
		s = append(s, "Raised by a rule, not yet confirmed by a person.")
	}
	if c.Unverified {
		s = append(s, "UNVERIFIED: "+doubts(c.Findings))
	}
	if c.Copy {
		s = append(s, "You get this because a value is in doubt; the destination has it as well.")
	}
	s = append(s, timing(c))
	return strings.Join(s, "\n")
}

func doubts(findings []Finding) string {
	var why []string
	for _, f := range findings {
		if !f.Verified && f.Doubt != "" && !contains(why, f.Doubt) {
			why = append(why, f.Doubt)
		}
	}
	if len(why) == 0 {
		return "it rests on a value that was refused or is disputed."
	}
	return strings.Join(why, "; ") + "."
}

func timing(c Case) string {
	s := "Recorded " + when(c.ClinicalTime)
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

func background(c Case) string {
	var s []string
	if c.Background != "" {
		s = append(s, c.Background)
	}
	if len(c.Communication) > 0 {
		s = append(s, "Communication needs: "+strings.Join(words(c.Communication), ", ")+".")
	}
	if c.RiskNote != "" {
		s = append(s, "Please note: "+c.RiskNote)
	}
	return strings.Join(s, "\n")
}

func recommendation(c Case) string {
	asks := c.Asks
	if c.Recommendation != "" && !contains(asks, c.Recommendation) { // a phone fills in the ask of the rule that it warned of
		asks = append([]string{c.Recommendation}, asks...)
	}
	if c.Copy {
		asks = append([]string{"Please check the value in doubt with whoever recorded it, and see that the destination has answered."}, asks...)
	}
	return strings.TrimSpace(strings.Join(asks, "\n") + by(c))
}

func by(c Case) string {
	if c.ActDue.IsZero() {
		return ""
	}
	if c.ClinicalTime.Add(c.LateBy).After(c.ActDue) {
		return " This was due by " + when(c.ActDue) + ", which had passed when it arrived: please act at once."
	}
	return " By " + when(c.ActDue) + "."
}

func when(t time.Time) string { return worktime.InLondon(t).Format("Mon 2 Jan 2006 15:04") }

// since gives a later moment, without the day when it is the same one.
func since(first, later time.Time) string {
	a, b := worktime.InLondon(first), worktime.InLondon(later)
	if a.YearDay() == b.YearDay() && a.Year() == b.Year() {
		return b.Format("15:04")
	}
	return when(later)
}

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

func words(codes []string) []string {
	out := make([]string, len(codes))
	for i, c := range codes {
		out[i] = strings.ReplaceAll(c, "_", " ")
	}
	return out
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

func contains(list []string, s string) bool {
	for _, have := range list {
		if have == s {
			return true
		}
	}
	return false
}
