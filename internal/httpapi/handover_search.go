package httpapi

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/folding"
	"doorstep/internal/pbpages"
	"doorstep/internal/wire"
)

// closedRequest looks for closed handovers. It is a body and no address, because addresses end up in logs.
type closedRequest struct {
	Side   string `json:"side" validate:"omitempty,oneof=received sent"`    // "" = received
	Class  string `json:"class" validate:"omitempty,oneof=E U2 SD R I SG"`  // "" = every one
	State  string `json:"state" validate:"omitempty,oneof=done stood_down"` // "" = both
	Mine   bool   `json:"mine"`                                             // only what the viewer had in hand
	Text   string `json:"text" validate:"max=200"`                          // words that must all be found in what the viewer may see of it
	By     string `json:"by" validate:"max=100"`                            // words of the name of whoever closed it
	From   string `json:"from" validate:"max=10"`                           // first day in London on which it was closed, "" = ever
	To     string `json:"to" validate:"max=10"`                             // last such day
	Limit  int64  `json:"limit" validate:"min=0,max=200"`                   // 0 = 50
	Cursor string `json:"cursor" validate:"max=2000"`                       // of the page before
}

// soughtWords bounds the words of one search.
const soughtWords = 8

// searchClosed finds closed handovers that the viewer's teams had, or had a part in. One request looks through so many
// and no more: a page may hold fewer than its limit, or none, and say that there is more.
func (a *API) searchClosed(e *core.RequestEvent) error {
	var body closedRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	q := pbpages.InboxQuery{Access: accessOf(e), Side: body.Side, Class: body.Class, Mine: body.Mine, Limit: int(body.Limit),
		States: care.StatesThat(care.State.Closed)}
	if q.Side == "" {
		q.Side = access.Received
	}
	if q.Limit == 0 {
		q.Limit = defaultPage
	}
	if body.State != "" {
		q.States = []string{body.State}
	}
	var ok bool
	if body.From != "" {
		if q.From, ok = care.DayBegins(body.From); !ok {
			return wire.Fail(wire.CodeInvalid, "from must be a day such as 2026-03-02.")
		}
	}
	if body.To != "" {
		if q.To, ok = care.DayEnds(body.To); !ok {
			return wire.Fail(wire.CodeInvalid, "to must be a day such as 2026-03-02.")
		}
	}
	after := pbpages.InboxKey{}
	if err := placeAsked(body.Cursor, &after); err != nil {
		return err
	}
	if after.ID != "" {
		q.After = &after
	}
	q.Match = a.sought(q.Access, body.Text, body.By)
	return a.answerInbox(e, q)
}

// sought matches a handover by what its reader sees of it, so that nothing can be found out by searching that may not
// be read; nil where nothing is sought.
func (a *API) sought(who *access.Access, text, by string) func(*pbpages.InboxRow) bool {
	sought, closers := folding.Read(text, soughtWords), folding.Read(by, soughtWords)
	if len(sought) == 0 && len(closers) == 0 {
		return nil
	}
	return func(row *pbpages.InboxRow) bool {
		h := a.viewHandover(who, row)
		if len(closers) > 0 {
			if h.ClosedBy == nil {
				return false
			}
			if _, closed := closers.Find((folding.Person{GivenName: h.ClosedBy.Name}).Document()); !closed {
				return false
			}
		}
		_, found := sought.Find(searched(&h))
		return found
	}
}

// searched is what is searched of a handover: whom it is about, from whom, and what it says.
func searched(h *HandoverView) folding.Document {
	p := &h.Patient
	d := folding.Person{FamilyName: p.FamilyName, GivenName: p.GivenName, PreferredName: p.PreferredName, Address: p.Postcode,
		DateOfBirth: p.DateOfBirth, NHSNumber: p.NHSNumber}.Document()
	says := []string{d[folding.Address], h.Situation, h.Background, h.Assessment, h.Recommendation, h.SafeNote, h.Answer, h.DeclineReason}
	for _, n := range []*care.Named{h.FromStaff, h.FromTeam, h.ToTeam} {
		if n != nil {
			says = append(says, n.Name)
		}
	}
	for _, r := range h.Rules {
		says = append(says, r.Title)
	}
	d[folding.Address] = folding.Text(strings.Join(says, "\n"))
	return d
}
