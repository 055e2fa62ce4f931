package sim

import (
	"encoding/json"
	"slices"
	"strings"

	"doorstep/internal/care"
)

// actService lets a service come to its end, or puts it back: the voluntary service as a whole or its team, a team of the
// NHS, a practice that is no more or closes, a trust that becomes a voluntary service.
func (w *World) actService() {
	switch roll := w.random.IntN(12); {
	case roll < 4:
		w.turn(care.Organisations, "friends", w.town.orgs["friends"])
	case roll < 6:
		w.turn(care.Teams, "the team of the friends", w.town.teams["friends"])
	case roll < 7:
		w.turn(care.Teams, "minds", w.town.teams["minds"])
	case roll < 8:
		w.turn(care.Organisations, "oak", w.town.orgs["oak"])
	case roll < 10:
		w.closing(pick(w, []string{"elm", "oak"}))
	default:
		w.another("mental")
	}
}

// turn ends what is in force, and puts back what has ended.
func (w *World) turn(collection, name, id string) {
	r := w.mustFind(collection, id)
	if r == nil {
		return
	}
	if r.GetString("retracted") == "" {
		r.Set("retracted", w.clock.Now())
		w.note(serverColumn, "%s: ended", name)
		w.count("service ended")
	} else {
		r.Set("retracted", "")
		w.note(serverColumn, "%s: put back", name)
		w.count("service put back")
	}
	w.save(r)
}

// closing shuts a practice from today on, or opens it again.
func (w *World) closing(practice string) {
	r := w.mustFind(care.Organisations, w.town.orgs[practice])
	if r == nil {
		return
	}
	day := ""
	if r.GetString("closed_on") == "" {
		day = w.clock.Now().AddDate(0, 0, w.random.IntN(2)).Format("2006-01-02")
		w.count("practice closed")
	}
	r.Set("closed_on", day)
	w.save(r)
	w.note(serverColumn, "%s closes on %q", practice, day)
}

// another makes a trust a voluntary service, to which nobody has consented, or a trust again.
func (w *World) another(organisation string) {
	r := w.mustFind(care.Organisations, w.town.orgs[organisation])
	if r == nil {
		return
	}
	kind := care.VoluntaryKind
	if r.GetString("kind") == kind {
		kind = "mental_health"
	}
	r.Set("kind", kind)
	w.save(r)
	w.note(serverColumn, "%s is now of kind %s", organisation, kind)
	w.count("service of another kind")
}

// house is who works where, as the tables have it at a moment.
type house struct {
	today string
	teams map[string]houseTeam
	orgs  map[string]houseOrg
	staff map[string]houseStaff
}

type houseTeam struct {
	organisation, kind string
	ended              bool
}

type houseOrg struct {
	kind, closedOn string
	ended          bool
}

type houseStaff struct {
	id, organisation string
	role             care.Role
	teams            []string
	left             bool
}

func (w *World) house() (*house, error) {
	db, err := w.machine.db()
	if err != nil {
		return nil, err
	}
	h := &house{today: w.clock.Now().Format("2006-01-02"), teams: map[string]houseTeam{}, orgs: map[string]houseOrg{}, staff: map[string]houseStaff{}}
	rows, err := db.Query(`SELECT 't', id, organisation, kind, '', retracted FROM teams UNION ALL SELECT 'o', id, '', kind, closed_on, retracted FROM organisations
		UNION ALL SELECT 's', id, organisation, role, teams, inactive_since FROM staff`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var what, id, organisation, kind, more, ended string
		if err := rows.Scan(&what, &id, &organisation, &kind, &more, &ended); err != nil {
			return nil, err
		}
		switch what {
		case "t":
			h.teams[id] = houseTeam{organisation, kind, ended != ""}
		case "o":
			h.orgs[id] = houseOrg{kind, more, ended != ""}
		default:
			s := houseStaff{id: id, organisation: organisation, role: care.Role(kind), left: ended != ""}
			if more != "" {
				if err := json.Unmarshal([]byte(more), &s.teams); err != nil {
					return nil, err
				}
			}
			h.staff[id] = s
		}
	}
	return h, rows.Err()
}

// noService has nobody: nobody can have consented to what is no more.
const noService = "none that is left"

// service is the voluntary service a team belongs to, "" for direct care.
func (h *house) service(team string) string {
	t, known := h.teams[team]
	o, employed := h.orgs[t.organisation]
	switch {
	case !known, !employed && t.kind == care.VoluntaryKind:
		return noService
	case !employed, o.kind != care.VoluntaryKind:
		return ""
	case o.ended, t.ended:
		return noService
	}
	return t.organisation
}

// serviceOf is the voluntary service somebody works for whom people are given to by name: their organisation, or where all
// their teams are of voluntary services the first that is in force.
func (h *house) serviceOf(staff string) string {
	s, known := h.staff[staff]
	if !known {
		return ""
	}
	if o, employed := h.orgs[s.organisation]; employed && o.kind == care.VoluntaryKind {
		if o.ended {
			return noService
		}
		return s.organisation
	}
	var services []string
	for _, t := range slices.Sorted(slices.Values(s.teams)) {
		if _, known := h.teams[t]; known {
			services = append(services, h.service(t))
		}
	}
	inForce := slices.DeleteFunc(slices.Clone(services), func(s string) bool { return s == noService })
	_, employed := h.orgs[s.organisation]
	switch {
	case slices.Contains(services, ""):
		return ""
	case len(inForce) > 0:
		return inForce[0]
	case len(services) > 0, !employed && care.DutyOf(s.role).View == care.Limited:
		return noService
	}
	return ""
}

// takes says whether anything can be given to a team.
func (h *house) takes(team string) bool {
	t, known := h.teams[team]
	o, employed := h.orgs[t.organisation]
	closed := employed && (o.ended || o.closedOn != "" && o.closedOn <= h.today)
	return known && !t.ended && h.service(team) != noService && !closed
}

// consented says whether a person lets a service have them.
func consented(consent, service string) bool {
	if service == "" {
		return true
	}
	var list []struct {
		Service string `json:"service"`
		Given   bool   `json:"given"`
	}
	if consent == "" || json.Unmarshal([]byte(consent), &list) != nil {
		return false
	}
	given := false
	for _, c := range list { // the last word counts
		if c.Service == service {
			given = c.Given
		}
	}
	return given && service != noService
}

// caseloadNow reads who should hold whom.
func (w *World) caseloadNow() map[string]bool {
	want := map[string]bool{}
	h, err := w.house()
	if err != nil {
		w.fail("read who works where: %v", err)
		return want
	}
	db, err := w.machine.db()
	if err != nil {
		w.fail("%v", err)
		return want
	}
	now := w.clock.Now().UTC().Format("2006-01-02 15:04:05.000Z")
	rows, err := db.Query(`SELECT c.patient, c.team, c.staff, p.consent FROM caseload c JOIN patients p ON p.id = c.patient
		WHERE (c."from" = '' OR c."from" <= ?) AND (c."to" = '' OR c."to" > ?)`, now, now)
	if err != nil {
		w.fail("read the caseload: %v", err)
		return want
	}
	defer rows.Close()
	for rows.Next() {
		var patient, team, staff string
		var consent any
		if err := rows.Scan(&patient, &team, &staff, &consent); err != nil {
			w.fail("read the caseload: %v", err)
			return want
		}
		holder, service := "team:"+team, h.service(team)
		if team == "" {
			holder, service = "staff:"+staff, h.serviceOf(staff)
		}
		if consented(textOf(consent), service) {
			want[patient+" by "+holder] = true
		}
	}
	if err := rows.Err(); err != nil {
		w.fail("read the caseload: %v", err)
	}
	return want
}

// checkNothingStaysWhereNobodyIs: what is open stands with a team that takes it.
func (w *World) checkNothingStaysWhereNobodyIs() {
	h, err := w.house()
	if err != nil {
		w.fail("read who works where: %v", err)
		return
	}
	db, err := w.machine.db()
	if err != nil {
		w.fail("%v", err)
		return
	}
	rows, err := db.Query(`SELECT 'handover ' || state, id, to_team FROM handovers WHERE retracted = '' AND state NOT IN ` + care.SQLOffTheClock + `
		UNION ALL SELECT 'conflict', id, owner_team FROM conflicts WHERE state = 'open' UNION ALL SELECT 'issue ' || code, id, owner_team FROM quarantine WHERE state = 'open'`)
	if err != nil {
		w.fail("read what is open: %v", err)
		return
	}
	defer rows.Close()
	for rows.Next() {
		var what, id, team string
		if err := rows.Scan(&what, &id, &team); err != nil {
			w.fail("read what is open: %v", err)
			return
		}
		if team != "" && !h.takes(team) {
			w.fail("%s %s stays with %s, which takes nothing any more", strings.TrimSpace(what), shortKey(id), w.teamName(team))
		}
	}
	if err := rows.Err(); err != nil {
		w.fail("read what is open: %v", err)
	}
}

func (w *World) teamName(id string) string {
	for name, team := range w.town.teams {
		if team == id {
			return name
		}
	}
	return id
}
