package judge

import (
	"slices"

	"doorstep/internal/care"
)

// Gathered stands before a room of judging and keeps what the changes of one transaction did, until Judge is
// let look at all of it at once: each person is judged once, however many changes were about them. What comes
// of it is the same as when each change is judged by itself, for what holds follows from the evidence that
// stands in the end.
type Gathered struct {
	Next interface {
		Judge(t TakenIn) error
		Deleted(rec *care.Record) error
	}

	all TakenIn
}

// Judge implements takein.Judge: it keeps what a change did.
func (g *Gathered) Judge(t TakenIn) error {
	g.all.add(t)
	return nil
}

// Deleted implements takein.Judge.
func (g *Gathered) Deleted(rec *care.Record) error { return g.Next.Deleted(rec) }

// End lets what was kept be judged.
func (g *Gathered) End() error {
	all := g.all
	g.all = TakenIn{}
	return g.Next.Judge(all)
}

// add puts what a further change did behind what earlier ones did. An issue that it decided was left open by
// none of them.
func (t *TakenIn) add(next TakenIn) {
	t.Written = append(t.Written, next.Written...)
	t.Issues = append(t.Issues, next.Issues...)
	t.Raised = append(t.Raised, next.Raised...)
	t.Refused = append(t.Refused, next.Refused...)
	t.Settled = append(t.Settled, next.Settled...)
	for _, issue := range next.Settled {
		t.Issues = without(t.Issues, issue.ID)
		t.Refused = without(t.Refused, issue.ID)
	}
}

func without(issues []*care.Record, id string) []*care.Record {
	return slices.DeleteFunc(issues, func(i *care.Record) bool { return i.ID == id })
}
