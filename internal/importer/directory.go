package importer

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/identifier"
)

// practice is one row of a directory file.
type practice struct {
	report        Line
	code, name    string
	neighbourhood string
	closed        string         // the day it closed; "" = it is open
	values        map[string]any // of the organisation, those the row states
}

func (p *practice) line() *Line { return &p.report }

// listed is a practice as a file of any kind lists it, as text.
type listed struct {
	where                                               string
	code, name, address, postcode, phone, neighbourhood string
	role                                                string // what it is, "" = the file does not say
	closed                                              string // a day, "" = it is open
	notes                                               []string
	fault                                               string // why it cannot be read at all
}

// cells are what a row says, for whoever mends it.
func (l *listed) cells() map[string]string {
	return map[string]string{"ods_code": l.code, "name": l.name, "address": l.address, "postcode": l.postcode, "telephone": l.phone, "neighbourhood": l.neighbourhood}
}

// Directory takes in practices from what the ODS publishes or from a table: one organisation of kind practice each,
// its neighbourhood, and one team with an inbox for it to receive handovers in. The file is the authority: what it
// says replaces what stands. A practice that the file has as closed is marked so here; one that the file no longer
// names is remarked on and left as it is. Only practices whose postcode begins with one of the postcodes are taken in;
// none: all.
//
// The error is a fault of the file or of the store; bad rows are in the report, not an error.
func Directory(ctx context.Context, file io.ReadSeeker, store Store, o Options, postcodes []string) (*Report, error) {
	report := newReport()
	s, err := openSource(file, o.Unpacked)
	if err != nil {
		return report, err
	}
	d := &directory{options: o, seen: map[string]string{}, areas: postcodes, today: dateIn(o.Now())}
	in := &intake[*practice]{ctx: ctx, store: store, report: report, options: o,
		plan: func(tx Tx, rows []*practice) error { return d.plan(ctx, tx, rows) }}
	take := func(l listed) error { return in.take(d.read(l)) }
	switch s.first {
	case '{', '[', '<':
		err = directoryInResources(s, report, take)
	default:
		err = directoryInTable(s, o, report, take)
	}
	err = in.end(err)
	report.Remarks = append(s.remarks, report.Remarks...)
	if err != nil {
		return report, err
	}
	if report.More {
		return report, nil
	}
	if in.read == 0 {
		if len(report.LeftOut) > 0 {
			return report, faultf("the file holds no practices, but %s", strings.Join(slices.Sorted(maps.Keys(report.LeftOut)), ", "))
		}
		report.Remarks = append(report.Remarks, "The file holds no practice")
	}
	err = store.Transact(ctx, func(tx Tx) error { return remarkOnMissing(ctx, tx, report, d.seen) })
	return report, err
}

// The role of a GP practice in the ODS; the same shape of code is shared by walk-in centres and many others. Reports
// before 2024 number what prescribing is for, where 4 is a GP practice.
const roleOfPractices = "RO76"

// read checks one row in itself and against those before it.
func (d *directory) read(l listed) *practice {
	p := &practice{report: Line{Where: l.where, Subject: "-", Notes: l.notes, Cells: l.cells()}, values: map[string]any{}}
	refuse := func(format string, args ...any) *practice {
		p.report.refuse(format, args...)
		return p
	}
	if l.fault != "" {
		return refuse("%s", l.fault)
	}
	p.code, p.name = strings.ToUpper(tidy(l.code)), tidy(l.name)
	if p.code == "" {
		return refuse("ods_code: missing")
	}
	code, err := identifier.ParseODSCode(p.code)
	if err != nil {
		return refuse("ods_code: %s", sentence(err))
	}
	p.report.Subject = p.code
	if first, twice := d.seen[p.code]; twice {
		return refuse("ods_code: %s has the same one", first)
	}
	d.seen[p.code] = l.where
	postcode, ok := tidyPostcode(l.postcode)
	switch {
	case l.role != "" && l.role != roleOfPractices:
		return p.leaveOut("is no GP practice: %s", l.role)
	case !d.near(postcode):
		return p.leaveOut("its postcode is none of those asked for")
	case code.Shape() == identifier.ShapeNoPractice:
		return refuse("ods_code: stands for \"no practice\"")
	case code.Shape() != identifier.ShapePractice:
		p.report.note("the code does not have the shape of a practice's")
	}
	if p.name == "" {
		return refuse("name: missing")
	}
	if !ok {
		p.report.note("postcode: does not look like one, kept as it is")
	}
	phone, mended, lost := tidyPhone(l.phone)
	if lost {
		p.report.note("telephone: a spreadsheet has rounded it, left out")
	} else if mended {
		p.report.note("telephone: the zero at its beginning was missing and was put back")
	}
	for _, cell := range []struct{ field, text string }{
		{"name", p.name}, {"address", tidy(l.address)}, {"postcode", postcode}, {"phone", phone},
	} {
		if why := spoilt(cell.text); why != "" {
			return refuse("%s: %s", cell.field, why)
		}
		v, problem := check(care.Organisations, cell.field, cell.text)
		if problem != nil {
			return refuse("%s: %s", cell.field, problem.Message)
		}
		if v != nil {
			p.values[cell.field] = v
		}
	}
	p.neighbourhood = tidy(l.neighbourhood)
	if _, problem := check(care.Neighbourhoods, "name", p.neighbourhood); problem != nil {
		return refuse("neighbourhood: %s", problem.Message)
	}
	if l.closed != "" {
		day, ok := parseDay(l.closed)
		if !ok {
			return refuse("the day it closed must be a day of the calendar")
		}
		if closed := day.Format(time.DateOnly); closed <= d.today {
			p.closed = closed
		} else {
			p.report.note("will close on %s: import again then", closed)
		}
	}
	return p
}

func (p *practice) leaveOut(format string, args ...any) *practice {
	p.report.Outcome, p.report.Reason = LeftOut, fmt.Sprintf(format, args...)
	return p
}

// near says whether a postcode is within the areas asked for.
func (d *directory) near(postcode string) bool {
	if len(d.areas) == 0 {
		return true
	}
	folded := fold(postcode)
	return slices.ContainsFunc(d.areas, func(area string) bool {
		outward, _, _ := strings.Cut(postcode, " ")
		return fold(area) == fold(outward) || strings.HasPrefix(folded, fold(area)) && strings.Contains(tidy(area), " ")
	})
}
