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
			return report, fmt.Errorf("the file holds no practices, but %s", strings.Join(slices.Sorted(maps.Keys(report.LeftOut)), ", "))
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
	folded := foldHeader(postcode)
	return slices.ContainsFunc(d.areas, func(area string) bool {
		outward, _, _ := strings.Cut(postcode, " ")
		return foldHeader(area) == foldHeader(outward) || strings.HasPrefix(folded, foldHeader(area)) && strings.Contains(tidy(area), " ")
	})
}

// directory decides about practices.
type directory struct {
	options Options
	seen    map[string]string // where a code stands in the file
	areas   []string          // postcodes, or how they begin
	today   string
}

// plan brings the store in line with a chunk of good rows.
func (d *directory) plan(ctx context.Context, tx Tx, rows []*practice) error {
	codes, held := map[string]bool{}, map[string]bool{}
	for _, p := range rows {
		codes[p.code] = true
	}
	organisations, err := lookup(ctx, tx, care.Organisations, "ods_code", codes)
	if err != nil {
		return err
	}
	byCode := map[string]Row{}
	for _, org := range organisations {
		byCode[org.text("ods_code")] = org
		held[org.ID] = true
	}
	teams, err := lookup(ctx, tx, care.Teams, "organisation", held)
	if err != nil {
		return err
	}
	teamsOf := map[string][]Row{}
	for _, team := range teams {
		if team.text("kind") == "practice" && !team.Retracted {
			teamsOf[team.text("organisation")] = append(teamsOf[team.text("organisation")], team)
		}
	}
	known, err := tx.All(ctx, care.Neighbourhoods)
	if err != nil {
		return fmt.Errorf("look up %s: %w", care.Neighbourhoods, err)
	}
	neighbourhoods := map[string]string{}
	for _, n := range known {
		if !n.Retracted {
			neighbourhoods[strings.ToLower(n.text("name"))] = n.ID
		}
	}
	for _, p := range rows {
		org, stands := byCode[p.code]
		if err := d.one(ctx, tx, p, org, stands, teamsOf[org.ID], neighbourhoods); err != nil {
			return err
		}
	}
	return nil
}

// one decides about one practice and writes what that takes.
func (d *directory) one(ctx context.Context, tx Tx, p *practice, org Row, stands bool, teams []Row, neighbourhoods map[string]string) error {
	line := &p.report
	if stands && org.text("kind") != "practice" {
		line.refuse("ods_code: belongs to an organisation of kind %s", org.text("kind"))
		return nil
	}
	if stands && org.Retracted {
		line.refuse("the organisation was withdrawn here")
		return nil
	}
	if p.closed != "" && !stands {
		p.leaveOut("closed on %s, and not known here", p.closed)
		return nil
	}
	if p.closed != "" {
		return d.close(ctx, tx, p, org)
	}
	var writes []Write
	neighbourhood := neighbourhoods[strings.ToLower(p.neighbourhood)]
	newNeighbourhood := p.neighbourhood != "" && neighbourhood == ""
	if newNeighbourhood {
		id, err := d.options.NewID()
		if err != nil {
			return err
		}
		neighbourhood = id
		line.note("neighbourhood %s is new", p.neighbourhood)
	}
	if !stands {
		created, err := d.create(p, neighbourhood)
		if err != nil {
			return err
		}
		writes, line.Outcome = created, Created
	} else {
		changed, fields, err := d.follow(p, org, teams, neighbourhood)
		if err != nil {
			return err
		}
		writes, line.Outcome, line.Reason = changed, Updated, strings.Join(fields, ", ")
		if len(writes) == 0 {
			line.Outcome = Unchanged
		}
		if closed := org.text("closed_on"); closed != "" {
			line.note("is marked as closed on %s and stays so", closed)
		}
	}
	if newNeighbourhood && len(writes) > 0 {
		// The team refers to it, so it goes first but for the organisation, which decides
		// whether the row goes in at all.
		writes = slices.Insert(writes, 1, Write{Collection: care.Neighbourhoods, ID: neighbourhood, Create: true,
			Values: map[string]any{"name": p.neighbourhood}})
	}
	if len(writes) == 0 {
		return nil
	}
	saved, err := save(ctx, tx, line, writes)
	if saved && newNeighbourhood {
		neighbourhoods[strings.ToLower(p.neighbourhood)] = neighbourhood
	}
	return err
}

// close marks a practice as closed. What is handed over about its people waits with the care coordinator from then on.
func (d *directory) close(ctx context.Context, tx Tx, p *practice, org Row) error {
	if org.text("closed_on") == p.closed {
		p.report.Outcome = Unchanged
		p.report.note("closed on %s", p.closed)
		return nil
	}
	p.report.Outcome, p.report.Reason = Updated, "closed on "+p.closed
	_, err := save(ctx, tx, &p.report, []Write{{Collection: care.Organisations, ID: org.ID, Values: map[string]any{"closed_on": p.closed}}})
	return err
}

func (d *directory) create(p *practice, neighbourhood string) ([]Write, error) {
	id, err := d.options.NewID()
	if err != nil {
		return nil, err
	}
	values := map[string]any{"kind": "practice", "ods_code": p.code}
	for field, v := range p.values {
		values[field] = v
	}
	team, err := d.team(p, id, neighbourhood)
	if err != nil {
		return nil, err
	}
	return []Write{{Collection: care.Organisations, ID: id, Create: true, Values: values}, team}, nil
}

func (d *directory) team(p *practice, organisation, neighbourhood string) (Write, error) {
	id, err := d.options.NewID()
	if err != nil {
		return Write{}, err
	}
	values := map[string]any{"name": p.name, "organisation": organisation, "kind": "practice", "route": "inbox"}
	if phone := p.values["phone"]; phone != nil {
		values["phone"] = phone
	}
	if neighbourhood != "" {
		values["neighbourhood"] = neighbourhood
	}
	return Write{Collection: care.Teams, ID: id, Create: true, Values: values}, nil
}

// follow lists what must change for a practice that stands, and the names of the fields. Blank
// cells say nothing. A team keeps a name or phone that somebody gave it; it follows only while it
// still has the practice's own.
func (d *directory) follow(p *practice, org Row, teams []Row, neighbourhood string) (writes []Write, fields []string, err error) {
	organisation := Write{Collection: care.Organisations, ID: org.ID, Values: map[string]any{}}
	for _, field := range []string{"name", "address", "postcode", "phone"} {
		if v := p.values[field]; v != nil && !care.Same(v, org.Values[field]) {
			organisation.Values[field] = v
			fields = append(fields, field)
		}
	}
	if len(organisation.Values) > 0 {
		writes = append(writes, organisation)
	}
	if len(teams) == 0 {
		if neighbourhood == "" {
			p.report.note("no neighbourhood is named for its new team")
		}
		team, err := d.team(p, org.ID, neighbourhood)
		return append(writes, team), append(fields, "team"), err
	}
	for _, t := range teams {
		team := Write{Collection: care.Teams, ID: t.ID, Values: map[string]any{}}
		for _, field := range []string{"name", "phone"} {
			v := organisation.Values[field]
			if v != nil && care.Equal(t.Values[field], org.Values[field]) {
				team.Values[field] = v
			}
		}
		if neighbourhood != "" && t.text("neighbourhood") != neighbourhood {
			team.Values["neighbourhood"] = neighbourhood
			if !slices.Contains(fields, "neighbourhood") {
				fields = append(fields, "neighbourhood")
			}
		}
		if len(team.Values) > 0 {
			writes = append(writes, team)
		}
	}
	return writes, fields, nil
}

// remarkOnMissing names the practices that stand and that the file does not have.
func remarkOnMissing(ctx context.Context, tx Tx, report *Report, seen map[string]string) error {
	organisations, err := tx.All(ctx, care.Organisations)
	if err != nil {
		return fmt.Errorf("look up %s: %w", care.Organisations, err)
	}
	var missing []string
	for _, org := range organisations {
		code := org.text("ods_code")
		if _, named := seen[code]; !named && org.text("kind") == "practice" && org.text("closed_on") == "" && !org.Retracted {
			if code == "" {
				code = "one without a code"
			}
			missing = append(missing, code)
		}
	}
	if len(missing) > 0 {
		slices.Sort(missing)
		report.Remarks = append(report.Remarks, "Open here and not in the file, left as they are: "+strings.Join(missing, ", "))
	}
	return nil
}
