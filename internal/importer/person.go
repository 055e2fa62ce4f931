package importer

import (
	"strings"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/identifier"
)

// oldestYears is beyond the age anyone has reached; an earlier date of birth is a typing error.
const oldestYears = 125

// person is one row of a people file, whatever its format.
type person struct {
	report   Line
	patient  map[string]any // checked values of the patient, those the row states
	caseload map[string]any // reason, cohort, contact_every_days
	practice string         // ODS code, "" = not stated
	team     string         // as the row names it, "" = not stated
}

func (p *person) line() *Line { return &p.report }

func (p *person) text(field string) string {
	s, _ := p.patient[field].(string)
	return s
}

func newPerson(where string) *person {
	return &person{report: Line{Where: where, Subject: "-"}, patient: map[string]any{}, caseload: map[string]any{}}
}

func (p *person) refuse(format string, args ...any) { p.report.refuse(format, args...) }

// set checks a text and keeps it; blank says nothing.
func (p *person) set(field, text string) {
	v, problem := check(care.Patients, field, text)
	if problem != nil {
		p.refuse("%s: %s", field, problem.Message)
		return
	}
	if v != nil {
		p.patient[field] = v
	}
}

// numberRules are the names under which people know the rules of an NHS number.
var numberRules = map[identifier.Code]string{
	identifier.CodeCheckDigit:  "modulus 11",
	identifier.CodeLength:      "length",
	identifier.CodePlaceholder: "placeholder",
	identifier.CodeDigits:      "ASCII digits",
}

// setNumber keeps an NHS number, or refuses the row by the rule that refused the number. A person
// may have none; one that is wrong is not dropped in silence.
func (p *person) setNumber(text string) {
	if text == "" {
		return
	}
	number, err := identifier.ParseNHSNumber(text)
	if err != nil {
		p.refuse("nhs_number, rule \"%s\": %s", ruleName(err), sentence(err))
		return
	}
	p.patient["nhs_number"] = string(number)
}

// setBirth takes 1944-02-03 and 03/02/1944, day first.
func (p *person) setBirth(text string, now time.Time) {
	if text == "" {
		return
	}
	var born time.Time
	var err error
	if born, err = time.Parse(time.DateOnly, text); err != nil {
		if born, err = time.Parse("02/01/2006", text); err != nil {
			p.refuse("date_of_birth: must be a day of the calendar, written 2001-12-31 or 31/12/2001")
			return
		}
	}
	switch {
	case born.After(now):
		p.refuse("date_of_birth: lies in the future")
	case born.Year() < now.Year()-oldestYears:
		p.refuse("date_of_birth: more than %d years ago", oldestYears)
	default:
		p.patient["date_of_birth"] = born.Format(time.DateOnly)
	}
}

func (p *person) setPostcode(text string) {
	postcode, ok := tidyPostcode(text)
	if !ok {
		p.report.note("postcode: does not look like one, kept as it is")
	}
	p.set("postcode", postcode)
}

func (p *person) setNeeds(needs []string) {
	var list []any
	for _, need := range needs {
		if need = tidy(need); need != "" {
			list = append(list, need)
		}
	}
	if len(list) == 0 {
		return
	}
	c, _ := care.ByName(care.Patients)
	f, _ := c.Field("communication_needs")
	v, problem := f.Check(list)
	if problem != nil {
		p.refuse("communication_needs: %s", problem.Message)
		return
	}
	p.patient["communication_needs"] = v
}

// setPractice keeps the code of the person's practice; "no practice" codes say that there is none.
func (p *person) setPractice(text string) {
	if text == "" {
		return
	}
	code, err := identifier.ParseODSCode(text)
	if err != nil {
		p.refuse("practice_ods: %s", sentence(err))
		return
	}
	if code.Shape() == identifier.ShapeNoPractice {
		p.report.note("is registered with no practice: what is handed over waits with the care coordinator")
		return
	}
	p.practice = string(code)
}

// finish checks what only the whole row can tell.
func (p *person) finish() {
	if p.text("family_name") == "" && p.text("given_name") == "" {
		p.refuse("a name is missing")
	}
	if p.text("nhs_number") == "" && (p.text("family_name") == "" || p.text("date_of_birth") == "") {
		p.refuse("cannot be told from others: give an NHS number, or a family name and a date of birth")
	}
}

// name is the key by which rows of one person without an NHS number are matched.
type name struct{ family, given, born string }

func fold(text string) string { return strings.ToLower(tidy(text)) }

func (p *person) name() name {
	return name{fold(p.text("family_name")), fold(p.text("given_name")), p.text("date_of_birth")}
}

func nameOf(r Row) name {
	return name{fold(r.text("family_name")), fold(r.text("given_name")), r.text("date_of_birth")}
}
