package handover

import (
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
)

// Words that fill the field leave room for what the rules found, and are kept whole themselves.
func TestSenderText_NeverPushOutWhatTheRulesFound(t *testing.T) {
	long := strings.Repeat("ä", MaxText)
	w := &SenderText{Situation: long, Background: long, Assessment: long, Recommendation: long}
	text := w.Compose(Case{To: Team{ID: "p", Kind: "practice"}, Class: care.Urgent, Asks: []string{"Please ring."}, Unverified: true,
		RiskNote: "Large dog.", ClinicalTime: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC), ActDue: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC),
		Findings: []Finding{{Collection: care.Visits, Record: "v", Title: "Not their usual self", Values: map[string]any{"soft_signs": []string{"confused"}}}}})
	for _, c := range []struct{ name, text, end string }{
		{"situation", text.Situation, "Recorded Mon 2 Mar 2026 10:00 (the clock of the device was not checked)."},
		{"background", text.Background, "Please note: Large dog."},
		{"assessment", text.Assessment, "Not their usual self: confused. [unverified]"},
		{"recommendation", text.Recommendation, "Please ring.\nBy Mon 2 Mar 2026 12:00."},
	} {
		if n := len([]rune(c.text)); n > MaxText || n < MaxText-1 {
			t.Errorf("the %s has %d characters", c.name, n)
		}
		if !strings.HasPrefix(c.text, "ää") || !strings.Contains(c.text, "ä"+cutShort) || !strings.HasSuffix(c.text, c.end) {
			t.Errorf("the %s ends …%s", c.name, c.text[len(c.text)-200:])
		}
	}
	if w.Situation != long {
		t.Error("the words themselves were cut")
	}
}
