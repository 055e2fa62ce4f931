package fhir

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/news2"
)

// key names a reading of a set; that of a set in doubt is another than that of the set as it is stored.
func key(e *Evidence, reading string) string {
	if !e.Verified {
		reading += "-in-doubt"
	}
	return e.ID + "/" + reading
}

const scoreKey = "news2"

// taken are the readings of a set that are observations of their own, in the order of the table. A blood pressure is one.
func taken(e *Evidence) (names []string) {
	for _, r := range care.Readings() {
		switch {
		case r.Name == "diastolic":
			if e.Values["systolic"] == nil && e.Values["diastolic"] != nil {
				names = append(names, "systolic")
			}
		case e.Values[r.Name] != nil:
			names = append(names, r.Name)
		}
	}
	return names
}

// keys are those of all that a set becomes.
func (b *builder) keys(e *Evidence) (list []string) {
	for _, name := range taken(e) {
		list = append(list, key(e, name))
	}
	if e.Score != nil {
		list = append(list, key(e, scoreKey))
	}
	return list
}

// readings adds a set of readings with its score. Nothing is invented for what was not taken.
func (b *builder) readings(e *Evidence) (made []Reference) {
	for _, name := range taken(e) {
		made = append(made, b.observe(e, name, b.reading(e, name)))
	}
	if e.Score != nil {
		o := score(e.Score)
		o.DerivedFrom = made
		made = append(made[:len(made):len(made)], b.observe(e, scoreKey, o))
	}
	return made
}

// observe fills in what every observation of a record has, and adds it. A value in doubt is preliminary; a set that was
// corrected is entered in error and says by what; only what is neither is final, as UK Core asks of a vital sign.
func (b *builder) observe(e *Evidence, name string, o Observation) Reference {
	k := key(e, name)
	url, identifier := urn("Observation", k), ours("Observation", k)
	who := b.patient()
	o.ResourceType, o.ID, o.Identifier, o.Subject, o.Effective, o.Status = "Observation", id(e.ID, strings.TrimPrefix(k, e.ID+"/")), []Identifier{identifier}, &who, instant(e.At), "final"
	if e.By != nil {
		o.Performer = []Reference{b.author(e.By, nil)}
	}
	if visit, ok := e.Values["visit"].(string); ok && visit != "" {
		at := b.encounter(visit, nil)
		o.Encounter = &at
	}
	if !e.ClockKnown {
		o.Note = append(o.Note, notes("The clock of the phone was not known: the time is its own.")...)
	}
	if !e.Verified {
		o.Status = "preliminary"
		o.Note = append(o.Note, notes("In doubt: the server did not take it as it was sent.")...)
	}
	if e.ReplacedBy != "" {
		o.Status = "entered-in-error"
		o.Note = append(o.Note, notes(b.replaced(e))...)
	}
	b.add("Observation", url, o)
	return b.to("Observation", url, identifier, first(o.Code.Text, display(&o.Code)))
}

func display(c *Concept) string {
	if len(c.Coding) > 0 {
		return c.Coding[0].Display
	}
	return ""
}

func (b *builder) replaced(e *Evidence) string {
	for i := range b.h.Evidence {
		if by := &b.h.Evidence[i]; by.ID == e.ReplacedBy {
			return "Corrected " + instant(e.ReplacedAt) + ": " + first(care.ReadingsChanged(by.Values, e.Values), "with the same values") + "."
		}
	}
	return "Corrected " + instant(e.ReplacedAt) + "."
}

func categories(code string) []Concept {
	return []Concept{{Coding: []Coding{{System: category, Code: code}}}}
}

// reading is a reading of a set.
func (b *builder) reading(e *Evidence, name string) Observation {
	c := coding[name]
	o := Observation{Category: categories(c.category), Code: Concept{Coding: c.codes}}
	switch {
	case name == "systolic":
		for _, half := range []string{"systolic", "diastolic"} {
			part := Component{Code: pressure[half]}
			if part.Value = measured(e.Values[half], mmHgUnit, mmHg); part.Value == (Value{}) {
				part.DataAbsentReason = absence("not-performed")
			}
			o.Component = append(o.Component, part)
		}
	case name == "on_oxygen":
		found, known := c.values[fmt.Sprint(e.Values[name])]
		if !known {
			return b.inWords(name, e.Values[name], o)
		}
		o.Code.Coding = []Coding{found}
	case c.values != nil:
		found, known := c.values[fmt.Sprint(e.Values[name])]
		if !known {
			return b.inWords(name, e.Values[name], o)
		}
		o.Concept = &Concept{Coding: []Coding{found}}
	default:
		o.Value = measured(e.Values[name], c.unit, c.ucum)
	}
	return o
}

// inWords is a reading with a value that is none of the table's: kept as it came.
func (b *builder) inWords(name string, v any, o Observation) Observation {
	o.Code.Text = words(name)
	o.Value = Value{String: first(said(fmt.Sprint(v)), "not readable")}
	return o
}

// measured is a number with its unit; of a value that is no number its text.
func measured(v any, unit, code string) Value {
	if v == nil {
		return Value{}
	}
	if n, ok := number(v); ok {
		return Value{Quantity: &Quantity{n, unit, ucum, code}}
	}
	return Value{String: first(said(fmt.Sprint(v)), "not readable")}
}

func absence(code string) *Concept { return &Concept{Coding: []Coding{{System: absent, Code: code}}} }

// score is the early warning score, with its sub-scores: of a set that lacks a reading without a total, because the sum of
// what is there is none.
func score(s *news2.Score) Observation {
	o := Observation{Category: categories("survey"), Code: Concept{Coding: []Coding{newsTotal}}}
	switch {
	case s.Status == news2.StatusNotApplicable:
		o.DataAbsentReason = absence("not-applicable")
		return o
	case s.Total != nil:
		o.Value = points(*s.Total)
		o.Interpretation = []Concept{{Text: words(string(s.Band))}}
	default:
		o.DataAbsentReason = absence("not-performed")
		o.Note = notes("Not all seven readings were taken: the score is at least " + strconv.Itoa(s.FloorTotal) + ".")
	}
	if s.AgeUnknown {
		o.Note = append(o.Note, notes("Nobody knows how old the person is: scored as an adult.")...)
	}
	for _, r := range care.Readings() {
		if r.Score == "" {
			continue
		}
		code := newsParts[r.Score]
		if r.Score == "spo2" && s.Scale == 2 {
			code = newsScale2
		}
		part := Component{Code: Concept{Coding: []Coding{code}}}
		if sub := s.SubScore(r.Score); sub != nil {
			part.Value = points(*sub)
		} else {
			part.DataAbsentReason = absence("not-performed")
		}
		o.Component = append(o.Component, part)
	}
	return o
}

func points(n int) Value {
	value, _ := number(n)
	return Value{Quantity: &Quantity{value, scoreUnit, ucum, scoreUCUM}}
}

// encounter adds a visit; e is nil where nothing but its id is known.
func (b *builder) encounter(visit string, e *Evidence) Reference {
	url, identifier := urn("Encounter", visit), ours("Encounter", visit)
	if e == nil {
		for i := range b.h.Evidence {
			if other := &b.h.Evidence[i]; other.Collection == care.Visits && other.ID == visit {
				e = other
				break
			}
		}
	}
	if !b.urls[url] {
		who := b.patient()
		out := Encounter{ResourceType: "Encounter", ID: id(visit), Identifier: []Identifier{identifier}, Status: "unknown", Class: homeHealth, Subject: &who}
		if e != nil {
			out.Status = first(visitStatus[fmt.Sprint(e.Values["status"])], "unknown")
			out.Period = between(moment(e.Values["started_at"]), moment(e.Values["ended_at"]))
			if purpose, ok := e.Values["purpose"].(string); ok && words(purpose) != "" {
				out.ReasonCode = []Concept{{Text: words(purpose)}}
			}
			if e.By != nil {
				by := b.author(e.By, nil)
				out.Participant = []EncounterParticipant{{&by}}
			}
		}
		b.add("Encounter", url, out)
	}
	return b.to("Encounter", url, identifier, "")
}

func (b *builder) visit(e *Evidence) Reference { return b.encounter(e.ID, e) }

func moment(v any) time.Time {
	stamp, _ := v.(string)
	at, _ := care.ParseStamp(stamp) // zero for none
	return at
}

// remark is something that was noted of a person, with how it is said.
type remark struct{ field, label string }

// noted are the remarks of visits and of check-ins, in the order in which they are told.
var noted = map[string][]remark{
	care.Visits: {{"soft_signs", "Soft signs"}, {"critical_medicine", "Critical medicine"}, {"no_access_kind", "No access"}, {"outcome", "Outcome"},
		{"details", "What was asked"}, {"note", "Note"}},
	care.Checkins: {{"seen", "The person was seen"}, {"wellbeing", "How they are"}, {"concern", "Concern"}, {"safeguarding", "Safeguarding"}},
}

// remarks adds what was noted at a visit or a check-in, as words: no national code fits what people write there.
func (b *builder) remarks(e *Evidence) []Reference {
	title := map[string]string{care.Visits: "What was noted at the visit", care.Checkins: "What was noted at the check-in"}[e.Collection]
	o := Observation{Category: categories("survey"), Code: Concept{Text: title}}
	for _, n := range noted[e.Collection] {
		if told := toldOf(n.field, e.Values[n.field]); told != "" {
			o.Component = append(o.Component, Component{Code: Concept{Text: n.label}, Value: Value{String: told}})
		}
	}
	if len(o.Component) == 0 {
		return nil
	}
	if e.Collection == care.Visits {
		at := b.visit(e)
		o.Encounter = &at
	}
	return []Reference{b.observe(e, "noted", o)}
}

// toldOf is a remark in words; "" for none.
func toldOf(field string, v any) string {
	if field == "details" {
		return said(care.DetailsText(v))
	}
	switch v := v.(type) {
	case nil:
		return ""
	case bool:
		return map[bool]string{true: "yes", false: "no"}[v]
	case string:
		if field == "note" || field == "concern" || field == "safeguarding" {
			return said(v)
		}
		return words(v)
	case []any:
		var all []string
		for _, one := range v {
			all = append(all, words(fmt.Sprint(one)))
		}
		return strings.Join(all, ", ")
	case []string:
		return words(strings.Join(v, ", "))
	}
	return said(fmt.Sprint(v))
}
