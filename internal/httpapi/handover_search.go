package httpapi

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/access"
	"doorstep/internal/care"
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
	words, number := care.Sought(text, soughtWords)
	closers, _ := care.Sought(by, soughtWords)
	if len(words) == 0 && number == "" && len(closers) == 0 {
		return nil
	}
	if number != "" {
		words = []string{number}
	}
	for i := range words {
		words[i] = care.Folded(words[i])
	}
	for i := range closers {
		closers[i] = care.Folded(closers[i])
	}
	return func(row *pbpages.InboxRow) bool {
		h := a.viewHandover(who, row)
		if len(closers) > 0 && (h.ClosedBy == nil || !holdsAll(care.Folded(h.ClosedBy.Name), closers)) {
			return false
		}
		return len(words) == 0 || holdsAll(searched(&h), words)
	}
}

func holdsAll(text string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// searched is what is searched of a handover: whom it is about, from whom, and what it says.
func searched(h *HandoverView) string {
	p := &h.Patient
	parts := []string{p.FamilyName, p.GivenName, p.PreferredName, p.DateOfBirth, p.NHSNumber, strings.ReplaceAll(p.NHSNumber, " ", ""), p.Postcode,
		h.Situation, h.Background, h.Assessment, h.Recommendation, h.SafeNote, h.Answer, h.DeclineReason}
	for _, n := range []*care.Named{h.FromStaff, h.FromTeam, h.ToTeam} {
		if n != nil {
			parts = append(parts, n.Name)
		}
	}
	for _, r := range h.Rules {
		parts = append(parts, r.Title)
	}
	return care.Folded(strings.Join(parts, "\n"))
}
