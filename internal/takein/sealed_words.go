package takein

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"doorstep/internal/access"
	"doorstep/internal/arrange"
	"doorstep/internal/care"
	"doorstep/internal/reconcile"
	"doorstep/internal/rules"
	"doorstep/internal/wire"
)

// What is written for the safeguarding lead alone only grows: nobody but that lead reads what stands there, so
// that nobody can mean to replace it. Whatever is written is a further line, whoever writes it and whatever its
// form. The lead reads the first text in what a rule raises from it, and each further line in a handover of its
// own. See arrange.RaiseWords.

// longestSealed is how long such a text grows where it is stored, in bytes. What no longer fits
// still reaches the lead.
const longestSealed = 50_000

// sealedWords is the text of whatever was written into a sealed field; nil for none.
func sealedWords(raw any) any {
	if text := sealedText(raw); text != "" {
		return text
	}
	return nil
}

// sealedText writes any value as text. The receipt that phones show in the place of what is sealed says nothing.
func sealedText(raw any) string {
	switch v := raw.(type) {
	case nil:
		return ""
	case string:
		if v = strings.TrimSpace(v); v == care.SealedReceipt {
			return ""
		}
		return v
	case []any:
		lines := make([]string, 0, len(v))
		for _, item := range v {
			if line := sealedText(item); line != "" {
				lines = append(lines, line)
			}
		}
		return strings.Join(lines, "\n")
	case map[string]any:
		return string(care.JSON(v))
	}
	return fmt.Sprint(raw)
}

// grow adds what was written into a sealed field.
func (in *input) grow(p *planned, d *draft, e reconcile.Edit) {
	text, _ := e.Value.(string)
	name := e.Field.Name
	have := d.rec.Text(name)
	if text == "" || has(have, text) {
		return
	}
	stands := d.rec.Retracted.IsZero()
	if whole := strings.TrimPrefix(have+"\n"+text, "\n"); stands && len(whole) <= longestSealed {
		d.write(name, whole, in.stamp())
	}
	if d.old != nil {
		in.keepWords(p, d.rec.Person(), d.rec.ID, text, nil)
		p.words[len(p.words)-1].First = d.old.Text(name) == "" && stands
	}
}

// has says whether a text holds words as lines of its own.
func has(text, words string) bool { return strings.Contains("\n"+text+"\n", "\n"+words+"\n") }

// keepWords notes words for the safeguarding lead. Issue: they were set aside or refused with it. Patient is "" where
// whom they are about is not there.
func (in *input) keepWords(p *planned, patient, record, text string, issue *care.Record) {
	if text == "" {
		return
	}
	if record == "" { // what could not be read
		record = rules.ID("refused", in.m.Key, text)
	}
	w := arrange.Words{Key: in.m.Key, Patient: patient, Record: record, Author: in.by.Staff, Text: text,
		At: in.at, ClockKnown: in.known}
	if issue != nil {
		w.Doubt = care.Doubt(issue)
	}
	p.words = append(p.words, w)
}

// isConcern says whether a record is a safeguarding concern.
func isConcern(rec *care.Record) bool {
	return rec.Collection.Name == care.Handovers && care.AsHandover(rec).Class() == care.Safeguarding
}

// lineOfConcern says whether an op adds a line to the history of a safeguarding concern, be it one that is itself held back,
// and whom that is about. A line of a handover that nobody knows is looked at again when there is one; see Room.Raised.
func (in *input) lineOfConcern(op *care.Op, issue *care.Record) (patient string, is bool, err error) {
	id, _ := op.Set["handover"].(string)
	if op.Collection != care.HandoverEvents || !care.IsID(id) {
		return "", false, nil
	}
	handovers, _ := care.ByName(care.Handovers)
	if rec, err := in.Store.Record(handovers, id); err != nil || rec != nil {
		if err != nil {
			return "", false, err
		}
		return rec.Person(), isConcern(rec), nil
	}
	row, err := in.Store.QuarantinedCreate(id)
	if err == nil && row == "" {
		err = in.Notes.Expect(id, care.Reference{Collection: care.Quarantine, ID: issue.ID})
	}
	if err != nil || row == "" {
		return "", false, err
	}
	held, err := in.Issue(row)
	if err != nil || held == nil {
		return "", false, err
	}
	ops := wire.Ops(wire.KeptIn(held))
	is = slices.ContainsFunc(ops, func(made care.Op) bool { return made.ID == id && access.ConcernIn(&made) != "" })
	return care.AsIssue(held).Patient(), is, nil
}

// wordsRefused are those in a change that is kept whole. What a refused check-in would have begun with, and a refused
// concern by hand, is raised by the rules and by hand, where there is anybody whom it is about; everything else under
// such a name is raised here, whatever collection it names. So is a line of the history of a concern, and a change that cannot be read and speaks of
// safeguarding: what is hidden from everybody else must have a reader.
func (in *input) wordsRefused(p *planned, issue *care.Record) error {
	ops, raised := wire.Ops(in.m), false
	for i := range ops {
		op := &ops[i]
		patient, err := in.personOf(op)
		if err != nil {
			return err
		}
		before := len(p.words)
		for _, name := range slices.Sorted(maps.Keys(op.Set)) {
			_, plain := op.Set[name].(string)
			byRule := patient != "" && plain && op.Kind == care.OpCreate && access.Sealed(op.Collection, name)
			raised = raised || byRule
			if care.SealedName(name) && !byRule {
				in.keepWords(p, patient, op.ID, sealedText(op.Set[name]), issue)
			}
		}
		if care.SealedName(op.Field) {
			in.keepWords(p, patient, op.ID, sealedText(op.Values), issue)
		}
		if patient == "" {
			in.keepWords(p, "", op.ID, access.ConcernIn(op), issue)
		}
		if about, is, err := in.lineOfConcern(op, issue); err != nil {
			return err
		} else if is {
			patient = about
			in.keepWords(p, patient, op.ID, sealedText(op.Set["text"]), issue)
		}
		for n := before; n < len(p.words); n++ {
			p.words[n].Misnamed = patient != "" && op.Patient != "" && op.Patient != patient
		}
	}
	if !raised && len(p.words) == 0 && access.MaybeSafeguarding(issue) {
		in.keepWords(p, care.AsIssue(issue).Patient(), "", care.Clip(strings.ToValidUTF8(string(in.m.Raw), "\uFFFD"), longestSealed), issue)
	}
	return nil
}

// raiseWords brings them before the safeguarding lead.
func (in *input) raiseWords(p *planned) error {
	for _, w := range p.words {
		if err := in.Handovers.RaiseWords(w); err != nil {
			return err
		}
	}
	return nil
}
