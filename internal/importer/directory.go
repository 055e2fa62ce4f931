package importer

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"doorstep/internal/care"
	"doorstep/internal/identifier"
)

// Columns of a directory file. Others are named in the report and left out.
var (
	directoryRequired = []string{"ods_code", "name"}
	directoryOptional = []string{"address", "postcode", "telephone", "neighbourhood"}
)

// practice is one row of a directory file.
type practice struct {
	report        Line
	code, name    string
	neighbourhood string
	values        map[string]any // of the organisation, those the row states
}

func (p *practice) line() *Line { return &p.report }

// Directory takes in practices in the format of the ODS table: one organisation of kind practice
// a row, its neighbourhood, and one team with an inbox for it to receive handovers in. The file
// is the authority: what it says replaces what stands. A practice the file no longer names is
// remarked on and left as it is, because ODS closes codes and never reuses them.
//
// The error is a fault of the file or of the store; bad rows are in the report, not an error.
func Directory(ctx context.Context, file io.Reader, store Store, o Options) (*Report, error) {
	report := newReport()
	s, err := openSheet(file, directoryRequired, directoryOptional)
	if err != nil {
		return report, err
	}
	for _, column := range s.leftOut {
		report.LeftOut[column] = 0
	}
	seen := map[string]string{}
	next := func() (*practice, error) {
		r, err := s.next()
		if err != nil {
			return nil, err
		}
		return readPractice(r, seen), nil
	}
	d := &directory{options: o}
	if err := run(ctx, store, o, report, next, func(tx Tx, rows []*practice) error { return d.plan(ctx, tx, rows) }); err != nil {
		return report, err
	}
	err = store.Transact(ctx, func(tx Tx) error { return remarkOnMissing(ctx, tx, report, seen) })
	return report, err
}

// readPractice checks one row in itself and against those before it.
func readPractice(r *record, seen map[string]string) *practice {
	p := &practice{report: Line{Where: r.where(), Subject: "-"}, values: map[string]any{}}
	refuse := func(format string, args ...any) *practice {
		p.report.refuse(format, args...)
		return p
	}
	if r.fault != "" {
		return refuse("%s", r.fault)
	}
	p.code, p.name = r.cell("ods_code"), tidy(r.cell("name"))
	if p.code == "" {
		return refuse("ods_code: missing")
	}
	code, err := identifier.ParseODSCode(p.code)
	if err != nil {
		return refuse("ods_code: %s", sentence(err))
	}
	p.report.Subject = p.code
	if first, twice := seen[p.code]; twice {
		return refuse("ods_code: %s has the same one", first)
	}
	seen[p.code] = r.where()
	switch code.Shape() {
	case identifier.ShapeNoPractice:
		return refuse("ods_code: stands for \"no practice\"")
	case identifier.ShapePractice:
	default:
		p.report.note("the code does not have the shape of a practice's")
	}
	if p.name == "" {
		return refuse("name: missing")
	}
	postcode, ok := tidyPostcode(r.cell("postcode"))
	if !ok {
		p.report.note("postcode: does not look like one, kept as it is")
	}
	for _, cell := range []struct{ field, text string }{
		{"name", p.name}, {"address", tidy(r.cell("address"))}, {"postcode", postcode}, {"phone", tidy(r.cell("telephone"))},
	} {
		v, problem := check(care.Organisations, cell.field, cell.text)
		if problem != nil {
			return refuse("%s: %s", cell.field, problem.Message)
		}
		if v != nil {
			p.values[cell.field] = v
		}
	}
	p.neighbourhood = tidy(r.cell("neighbourhood"))
	if _, problem := check(care.Neighbourhoods, "name", p.neighbourhood); problem != nil {
		return refuse("neighbourhood: %s", problem.Message)
	}
	return p
}

// directory decides about practices.
type directory struct {
	options Options
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
		if v := p.values[field]; v != nil && !care.Equal(v, org.Values[field]) {
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

// tidy makes one space of every run of white space, no-break ones too.
func tidy(text string) string { return strings.Join(strings.Fields(text), " ") }

var postcodeShape = regexp.MustCompile(`^([A-Z]{1,2}[0-9][A-Z0-9]?) ?([0-9][A-Z]{2})$`)

// tidyPostcode gives a postcode in capitals with one space, and whether it looks like one
// (BS 7666 shape; blank is fine). What does not is given back as it stands.
func tidyPostcode(text string) (string, bool) {
	text = tidy(text)
	if text == "" {
		return "", true
	}
	parts := postcodeShape.FindStringSubmatch(strings.ToUpper(text))
	if parts == nil {
		return text, false
	}
	return parts[1] + " " + parts[2], true
}

// sentence fits a parser's sentence behind a field's name.
func sentence(err error) string { return strings.TrimSuffix(err.Error(), ".") }
