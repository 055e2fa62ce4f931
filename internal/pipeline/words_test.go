package pipeline

import (
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/handover"
)

// Words that fill the field leave room for what the rules found, and are kept whole themselves.
func TestWords_NeverPushOutWhatTheRulesFound(t *testing.T) {
	long := strings.Repeat("ä", textMax)
	w := &words{Situation: long, Background: long, Assessment: long, Recommendation: long}
	text := w.compose(handover.Case{To: handover.Team{ID: "p", Kind: "practice"}, Class: care.Urgent, Asks: []string{"Please ring."}, Unverified: true,
		RiskNote: "Large dog.", ClinicalTime: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC), ActDue: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC),
		Findings: []handover.Finding{{Collection: care.Visits, Record: "v", Title: "Not their usual self", Values: map[string]any{"soft_signs": []string{"confused"}}}}})
	for _, c := range []struct{ name, text, end string }{
		{"situation", text.Situation, "Recorded Mon 2 Mar 2026 10:00 (the clock of the device was not checked)."},
		{"background", text.Background, "Please note: Large dog."},
		{"assessment", text.Assessment, "Not their usual self: confused. [unverified]"},
		{"recommendation", text.Recommendation, "Please ring. By Mon 2 Mar 2026 12:00."},
	} {
		if n := len([]rune(c.text)); n > textMax || n < textMax-1 {
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
