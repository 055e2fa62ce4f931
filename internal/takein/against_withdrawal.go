package takein

import (
	"encoding/json"
	"slices"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/reconcile"
)

// against is what one change wrote about a record that had been withdrawn.
type against struct {
	issue  *care.Record
	answer int            // its place among the conflicts of the answer
	lost   map[string]any // by field
	saw    map[string]any
}

// Whether a record stands, as the sides of a conflict about that say it.
var (
	withdrawn = json.RawMessage(`{"retract":true}`)
	standing  = json.RawMessage(`{"retract":false}`)
)

// keepAgainst keeps what somebody wrote about a record that had been withdrawn. Nothing is resurrected by itself
// and nothing hidden: all that a change wrote of it says something only together, so it is one conflict, which is
// settled once; and whoever withdrew the record is told. Of a single field it is a conflict about that field.
func (in *input) keepAgainst(p *planned, d *draft, e reconcile.Edit) {
	e.Value = in.corrected(d, e.Field.Name, e.Value)
	a := p.against[d]
	if a == nil {
		in.conflict(p, d, e, care.PolicyRetracted, reconcile.Lost, reconcile.Current{Value: d.rec.Get(e.Field.Name), Last: d.rec.LastChange(withdrawal)})
		a = &against{issue: p.issues[len(p.issues)-1], answer: len(p.conflicts) - 1, lost: map[string]any{}, saw: map[string]any{}}
		if p.against == nil {
			p.against = map[*draft]*against{}
		}
		p.against[d] = a
	}
	a.lost[e.Field.Name] = e.Value
	if e.HasWas {
		a.saw[e.Field.Name] = e.Was
	}
	if len(a.lost) == 1 {
		a.issue.Values["lost"] = care.JSON(e.Value)
		p.conflicts[a.answer].Yours = care.JSON(e.Value)
		return
	}
	a.issue.SetAll(map[string]any{"field": nil, "kept": withdrawn, "lost": care.JSON(a.lost), "before": care.JSON(a.saw)})
	told := &p.conflicts[a.answer]
	told.Field, told.Theirs, told.Yours = "", withdrawn, care.JSON(a.lost)
}

// corrected is a time that this change says as it was, by the server's clock; any other value as it is.
func (in *input) corrected(d *draft, field string, value any) any {
	if !slices.Contains(care.TimesOf(d.rec.Collection.Name), field) || slices.Contains(d.asItWas, field) {
		return value
	}
	t, err := care.ParseStamp(textOf(value))
	if err != nil {
		return value
	}
	t, _ = in.by.Clock.Correct(t, in.received)
	return care.Stamp(t)
}

func textOf(value any) string { s, _ := value.(string); return s }

// membersAgainst is keepAgainst of an add to a list, or a remove from it: what the list would be.
func (in *input) membersAgainst(p *planned, d *draft, e reconcile.Edit, add, remove []string) {
	list, _ := d.rec.Get(e.Field.Name).([]string)
	if a := p.against[d]; a != nil {
		if wanted, ok := a.lost[e.Field.Name].([]string); ok {
			list = wanted
		}
	}
	list = slices.DeleteFunc(slices.Concat(list, add), func(m string) bool { return slices.Contains(remove, m) })
	e.Value = care.NewList(list)
	in.keepAgainst(p, d, e)
}

// recordedAgainst reads back what a change wrote about a withdrawn record, by field.
func recordedAgainst(issue *care.Record) map[string]any {
	i := care.AsIssue(issue)
	lost := care.DecodeJSON(i.Lost())
	if i.Field() != "" {
		return map[string]any{i.Field(): lost}
	}
	values, _ := lost.(map[string]any)
	return values
}

// settleAgainst plans a decision about work on a record that had been withdrawn: {"retract": true} leaves it
// withdrawn; {"retract": false} lets it stand again with all that was recorded. Values say what a field is to be
// instead, and that the record is to stand.
func (in *input) settleAgainst(p *planned, issue, target *draft, op *care.Op) error {
	if stays, said := op.Set["retract"].(bool); stays || !said && len(op.Set) == 0 {
		return nil
	}
	again := *op
	again.Set = recordedAgainst(issue.rec)
	in.takesOver(issue.rec, target, again.Set)
	for name, value := range op.Set {
		if name != "retract" {
			again.Set[name] = value
			in.takesOver(issue.rec, target, map[string]any{name: value})
		}
	}
	if !target.rec.Retracted.IsZero() {
		in.letStand(target)
	}
	return in.update(p, target, &again)
}

// letStand takes the withdrawal of a record back: somebody decided that it happened after all.
func (in *input) letStand(d *draft) {
	d.rec.Retracted, d.dirty = time.Time{}, true
	d.rec.Stamped(withdrawal, in.stamp())
}
