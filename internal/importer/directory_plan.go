package importer

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"doorstep/internal/care"
)

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
			neighbourhoods[fold(n.text("name"))] = n.ID
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
	neighbourhood := neighbourhoods[fold(p.neighbourhood)]
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
		neighbourhoods[fold(p.neighbourhood)] = neighbourhood
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
