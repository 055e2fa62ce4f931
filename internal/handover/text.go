package handover

import (
	"slices"
	"strings"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/news2"
)

// Finding is one record a handover rests on.
type Finding struct {
	Collection string
	Record     string
	Title      string // of the rule that held there, "" where none did
	At         time.Time
	ClockKnown bool
	Verified   bool
	// Doubt says why a value is not verified, to whoever reads it and did not write it: "pulse 900/min was refused as
	// impossible", "two people recorded different values of pulse". It may hold clinical content.
	Doubt  string
	Values map[string]any
	NEWS2  *news2.Score
	// Was is the set of readings that this one replaces, nil for none, and WrittenAt when this one was written.
	Was       *Finding
	WrittenAt time.Time
}

// Case is what the text of a handover is composed from.
type Case struct {
	To    Team
	Class care.Class
	// Age in whole years, nil when not known. The text names nobody: the handover refers to the
	// person, and whoever may open it sees who it is.
	Age      *int
	Findings []Finding // in clinical order
	// Before is the last scored set before them, nil where none is known.
	Before *Finding
	// Asks are the recommendations of the rules of this class, without doubles.
	Asks []string

	// What a person wrote, where it was raised by hand.
	ByHand                                            bool
	Situation, Background, Assessment, Recommendation string
	// SafeNote is what the sender wrote as safe to share with a voluntary partner.
	SafeNote string

	Confirmed  bool
	Unverified bool
	Called999  bool // the sender says that 999 was called
	Withdrawn  bool // its last reason was corrected or retracted since
	Copy       bool // goes to a lead or coordinator because it is unverified
	// Meant is whom it was meant for where that team cannot take it, "Oak Surgery, which has closed"; "" otherwise.
	Meant string

	ClinicalTime, ActDue time.Time
	LateBy               time.Duration // from the clinical time to the server

	Communication []string // needs
	RiskNote      string   // of the person, written to be safe to share
}

// Text is a handover in SBAR order (NHS Institute: situation, background, assessment,
// recommendation). SafeNote is all that a limited viewer gets.
type Text struct{ Situation, Background, Assessment, Recommendation, SafeNote string }

// Compose writes the text of a handover from what is known. A phone shows its author the same before it is sent
// (pb_public/app/model/sbar.js): both are held to testdata/texts.
//
//   - It says of nobody that they were seen unless somebody recorded a visit at which they were.
//   - Each fact stands once: what the sender's own words hold already is not said again.
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
		Situation:      paragraphs(c.Situation, c.unsaid(situation(c))...),
		Background:     paragraphs(c.Background, c.unsaid(background(c))...),
		Assessment:     paragraphs(c.Assessment, c.unsaid(assessment(c))...),
		Recommendation: paragraphs(c.Recommendation, c.unsaid(recommendation(c))...),
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
		Situation: "A safeguarding concern was recorded " + when(c.ClinicalTime) + ". Its content is for the safeguarding lead only.",
		Recommendation: paragraphs("No safeguarding lead has taken it yet. Please ring the safeguarding lead or the local authority now.",
			due(c)...),
	}
}

// limited is what a voluntary team reads: what is asked of it, and what is safe to share. Where a person asks something
// of it, what the rules ask beside that is asked of clinicians.
func limited(c Case) Text {
	ask := c.Recommendation
	if !c.ByHand {
		ask = paragraphs(ask, c.Asks...)
	}
	ask = paragraphs(ask, due(c)...)
	note := c.SafeNote
	if note == "" {
		note = c.RiskNote
	}
	said := ask
	if note != "" {
		said = paragraphs("What we ask: "+ask, "Safe to share: "+note)
	}
	return Text{Recommendation: ask, SafeNote: said}
}

// unsaid are the lines that the sender's own words do not hold already: an earlier app filled them in, and a sender may
// have written around what was filled in for them.
func (c *Case) unsaid(lines []string) []string {
	return slices.DeleteFunc(lines, func(line string) bool { return line == "" || c.holds(line) })
}

// holds says whether a person wrote a text into any part.
func (c *Case) holds(text string) bool {
	return slices.ContainsFunc([]string{c.Situation, c.Background, c.Assessment, c.Recommendation},
		func(words string) bool { return strings.Contains(words, text) })
}

func background(c Case) []string {
	var s []string
	if len(c.Communication) > 0 {
		s = append(s, "Communication needs: "+strings.Join(needs(c.Communication), ", ")+".")
	}
	if c.RiskNote != "" && !c.holds(c.RiskNote) {
		s = append(s, "Please note: "+c.RiskNote)
	}
	return s
}

// asks of a class where neither a rule nor a person says what is asked.
var askOf = map[care.Class]string{
	care.Emergency:   "Please review at once.",
	care.Urgent:      "Please review within 2 hours and ring the sender back.",
	care.SameDay:     "Please review today.",
	care.Routine:     "Please review at the next opportunity.",
	care.Information: "For information; nothing is asked.",
}

func recommendation(c Case) []string {
	var s []string
	if c.Copy {
		s = append(s, "Please check the value in doubt with whoever recorded it, and see that the destination has answered.")
	}
	if c.Class == care.Emergency && !c.Called999 && !c.Copy {
		s = append(s, Call999)
	}
	s = append(s, c.Asks...)
	switch {
	case c.Withdrawn:
		s = append(s, "What raised this was corrected since. "+DecideAnew)
	case len(c.Asks) == 0 && c.Recommendation == "" && askOf[c.Class] != "":
		s = append(s, askOf[c.Class])
	}
	return append(s, due(c)...)
}

// DecideAnew is said of a handover whose last reason was corrected or retracted, to whoever has it.
const DecideAnew = "Please decide whether it still needs an answer."

// Call999 is asked of whoever has an emergency, unless its sender says that 999 was called.
const Call999 = "If 999 has not been called, call now."

// due says by when somebody must act, in a line of its own.
func due(c Case) []string {
	switch {
	case c.ActDue.IsZero():
		return nil
	case c.ClinicalTime.Add(c.LateBy).After(c.ActDue):
		return []string{"This was due by " + when(c.ActDue) + ", which had passed when it arrived: please act at once."}
	}
	return []string{"By " + when(c.ActDue) + "."}
}
