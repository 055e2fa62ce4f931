package importer

import (
	"strings"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/folding"
	"doorstep/internal/identifier"
)

// oldestYears is beyond the age anyone has reached; an earlier date of birth is a typing error.
const oldestYears = 125

// person is one row of a people file, whatever its format.
type person struct {
	report   Line
	patient  map[string]any    // checked values of the patient, those the row states
	caseload map[string]any    // reason, cohort, contact_every_days
	practice string            // ODS code, "" = not stated
	team     string            // as the row names it, "" = not stated
	cells    map[string]string // what the row says, by column, for whoever mends it
	// confidentiality is the code by which the file restricts who may know where the person lives; "" = it does not.
	confidentiality string
}

func (p *person) line() *Line { return &p.report }

func (p *person) text(field string) string {
	s, _ := p.patient[field].(string)
	return s
}

func newPerson(where string) *person {
	return &person{report: Line{Where: where, Subject: "-"}, patient: map[string]any{}, caseload: map[string]any{}, cells: map[string]string{}}
}

func (p *person) refuse(format string, args ...any) { p.report.refuse(format, args...) }

// set checks a text and keeps it; blank says nothing.
func (p *person) set(field, text string) {
	if text != "" {
		p.cells[field] = text
	}
	if why := spoilt(text); why != "" {
		p.refuse("%s: %s", field, why)
		return
	}
	v, problem := check(care.Patients, field, text)
	if problem != nil {
		p.refuse("%s: %s", field, problem.Message)
		return
	}
	if v != nil {
		p.patient[field] = v
	}
	if garbled(text) {
		p.report.note("%s: looks as if letters with accents were broken on their way through a spreadsheet", field)
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
	p.cells["nhs_number"] = text
	if rounded.MatchString(text) {
		p.refuse("nhs_number: a spreadsheet has rounded it: format the column as text and fill it anew")
		return
	}
	text = strings.TrimSuffix(strings.Join(strings.Fields(text), " "), ".0") // a number as a spreadsheet may write it
	number, err := identifier.ParseNHSNumber(text)
	if err != nil {
		p.refuse("nhs_number, rule \"%s\": %s", ruleName(err), sentence(err))
		return
	}
	p.patient["nhs_number"] = string(number)
}

// setBirth takes a day as people and spreadsheets write it, day first. A year of two digits, and a spreadsheet's own
// number of a day, could mean several.
func (p *person) setBirth(text string, now time.Time) {
	if text == "" {
		return
	}
	p.cells["date_of_birth"] = text
	born, ok := parseDay(text)
	switch {
	case !ok && dayNumber.MatchString(text):
		p.refuse("date_of_birth: is a spreadsheet's number of a day: format the column as a date and save again")
	case !ok:
		p.refuse("date_of_birth: must be a day of the calendar, written 2001-12-31 or 31/12/2001")
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

// setPhone keeps a telephone number, with the zero that a spreadsheet takes off its beginning.
func (p *person) setPhone(text string) {
	phone, mended, lost := tidyPhone(text)
	if lost {
		p.cells["phone"] = text
		p.refuse("phone: a spreadsheet has rounded it: format the column as text and fill it anew")
		return
	}
	if mended {
		p.report.note("phone: the zero at its beginning was missing and was put back")
	}
	p.set("phone", phone)
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
	p.cells["communication_needs"] = strings.Join(needs, "; ")
	c, _ := care.ByName(care.Patients)
	f, _ := c.Field("communication_needs")
	v, problem := f.Check(list)
	if problem != nil {
		p.refuse("communication_needs: %s", problem.Message)
		return
	}
	p.patient["communication_needs"] = v
}

// setPractice keeps the code of the person's practice; "no practice" codes say that there is none. A code that is none
// is noted and keeps nobody out.
func (p *person) setPractice(text string) {
	if text == "" {
		return
	}
	p.cells["practice_ods"] = text
	code, err := identifier.ParseODSCode(strings.ToUpper(tidy(text)))
	if err != nil {
		p.report.note("practice_ods: %s: none is set", sentence(err))
		return
	}
	if code.Shape() == identifier.ShapeNoPractice {
		p.report.note("is registered with no practice: what is handed over waits with the care coordinator")
		return
	}
	p.practice = string(code)
}

// withheld are the fields by which somebody could be found.
var withheld = []string{"address", "postcode", "lsoa", "phone"}

// restrict notes that the file restricts who may know where the person lives. It never keeps them out.
func (p *person) restrict(code string) {
	p.confidentiality, p.cells["confidentiality"] = code, code
	for _, field := range withheld {
		delete(p.patient, field)
		delete(p.cells, field)
	}
}

// restricts says what a code of confidentiality means (HL7 v3 Confidentiality, as PDS uses it: U unrestricted, R
// restricted, V very restricted). Open: it keeps nothing back. Any code that is not known to be open restricts.
func restricts(code string) (open, plain bool) {
	switch strings.ToUpper(code) {
	case "", "U", "N", "UNRESTRICTED", "NORMAL":
		return true, true
	case "L", "M", "LOW", "MODERATE":
		return true, false
	}
	return false, false
}

// finish checks what only the whole row can tell.
func (p *person) finish() {
	if p.text("family_name") == "" && p.text("given_name") == "" {
		p.refuse("a name is missing")
	}
	if p.text("nhs_number") == "" && (p.text("family_name") == "" || p.text("date_of_birth") == "") {
		p.refuse("cannot be told from others: give an NHS number, or a family name and a date of birth")
	}
	p.report.Cells = p.cells
}

// name is the key by which rows of one person without an NHS number are matched.
type name struct{ family, given, born string }

// fold is a text as it is compared. What is left of it without spaces is enough: a birthday, a number or a list of few
// says the rest. A text of signs alone is compared as it stands.
func fold(text string) string {
	if folded := folding.Joined(text); folded != "" {
		return folded
	}
	return tidy(text)
}

func (p *person) name() name {
	return name{fold(p.text("family_name")), fold(p.text("given_name")), p.text("date_of_birth")}
}

func nameOf(r Row) name {
	return name{fold(r.text("family_name")), fold(r.text("given_name")), r.text("date_of_birth")}
}
