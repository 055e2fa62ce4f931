package httpapi

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/access"
	"doorstep/internal/arrange"
	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/identity"
	"doorstep/internal/pbpages"
	"doorstep/internal/pbstore"
	"doorstep/internal/wire"
)

// listHandovers is an inbox: one page of what a viewer's teams have, or sent.
func (a *API) listHandovers(e *core.RequestEvent) error {
	q, err := a.inboxAsked(e)
	if err != nil {
		return err
	}
	return a.answerInbox(e, q)
}

// answerInbox reads a page of an inbox, and notes whose handovers it shows.
func (a *API) answerInbox(e *core.RequestEvent, q pbpages.InboxQuery) error {
	items := []handoverItem{}
	read := care.ReadDetail{}
	var found pbpages.InboxPage
	err := a.Store.ReadForPage(e.Request.Context(), func(v *pbstore.Snapshot) (err error) {
		found, err = pbpages.Of(v).Inbox(q)
		for i := range found.Rows {
			items = append(items, a.itemOf(q.Access, q.Side, &found.Rows[i]))
			read.Add(found.Rows[i].Record.Person())
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := a.audit(e, "list", care.Handovers, "", "", read); err != nil {
		return err
	}
	answer, err := page(items, found.More, found.Last)
	if err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, answer)
}

// Groups of states a list can ask for by one word.
var stateGroups = map[string][]string{
	"":       openStates,
	"open":   openStates,
	"closed": care.StatesThat(care.State.Closed),
	"all":    care.States,
}

var openStates = care.StatesThat(care.State.Open)

// inboxAsked reads what a list of handovers is to hold.
func (a *API) inboxAsked(e *core.RequestEvent) (q pbpages.InboxQuery, err error) {
	q.Access = accessOf(e)
	if q.Side, err = oneOf(e, "side", []string{access.Received, access.Sent}); err != nil {
		return q, err
	}
	if q.Side == "" {
		q.Side = access.Received
	}
	if q.Team, err = ownTeam(e, q.Access.Teams); err != nil {
		return q, err
	}
	if q.Class, err = oneOf(e, "class", care.Classes); err != nil {
		return q, err
	}
	mine, err := oneOf(e, "mine", []string{"true", "false", "1", "0"})
	if err != nil {
		return q, err
	}
	q.Mine = mine == "true" || mine == "1"
	if q.States, err = statesAsked(e.Request.URL.Query().Get("state")); err != nil {
		return q, err
	}
	after := pbpages.InboxKey{}
	if q.Limit, err = pageAsked(e, &after); err == nil && after.ID != "" {
		q.After = &after
	}
	return q, err
}

func statesAsked(word string) ([]string, error) {
	if group, ok := stateGroups[word]; ok {
		return group, nil
	}
	states := strings.Split(word, ",")
	for _, s := range states {
		if !slices.Contains(care.States, s) {
			return nil, wire.Fail(wire.CodeInvalid, "state must be open, closed, all or states separated by commas.")
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(states))), nil
}

// handoverDetail is one handover with its history and its evidence.
type handoverDetail struct {
	HandoverView
	Events   []HandoverEvent `json:"events"`
	Evidence []Evidence      `json:"evidence"`
	// Trend is the person's last scores; see pbstore.Snapshot.Trend.
	Trend []pbpages.TrendPoint `json:"trend"`
	// Measured is what was measured beside the score, over the same time.
	Measured []pbpages.Measured `json:"measured"`
	// Deliveries is what became of telling its teams by their ways beyond the inbox, the latest first.
	Deliveries []TeamDelivery `json:"deliveries"`
	// Beside are what other partners were asked about the same person and is open too.
	Beside []AskBeside `json:"beside"`
	// May lists what the reader can do to it as it stands.
	May []string `json:"may"`
}

// readHandover answers one handover, and notes who read it.
func (a *API) readHandover(e *core.RequestEvent) error {
	viewer := accessOf(e)
	detail, ok, err := a.detail(e.Request.Context(), viewer, e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	if !ok {
		return identity.ErrNotFound
	}
	if err := a.audit(e, "view", care.Handovers, detail.ID, detail.Patient.ID, care.ReadDetail{Count: 1, Scores: len(detail.Trend), Measured: len(detail.Measured)}); err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, detail)
}

// detail reads a handover; false when it is not there for this viewer.
func (a *API) detail(ctx context.Context, viewer *access.Access, id string) (d handoverDetail, ok bool, err error) {
	err = a.Store.ReadForPage(ctx, func(v *pbstore.Snapshot) error {
		row, history, err := wholeHandover(v, id)
		if err != nil || row == nil {
			return err
		}
		h := arrange.HandoverOf(row.Record, history)
		row.Given = givenAway(viewer, h)
		if ok = row.Given || maySee(viewer, h); !ok {
			return nil
		}
		seen := viewer.SeeHandover(row.Record)
		if row.Given {
			seen = viewer.SeeGiven(row.Record)
		}
		if h.State.Closed() {
			row.ClosedAt, row.ClosedBy = care.Stamp(h.StateAt), h.StateBy
		}
		d.HandoverView, d.Events, d.May = a.viewHandover(viewer, row), a.viewHistory(viewer, seen, history), a.possible(viewer, h)
		if d.Evidence, err = a.viewEvidence(v, seen); err != nil {
			return err
		}
		d.Deliveries, d.Beside = []TeamDelivery{}, []AskBeside{}
		if seen.Projection == access.FullView {
			if d.Deliveries, err = deliveriesOf(v, id); err != nil {
				return err
			}
		}
		if viewer.ReadsTrend(seen) { // whoever has to act on it, or has the person
			if d.Beside, err = a.asksBeside(v, viewer, h); err != nil {
				return err
			}
		}
		d.Trend, d.Measured, err = trendOf(v, viewer, seen, h)
		return err
	})
	return d, ok, err
}

// trendOf reads the last scores of the person a handover is about, for those who read them. What was
// scored after it was closed is not part of it.
func trendOf(v *pbstore.Snapshot, who *access.Access, seen *access.Seen, h handover.Handover) ([]pbpages.TrendPoint, []pbpages.Measured, error) {
	if !who.ReadsTrend(seen) {
		return []pbpages.TrendPoint{}, []pbpages.Measured{}, nil
	}
	var until time.Time
	if h.State == care.Done || h.State == care.StoodDown {
		until = h.StateAt
	}
	return pbpages.Of(v).Trend(h.Patient, until)
}

// handoverVerbs are the actions, by the last part of their address. Convert is a hand-on: it
// makes a volunteer's concern a clinical handover.
var handoverVerbs = []struct {
	path string
	kind handover.Kind
}{
	{"see", handover.See}, {"acknowledge", handover.Acknowledge}, {"unacknowledge", handover.Unacknowledge}, {"accept", handover.Accept},
	{"decline", handover.Decline}, {"answer", handover.Answer}, {"hand-on", handover.HandOn}, {"convert", handover.HandOn},
	{"call", handover.RecordCall}, {"file", handover.File}, {"stand-down", handover.StandDown}, {"confirm", handover.Confirm},
}

// actRequest is the body of every action; each uses what it needs.
type actRequest struct {
	// Version of the handover that the actor was looking at; see may leave it out.
	Version int64 `json:"version" validate:"min=0"`

	Reason   string `json:"reason" validate:"max=2000"`                      // decline, hand-on, stand-down
	With     string `json:"with" validate:"omitempty,len=26"`                // stand-down: what stands beside it and answers it too
	Cause    string `json:"cause" validate:"max=40"`                         // decline: one of care.DeclineCauses, "" = none was chosen
	Text     string `json:"text" validate:"max=4000"`                        // answer, hand-on, call, confirm; decline: where it goes instead
	Outcome  string `json:"outcome" validate:"max=40"`                       // answer: one of care.HandoverOutcomes
	Class    string `json:"class" validate:"omitempty,oneof=E U2 SD R I SG"` // answer that asks for work
	ToTeam   string `json:"to_team" validate:"omitempty,len=26"`             // hand-on; "" = the person's practice
	SafeNote string `json:"safe_note" validate:"max=1000"`                   // hand-on to a voluntary team
	CalledAt string `json:"called_at" validate:"max=40"`                     // call; "" = now
	Name     string `json:"name" validate:"max=200"`                         // call
	Role     string `json:"role" validate:"max=100"`                         // call
	Reached  bool   `json:"reached"`                                         // call
	ReadBack bool   `json:"read_back"`                                       // call
}

func (r *actRequest) action(k handover.Kind) (handover.Action, error) {
	a := handover.Action{Kind: k, Reason: r.Reason, Cause: r.Cause, Text: r.Text, Outcome: r.Outcome, Class: care.Class(r.Class), To: handover.Team{ID: r.ToTeam},
		SafeNote: r.SafeNote, Name: r.Name, CalledRole: r.Role, Reached: r.Reached, ReadBack: r.ReadBack}
	if k == handover.StandDown && r.With != "" {
		a.With = &handover.Handover{ID: r.With}
	}
	if r.Version == 0 && k != handover.See {
		return a, wire.Fail(wire.CodeInvalid, "version is missing: the one you were looking at.")
	}
	if r.Cause != "" && !slices.Contains(care.DeclineCauses, r.Cause) {
		return a, wire.Fail(wire.CodeInvalid, "cause must be one of %s, or missing.", strings.Join(care.DeclineCauses, ", "))
	}
	if r.CalledAt == "" {
		return a, nil
	}
	at, err := care.ParseStamp(r.CalledAt)
	if err != nil {
		return a, wire.Fail(wire.CodeInvalid, "called_at must be a time such as 2026-03-02T07:58:11.204Z.")
	}
	a.CalledAt = at
	return a, nil
}

// handoverReceipt answers whoever gave a handover away: it is no longer theirs to read.
type handoverReceipt struct {
	ID      string      `json:"id"`
	Version int64       `json:"version"`
	State   string      `json:"state"`
	ToTeam  *care.Named `json:"to_team"`
}

// act does one thing to a handover and answers it as it then stands.
func (a *API) act(kind handover.Kind) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		var body actRequest
		if err := decodeJSON(e, smallBody, &body); err != nil {
			return err
		}
		action, err := body.action(kind)
		if err != nil {
			return err
		}
		viewer, id := accessOf(e), e.Request.PathValue("id")
		var after *care.Record
		err = a.change(e, func(tx *pbstore.Tx) (err error) {
			if after, err = a.Sync.Rooms(tx).Arrange.ActFromInbox(id, action, actorOf(viewer), body.Version); err != nil {
				return err
			}
			return tx.Audit(viewer.Staff, "", string(kind), care.Handovers, id, after.Person(), nil)
		})
		if err != nil {
			return err
		}
		return a.answerAct(e, viewer, after)
	}
}

func (a *API) answerAct(e *core.RequestEvent, viewer *access.Access, after *care.Record) error {
	detail, ok, err := a.detail(e.Request.Context(), viewer, after.ID)
	if err != nil {
		return err
	}
	if !ok {
		seen := viewer.SeeHandover(after)
		return writeJSON(e, http.StatusOK, handoverReceipt{ID: seen.ID, Version: seen.Version, State: seen.Text("state"), ToTeam: a.Store.Access.NamedTeam(seen.Text("to_team"))})
	}
	return writeJSON(e, http.StatusOK, detail)
}
