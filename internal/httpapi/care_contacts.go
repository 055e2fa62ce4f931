package httpapi

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/desk"
	"doorstep/internal/identity"
	"doorstep/internal/measures"
	"doorstep/internal/pbcontacts"
	"doorstep/internal/pbplans"
	"doorstep/internal/pbstore"
	"doorstep/internal/plan"
	"doorstep/internal/worktime"
)

// contactRoutes are those of the lists of people to keep in touch with.
func (a *API) contactRoutes() []careRoute {
	return []careRoute{
		{http.MethodGet, "/contact-lists", worksDesk, a.listContactLists},
		{http.MethodPost, "/contact-lists", worksDesk, a.makeContactList},
		{http.MethodGet, "/contact-lists/due", worksDesk, a.listDueContacts},
		{http.MethodPost, "/contact-lists/{id}", worksDesk, a.changeContactList},
		{http.MethodPost, "/contact-lists/{id}/end", worksDesk, a.endContactList},
		{http.MethodGet, "/contact-lists/{id}/people", worksDesk, a.listContactPeople},
		{http.MethodPost, "/contact-lists/{id}/people", worksDesk, a.putOnList},
		{http.MethodPost, "/contact-lists/{id}/off", worksDesk, a.takeOffList},
		{http.MethodPost, "/contact-lists/{id}/reviewed", worksDesk, a.reviewListed},
		{http.MethodGet, "/people/{id}/contact-lists", worksDesk, a.listsOfPerson},
	}
}

// ContactList is a list of people to keep in touch with as a desk sees it.
type ContactList struct {
	ID         string      `json:"id"`
	Team       *care.Named `json:"team"`
	Name       string      `json:"name"`
	SafeName   string      `json:"safe_name,omitempty"`
	Rule       string      `json:"rule,omitempty"` // left out: it is kept by hand
	EveryDays  int         `json:"every_days"`
	ReviewDays int         `json:"review_days,omitempty"`
	Shown      string      `json:"shown"`
	MadeBy     *care.Named `json:"made_by"`
	ChangedAt  string      `json:"changed_at"`
	EndedAt    string      `json:"ended_at,omitempty"`
	// WorkedOutOn is the day on which all of it was worked out last; left out: it is being worked out.
	WorkedOutOn string `json:"worked_out_on,omitempty"`
	// Broke is at how many people the rule could not be worked out, and BrokeWhy why the last time.
	Broke    int           `json:"broke,omitempty"`
	BrokeWhy string        `json:"broke_why,omitempty"`
	Counts   ContactCounts `json:"counts"`
}

// ContactCounts say how a list stands today.
type ContactCounts struct {
	On int `json:"on"`
	// Due are to be contacted within the next days, Unreviewed have a plan that is to be reviewed.
	Due        int `json:"due"`
	Unreviewed int `json:"unreviewed"`
	// People, Seen, Overdue, Never and Reviewed are those of measures.Proactive.
	People   int `json:"people"`
	Seen     int `json:"seen"`
	Overdue  int `json:"overdue"`
	Never    int `json:"never"`
	Reviewed int `json:"reviewed"`
}

// ListedPerson is somebody on a list as a desk sees them.
type ListedPerson struct {
	List      *care.Named   `json:"list"`
	Patient   access.Person `json:"patient"`
	Since     string        `json:"since"`
	By        *care.Named   `json:"by,omitempty"` // left out: by the rule of the list
	Reason    string        `json:"reason,omitempty"`
	EveryDays int           `json:"every_days"`
	LastAt    string        `json:"last_at,omitempty"` // when they were contacted last
	LastStaff *care.Named   `json:"last_staff,omitempty"`
	LastTeam  *care.Named   `json:"last_team,omitempty"`
	DueOn     string        `json:"due_on"`
	State     string        `json:"state"` // overdue, due or later
	// Planned is when the next visit or check-in of the team that keeps the list is planned.
	Planned    string      `json:"planned,omitempty"`
	ReviewedOn string      `json:"reviewed_on,omitempty"`
	ReviewedBy *care.Named `json:"reviewed_by,omitempty"`
	// Unreviewed: their plan is to be reviewed.
	Unreviewed bool `json:"unreviewed"`
}

// ListOfPerson is a list of a desk and, where the person is on it, how they stand there.
type ListOfPerson struct {
	List   *care.Named   `json:"list"`
	Team   *care.Named   `json:"team"`
	ByRule bool          `json:"by_rule"`
	Listed *ListedPerson `json:"listed,omitempty"`
}

// mostListed is how many people of one list are counted; a list is of one team.
const mostListed = 20_000

// plannedAhead is how far ahead it is looked whether a contact is planned: as far as plans stand.
const plannedAhead = plan.Horizon * 24 * time.Hour

func (a *API) named(id string) *care.Named {
	if id == "" {
		return nil
	}
	return a.Store.Access.NamedStaff(id)
}

func (a *API) viewContactList(l *desk.ContactList, people []desk.Listed) ContactList {
	view := ContactList{ID: l.ID, Team: a.Store.Access.NamedTeam(l.Team), Name: l.Name, SafeName: l.SafeName, Rule: l.Rule, EveryDays: l.EveryDays, ReviewDays: l.ReviewDays, Shown: l.Shown,
		MadeBy: a.named(l.MadeBy), ChangedAt: care.Stamp(l.ChangedAt), EndedAt: care.Stamp(l.EndedAt), WorkedOutOn: l.JudgedOn, Broke: l.Broke, BrokeWhy: l.BrokeWhy}
	now := a.Clock()
	p := measures.ProactiveOf(pbcontacts.Contacts(people), worktime.InLondon(now))
	view.Counts = ContactCounts{On: len(people), People: p.People, Seen: p.Seen, Overdue: p.Overdue, Never: p.Never, Reviewed: p.Reviewed}
	for i := range people {
		if plan.ContactState(people[i].Due, plan.DayOf(now), people[i].EveryDays) == plan.ContactDue {
			view.Counts.Due++
		}
		if unreviewed(l, &people[i], now) {
			view.Counts.Unreviewed++
		}
	}
	return view
}

// unreviewed says whether the plan of somebody on a list is to be reviewed.
func unreviewed(l *desk.ContactList, on *desk.Listed, now time.Time) bool {
	return l.ReviewDays > 0 && max(on.ReviewedOn, on.Since.String()) < plan.Later(plan.DayOf(now), -l.ReviewDays).String()
}

// listContactLists lists the lists that the teams of a desk keep, with how they stand.
func (a *API) listContactLists(e *core.RequestEvent) error {
	viewer := accessOf(e)
	views := []ContactList{}
	if err := a.broughtContacts(e); err != nil {
		return err
	}
	if err := a.Store.ReadForPage(e.Request.Context(), func(v *pbstore.Snapshot) error {
		views = views[:0]
		lists, err := pbcontacts.Of(v).Lists(viewer.DeskTeams())
		if err != nil {
			return err
		}
		for _, l := range lists {
			if viewer.Limited() && l.ByRule() {
				continue
			}
			people, err := pbcontacts.Of(v).OnList(l.ID, "", "", nil, mostListed)
			if err != nil {
				return err
			}
			views = append(views, a.viewContactList(l, people))
		}
		return nil
	}); err != nil {
		return err
	}
	answer, err := page(views, false, nil)
	if err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, answer)
}

// listedViews are people on one list as a desk sees them; nobody who is not near.
func (a *API) listedViews(v *pbstore.Snapshot, viewer *access.Access, l *desk.ContactList, on []desk.Listed) ([]ListedPerson, error) {
	on = slices.DeleteFunc(slices.Clone(on), func(p desk.Listed) bool { return !viewer.Near(p.Patient) })
	ids := make([]string, len(on))
	for i := range on {
		ids[i] = on[i].Patient
	}
	people, err := v.People(ids)
	if err != nil || len(on) == 0 {
		return []ListedPerson{}, err
	}
	now := v.Now()
	contacts, err := pbplans.Of(v).ToMake(desk.ContactQuery{Kind: a.kindOfBoard(viewer, l.Team), Teams: []string{l.Team}, From: now, To: now.Add(plannedAhead)})
	if err != nil {
		return nil, err
	}
	planned := map[string]string{}
	for _, c := range contacts {
		if _, earlier := planned[c.Patient]; !earlier {
			planned[c.Patient] = care.Stamp(c.Start)
		}
	}
	views := make([]ListedPerson, len(on))
	for i := range on {
		p := &on[i]
		views[i] = ListedPerson{List: &care.Named{ID: l.ID, Name: l.Name}, Patient: viewer.SeePersonNear(p.Patient, people[p.Patient]), Since: p.Since.String(), By: a.named(p.By), Reason: p.Reason,
			EveryDays: p.EveryDays, LastAt: care.Stamp(p.LastAt), LastStaff: a.named(p.LastStaff), DueOn: p.Due.String(), State: plan.ContactState(p.Due, plan.DayOf(now), p.EveryDays),
			Planned: planned[p.Patient], ReviewedOn: p.ReviewedOn, ReviewedBy: a.named(p.ReviewedBy), Unreviewed: unreviewed(l, p, now)}
		if p.LastTeam != "" {
			views[i].LastTeam = a.Store.Access.NamedTeam(p.LastTeam)
		}
	}
	return views, nil
}

// listedPlace is where a page of people on a list ends.
type listedPlace struct {
	Due string `json:"due"`
	ID  string `json:"id"`
}

// listOf is a list of the viewer's desk.
func listOf(v *pbstore.Snapshot, viewer *access.Access, id string) (*desk.ContactList, error) {
	l, err := pbcontacts.Of(v).ContactList(id)
	if err != nil {
		return nil, err
	}
	if l == nil || !slices.Contains(viewer.DeskTeams(), l.Team) || viewer.Limited() && l.ByRule() {
		return nil, identity.ErrNotFound
	}
	return l, nil
}

// listContactPeople lists who is on a list, whoever is due first before the others.
func (a *API) listContactPeople(e *core.RequestEvent) error {
	viewer := accessOf(e)
	var after listedPlace
	limit, err := pageAsked(e, &after)
	if err != nil {
		return err
	}
	state, err := oneOf(e, "state", []string{plan.ContactOverdue, plan.ContactDue})
	if err != nil {
		return err
	}
	var views []ListedPerson
	more := false
	if err := a.broughtContacts(e); err != nil {
		return err
	}
	if err := a.Store.ReadForPage(e.Request.Context(), func(v *pbstore.Snapshot) error {
		l, err := listOf(v, viewer, e.Request.PathValue("id"))
		if err != nil {
			return err
		}
		on, err := pbcontacts.Of(v).OnList(l.ID, after.Due, after.ID, dueBy(state, v.Now()), limit+1)
		if err != nil {
			return err
		}
		if more = len(on) > limit; more {
			on = on[:limit]
			after = listedPlace{on[limit-1].Due.String(), on[limit-1].Patient}
		}
		on = slices.DeleteFunc(on, func(p desk.Listed) bool {
			return state == plan.ContactDue && plan.ContactState(p.Due, plan.DayOf(v.Now()), p.EveryDays) == plan.ContactLater
		})
		views, err = a.listedViews(v, viewer, l, on)
		return err
	}); err != nil {
		return err
	}
	if err := a.auditListed(e, e.Request.PathValue("id"), views); err != nil {
		return err
	}
	answer, err := page(views, more, after)
	if err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, answer)
}

// dueBy is the last day on which somebody is due who is overdue, or due within the next days; nil: whoever is on the list.
func dueBy(state string, now time.Time) *worktime.Date {
	by := plan.DayOf(now)
	switch state {
	case plan.ContactOverdue:
		by = plan.Later(by, -1)
	case plan.ContactDue:
		by = plan.Later(by, plan.MostSoon)
	default:
		return nil
	}
	return &by
}

func (a *API) auditListed(e *core.RequestEvent, record string, views []ListedPerson) error {
	read := care.ReadDetail{}
	for i := range views {
		read.Add(views[i].Patient.ID)
	}
	return a.audit(e, "list", desk.ContactListsName, record, "", read)
}

// mostDue is how many people the planner is offered at once: those who are due first.
const mostDue = 100

// listDueContacts lists who of a team's lists is overdue or due, each once on every list on which they are.
func (a *API) listDueContacts(e *core.RequestEvent) error {
	viewer := accessOf(e)
	team, err := ownTeam(e, viewer.DeskTeams())
	if err != nil {
		return err
	}
	if team == "" {
		return identity.ErrNotFound
	}
	views := []ListedPerson{}
	if err := a.broughtContacts(e); err != nil {
		return err
	}
	if err := a.Store.ReadForPage(e.Request.Context(), func(v *pbstore.Snapshot) error {
		views = views[:0]
		lists, err := pbcontacts.Of(v).Lists([]string{team})
		if err != nil {
			return err
		}
		for _, l := range lists {
			if viewer.Limited() && l.ByRule() {
				continue
			}
			on, err := pbcontacts.Of(v).OnList(l.ID, "", "", dueBy(plan.ContactDue, v.Now()), mostDue)
			if err != nil {
				return err
			}
			some, err := a.listedViews(v, viewer, l, on)
			if err != nil {
				return err
			}
			views = append(views, slices.DeleteFunc(some, func(p ListedPerson) bool { return p.State == plan.ContactLater })...)
		}
		return nil
	}); err != nil {
		return err
	}
	slices.SortStableFunc(views, func(x, y ListedPerson) int {
		return cmp.Or(cmp.Compare(x.DueOn, y.DueOn), cmp.Compare(x.Patient.ID, y.Patient.ID))
	})
	more := len(views) > mostDue
	views = views[:min(len(views), mostDue)]
	if err := a.auditListed(e, team, views); err != nil {
		return err
	}
	answer, err := page(views, false, nil)
	if err != nil {
		return err
	}
	answer.More = more
	return writeJSON(e, http.StatusOK, answer)
}

// listsOfPerson lists the lists of the desk's teams, with how somebody stands on those on which they are.
func (a *API) listsOfPerson(e *core.RequestEvent) error {
	viewer, patient := accessOf(e), e.Request.PathValue("id")
	if !viewer.Near(patient) {
		return identity.ErrNotFound
	}
	views := []ListOfPerson{}
	if err := a.broughtContacts(e); err != nil {
		return err
	}
	if err := a.Store.ReadForPage(e.Request.Context(), func(v *pbstore.Snapshot) error {
		views = views[:0]
		lists, err := pbcontacts.Of(v).Lists(viewer.DeskTeams())
		if err != nil {
			return err
		}
		all, err := pbcontacts.Of(v).ListedOf(patient)
		if err != nil {
			return err
		}
		for _, l := range lists {
			if viewer.Limited() && l.ByRule() {
				continue
			}
			on := slices.DeleteFunc(slices.Clone(all), func(p desk.Listed) bool { return p.List != l.ID || !p.On() })
			some, err := a.listedViews(v, viewer, l, on)
			if err != nil {
				return err
			}
			view := ListOfPerson{List: &care.Named{ID: l.ID, Name: l.Name}, Team: a.Store.Access.NamedTeam(l.Team), ByRule: l.ByRule()}
			if len(some) > 0 {
				view.Listed = &some[0]
			}
			views = append(views, view)
		}
		return nil
	}); err != nil {
		return err
	}
	if err := a.audit(e, "list", desk.ContactListsName, "", patient, nil); err != nil {
		return err
	}
	answer, err := page(views, false, nil)
	if err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, answer)
}
