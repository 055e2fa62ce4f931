package pipeline

import (
	"doorstep/internal/care"
	"doorstep/internal/handover"
)

// Limits of the fields that hold a handover's text, in characters.
const (
	textMax     = 4000
	safeNoteMax = 1000
)

// voluntaryTeam is the kind of team that reads the ask and the safe note only.
const voluntaryTeam = "voluntary"

// words are what a person wrote into a handover by hand. They are kept apart as soon as the text is
// told anew: nothing of them may be lost, however often that happens.
type words struct {
	Situation      string `json:"situation,omitempty"`
	Background     string `json:"background,omitempty"`
	Assessment     string `json:"assessment,omitempty"`
	Recommendation string `json:"recommendation,omitempty"`
	SafeNote       string `json:"safe_note,omitempty"`
}

func wordsOf(rec *care.Record) *words {
	return &words{rec.Text("situation"), rec.Text("background"), rec.Text("assessment"), rec.Text("recommendation"), rec.Text("safe_note")}
}

// compose writes a text with the sender's words in it, if there are any. Where both do not fit, what
// the server has to say stays whole and the words are cut short; w keeps all of them.
func (w *words) compose(c handover.Case) handover.Text {
	if w == nil {
		return handover.Compose(c)
	}
	c.ByHand, c.SafeNote = true, w.SafeNote
	c.Situation, c.Background, c.Assessment, c.Recommendation = w.Situation, w.Background, w.Assessment, w.Recommendation
	text := handover.Compose(c)
	for _, part := range []struct {
		words *string
		whole string
	}{{&c.Situation, text.Situation}, {&c.Background, text.Background}, {&c.Assessment, text.Assessment}, {&c.Recommendation, text.Recommendation}} {
		if over := len([]rune(part.whole)) - textMax; over > 0 {
			*part.words = clip(*part.words, max(0, len([]rune(*part.words))-over-len(cutShort))) + cutShort
		}
	}
	return handover.Compose(c)
}

// cutShort stands where words of the sender did not fit.
const cutShort = " [...]"
