package httpapi

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"slices"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/identity"
	"doorstep/internal/pbstore"
	"doorstep/internal/syncer"
	"doorstep/internal/wire"
)

// CarePath is where the pages of practices, partner teams and desks find what they need.
const CarePath = "/api/care/v1"

// Page sizes of the lists.
const (
	defaultPage = 50
	largestPage = 200
	// longestCursor in bytes: one that stands between two names has the first in it.
	longestCursor = 1200
)

// careRoute is one route and the roles it is for. Which records such a role finds behind it
// is decided later: a record that is not theirs and one that is not there answer alike.
type careRoute struct {
	method, path string
	roles        func(care.Duty) bool
	handle       func(*core.RequestEvent) error
}

// Who a route is for.
func worksHandovers(d care.Duty) bool   { return d.Inbox || d.May(care.Create, care.Handovers) }
func worksInbox(d care.Duty) bool       { return d.Inbox }
func answersHandovers(d care.Duty) bool { return d.Inbox && d.Answers }
func everybody(care.Duty) bool          { return true }
func worksDesk(d care.Duty) bool        { return d.Desk }
func watches(d care.Duty) bool          { return worksHandovers(d) || worksDesk(d) }
func keepsDevices(d care.Duty) bool     { return d.Desk || d.May(care.Update, care.Devices) }
func keepsAccounts(d care.Duty) bool    { return d.KeepsAccounts() }
func registers(d care.Duty) bool        { return d.Desk && d.May(care.Create, care.Patients) }
func corrects(d care.Duty) bool         { return d.Desk && d.May(care.Update, care.Patients) }

// keepsVolunteers: what a person says to a voluntary service is recorded by whoever looks after its volunteers.
func keepsVolunteers(d care.Duty) bool { return d.Desk && d.View == care.Limited }

// imports: taking in a whole file is for who answers for a neighbourhood.
func imports(d care.Duty) bool { return registers(d) && d.Chain }

// careRoutes is the one list of them.
func (a *API) careRoutes() []careRoute {
	routes := []careRoute{
		{http.MethodGet, "/inbox", worksHandovers, a.readInbox},
		{http.MethodGet, "/handovers", worksHandovers, a.listHandovers},
		{http.MethodGet, "/inbox/figures", worksInbox, a.readFigures},
		{http.MethodPost, "/teams/{id}/not-here", answersHandovers, a.sayNotHere},
		{http.MethodPost, "/handovers/search", worksHandovers, a.searchClosed},
		{http.MethodGet, "/handovers/{id}", worksHandovers, a.readHandover},
		{http.MethodGet, "/handovers/{id}/pdf", worksHandovers, a.printHandover},
		{http.MethodGet, "/handovers/{id}/fhir", worksHandovers, a.handoverAsFHIR},
		{http.MethodPost, "/handovers/{id}/hold", worksHandovers, a.hold},
		{http.MethodPost, "/handovers/{id}/release", worksHandovers, a.release},

		{http.MethodPost, "/password/own", everybody, a.changeOwnPassword},

		{http.MethodGet, "/stream", watches, a.pageStream},
		{http.MethodGet, "/queues", worksDesk, a.queues},
		{http.MethodGet, "/issues", worksDesk, a.listIssues},
		{http.MethodGet, "/issues/{id}", worksDesk, a.readIssue},
		{http.MethodPost, "/issues/{id}/resolve", worksDesk, a.resolveIssue},
		{http.MethodPost, "/issues/{id}/dismiss", worksDesk, a.dismissIssue},
		{http.MethodGet, "/caseload", worksDesk, a.listCaseload},
		{http.MethodPost, "/caseload", worksDesk, a.assign},
		{http.MethodPost, "/caseload/move", worksDesk, a.movePeople},
		{http.MethodPost, "/caseload/cover", worksDesk, a.cover},
		{http.MethodPost, "/caseload/{id}/end", worksDesk, a.endAssignment},
		{http.MethodGet, "/plans", worksDesk, a.listPlans},
		{http.MethodPost, "/plans", worksDesk, a.makePlan},
		{http.MethodPost, "/plans/{id}", worksDesk, a.changePlan},
		{http.MethodPost, "/plans/{id}/end", worksDesk, a.endPlan},
		{http.MethodGet, "/board", worksDesk, a.readBoard},
		{http.MethodGet, "/board/late", worksDesk, a.listLate},
		{http.MethodPost, "/board/move", worksDesk, a.moveVisits},
		{http.MethodPost, "/imports", imports, a.importFile},
		{http.MethodPost, "/people", registers, a.register},
		{http.MethodPost, "/people/search", worksDesk, a.searchPeople},
		{http.MethodGet, "/deaths", worksDesk, a.listDeaths},
		{http.MethodPost, "/people/alike", registers, a.findAlike},
		{http.MethodGet, "/people/{id}", corrects, a.readPerson},
		{http.MethodPost, "/people/{id}/correct", corrects, a.correctPerson},
		{http.MethodPost, "/people/{id}/merge", corrects, a.mergePerson},
		{http.MethodPost, "/people/{id}/unmerge", corrects, a.unmergePerson},
		{http.MethodPost, "/people/{id}/consent", keepsVolunteers, a.sayConsent},
		{http.MethodGet, "/people/{id}/timeline", worksDesk, a.readTimeline},
		{http.MethodGet, "/fields", worksDesk, a.listFields},
		{http.MethodGet, "/staff", keepsAccounts, a.listStaff},
		{http.MethodGet, "/staff/{id}/work", keepsAccounts, a.readWork},
		{http.MethodPost, "/staff/{id}/leave", keepsAccounts, a.leave},
		{http.MethodPost, "/staff/{id}/stay", keepsAccounts, a.stay},
		{http.MethodGet, "/devices", keepsDevices, a.listDevices},
		{http.MethodPost, "/devices/{id}/state", keepsDevices, a.setDeviceState},
	}
	routes = append(routes, a.administrationRoutes()...)
	routes = append(routes, a.teamRouteRoutes()...)
	routes = append(routes, a.deliveryRoutes()...)
	routes = append(routes, a.noticeRoutes()...)
	routes = append(routes, a.loneRoutes()...)
	routes = append(routes, a.contactRoutes()...)
	routes = append(routes, a.accountRequestRoutes()...)
	routes = append(routes, a.ruleRoutes()...)
	routes = append(routes, a.neighbourhoodRoutes()...)
	for _, verb := range handoverVerbs {
		routes = append(routes, careRoute{http.MethodPost, "/handovers/{id}/" + verb.path, worksHandovers, a.act(verb.kind)})
	}
	return routes
}

// bindCare adds the routes of the pages, behind a staff token of PocketBase's own.
func (a *API) bindCare(g *router.RouterGroup[*core.RequestEvent]) {
	if a.Sync == nil || a.Store == nil {
		return
	}
	staff := g.Group("").Bind(a.requireStaff())
	for _, r := range a.careRoutes() {
		staff.Route(r.method, r.path, func(e *core.RequestEvent) error {
			// Pages tell what is late by this clock, not by that of the computer they are shown on.
			e.Response.Header().Set("Date", a.Clock().UTC().Format(http.TimeFormat))
			who := a.Store.Access.Of(viewerOf(e))
			if !r.roles(who.Duty) {
				return identity.ErrForbidden
			}
			e.Set(accessKey, who)
			return r.handle(e)
		})
	}
}

// viewerOf is who asks, as their account stands at this moment.
func viewerOf(e *core.RequestEvent) care.Viewer {
	return care.Viewer{Staff: e.Auth.Id, Role: care.Role(e.Auth.GetString("role")), Organisation: e.Auth.GetString("organisation"),
		Teams: e.Auth.GetStringSlice("teams")}
}

// accessKey is where a request keeps the access of who asks.
const accessKey = "doorstep_access"

// accessOf is what who asks may see and do; made once, when the route was chosen.
func accessOf(e *core.RequestEvent) *access.Access {
	return e.Get(accessKey).(*access.Access) // set by bindCare for every route
}

// change runs one change in the engine's writer. A refusal undoes what it wrote and leaves the
// other work of the group alone.
func (a *API) change(e *core.RequestEvent, work func(tx *pbstore.Tx) error) error {
	var refused error
	err := a.Sync.Do(e.Request.Context(), func(tx *pbstore.Tx) error {
		refused = nil
		failed, err := tx.Savepoint(func() error {
			tx.Next()
			return work(tx)
		})
		if err != nil {
			return err
		}
		if pbstore.Unavailable(failed) {
			return failed
		}
		refused = failed
		return nil
	})
	if err != nil {
		return writerFailed(err)
	}
	return refused
}

// audit writes one line about a read before it is answered: a read that cannot be written down
// is not answered.
func (a *API) audit(e *core.RequestEvent, action, collection, record, patient string, detail any) error {
	return writerFailed(a.Sync.Do(e.Request.Context(), func(tx *pbstore.Tx) error {
		return tx.Audit(e.Auth.Id, "", action, collection, record, patient, detail)
	}))
}

// writerFailed is the answer when the writer could not do its part.
func writerFailed(err error) error {
	if errors.Is(err, syncer.ErrBusy) {
		return unavailable()
	}
	return err
}

// list is a page of anything.
type list[T any] struct {
	Items  []T    `json:"items"`
	Cursor string `json:"cursor,omitempty"` // of the next page
	More   bool   `json:"more"`
}

// page makes a list of what was read; key is the place after the last item.
func page[T any](items []T, more bool, key any) (list[T], error) {
	l := list[T]{Items: items, More: more}
	if l.Items == nil {
		l.Items = []T{}
	}
	if !more {
		return l, nil
	}
	raw, err := json.Marshal(key)
	l.Cursor = base64.RawURLEncoding.EncodeToString(raw)
	return l, err
}

// pageAsked reads limit and cursor; the cursor goes into key and nothing happens without one.
func pageAsked(e *core.RequestEvent, key any) (limit int, err error) {
	q := e.Request.URL.Query()
	if limit, err = wholeNumber(q.Get("limit"), "limit", defaultPage); err != nil {
		return 0, err
	}
	limit = min(max(limit, 1), largestPage)
	return limit, placeAsked(q.Get("cursor"), key)
}

// placeAsked reads a cursor into key; nothing happens without one.
func placeAsked(cursor string, key any) error {
	if cursor == "" {
		return nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(raw) > longestCursor || !bytes.HasPrefix(raw, []byte("{")) || json.Unmarshal(raw, key) != nil {
		return wire.Fail(wire.CodeCursor, "This cursor is not one of ours. Start from the first page.")
	}
	return nil
}

// oneOf reads a query parameter that may only hold certain words; "" when it is missing.
func oneOf(e *core.RequestEvent, name string, words []string) (string, error) {
	value := e.Request.URL.Query().Get(name)
	if value != "" && !slices.Contains(words, value) {
		return "", wire.Fail(wire.CodeInvalid, "%s is none we know.", name)
	}
	return value, nil
}

// ownTeam reads the query parameter team; one that is not the viewer's is not there.
func ownTeam(e *core.RequestEvent, teams []string) (string, error) {
	team := e.Request.URL.Query().Get("team")
	if team != "" && !slices.Contains(teams, team) {
		return "", identity.ErrNotFound
	}
	return team, nil
}

// values reads an object of field values, with numbers as they were written.
func values(raw json.RawMessage) (map[string]any, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return map[string]any{}, nil
	}
	var set map[string]any
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if decoder.Decode(&set) != nil {
		return nil, wire.Fail(wire.CodeMalformed, "set must be an object of field values.")
	}
	return set, nil
}
