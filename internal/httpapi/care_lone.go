package httpapi

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/desk"
	"doorstep/internal/identity"
	"doorstep/internal/pbchannels"
	"doorstep/internal/pblone"
	"doorstep/internal/pbstore"
	"doorstep/internal/setup"
)

// LoneStay is somebody who is alone somewhere, as the desk of their team sees it. That nothing was heard of them says
// nothing about how they are.
type LoneStay struct {
	ID     string         `json:"id"`
	Staff  *care.Named    `json:"staff"`
	Team   *care.Named    `json:"team,omitempty"`
	Person *access.Person `json:"person,omitempty"` // whose home it is, where the desk may know
	Place  string         `json:"place,omitempty"`
	Number string         `json:"number,omitempty"`

	WentInAt string `json:"went_in_at"`
	DueOutAt string `json:"due_out_at,omitempty"` // none: they did not say how long
	PanicAt  string `json:"panic_at,omitempty"`
	SafeAt   string `json:"safe_at,omitempty"`
	OutAt    string `json:"out_at,omitempty"`

	// Alarm: overdue or panic, from AlarmFrom; told: who was told of it, and when.
	Alarm         string `json:"alarm,omitempty"`
	AlarmFrom     string `json:"alarm_from,omitempty"`
	PromptedAt    string `json:"prompted_at,omitempty"`
	CoordinatorAt string `json:"coordinator_at,omitempty"`
	ManagerAt     string `json:"manager_at,omitempty"`
	Manager       string `json:"manager,omitempty"` // whom the team names
	// Deliveries are what became of telling the team of it beyond this page, the latest first.
	Deliveries []TeamDelivery `json:"deliveries"`

	TakenBy  *care.Named `json:"taken_by,omitempty"`
	TakenAt  string      `json:"taken_at,omitempty"`
	ClosedAt string      `json:"closed_at,omitempty"`
	ClosedBy *care.Named `json:"closed_by,omitempty"`
	Why      string      `json:"why,omitempty"`
	// HeardAt is when anything was last heard of their phones; left out: never.
	HeardAt string         `json:"heard_at,omitempty"`
	Steps   []LoneStepView `json:"steps"`
}

// LoneStepView is something that was done about them.
type LoneStepView struct {
	At   string      `json:"at"`
	By   *care.Named `json:"by"`
	Kind string      `json:"kind"` // one of desk's kinds: took, rang, no_one, stays, safe, other
	Text string      `json:"text,omitempty"`
}

// loneList is who is alone now, and what was over lately.
type loneList struct {
	Items  []LoneStay `json:"items"`
	More   bool       `json:"more"` // there are more than one list holds
	Closed []LoneStay `json:"closed"`
}

// Bounds of the list.
const (
	mostLone       = 200
	mostLoneClosed = 50
	loneClosedFor  = 24 * time.Hour
)

// loneRequest is what somebody at a desk did about somebody who is alone.
type loneRequest struct {
	Kind    string `json:"kind" validate:"required,oneof=took rang no_one stays safe other"`
	Text    string `json:"text" validate:"max=2000"`
	Minutes int    `json:"minutes" validate:"min=0,max=720"` // stays: how much longer
}

const longestLoneText = 500 // characters

func (a *API) loneRoutes() []careRoute {
	return []careRoute{
		{http.MethodGet, "/lone", worksDesk, a.listLone},
		{http.MethodPost, "/lone/{id}", worksDesk, a.seeToLone},
	}
}

// listLone lists who of the desk's teams is alone somewhere: first of whom there is an alarm.
func (a *API) listLone(e *core.RequestEvent) error {
	viewer, now := accessOf(e), a.Clock()
	answer := loneList{}
	if err := a.Store.ReadForPage(e.Request.Context(), func(v *pbstore.Snapshot) error {
		pages := pblone.Of(v)
		open, err := pages.Open(viewer.DeskTeams(), mostLone+1)
		if err != nil {
			return err
		}
		if answer.More = len(open) > mostLone; answer.More {
			open = open[:mostLone]
		}
		closed, err := pages.Closed(viewer.DeskTeams(), now.Add(-loneClosedFor), mostLoneClosed)
		if err != nil {
			return err
		}
		if answer.Items, err = a.viewStays(pages, viewer, open); err != nil {
			return err
		}
		answer.Closed, err = a.viewStays(pages, viewer, closed)
		return err
	}); err != nil {
		return err
	}
	slices.SortStableFunc(answer.Items, func(x, y LoneStay) int { return loneUrgency(&y) - loneUrgency(&x) })
	read := care.ReadDetail{}
	for _, s := range slices.Concat(answer.Items, answer.Closed) {
		if s.Person != nil {
			read.Add(s.Person.ID)
		}
	}
	if err := a.audit(e, "lone", care.LoneStays, "", "", read); err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, answer)
}

// loneUrgency orders a list: the panic button, then those of whom more people were told.
func loneUrgency(s *LoneStay) int {
	switch {
	case s.Alarm == care.LonePanic:
		return 4
	case s.ManagerAt != "":
		return 3
	case s.CoordinatorAt != "":
		return 2
	case s.PromptedAt != "":
		return 1
	}
	return 0
}

func (a *API) viewStays(pages pblone.Pages, viewer *access.Access, list []*care.Record) ([]LoneStay, error) {
	meant, err := survivorsOf(pages, list)
	if err != nil {
		return nil, err
	}
	var seen []*access.Stay
	ids, homes, staff := []string{}, []string{}, []string{}
	for _, rec := range list {
		s := viewer.SeeStay(rec, func(person string) string { return meant[person] })
		if s == nil {
			continue
		}
		seen, ids, staff = append(seen, s), append(ids, s.ID), append(staff, s.Staff)
		if s.Home != "" {
			homes = append(homes, s.Home)
		}
	}
	people, err := pages.People(homes)
	if err != nil {
		return nil, err
	}
	steps, err := pages.Steps(ids)
	if err != nil {
		return nil, err
	}
	told, err := pbchannels.Of(pages.Snapshot).OfStays(ids)
	if err != nil {
		return nil, err
	}
	heard, err := a.heardOf(pages, staff)
	if err != nil {
		return nil, err
	}
	views := make([]LoneStay, 0, len(seen))
	for _, s := range seen {
		v := a.viewStay(s)
		if home := people[s.Home]; home != nil {
			person := viewer.SeePersonNear(s.Home, home)
			v.Person = &person
		}
		v.HeardAt = care.Stamp(heard[s.Staff])
		for i := range told[s.ID] {
			v.Deliveries = append(v.Deliveries, viewDelivery(&told[s.ID][i]))
		}
		for _, step := range steps[s.ID] {
			v.Steps = append(v.Steps, LoneStepView{At: care.Stamp(step.At), By: a.Store.Access.NamedStaff(step.By), Kind: step.Kind, Text: step.Text})
		}
		views = append(views, v)
	}
	return views, nil
}

// survivorsOf are whose homes stays name, each with the person who is meant: somebody else, where their registration was made one
// with another's.
func survivorsOf(pages pblone.Pages, list []*care.Record) (map[string]string, error) {
	var homes []string
	for _, rec := range list {
		homes = append(homes, care.AsLoneStay(rec).HomeOf())
	}
	people, err := pages.People(homes)
	if err != nil {
		return nil, err
	}
	meant := map[string]string{}
	for _, home := range homes {
		if meant[home], err = care.Survivor(home, func(id string) (*care.Record, error) { return people[id], nil }); err != nil {
			return nil, err
		}
	}
	return meant, nil
}

func (a *API) viewStay(s *access.Stay) LoneStay {
	v := LoneStay{ID: s.ID, Staff: a.Store.Access.NamedStaff(s.Staff), Place: s.Place, Number: s.Number, WentInAt: s.WentInAt, DueOutAt: s.DueOutAt,
		PanicAt: s.PanicAt, SafeAt: s.SafeAt, OutAt: s.OutAt, Alarm: s.Alarm, AlarmFrom: s.AlarmFrom, PromptedAt: s.PromptedAt, CoordinatorAt: s.CoordinatorAt,
		ManagerAt: s.ManagerAt, TakenAt: s.TakenAt, ClosedAt: s.ClosedAt, Why: s.ClosedWhy, Steps: []LoneStepView{}, Deliveries: []TeamDelivery{}}
	if team := a.Store.Access.Directory().Ever(s.Team); team != nil {
		v.Team, v.Manager = &care.Named{ID: team.ID, Name: team.Name}, team.LoneWorking.Who
	}
	if s.TakenBy != "" {
		v.TakenBy = a.Store.Access.NamedStaff(s.TakenBy)
	}
	if s.ClosedBy != "" {
		v.ClosedBy = a.Store.Access.NamedStaff(s.ClosedBy)
	}
	return v
}

// seeToLone writes down what somebody did about somebody who is alone.
func (a *API) seeToLone(e *core.RequestEvent) error {
	var body loneRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	act := desk.LoneAct{Stay: e.Request.PathValue("id"), Kind: body.Kind, Text: oneLine(body.Text), Minutes: body.Minutes}
	if problems := loneActWrong(&act); len(problems) > 0 {
		return fieldsWrong(problems)
	}
	if err := a.change(e, func(tx *pbstore.Tx) error {
		if err := desk.SeeToLone(loneStore{pblone.In(tx), a}, leadOf(e), act); err != nil {
			return err
		}
		return tx.Audit(accessOf(e).Staff, "", "lone_"+act.Kind, care.LoneStays, act.Stay, "", nil)
	}); err != nil {
		return err
	}
	var views []LoneStay
	if err := a.Store.ReadForPage(e.Request.Context(), func(v *pbstore.Snapshot) error {
		rec, err := v.Stored(care.LoneStays, act.Stay)
		if err != nil || rec == nil {
			return err
		}
		views, err = a.viewStays(pblone.Of(v), accessOf(e), []*care.Record{rec})
		return err
	}); err != nil {
		return err
	}
	if len(views) == 0 {
		return identity.ErrNotFound
	}
	return writeJSON(e, http.StatusOK, views[0])
}

// loneActWrong says what is missing: nobody is called safe without a word how that is known.
func loneActWrong(act *desk.LoneAct) (found setup.Problems) {
	switch n := len([]rune(act.Text)); {
	case n > longestLoneText:
		found = append(found, setup.Problem{Field: "text", Message: "This is longer than 500 characters."})
	case n == 0 && act.Kind == desk.LoneSafe:
		found = append(found, setup.Problem{Field: "text", Message: "Say how you know that they are safe, such as: rang, she is in her car."})
	case n == 0 && act.Kind == desk.LoneOther:
		found = append(found, setup.Problem{Field: "text", Message: "Say what you did."})
	}
	if act.Kind == desk.LoneStays && act.Minutes == 0 {
		found = append(found, setup.Problem{Field: "minutes", Message: "Say for how many minutes more they stay."})
	}
	return found
}

// loneStore is a write transaction as a desk needs it that sees to somebody who is alone.
type loneStore struct {
	pblone.Tx
	api *API
}

// StepStay implements desk.LoneStore.
func (s loneStore) StepStay(id string) error { return s.api.Sync.Rooms(s.Tx.Tx).TakeIn.StepStay(id) }

// heard is when something was last heard of the phones of staff: any request that a phone's token let in, a locked one's
// too. It is kept in memory and written down once a minute.
type heard struct {
	mu      sync.Mutex
	at      map[string]time.Time
	changed map[string]bool
}

func (h *heard) note(staff string, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.at == nil {
		h.at, h.changed = map[string]time.Time{}, map[string]bool{}
	}
	h.at[staff], h.changed[staff] = now, true
}

// take are those of whom something was heard since it was asked last.
func (h *heard) take() map[string]time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	list := make(map[string]time.Time, len(h.changed))
	for staff := range h.changed {
		list[staff] = h.at[staff]
	}
	clear(h.changed)
	return list
}

// putBack has what could not be written down written down the next time.
func (h *heard) putBack(list map[string]time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for staff := range list {
		h.changed[staff] = true
	}
}

func (h *heard) of(staff string) time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.at[staff]
}

// heardOf is when something was last heard of the phones of staff; missing = never.
func (a *API) heardOf(pages pblone.Pages, staff []string) (map[string]time.Time, error) {
	list, err := pages.Heard(staff)
	if err != nil {
		return nil, err
	}
	for _, id := range staff {
		if at := a.heard.of(id); at.After(list[id]) {
			list[id] = at
		}
	}
	return list, nil
}

// WriteHeard writes down when something was last heard of phones.
func (a *API) WriteHeard(ctx context.Context) error {
	list := a.heard.take()
	if len(list) == 0 {
		return nil
	}
	err := a.Sync.Do(ctx, func(tx *pbstore.Tx) error {
		for staff, at := range list {
			if err := pblone.In(tx).KeepHeard(staff, at); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		a.heard.putBack(list)
	}
	return err
}
