package handover

import "doorstep/internal/care"

// Limits of the fields that hold a handover's text, in characters.
const (
	MaxText     = 4000
	MaxSafeNote = 1000
)

// SenderText is what a person wrote into a handover by hand. It is kept apart as soon as the text is
// written anew: nothing of it may be lost, however often that happens.
type SenderText struct {
	Situation      string `json:"situation,omitempty"`
	Background     string `json:"background,omitempty"`
	Assessment     string `json:"assessment,omitempty"`
	Recommendation string `json:"recommendation,omitempty"`
	SafeNote       string `json:"safe_note,omitempty"`
}

// WholeTextOf reads a handover as it came, with what its sender's phone filled in.
func WholeTextOf(rec *care.Record) *SenderText {
	h := care.AsHandover(rec)
	return &SenderText{h.Situation(), h.Background(), h.Assessment(), h.Recommendation(), h.SafeNote()}
}

// SenderTextOf reads the words of a handover's sender: without the parts that the phone filled in from what was
// recorded, which are written anew from that.
func SenderTextOf(rec *care.Record) *SenderText {
	w := WholeTextOf(rec)
	for _, part := range care.AsHandover(rec).FilledIn() {
		switch part {
		case care.PartSituation:
			w.Situation = ""
		case care.PartBackground:
			w.Background = ""
		case care.PartAssessment:
			w.Assessment = ""
		case care.PartRecommendation:
			w.Recommendation = ""
		}
	}
	return w
}

// Compose writes a text with the sender's words in it; a nil SenderText has none. Where both do not fit,
// what the server has to say stays whole and the words are cut short; w keeps all of them.
func (w *SenderText) Compose(c Case) Text {
	if w == nil {
		return Compose(c)
	}
	c.ByHand, c.SafeNote = true, w.SafeNote
	c.Situation, c.Background, c.Assessment, c.Recommendation = w.Situation, w.Background, w.Assessment, w.Recommendation
	text := Compose(c)
	for _, part := range []struct {
		words *string
		whole string
	}{{&c.Situation, text.Situation}, {&c.Background, text.Background}, {&c.Assessment, text.Assessment}, {&c.Recommendation, text.Recommendation}} {
		if over := len([]rune(part.whole)) - MaxText; over > 0 {
			*part.words = care.Clip(*part.words, max(0, len([]rune(*part.words))-over-len(cutShort))) + cutShort
		}
	}
	return Compose(c)
}

// cutShort stands where words of the sender did not fit.
const cutShort = " [...]"

// ClipSafe is a note that is safe to share as far as the field holds it. What is longer says that it goes on: its reader
// asks, and the sender's own words are kept whole.
func ClipSafe(note string) string {
	if len([]rune(note)) <= MaxSafeNote {
		return note
	}
	return care.Clip(note, MaxSafeNote-len(cutShort)) + cutShort
}
