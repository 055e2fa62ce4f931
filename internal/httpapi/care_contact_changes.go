package httpapi

import (
	"net/http"
	"slices"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/desk"
	"doorstep/internal/pbcontacts"
	"doorstep/internal/pbstore"
)

// contactListRequest is a list as somebody at a desk writes it down. Preview only says whom its rule means.
type contactListRequest struct {
	ID         string `json:"id" validate:"omitempty,ulid"`
	Team       string `json:"team" validate:"omitempty,len=26"` // of a new one
	Name       string `json:"name" validate:"required,max=100"`
	SafeName   string `json:"safe_name" validate:"max=100"`
	Rule       string `json:"rule" validate:"max=4000"`
	EveryDays  int    `json:"every_days" validate:"required,min=1,max=366"`
	ReviewDays int    `json:"review_days" validate:"min=0,max=732"`
	Shown      string `json:"shown" validate:"required,max=10"`
	Preview    bool   `json:"preview"`
}

func (b *contactListRequest) list() desk.NewContactList {
	return desk.NewContactList{ID: b.ID, Team: b.Team, Name: b.Name, SafeName: b.SafeName, Rule: b.Rule, EveryDays: b.EveryDays, ReviewDays: b.ReviewDays, Shown: b.Shown}
}

// contactListAnswer answers a change of a list.
type contactListAnswer struct {
	Preview bool         `json:"preview"`
	List    *ContactList `json:"list,omitempty"` // not of a preview
	// Of a preview: how many of the people looked at the rule means, at how many it broke, and why the last time.
	Means    int    `json:"means"`
	LookedAt int    `json:"looked_at"`
	Broke    int    `json:"broke"`
	BrokeWhy string `json:"broke_why,omitempty"`
}

func (a *API) makeContactList(e *core.RequestEvent) error {
	return a.decideContactList(e, "make_list", http.StatusCreated, func(l *desk.Lister, n desk.NewContactList) (*desk.ContactList, error) { return l.Make(n) })
}

func (a *API) changeContactList(e *core.RequestEvent) error {
	return a.decideContactList(e, "change_list", http.StatusOK, func(l *desk.Lister, n desk.NewContactList) (*desk.ContactList, error) {
		return l.Change(e.Request.PathValue("id"), n)
	})
}

// decideContactList stores a list, and works out as much of it as somebody may wait for.
func (a *API) decideContactList(e *core.RequestEvent, action string, status int, decide func(*desk.Lister, desk.NewContactList) (*desk.ContactList, error)) error {
	var body contactListRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	var list *desk.ContactList
	if err := a.tried(e, body.Preview, func(tx *pbstore.Tx) (err error) {
		if list, err = decide(a.lister(tx, leadOf(e)), body.list()); err != nil {
			return err
		}
		return tx.Audit(e.Auth.Id, "", action, desk.ContactListsName, list.ID, "", body)
	}); err != nil {
		return err
	}
	if body.Preview {
		answer := contactListAnswer{Preview: true}
		if err := a.previewList(e, list, &answer); err != nil {
			return err
		}
		return writeJSON(e, http.StatusOK, answer)
	}
	return a.answerList(e, status, list.ID)
}

// previewAtMost is how many people a preview of a rule looks at.
const previewAtMost = 500

// previewList says of the people of a team whom a rule means, by number.
func (a *API) previewList(e *core.RequestEvent, list *desk.ContactList, answer *contactListAnswer) error {
	return a.Store.ReadForPage(e.Request.Context(), func(v *pbstore.Snapshot) error {
		answer.Means, answer.LookedAt, answer.Broke, answer.BrokeWhy = 0, 0, 0, ""
		people, err := pbcontacts.Of(v).Candidates(list, previewAtMost)
		if err != nil {
			return err
		}
		verdicts, err := verdictsOf(v, list, people)
		if err != nil {
			return err
		}
		for _, verdict := range verdicts {
			if verdict == nil {
				continue
			}
			answer.LookedAt++
			if verdict.Holds {
				answer.Means++
			}
			if verdict.Broke != "" {
				answer.Broke, answer.BrokeWhy = answer.Broke+1, verdict.Broke
			}
		}
		return nil
	})
}

// answerList answers with a list as it stands, once as much of it is worked out as somebody may wait for.
func (a *API) answerList(e *core.RequestEvent, status int, id string) error {
	if err := a.workContactsOf(e.Request.Context(), id); err != nil {
		return writerFailed(err)
	}
	answer := contactListAnswer{}
	if err := a.Store.ReadForPage(e.Request.Context(), func(v *pbstore.Snapshot) error {
		list, err := pbcontacts.Of(v).ContactList(id)
		if err != nil {
			return err
		}
		people, err := pbcontacts.Of(v).OnList(id, "", "", nil, mostListed)
		view := a.viewContactList(list, people)
		answer.List = &view
		return err
	}); err != nil {
		return err
	}
	a.Store.Access.WakePages([]string{answer.List.Team.ID})
	return writeJSON(e, status, answer)
}

// endContactList ends a list.
func (a *API) endContactList(e *core.RequestEvent) error {
	id := e.Request.PathValue("id")
	if err := a.tried(e, false, func(tx *pbstore.Tx) error {
		list, err := a.lister(tx, leadOf(e)).End(id)
		if err != nil {
			return err
		}
		return tx.Audit(e.Auth.Id, "", "end_list", desk.ContactListsName, list.ID, "", nil)
	}); err != nil {
		return err
	}
	return a.answerList(e, http.StatusOK, id)
}

type putOnListRequest struct {
	Patient string `json:"patient" validate:"required,len=26"`
	Reason  string `json:"reason" validate:"max=500"`
}

type takeOffListRequest struct {
	Patient string `json:"patient" validate:"required,len=26"`
	Reason  string `json:"reason" validate:"max=500"`
}

type reviewListedRequest struct {
	Patient string `json:"patient" validate:"required,len=26"`
	On      string `json:"on" validate:"max=10"` // "" = today
}

func (a *API) putOnList(e *core.RequestEvent) error {
	var body putOnListRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	return a.decideListed(e, "put_on_list", body.Patient, body, func(l *desk.Lister, list string) (*desk.Listed, error) { return l.Put(list, body.Patient, body.Reason) })
}

func (a *API) takeOffList(e *core.RequestEvent) error {
	var body takeOffListRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	return a.decideListed(e, "take_off_list", body.Patient, body, func(l *desk.Lister, list string) (*desk.Listed, error) {
		return l.TakeOff(list, body.Patient, body.Reason)
	})
}

func (a *API) reviewListed(e *core.RequestEvent) error {
	var body reviewListedRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	return a.decideListed(e, "review_listed", body.Patient, body, func(l *desk.Lister, list string) (*desk.Listed, error) {
		return l.Reviewed(list, body.Patient, body.On)
	})
}

// listedAnswer says how somebody stands on a list; left out: they are not on it.
type listedAnswer struct {
	Listed *ListedPerson `json:"listed,omitempty"`
}

// decideListed decides about somebody on a list and answers how they stand there.
func (a *API) decideListed(e *core.RequestEvent, action, patient string, detail any, decide func(*desk.Lister, string) (*desk.Listed, error)) error {
	id := e.Request.PathValue("id")
	if err := a.tried(e, false, func(tx *pbstore.Tx) error {
		if _, err := decide(a.lister(tx, leadOf(e)), id); err != nil {
			return err
		}
		return tx.Audit(e.Auth.Id, "", action, desk.ContactListsName, id, patient, detail)
	}); err != nil {
		return err
	}
	if err := a.workContactsOf(e.Request.Context(), id); err != nil {
		return writerFailed(err)
	}
	answer := listedAnswer{}
	team := ""
	if err := a.Store.ReadForPage(e.Request.Context(), func(v *pbstore.Snapshot) error {
		list, err := listOf(v, accessOf(e), id)
		if err != nil {
			return err
		}
		team = list.Team
		all, err := pbcontacts.Of(v).ListedOf(patient)
		if err != nil {
			return err
		}
		views, err := a.listedViews(v, accessOf(e), list, slices.DeleteFunc(all, func(p desk.Listed) bool { return p.List != id || !p.On() }))
		if err == nil && len(views) > 0 {
			answer.Listed = &views[0]
		}
		return err
	}); err != nil {
		return err
	}
	a.Store.Access.WakePages([]string{team})
	return writeJSON(e, http.StatusOK, answer)
}
