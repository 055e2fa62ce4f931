package importer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"doorstep/internal/care"
	"doorstep/internal/identifier"
)

// peopleColumns are those of a people file. A column that is none of them is an error: what it holds might be the
// warning that somebody needs at the door.
var peopleColumns = &columns{
	required: []string{"family_name"},
	optional: []string{"nhs_number", "given_name", "preferred_name", "date_of_birth", "address", "postcode", "lsoa", "phone", "practice_ods",
		"team", "communication_needs", "access_notes", "risk_note", "reason", "cohort", "contact_every_days", "confidentiality"},
	called: map[string]string{
		"nhsno": "nhs_number", "nhs": "nhs_number", "nhsnum": "nhs_number", "newnhsno": "nhs_number", "patientnhsnumber": "nhs_number",
		"surname": "family_name", "lastname": "family_name", "familyname": "family_name", "patientsurname": "family_name",
		"forename": "given_name", "forenames": "given_name", "firstname": "given_name", "firstnames": "given_name", "givenname": "given_name",
		"givennames": "given_name", "christianname": "given_name", "patientforename": "given_name",
		"knownas": "preferred_name", "preferredforename": "preferred_name", "likestobecalled": "preferred_name", "calledname": "preferred_name",
		"dob": "date_of_birth", "birthdate": "date_of_birth", "birthday": "date_of_birth", "dateofbirth": "date_of_birth", "born": "date_of_birth",
		"address1": "address", "address2": "address", "address3": "address", "address4": "address", "address5": "address",
		"addressline1": "address", "addressline2": "address", "addressline3": "address", "addressline4": "address", "addressline5": "address",
		"homeaddress": "address", "house": "address", "street": "address", "town": "address", "city": "address", "county": "address",
		"postalcode": "postcode", "homepostcode": "postcode", "pcode": "postcode",
		"telephone": "phone", "tel": "phone", "telno": "phone", "telephonenumber": "phone", "phonenumber": "phone", "phoneno": "phone", "homephone": "phone",
		"hometelephone": "phone", "hometel": "phone", "mobile": "phone", "mobilephone": "phone", "mobilenumber": "phone", "mobiletelephone": "phone", "contactnumber": "phone",
		"practice": "practice_ods", "practicecode": "practice_ods", "gppractice": "practice_ods", "gppracticecode": "practice_ods", "odscode": "practice_ods", "registeredpractice": "practice_ods",
		"caseload": "team", "teamname": "team", "communication": "communication_needs", "communicationneed": "communication_needs",
		"accessnote": "access_notes", "accessinformation": "access_notes", "access": "access_notes", "risknotes": "risk_note", "risk": "risk_note", "risks": "risk_note",
		"sensitivity": "confidentiality", "sensitive": "confidentiality", "restricted": "confidentiality", "sflag": "confidentiality", "confidential": "confidentiality",
	},
	more:   map[string]together{"address": joined, "phone": firstFilled},
	strict: true,
}

// People takes in patients and their caseloads, from a table or from FHIR R4 in JSON, NDJSON or XML, packed or not;
// which one it is, the file itself says.
//
// A row is the same person as a stored one when the NHS numbers agree, or, where one of them has
// none, family name, given name and date of birth. A blank cell says nothing. A cell
// that differs from the record is reported and left alone unless Options.Update. NHS numbers stay
// unverified: a valid check digit is not a match. Of somebody whom the file restricts neither address nor phone is
// kept, and the safeguarding lead is told.
//
// The error is a fault of the file or of the store; bad rows are in the report, not an error.
func People(ctx context.Context, file io.ReadSeeker, store Store, o Options) (*Report, error) {
	report := newReport()
	s, err := openSource(file, o.Unpacked)
	if err != nil {
		return report, err
	}
	j := &joiner{options: o}
	in := &intake[*person]{ctx: ctx, store: store, report: report, options: o,
		plan: func(tx Tx, rows []*person) error { return j.plan(ctx, tx, rows) }}
	switch s.first {
	case '{', '[', '<':
		err = peopleInFHIR(s, in)
	default:
		err = peopleInTable(s, in)
	}
	report.Remarks = append(s.remarks, report.Remarks...)
	if err == nil && in.read == 0 {
		if len(report.LeftOut) > 0 {
			return report, faultf("the file holds no people, but %s", strings.Join(slices.Sorted(maps.Keys(report.LeftOut)), ", "))
		}
		report.Remarks = append(report.Remarks, "The file holds nobody")
	}
	return report, err
}

// peopleInFHIR reads the file twice: once for the organisations that patients may refer to before they come, and for
// what bundles say behind their entries; once for the patients.
func peopleInFHIR(s *source, in *intake[*person]) error {
	all := &resources{source: s}
	known := newPartners()
	begun := false
	err := all.each(func(e *entry) error {
		begun = true
		known.add(e)
		return nil
	})
	if err != nil && !begun {
		return err // not FHIR at all
	}
	reader := &patientReader{partners: known, heads: all.heads, report: in.report, now: in.options.Now}
	err = in.end(all.each(func(e *entry) error {
		if p := reader.person(e); p != nil {
			return in.take(p)
		}
		return nil
	}))
	if !in.report.More {
		in.report.Missing = missing(all.heads)
	}
	if in.read == 0 && reader.organisations > 0 {
		in.report.LeftOut["organisations, which `import directory` takes in"] += reader.organisations
	}
	return err
}

func peopleInTable(s *source, in *intake[*person]) error {
	return inTable(s, in, peopleColumns, readPerson, "date_of_birth")
}

// readPerson checks one row of a table in itself.
func readPerson(r *record, o Options) *person {
	p := newPerson(r.where())
	if r.fault != "" {
		p.refuse("%s", r.fault)
		for _, column := range slices.Concat(peopleColumns.required, peopleColumns.optional) {
			if text := r.cell(column); text != "" {
				p.cells[column] = text
			}
		}
		p.report.Cells = p.cells
		return p
	}
	p.setNumber(r.cell("nhs_number"))
	for _, field := range []string{"family_name", "given_name", "preferred_name", "address", "lsoa"} {
		p.set(field, tidy(r.cell(field)))
	}
	for _, field := range []string{"access_notes", "risk_note"} {
		p.set(field, r.cell(field)) // written by people: line breaks are theirs
	}
	p.setBirth(r.cell("date_of_birth"), o.Now())
	p.setPostcode(r.cell("postcode"))
	p.setPhone(r.cell("phone"))
	if further := r.under("phone"); len(further) > 1 && further[1] != further[0] {
		p.report.note("phone: a further one is left out")
	}
	p.setNeeds(strings.Split(r.cell("communication_needs"), ";"))
	p.setPractice(r.cell("practice_ods"))
	p.team = tidy(r.cell("team"))
	p.cells["team"] = p.team
	for _, field := range []string{"reason", "cohort"} {
		text := tidy(r.cell(field))
		p.cells[field] = text
		v, problem := check(care.Caseload, field, text)
		if problem != nil {
			p.refuse("%s: %s", field, problem.Message)
		} else if v != nil {
			p.caseload[field] = v
		}
	}
	p.setContact(r.cell("contact_every_days"))
	p.confideCell(tidy(r.cell("confidentiality")))
	p.finish()
	return p
}

// confideCell reads what a table says of confidentiality: a code, or yes and no.
func (p *person) confideCell(text string) {
	code := strings.ToUpper(text)
	if slices.Contains([]string{"NO", "FALSE", "0", "N/A"}, code) {
		code = "U"
	}
	switch open, plain := restricts(code); {
	case !open:
		p.restrict(text)
	case !plain:
		p.report.note("is labelled %s", text)
	}
}

func (p *person) setContact(text string) {
	if text == "" {
		return
	}
	p.cells["contact_every_days"] = text
	c, _ := care.ByName(care.Caseload)
	f, _ := c.Field("contact_every_days")
	days, err := strconv.ParseInt(strings.TrimSuffix(text, ".0"), 10, 64)
	if err != nil || float64(days) < f.Min || float64(days) > f.Max {
		p.refuse("contact_every_days: must be a whole number from %g to %g", f.Min, f.Max)
		return
	}
	p.caseload["contact_every_days"] = days
}

// ruleName names the rule an NHS number was refused by.
func ruleName(err error) string {
	var refused *identifier.Error
	if errors.As(err, &refused) {
		if known, ok := numberRules[refused.Code]; ok {
			return known
		}
		return string(refused.Code)
	}
	return fmt.Sprintf("%T", err)
}
