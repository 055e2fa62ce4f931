package fhir

import (
	"strings"

	"doorstep/internal/care"
)

// task is the handover itself.
func (b *builder) task() Task {
	h := b.h
	who := b.patient()
	t := Task{ResourceType: "Task", ID: id(h.ID), Identifier: []Identifier{ours("Task", h.ID)},
		Intent: "order", Priority: first(priorities[h.Class], "routine"), Description: b.ask(), For: &who, AuthoredOn: instant(h.RaisedAt), LastModified: instant(h.ChangedAt),
		StatusReason: text(h.DeclineReason), ReasonCode: text(strings.Join(h.Reasons, "; "))}
	if t.LastModified != "" {
		t.Meta = &Meta{LastUpdated: t.LastModified}
	}
	t.Status, t.BusinessStatus = statusOf(h.State)
	name := first(ClassNames[h.Class], "of no class that is known here")
	t.Code = concept("Handover: "+name, Coding{classSystem, id(string(h.Class)), name})
	if h.From != nil || h.FromTeam != nil {
		from := b.author(h.From, h.FromTeam)
		t.Requester = &from
	}
	switch {
	case h.Owner != nil:
		owner := b.author(h.Owner, h.ToTeam)
		t.Owner = &owner
	case h.ToTeam != nil:
		owner := b.organisation(h.ToTeam)
		t.Owner = &owner
	}
	if due := instant(h.ActDue); due != "" {
		t.Restriction = &Restriction{&Period{End: due}}
	}
	if h.Unverified {
		t.Note = notes("It rests on a value that is in doubt.")
	}
	t.Input, t.Output = b.inputs(), b.outputs()
	if b.whole {
		t.Focus = b.document()
		t.Encounter = b.visited()
	}
	return t
}

// ask is the text of the handover in the order of SBAR.
func (b *builder) ask() string {
	h := b.h
	var parts []string
	for _, p := range []struct{ label, text string }{{"Situation", h.Situation}, {"Background", h.Background}, {"Assessment", h.Assessment}, {"Recommendation", h.Recommendation}, {"Safe to share", h.SafeNote}} {
		if text := said(p.text); text != "" {
			parts = append(parts, p.label+": "+text)
		}
	}
	return strings.Join(parts, "\n\n")
}

// inputs are what it rests on, and until when somebody has to have received it.
func (b *builder) inputs() (list []Parameter) {
	if due := instant(b.h.AckDue); due != "" {
		list = append(list, Parameter{Type: Concept{Text: "To be received by"}, ValueDateTime: due})
	}
	if !b.whole {
		if whole := id(b.h.ID); whole != "" {
			list = append(list, Parameter{Type: Concept{Text: "The whole handover"}, ValueReference: &Reference{Reference: "Bundle/" + whole}})
		}
		return list
	}
	for i := range b.h.Evidence {
		if e := &b.h.Evidence[i]; e.Collection == care.Observations {
			for _, k := range b.keys(e) {
				list = append(list, Parameter{Type: Concept{Text: "Reading"}, ValueReference: &Reference{Reference: urn("Observation", k)}})
			}
		}
	}
	return list
}

// outputs are the answer.
func (b *builder) outputs() (list []Parameter) {
	if outcome := words(b.h.Outcome); outcome != "" {
		list = append(list, Parameter{Type: Concept{Text: "Outcome"}, ValueCodeableConcept: &Concept{Text: outcome}})
	}
	if answer := said(b.h.Answer); answer != "" {
		list = append(list, Parameter{Type: Concept{Text: "Answer"}, ValueString: answer})
	}
	return list
}

// visited is the visit that it came of: the one of its evidence, where that is one.
func (b *builder) visited() *Reference {
	visit := ""
	for i := range b.h.Evidence {
		e := &b.h.Evidence[i]
		of, _ := e.Values["visit"].(string)
		if e.Collection == care.Visits {
			of = e.ID
		}
		if of == "" || visit != "" && visit != of {
			continue
		}
		visit = of
	}
	if visit == "" {
		return nil
	}
	at := b.encounter(visit, nil)
	return &at
}
