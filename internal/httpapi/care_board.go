package httpapi

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/desk"
	"doorstep/internal/identity"
	"doorstep/internal/pblone"
	"doorstep/internal/pbplans"
	"doorstep/internal/pbstore"
	"doorstep/internal/plan"
	"doorstep/internal/wire"
	"doorstep/internal/worktime"
)

// Board is the day of a team: who visits whom, and when.
type Board struct {
	Team *care.Named `json:"team"`
	Day  string      `json:"day"`
	Kind string      `json:"kind"` // visits or checkins
	// ClosedWhy says why the team is closed on that day.
	ClosedWhy string `json:"closed_why,omitempty"`
	// Unallocated are those that nobody has.
	Unallocated []BoardVisit `json:"unallocated"`
	Rounds      []BoardRound `json:"rounds"`
}

// BoardRound is what somebody makes on that day.
type BoardRound struct {
	Staff access.StaffRow `json:"staff"`
	// Minutes of all of their visits, the way between them not counted.
	Minutes int          `json:"minutes"`
	Visits  []BoardVisit `json:"visits"`
	// Clash says where they would have to be in two places.
	Clash string `json:"clash,omitempty"`
	// HeardAt is when anything was last heard of their phones; left out: never.
	HeardAt string `json:"heard_at,omitempty"`
	// Away: they have left, or leave before the day is over.
	Away bool `json:"away"`
}

// BoardVisit is one visit or check-in.
type BoardVisit struct {
	ID      string        `json:"id"`
	Patient access.Person `json:"patient"`
	Purpose string        `json:"purpose,omitempty"`
	Status  string        `json:"status"`
	Start   string        `json:"start"`
	End     string        `json:"end"`
	Minutes int           `json:"minutes"`
	Plan    string        `json:"plan,omitempty"` // of which it came
	// Usual are those who made the planned visits of the last weeks, most often first.
	Usual []UsualFace `json:"usual,omitempty"`
	// Also are visits that other services make, or have made, for the same purpose within a day.
	Also []SameVisit `json:"also,omitempty"`
}

// SameVisit is a visit of another service for the same person and purpose.
type SameVisit struct {
	Team   *care.Named `json:"team"`
	Start  string      `json:"start"`
	Status string      `json:"status"`
}

// UsualFace is somebody whom a person knows.
type UsualFace struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Times int    `json:"times"`
}

// How far back a usual face is looked for, and how many are named.
const (
	usualDays  = 56
	usualFaces = 3
)

// readBoard shows the day of a team.
func (a *API) readBoard(e *core.RequestEvent) error {
	viewer := accessOf(e)
	team, err := ownTeam(e, viewer.DeskTeams())
	if err != nil {
		return err
	}
	if team == "" {
		return identity.ErrNotFound
	}
	day := plan.DayOf(a.Clock())
	if asked := e.Request.URL.Query().Get("day"); asked != "" {
		if day, err = dayAsked("day", asked); err != nil {
			return err
		}
	}
	board := Board{Team: a.Store.Access.NamedTeam(team), Day: day.String(), Kind: a.kindOfBoard(viewer, team)}
	board.ClosedWhy, _ = closedWhy(closedDays(a.Store, team), day)
	read := care.ReadDetail{}
	if err := a.Store.ReadForPage(e.Request.Context(), func(v *pbstore.Snapshot) error {
		pages := pbplans.Of(v)
		list, err := pages.ToMake(desk.ContactQuery{Kind: board.Kind, Teams: []string{team}, From: plan.At(day, 0), To: plan.At(plan.Later(day, 1), 0)})
		if err != nil {
			return err
		}
		made, err := pages.MadeOn(board.Kind, day)
		if err != nil {
			return err
		}
		list = slices.DeleteFunc(append(list, made...), func(c desk.PlannedContact) bool { return c.Team != team || !viewer.Near(c.Patient) })
		for i := range list {
			read.Add(list[i].Patient)
		}
		also, err := a.alsoOnBoard(pages, board.Kind, day, list)
		if err != nil {
			return err
		}
		if err := a.fillBoard(pages, viewer, &board, day, list, also); err != nil {
			return err
		}
		return a.tellRoundsHeard(v, board.Rounds)
	}); err != nil {
		return err
	}
	if err := a.audit(e, "board", care.Visits, team, "", read); err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, board)
}

func closedWhy(closed plan.Closed, day worktime.Date) (string, bool) {
	if why, is := closed(day); is {
		return why, true
	}
	return "", false
}

// kindOfBoard is what is planned on a team's board: visits, or the check-ins of a voluntary service.
func (a *API) kindOfBoard(viewer *access.Access, team string) string {
	if viewer.Limited() || a.Store.Access.LimitedHolder(care.TeamScope(team)) {
		return care.Checkins
	}
	return care.Visits
}

// fillBoard puts contacts into rounds: of the team's members, and of whoever else has one.
func (a *API) fillBoard(pages pbplans.Pages, viewer *access.Access, board *Board, day worktime.Date, list []desk.PlannedContact, also map[string][]SameVisit) error {
	var ids []string
	for i := range list {
		if !slices.Contains(ids, list[i].Patient) {
			ids = append(ids, list[i].Patient)
		}
	}
	people, err := pages.People(ids)
	if err != nil {
		return err
	}
	faces, err := pages.UsualFaces(board.Kind, ids, plan.Later(day, -usualDays), plan.Later(day, -1))
	if err != nil {
		return err
	}
	byStaff := map[string][]desk.PlannedContact{}
	views := map[string][]BoardVisit{}
	slices.SortStableFunc(list, func(x, y desk.PlannedContact) int { return cmp.Or(x.Start.Compare(y.Start), cmp.Compare(x.ID, y.ID)) })
	for _, c := range list {
		byStaff[c.Staff] = append(byStaff[c.Staff], c)
		views[c.Staff] = append(views[c.Staff], BoardVisit{ID: c.ID, Patient: viewer.SeePersonNear(c.Patient, people[c.Patient]), Purpose: c.Purpose, Status: c.Status,
			Start: care.Stamp(c.Start), End: care.Stamp(c.End), Minutes: c.Minutes, Plan: c.Plan, Usual: a.usual(faces[c.Patient]), Also: also[c.ID]})
	}
	board.Unallocated, board.Rounds = orEmpty(views[""]), []BoardRound{}
	shown := map[string]bool{"": true}
	add := func(member access.StaffRow) {
		shown[member.ID] = true
		r := BoardRound{Staff: member, Visits: orEmpty(views[member.ID]), Away: a.away(member, day)}
		for _, c := range byStaff[member.ID] {
			r.Minutes += c.Minutes
		}
		r.Clash = clashIn(byStaff[member.ID])
		if r.Away && len(r.Visits) == 0 {
			return
		}
		board.Rounds = append(board.Rounds, r)
	}
	for _, m := range viewer.Members() {
		works := slices.ContainsFunc(m.Teams, func(t care.Named) bool { return t.ID == board.Team.ID })
		v, _ := a.Store.Staff(m.ID)
		if who := access.RightsOf(v); works && who.CarriesPhone() && who.MayWrite(care.Update, board.Kind) || len(views[m.ID]) > 0 {
			add(m)
		}
	}
	for _, id := range slices.Sorted(keysOf(views)) {
		if !shown[id] {
			named := a.Store.Access.NamedStaff(id)
			add(access.StaffRow{ID: id, Name: named.Name, Teams: []care.Named{}})
		}
	}
	return nil
}

func keysOf[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func (a *API) usual(faces []pbplans.Face) (usual []UsualFace) {
	for _, f := range faces[:min(len(faces), usualFaces)] {
		named := a.Store.Access.NamedStaff(f.Staff)
		usual = append(usual, UsualFace{ID: f.Staff, Name: named.Name, Times: f.Times})
	}
	return usual
}

// away says whether somebody is not in service when a day ends.
func (a *API) away(m access.StaffRow, day worktime.Date) bool {
	since, err := care.ParseStamp(m.InactiveSince)
	return m.InactiveSince != "" && err == nil && since.Before(plan.At(plan.Later(day, 1), 0))
}

// clashIn is the stretch of a round that is too short for what it holds: 09:00–09:30.
func clashIn(round []desk.PlannedContact) string {
	var tasks []plan.Task
	for _, c := range round {
		if c.Status == "planned" {
			tasks = append(tasks, plan.Task{ID: c.ID, From: c.Start, To: c.End, Minutes: c.Minutes})
		}
	}
	clash := plan.FirstClash(tasks, "")
	if clash == nil {
		return ""
	}
	return plan.Clock(clash.From) + "–" + plan.Clock(clash.To)
}

func dayAsked(name, text string) (worktime.Date, error) {
	day, err := worktime.ParseDate(text)
	if err != nil || day.Year < 2000 || day.Year > 2100 {
		return day, wire.Fail(wire.CodeInvalid, "%s must be a day such as 2026-12-01.", name)
	}
	return day, nil
}

// boardMoveRequest moves visits: those named, or all that somebody has to make from one day to another.
type boardMoveRequest struct {
	Team     string             `json:"team" validate:"required,len=26"`
	Contacts []string           `json:"contacts" validate:"max=500,dive,len=26"`
	Round    *boardRoundRequest `json:"round"`
	// Staff makes them: left out = whoever does now, "" = nobody as yet.
	Staff *string `json:"staff" validate:"omitempty,len=0|len=26"`
	Days  int     `json:"days" validate:"min=-60,max=60"` // later
	At    string  `json:"at" validate:"max=5"`            // when the only one begins: 09:30; "" = at the time it has
	// Preview only says what it would do.
	Preview bool `json:"preview"`
}

type boardRoundRequest struct {
	Staff string `json:"staff" validate:"omitempty,len=26"` // "" = what nobody has
	First string `json:"first" validate:"required,max=10"`
	Last  string `json:"last" validate:"required,max=10"`
}

type boardMoved struct {
	Preview bool `json:"preview"`
	desk.MovedVisits
}

// asked reads what a move asks for.
func (b *boardMoveRequest) asked() (m desk.MoveVisits, err error) {
	m = desk.MoveVisits{Team: b.Team, Contacts: b.Contacts, To: b.Staff, Days: b.Days}
	if (len(b.Contacts) == 0) == (b.Round == nil) {
		return m, wire.Fail(wire.CodeInvalid, "Name contacts or a round, one of them.")
	}
	if b.Round != nil {
		m.Round = &desk.Round{Staff: b.Round.Staff}
		if m.Round.First, err = dayAsked("first", b.Round.First); err != nil {
			return m, err
		}
		if m.Round.Last, err = dayAsked("last", b.Round.Last); err != nil {
			return m, err
		}
	}
	if b.At != "" {
		at, ok := plan.ParseClock(b.At)
		if !ok || len(b.Contacts) != 1 {
			return m, wire.Fail(wire.CodeInvalid, "at is a time such as 09:30, of one visit.")
		}
		m.At = &at
	}
	if b.Staff == nil && b.Days == 0 && m.At == nil {
		return m, wire.Fail(wire.CodeInvalid, "Say to whom, to which day or to which time.")
	}
	return m, nil
}

// moveVisits moves visits between rounds, days and times.
func (a *API) moveVisits(e *core.RequestEvent) error {
	var body boardMoveRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	m, err := body.asked()
	if err != nil {
		return err
	}
	answer := boardMoved{Preview: body.Preview}
	err = a.tried(e, body.Preview, func(tx *pbstore.Tx) (err error) {
		if answer.MovedVisits, err = a.planner(e, tx).Move(m); err != nil {
			return err
		}
		return tx.Audit(e.Auth.Id, "", "move_visits", care.Visits, body.Team, "", body)
	})
	if err != nil {
		return err
	}
	if !body.Preview {
		a.Store.Access.WakePages([]string{body.Team})
	}
	return writeJSON(e, http.StatusOK, answer)
}

// tellRoundsHeard fills in when the phones of those who make rounds were last heard of.
func (a *API) tellRoundsHeard(v *pbstore.Snapshot, rounds []BoardRound) error {
	staff := make([]string, len(rounds))
	for i := range rounds {
		staff[i] = rounds[i].Staff.ID
	}
	heard, err := a.heardOf(pblone.Of(v), staff)
	for i := range rounds {
		rounds[i].HeardAt = care.Stamp(heard[rounds[i].Staff.ID])
	}
	return err
}
