package pipeline

import (
	"doorstep/internal/care"
	"doorstep/internal/handover"
)

type sbar struct{ Situation, Background, Assessment, Recommendation, SafeNote string }

func (c *carrying) compose(n *handover.New) sbar {
	return sbar{Situation: "Raised by rule", Recommendation: n.Ask}
}

func (c *carrying) join(j handover.Joining) error { return nil }

func (c *carrying) withdraw(id string) error { return nil }

func (p *plan) byHand(rec *care.Record) error {
	set(rec, map[string]any{"from_staff": p.by.Staff, "by_hand": true, "state": string(care.Queued), "raised_at": care.Stamp(p.received), "clinical_time": care.Stamp(p.at)})
	return nil
}
