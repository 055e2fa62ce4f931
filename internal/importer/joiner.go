package importer

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"doorstep/internal/care"
)

// joiner matches rows with stored persons and decides what to change.
type joiner struct {
	options Options
}

// plan decides about a chunk of good rows and writes what that takes.
func (j *joiner) plan(ctx context.Context, tx Tx, rows []*person) error {
	h, err := j.look(ctx, tx, rows)
	if err != nil {
		return err
	}
	for _, p := range rows {
		if err := j.one(ctx, tx, h, p); err != nil {
			return err
		}
	}
	return nil
}

// look fetches what the rows may refer to or turn out to be.
func (j *joiner) look(ctx context.Context, tx Tx, rows []*person) (*held, error) {
	codes := map[string]bool{}
	for _, p := range rows {
		codes[p.practice] = true
	}
	h, known, err := peopleOf(ctx, tx, rows)
	if err != nil {
		return nil, err
	}
	organisations, err := lookup(ctx, tx, care.Organisations, "ods_code", codes)
	if err != nil {
		return nil, err
	}
	for _, org := range organisations {
		if !org.Retracted {
			h.practices[org.text("ods_code")] = org.ID
		}
	}
	rowsOf, err := lookup(ctx, tx, care.Caseload, "patient", known)
	if err != nil {
		return nil, err
	}
	for _, c := range rowsOf {
		h.caseloads[c.text("patient")] = append(h.caseloads[c.text("patient")], c)
	}
	if h.told, err = toldOf(ctx, tx, known); err != nil {
		return nil, err
	}
	h.teams, err = teamNames(ctx, tx)
	return h, err
}

// teamNames indexes teams by their name, by "organisation / team" and by id.
func teamNames(ctx context.Context, tx Tx) (map[string][]string, error) {
	organisations, err := tx.All(ctx, care.Organisations)
	if err != nil {
		return nil, fmt.Errorf("look up %s: %w", care.Organisations, err)
	}
	partner := map[string]string{}
	for _, org := range organisations {
		partner[org.ID] = org.text("name")
	}
	teams, err := tx.All(ctx, care.Teams)
	if err != nil {
		return nil, fmt.Errorf("look up %s: %w", care.Teams, err)
	}
	index := map[string][]string{}
	for _, t := range teams {
		if t.Retracted {
			continue
		}
		short := fold(t.text("name"))
		long := fold(partner[t.text("organisation")] + " / " + t.text("name"))
		index[short] = append(index[short], t.ID)
		index[long] = append(index[long], t.ID)
		index[fold(t.ID)] = append(index[fold(t.ID)], t.ID)
	}
	return index, nil
}

// one decides about one row and writes what that takes.
func (j *joiner) one(ctx context.Context, tx Tx, h *held, p *person) error {
	line := &p.report
	team, ok := teamOf(h.teams, p, j.options)
	if !ok {
		return nil
	}
	stored, found, ok := match(h, p)
	if !ok {
		return nil
	}
	if found && !j.options.Within.has(stored.ID, h.caseloads[stored.ID], care.Stamp(j.options.Now())) {
		p.refuse("is registered already, and with no team of yours: ask the care coordinator of the team that has them")
		return nil
	}
	j.resolvePractice(h, p)
	p.withhold(h.told[stored.ID])
	var writes []Write
	var changed []string
	if found {
		line.Subject = stored.ID
		update := Write{Collection: care.Patients, ID: stored.ID, Values: map[string]any{}}
		for field, v := range p.patient {
			if !care.Same(v, stored.Values[field]) {
				update.Values[field] = v
				changed = append(changed, field)
			}
		}
		slices.Sort(changed)
		if len(changed) > 0 {
			writes = append(writes, update)
		}
	} else {
		id, err := j.options.NewID()
		if err != nil {
			return err
		}
		stored = Row{ID: id, Values: p.patient}
		line.Subject = id
		writes = append(writes, Write{Collection: care.Patients, ID: id, Create: true, Values: p.patient})
	}
	grant, err := j.grant(h, p, stored.ID, team)
	if err != nil {
		return err
	}
	changed = append(changed, grant.differs...)
	switch {
	case !found:
		line.Outcome = Created
		writes = append(writes, grant.join...)
	case len(changed) > 0 && !j.options.Update:
		line.Outcome, line.Reason = Differs, strings.Join(changed, ", ")+": left alone"
		writes = grant.join
	case len(changed) > 0:
		line.Outcome, line.Reason = Updated, strings.Join(changed, ", ")
		writes = append(append(writes, grant.join...), grant.alter...)
	case len(grant.join) > 0:
		line.Outcome, line.Reason = Updated, "joins the caseload of a further team"
		writes = grant.join
	default:
		line.Outcome = Unchanged
	}
	if p.confidentiality != "" && !h.told[stored.ID] {
		writes = append(hideAddress(p, stored, found, writes), j.tellSafeguarding(p, stored, team, found))
		h.told[stored.ID] = true
		if line.Outcome == Unchanged {
			line.Outcome, line.Reason = Updated, "confidentiality"
		}
	}
	return j.write(ctx, tx, h, p, stored, found, writes)
}

// write saves and lets later rows of the chunk see what was written.
func (j *joiner) write(ctx context.Context, tx Tx, h *held, p *person, stored Row, found bool, writes []Write) error {
	if len(writes) == 0 {
		return nil
	}
	for i := range writes {
		if writes[i].Collection == care.Patients {
			if _, ok := writes[i].Values["nhs_number"]; ok {
				writes[i].Values["nhs_number_status"] = "unverified"
			}
		}
	}
	saved, err := save(ctx, tx, &p.report, writes)
	if !saved || err != nil {
		return err
	}
	if !found {
		h.add(stored)
	}
	for _, w := range writes {
		switch {
		case w.Collection == care.Patients && !w.Create:
			for field, v := range w.Values {
				stored.Values[field] = v
			}
			if number, ok := w.Values["nhs_number"].(string); ok {
				h.byNumber[number] = stored
			}
		case w.Collection == care.Caseload && w.Create:
			h.caseloads[stored.ID] = append(h.caseloads[stored.ID], Row{ID: w.ID, Values: w.Values})
		}
	}
	return nil
}

// teamOf finds the one team a row means, "" when it names none; teams are those of teamNames.
func teamOf(teams map[string][]string, p *person, o Options) (id string, ok bool) {
	wanted := p.team
	if wanted == "" {
		wanted = o.Team
	}
	if wanted == "" {
		p.report.note("is on nobody's caseload by this file")
		return "", true
	}
	switch ids := teams[fold(wanted)]; len(ids) {
	case 1:
		if o.Within != nil && !o.Within.Teams[ids[0]] {
			p.refuse("team: %q is none of yours", wanted)
			return "", false
		}
		return ids[0], true
	case 0:
		p.refuse("team: there is none called %q", wanted)
	default:
		p.refuse("team: %d are called %q; write \"organisation / team\"", len(ids), wanted)
	}
	return "", false
}

// resolvePractice turns the ODS code into the organisation's id. A person whose practice is not in
// the directory still goes in: their handovers wait where somebody sees them.
func (j *joiner) resolvePractice(h *held, p *person) {
	if p.practice == "" {
		return
	}
	id, ok := h.practices[p.practice]
	if !ok {
		p.report.note("practice %s is not in the directory: none is set", p.practice)
		return
	}
	p.patient["practice"] = id
}

// grants lists the places on caseloads that a row asks for.
type grants struct {
	join    []Write  // a team the person was never with
	alter   []Write  // what differs, for --update
	differs []string // its names
}

// grant compares the row's team with the person's caseloads.
func (j *joiner) grant(h *held, p *person, patient, team string) (grants, error) {
	if team == "" {
		return grants{}, nil
	}
	now := care.Stamp(j.options.Now())
	var ended bool
	for _, c := range h.caseloads[patient] {
		if c.text("team") != team {
			continue
		}
		if to := c.text("to"); to != "" && to <= now {
			ended = true
			continue
		}
		return alterations(p, c), nil
	}
	id, err := j.options.NewID()
	if err != nil {
		return grants{}, err
	}
	join := Write{Collection: care.Caseload, ID: id, Create: true,
		Values: map[string]any{"patient": patient, "team": team, "from": now, "reason": "import"}}
	for field, v := range p.caseload {
		join.Values[field] = v
	}
	if ended { // discharged since: an old file must not open the record again by itself
		return grants{alter: []Write{join}, differs: []string{"caseload (ended)"}}, nil
	}
	return grants{join: []Write{join}}, nil
}

// alterations lists what a row says differently about a caseload that holds.
func alterations(p *person, c Row) grants {
	var g grants
	change := Write{Collection: care.Caseload, ID: c.ID, Values: map[string]any{}}
	for _, field := range []string{"cohort", "contact_every_days", "reason"} {
		if v, stated := p.caseload[field]; stated && !care.Equal(v, c.Values[field]) {
			change.Values[field] = v
			g.differs = append(g.differs, "caseload "+field)
		}
	}
	if len(change.Values) > 0 {
		g.alter = []Write{change}
	}
	return g
}
