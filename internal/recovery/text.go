package recovery

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"

	"doorstep/internal/care"
	"doorstep/internal/phone"
	"doorstep/internal/worktime"
)

// Names turns ids into what people call them; an id it does not know is shown as it is.
type Names map[string]string

func (n Names) of(id string) string {
	switch name := n[id]; {
	case name != "":
		return name
	case id == "":
		return "nobody named"
	}
	return id
}

// People lists the ids a text of this work would name: staff and patients.
func (w *Work) People() (staff, patients []string) {
	staff = []string{w.Cover.Staff}
	for _, c := range slices.Concat(w.Changes, w.TooBig) {
		staff = append(staff, c.Author)
		for _, op := range c.Ops {
			patients = append(patients, patientOf(op))
		}
	}
	tidy := func(ids []string) []string {
		slices.Sort(ids)
		return slices.DeleteFunc(slices.Compact(ids), func(id string) bool { return id == "" })
	}
	return tidy(staff), tidy(patients)
}

// patientOf is whom an op is about: a create says it in set, and a person's own record is its id.
func patientOf(op phone.Op) string {
	if op.Patient != "" {
		return op.Patient
	}
	if p, ok := op.Set["patient"].(string); ok {
		return p
	}
	if op.Collection == care.Patients {
		return op.ID
	}
	return ""
}

// Write prints the work for people, in the order it was written, with London times put right by
// the offset of the phone's clock where that is known.
func (w *Work) Write(out io.Writer, names Names) error {
	london, err := worktime.London()
	if err != nil {
		return err
	}
	p := &printer{out: out, names: names, at: func(t time.Time) string {
		return t.Add(time.Duration(w.Cover.OffsetMs) * time.Millisecond).In(london).Format("Mon 2 Jan 2006 15:04")
	}}
	p.line("Unsent work of %s, exported %s.", names.of(w.Cover.Staff), p.at(w.MadeAt))
	switch {
	case w.Cover.OffsetKnown && w.Cover.OffsetMs != 0:
		p.line("Times are put right: the phone's clock was off by %s.", (time.Duration(w.Cover.OffsetMs) * time.Millisecond).Abs().Round(time.Second))
	case !w.Cover.OffsetKnown:
		p.line("The phone's clock was never measured: times are as it showed them.")
	}
	p.line("%s, %s too big to be sent, %s.", many(len(w.Changes), "change", "changes"), many(len(w.TooBig), "change", "changes"), many(len(w.Drafts), "draft", "drafts"))
	p.changes("Changes", w.Changes)
	p.changes("Too big to be sent: write these again", w.TooBig)
	if len(w.Drafts) > 0 {
		p.line("\nDrafts: forms that were not saved")
	}
	for _, d := range w.Drafts {
		p.line("\n  %s, last touched %s", d.Form, p.at(d.At))
		p.value("    ", "typed", d.Value)
	}
	return p.err
}

func many(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}

// printer writes until the first error.
type printer struct {
	out   io.Writer
	names Names
	at    func(time.Time) string
	err   error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = io.WriteString(p.out, visible(fmt.Sprintf(format+"\n", args...)))
	}
}

// visible shows what steers a terminal, or turns the direction of writing, as its number: the text comes from a
// phone, and who reads it here may be about to believe it.
func visible(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			fmt.Fprintf(&b, `\u%04x`, r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func (p *printer) changes(title string, changes []Change) {
	if len(changes) > 0 {
		p.line("\n%s", title)
	}
	for i, c := range changes {
		when := c.AuthoredAt
		if t, err := care.ParseStamp(c.AuthoredAt); err == nil {
			when = p.at(t)
		}
		p.line("\n%3d. %s, by %s", i+1, when, p.names.of(c.Author))
		for _, op := range c.Ops {
			p.op(op)
		}
	}
}

// said is how people call what an op does.
var said = map[string]string{"create": "New", "update": "Changed", "add": "Added to", "remove": "Removed from", "retract": "Withdrew", "resolve": "Decided an issue about"}

var things = map[string]string{care.Visits: "visit", care.Checkins: "check-in", care.Goals: "goal", care.GoalSteps: "step towards a goal", care.Observations: "readings", care.Patients: "person's record",
	care.Handovers: "handover", care.HandoverEvents: "step of a handover", care.Caseload: "caseload"}

func (p *printer) op(op phone.Op) {
	verb, thing := said[op.Op], things[op.Collection]
	if verb == "" {
		verb = op.Op
	}
	if thing == "" {
		thing = op.Collection
	}
	p.line("     %s: %s", strings.TrimSpace(verb+" "+thing), p.names.of(patientOf(op)))
	for _, field := range fieldsOf(op) {
		p.value("       ", field, op.Set[field])
	}
	if len(op.Values) > 0 {
		p.value("       ", op.Field, op.Values)
	}
}

// fieldsOf lists the fields an op sets, in the order of internal/care, unknown ones last.
func fieldsOf(op phone.Op) []string {
	var fields []string
	if c, ok := care.ByName(op.Collection); ok {
		for _, f := range c.Fields {
			if _, set := op.Set[f.Name]; set && f.Name != "patient" {
				fields = append(fields, f.Name)
			}
		}
	}
	var rest []string
	for name := range op.Set {
		if name != "patient" && !slices.Contains(fields, name) {
			rest = append(rest, name)
		}
	}
	slices.Sort(rest)
	return append(fields, rest...)
}

func (p *printer) value(indent, name string, v any) {
	switch x := v.(type) {
	case nil:
		p.line("%s%s: none", indent, words(name))
	case string:
		p.line("%s%s: %s", indent, words(name), strings.ReplaceAll(p.known(x), "\n", "\n"+indent+"  "))
	case []any:
		parts := make([]string, len(x))
		for i, item := range x {
			parts[i] = plain(item)
		}
		p.line("%s%s: %s", indent, words(name), strings.Join(parts, ", "))
	case map[string]any:
		p.line("%s%s:", indent, words(name))
		keys := make([]string, 0, len(x))
		for key := range x {
			keys = append(keys, key)
		}
		slices.Sort(keys)
		for _, key := range keys {
			p.value(indent+"  ", key, x[key])
		}
	default:
		p.line("%s%s: %s", indent, words(name), plain(x))
	}
}

// known puts a name in the place of an id, and a London time in the place of a stamp.
func (p *printer) known(text string) string {
	if name := p.names[text]; name != "" {
		return name
	}
	if t, err := care.ParseStamp(text); err == nil {
		return p.at(t)
	}
	return text
}

func words(name string) string { return strings.ReplaceAll(name, "_", " ") }

func plain(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case json.Number:
		return x.String()
	case bool:
		if x {
			return "yes"
		}
		return "no"
	}
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(b)
}
