package handover

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
)

// U5, U7, U21, U23, U37
func TestTheTextsOfHandovers(t *testing.T) {
	eachGolden(t, func(t *testing.T, g golden, c Case) {
		got := Compose(c).String()
		if *update {
			if err := os.WriteFile(g.file, []byte(g.head+"\n"+got), 0o644); err != nil {
				t.Fatal(err)
			}
			return
		}
		if got != g.want {
			t.Errorf("got\n%s\nwant\n%s", got, g.want)
		}
	})
}

// U5. A text says "seen" only of somebody of whom a visit or a check-in says so.
func TestATextSaysSeenOnlyOfSomebodyWhoWasSeen(t *testing.T) {
	seen := regexp.MustCompile(`\b(seen|saw)\b`)
	denied := regexp.MustCompile(`\bnot (be )?seen\b`)
	eachGolden(t, func(t *testing.T, _ golden, c Case) {
		met := false
		for _, f := range c.Findings {
			switch status := f.Values["status"]; {
			case status == "completed", status == "in_progress", f.Values["seen"] == true:
				met = true
			}
		}
		if text := denied.ReplaceAllString(Compose(c).String(), ""); !met && seen.MatchString(text) {
			t.Errorf("nobody was seen:\n%s", text)
		}
	})
}

// Every state a visit can be in, so that a new one is decided about.
func TestWhatEachStatusOfAVisitSaysOfThePerson(t *testing.T) {
	want := map[string]string{"planned": "", "in_progress": "seen at home", "completed": "seen at home", "no_access": "not seen",
		"refused": "visit refused", "cancelled": "visit not needed", "retracted": ""}
	for _, status := range care.VisitStatuses {
		expected, known := want[status]
		if got := met(Finding{Collection: care.Visits, Values: map[string]any{"status": status}}); !known || got != expected {
			t.Errorf("%s says %q", status, got)
		}
	}
	for _, refused := range []any{nil, 7, "Completed"} {
		if got := met(Finding{Collection: care.Visits, Values: map[string]any{"status": refused}}); got != "" {
			t.Errorf("%v says %q", refused, got)
		}
	}
}

// U7, U37, D13. No line stands twice, no sentence ends twice, no id, code or word meant for the author is in it.
func TestATextHoldsNothingTwiceAndNothingMeantForSomebodyElse(t *testing.T) {
	wrong := regexp.MustCompile(`\.\.|\. \.|[?!]\.|\b[0-9a-z]{26}\b|\b[a-z]+_[a-z]+\b|\b[Yy]our\b`)
	eachGolden(t, func(t *testing.T, _ golden, c Case) {
		text := Compose(c)
		if bad := wrong.FindString(text.String()); bad != "" {
			t.Errorf("%q in\n%s", bad, text)
		}
		told := map[string]bool{}
		for _, part := range []string{text.Situation, text.Background, text.Assessment, text.Recommendation} {
			for _, line := range strings.Split(part, "\n") {
				if line != "" && told[line] {
					t.Errorf("twice: %q", line)
				}
				told[line] = true
			}
		}
		for _, f := range c.Findings {
			said := care.ReadingsText(f.Values, points(f.NEWS2), false)
			if c.To.Kind != kindVoluntary && said != "" && f.Collection == care.Observations && strings.Count(text.String(), strings.Split(said, ", ")[0]) != 1 {
				t.Errorf("%q is not there once", said)
			}
		}
	})
}

func TestASentenceEndsOnce(t *testing.T) {
	for in, want := range map[string]string{"a": "a.", "a.": "a.", "a..": "a.", "a. ": "a.", "a?": "a?", "a!": "a!", "a…": "a…", "": "", "a)": "a)."} { //nolint:gocritic // the blank at an end is what it is about
		if got := stop(in); got != want {
			t.Errorf("%q ends %q, want %q", in, got, want)
		}
	}
}

// Neither a voluntary team nor anybody but the safeguarding lead reads what is not for them.
func TestWhatMustNotBeReadIsInNoFieldOfTheText(t *testing.T) {
	eachGolden(t, func(t *testing.T, _ golden, c Case) {
		var hidden []string
		switch {
		case c.To.Kind == kindVoluntary:
			hidden = append(hidden, "NEWS2", "aged", "tired", c.Situation, c.Assessment, c.Background)
		case c.Class == care.Safeguarding && c.To.Kind != kindSafeguarding:
			hidden = append(hidden, "cold", "aged")
		}
		for _, f := range c.Findings {
			if c.Class != care.Safeguarding || c.To.Kind != kindSafeguarding {
				hidden = append(hidden, str(f.Values["safeguarding"]))
			}
		}
		text := Compose(c).String()
		for _, words := range hidden {
			if words != "" && strings.Contains(text, words) {
				t.Errorf("the text holds %q:\n%s", words, text)
			}
		}
	})
}

// U21. A disclosure stands before everything else, as what somebody wrote.
func TestADisclosureStandsFirstAndIsHeadedAsSomebodysWords(t *testing.T) {
	at := time.Date(2026, 3, 2, 11, 0, 0, 0, time.UTC)
	text := Compose(Case{To: Team{ID: "s", Kind: kindSafeguarding}, Class: care.Safeguarding, ClinicalTime: at, Findings: []Finding{
		{Collection: care.Checkins, Record: "c1", At: at, ClockKnown: true, Verified: true, Title: "Safeguarding concern",
			Values: map[string]any{"seen": true, "concern": "Cold house.", "safeguarding": "Her nephew took her card.\nHe shouts."}},
		{Collection: care.Checkins, Record: "c2", At: at.Add(time.Hour), ClockKnown: true, Verified: true, Values: map[string]any{"safeguarding": "He came back."}}}})
	for _, want := range []string{"“Her nephew took her card.\nHe shouts.”", "“He came back.”"} {
		if strings.Count(text.String(), want) != 1 {
			t.Errorf("%s is not there once:\n%s", want, text)
		}
	}
	if !strings.HasPrefix(text.Situation, "In the words of whoever wrote it, Mon 2 Mar 2026 11:00:\n“Her nephew") || strings.Contains(text.Situation, "rule") {
		t.Errorf("it begins\n%s", text.Situation)
	}
}

func TestLatenessIsSaidAsPeopleSayIt(t *testing.T) {
	for d, want := range map[time.Duration]string{
		30 * time.Second: "under a minute", 59 * time.Minute: "59 min", 3*time.Hour + 8*time.Minute: "3 h 8 min",
		48 * time.Hour: "2 d", 49*time.Hour + time.Minute + 59*time.Second: "2 d 1 h 1 min",
	} {
		if got := howLong(d); got != want {
			t.Errorf("%s is %q, want %q", d, got, want)
		}
	}
}
