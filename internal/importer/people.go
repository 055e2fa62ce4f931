package importer

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"doorstep/internal/care"
	"doorstep/internal/identifier"
)

// Columns of a people file. Others are named in the report and left out.
var peopleColumns = []string{"nhs_number", "family_name", "given_name", "preferred_name", "date_of_birth", "address", "postcode",
	"lsoa", "phone", "practice_ods", "team", "communication_needs", "access_notes", "risk_note", "reason", "cohort", "contact_every_days"}

// People takes in patients and their caseloads, from CSV or from a FHIR R4 bundle in JSON or XML;
// which one it is, the file itself says.
//
// A row is the same person as a stored one when the NHS numbers agree, or, where one of them has
// none, family name, given name and date of birth. A blank cell says nothing. A cell
// that differs from the record is reported and left alone unless Options.Update. NHS numbers stay
// unverified: a valid check digit is not a match.
//
// The error is a fault of the file or of the store; bad rows are in the report, not an error.
func People(ctx context.Context, file io.ReadSeeker, store Store, o Options) (*Report, error) {
	report := newReport()
	next, err := openPeople(file, report, o)
	if err != nil {
		return report, err
	}
	j := &joiner{options: o}
	return report, run(ctx, store, o, report, next, func(tx Tx, rows []*person) error { return j.plan(ctx, tx, rows) })
}

// openPeople picks the format by the first character that is not white space.
func openPeople(file io.ReadSeeker, report *Report, o Options) (func() (*person, error), error) {
	b, err := newReader(file)
	if err != nil {
		return nil, err
	}
	first, err := firstCharacter(b)
	if err != nil {
		return nil, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	switch first {
	case '{', '<':
		return openBundle(file, first == '<', report, o.Now)
	case '[':
		return nil, errors.New("the file is a JSON list: a FHIR bundle begins with {")
	}
	return openPeopleSheet(file, report, o)
}

func firstCharacter(b *bufio.Reader) (byte, error) {
	for {
		c, err := b.ReadByte()
		if errors.Is(err, io.EOF) {
			return 0, errors.New("the file is empty")
		}
		if err != nil {
			return 0, err
		}
		if !bytes.ContainsRune([]byte(" \t\r\n"), rune(c)) {
			return c, nil
		}
	}
}

func openPeopleSheet(file io.Reader, report *Report, o Options) (func() (*person, error), error) {
	s, err := openSheet(file, []string{"family_name"}, peopleColumns)
	if err != nil {
		return nil, err
	}
	for _, column := range s.leftOut {
		report.LeftOut[column] = 0
	}
	return func() (*person, error) {
		r, err := s.next()
		if err != nil {
			return nil, err
		}
		return readPerson(r, o), nil
	}, nil
}

// readPerson checks one CSV row in itself.
func readPerson(r *record, o Options) *person {
	p := newPerson(r.where())
	if r.fault != "" {
		p.refuse("%s", r.fault)
		return p
	}
	p.setNumber(r.cell("nhs_number"))
	for _, field := range []string{"family_name", "given_name", "preferred_name", "address", "lsoa", "phone"} {
		p.set(field, tidy(r.cell(field)))
	}
	for _, field := range []string{"access_notes", "risk_note"} {
		p.set(field, r.cell(field)) // written by people: line breaks are theirs
	}
	p.setBirth(r.cell("date_of_birth"), o.Now())
	p.setPostcode(r.cell("postcode"))
	p.setNeeds(strings.Split(r.cell("communication_needs"), ";"))
	p.setPractice(r.cell("practice_ods"))
	p.team = tidy(r.cell("team"))
	for _, field := range []string{"reason", "cohort"} {
		v, problem := check(care.Caseload, field, tidy(r.cell(field)))
		if problem != nil {
			p.refuse("%s: %s", field, problem.Message)
		} else if v != nil {
			p.caseload[field] = v
		}
	}
	p.setContact(r.cell("contact_every_days"))
	p.finish()
	return p
}

func (p *person) setContact(text string) {
	if text == "" {
		return
	}
	c, _ := care.ByName(care.Caseload)
	f, _ := c.Field("contact_every_days")
	days, err := strconv.ParseInt(text, 10, 64)
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
