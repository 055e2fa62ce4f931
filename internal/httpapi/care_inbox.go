package httpapi

import (
	"net/http"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/access"
	"doorstep/internal/arrange"
	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/identity"
	"doorstep/internal/pbpages"
	"doorstep/internal/pbstore"
)

// inboxState is what a page of an inbox needs beside its handovers. It names nobody who is cared
// for, and costs no look into the database.
type inboxState struct {
	ServerTime   string          `json:"server_time"`
	Teams        []OpenTeam      `json:"teams"`        // the viewer's own
	Destinations []care.Named    `json:"destinations"` // where a handover can be handed on to
	Attention    []attentionView `json:"attention"`    // who has which of the viewer's handovers open
}

func (a *API) readInbox(e *core.RequestEvent) error {
	viewer := accessOf(e)
	return writeJSON(e, http.StatusOK, inboxState{ServerTime: care.Stamp(a.Clock()), Teams: a.ownTeams(viewer),
		Destinations: a.Store.Access.Destinations(), Attention: a.attentionFor(viewer.InboxTeams())})
}

// attentionFor lists who looks at what stands with these teams, or was escalated away from them.
func (a *API) attentionFor(teams []string) []attentionView {
	now := a.Clock()
	list := []attentionView{}
	a.looking.mu.Lock()
	defer a.looking.mu.Unlock()
	a.looking.sweep(now)
	for id, looks := range a.looking.looks {
		for i := range looks {
			if access.ShareTeam(looks[i].teams, teams) {
				list = append(list, a.lookView(id, &looks[i]))
			}
		}
	}
	slices.SortFunc(list, func(x, y attentionView) int { return strings.Compare(x.Handover+x.Since, y.Handover+y.Since) })
	return list
}

func (a *API) lookView(id string, l *look) attentionView {
	return attentionView{Handover: id, By: a.Store.Access.NamedStaff(l.staff), Since: care.Stamp(l.since), Until: care.Stamp(l.until), Claimed: l.claimed}
}

// holdRequest says how somebody holds a handover.
type holdRequest struct {
	Claim    bool `json:"claim"`     // I deal with it; otherwise: I have it open
	TakeOver bool `json:"take_over"` // also where somebody else deals with it
}

// attentionAnswer is who holds the handover now.
type attentionAnswer struct {
	Attention []attentionView `json:"attention"`
}

// hold notes that somebody has a handover open, or deals with it. It lapses by itself.
func (a *API) hold(e *core.RequestEvent) error {
	var body holdRequest
	h, err := a.heldAsked(e, &body)
	if err != nil {
		return err
	}
	viewer, id, now := accessOf(e), h.ID, a.Clock()
	l := look{staff: viewer.Staff, since: now, until: now.Add(lookLasts), claimed: body.Claim, teams: teamsOf(h)}
	action := "hold"
	if body.Claim {
		l.until, action = now.Add(claimLasts), "claim"
	}
	other, news := a.looking.add(id, l, body.TakeOver, now)
	if other != nil {
		return &handover.Error{Code: handover.CodeAlready, Message: "Somebody is dealing with this.", State: h.State, By: other.staff, At: other.since}
	}
	if news {
		a.Store.Access.WakePages(l.teams)
	}
	if body.Claim { // who merely looks has been noted when they opened it
		if err := a.audit(e, action, care.Handovers, id, h.Patient, nil); err != nil {
			return err
		}
	}
	return writeJSON(e, http.StatusOK, a.attentionOf(id))
}

// releaseRequest says what to let go of.
type releaseRequest struct {
	Claim bool `json:"claim"` // a claim too
}

// release ends what hold began.
func (a *API) release(e *core.RequestEvent) error {
	var body releaseRequest
	h, err := a.heldAsked(e, &body)
	if err != nil {
		return err
	}
	if a.looking.drop(h.ID, accessOf(e).Staff, body.Claim) {
		a.Store.Access.WakePages(teamsOf(h))
	}
	return writeJSON(e, http.StatusOK, a.attentionOf(h.ID))
}

// heldAsked reads the body of a request about the handover that the address names, and finds that
// handover in the viewer's own inbox.
func (a *API) heldAsked(e *core.RequestEvent, body any) (handover.Handover, error) {
	if err := decodeJSON(e, smallBody, body); err != nil {
		return handover.Handover{}, err
	}
	return a.held(e, accessOf(e), e.Request.PathValue("id"))
}

func (a *API) attentionOf(id string) attentionAnswer {
	now := a.Clock()
	answer := attentionAnswer{Attention: []attentionView{}}
	a.looking.mu.Lock()
	defer a.looking.mu.Unlock()
	for i := range a.looking.looks[id] {
		if l := &a.looking.looks[id][i]; now.Before(l.until) {
			answer.Attention = append(answer.Attention, a.lookView(id, l))
		}
	}
	return answer
}

// teamsOf are the teams in whose inbox a handover is: where it stands, and whence it was escalated.
func teamsOf(h handover.Handover) []string { return append([]string{h.ToTeam}, h.Former...) }

// wholeHandover reads a handover with its history; nil when there is none.
func wholeHandover(v *pbstore.Snapshot, id string) (row *pbpages.InboxRow, history []*care.Record, err error) {
	if row, err = pbpages.Of(v).Handover(id); err != nil || row == nil {
		return nil, nil, err
	}
	history, err = pbpages.Of(v).History(id)
	return row, history, err
}

// held finds a handover in the viewer's own inbox; elsewhere there is nothing to hold.
func (a *API) held(e *core.RequestEvent, viewer *access.Access, id string) (h handover.Handover, err error) {
	found := false
	err = a.Store.ReadForPage(e.Request.Context(), func(v *pbstore.Snapshot) error {
		row, history, err := wholeHandover(v, id)
		if err != nil || row == nil {
			return err
		}
		h = arrange.HandoverOf(row.Record, history)
		found = access.ShareTeam(teamsOf(h), viewer.InboxTeams())
		return nil
	})
	if err == nil && !found {
		err = identity.ErrNotFound
	}
	return h, err
}

// handoverItem is a handover in a list, with what its reader can do to it as it stands.
type handoverItem struct {
	HandoverView
	May []string `json:"may"`
}

// itemOf shapes one row of a list. Whatever the list shows on the receiving side stands with the
// viewer's teams or was escalated away from them; its history is not read for that.
func (a *API) itemOf(viewer *access.Access, side string, row *pbpages.InboxRow) handoverItem {
	h := arrange.HandoverOf(row.Record, nil)
	if side == access.Received && !row.Given {
		h.Former = viewer.InboxTeams()
	}
	return handoverItem{HandoverView: a.viewHandover(viewer, row), May: a.possible(viewer, h)}
}
