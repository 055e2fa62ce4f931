package httpapi

import (
	"encoding/json"
	"net/http"
	"slices"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/desk"
	"doorstep/internal/identity"
	"doorstep/internal/pbpages"
	"doorstep/internal/pbstore"
	"doorstep/internal/wire"
)

// issueList is a page of issues. Base is the point of the sequence they were read at: send it
// back with a decision.
type issueList struct {
	Base string `json:"base"`
	list[access.IssueSeen]
}

// listIssues is what a desk must decide, oldest first.
func (a *API) listIssues(e *core.RequestEvent) error {
	q := pbpages.IssueQuery{Access: accessOf(e)}
	var err error
	if q.Team, err = ownTeam(e, q.Access.DeskTeams()); err != nil {
		return err
	}
	if q.Limit, err = pageAsked(e, &q.After); err != nil {
		return err
	}
	var answer issueList
	read := care.ReadDetail{}
	err = a.Store.ReadForPage(e.Request.Context(), func(v *pbstore.Snapshot) error {
		issues, more, err := pbpages.Of(v).Issues(q)
		if err != nil {
			return err
		}
		views, err := a.viewIssues(v, q.Access, issues)
		if err != nil {
			return err
		}
		var last pbpages.IssueKey
		for i, rec := range issues {
			leaveOutLarge(views[i])
			read.Add(rec.Person())
			last = pbpages.IssueKey{Opened: views[i].Text("opened_at"), ID: rec.ID}
		}
		if answer.list, err = page(views, more, last); err != nil {
			return err
		}
		answer.Base, err = a.base(v)
		return err
	})
	if err != nil {
		return err
	}
	if err := a.audit(e, "list", care.SyncIssues, "", "", read); err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, answer)
}

// base is where the sequence stands in a snapshot.
func (a *API) base(v *pbstore.Snapshot) (string, error) {
	epoch, _ := a.Store.Head()
	head, err := v.Head()
	return wire.FormatBase(care.Base{Epoch: epoch, Seq: head, History: string(a.Store.Histories().Current().Name)}), err
}

// issueDetail is one issue.
type issueDetail struct {
	Base  string           `json:"base"`
	Issue access.IssueSeen `json:"issue"`
}

// readIssue answers one issue of the desk's, open or decided.
func (a *API) readIssue(e *core.RequestEvent) error {
	viewer := accessOf(e)
	rec, err := a.issueOf(e, viewer, e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	if rec == nil {
		return identity.ErrNotFound
	}
	if err := a.audit(e, "view", care.SyncIssues, rec.ID, rec.Person(), care.ReadDetail{Count: 1}); err != nil {
		return err
	}
	answer, err := a.issueDetail(e, viewer, rec)
	if err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, answer)
}

// issueOf reads one issue of a desk's teams; nil when there is none for it.
func (a *API) issueOf(e *core.RequestEvent, viewer *access.Access, id string) (rec *care.Record, err error) {
	err = a.Store.ReadForPage(e.Request.Context(), func(v *pbstore.Snapshot) error {
		if rec, err = v.Stored(care.Conflicts, id); err != nil || rec != nil {
			return err
		}
		rec, err = v.Stored(care.Quarantine, id)
		return err
	})
	if rec != nil && !slices.Contains(viewer.DeskTeams(), care.AsIssue(rec).OwnerTeam()) {
		rec = nil
	}
	return rec, err
}

func (a *API) issueDetail(e *core.RequestEvent, viewer *access.Access, rec *care.Record) (d issueDetail, err error) {
	err = a.Store.ReadForPage(e.Request.Context(), func(v *pbstore.Snapshot) error {
		views, err := a.viewIssues(v, viewer, []*care.Record{rec})
		if err != nil {
			return err
		}
		d.Issue = views[0]
		if !d.Issue.Hides() && care.AsIssue(rec).IsOpen() {
			stored, err := a.storedRecords(v, viewer, rec)
			if err != nil {
				return err
			}
			if len(stored) > 0 {
				d.Issue["stored_records"] = stored
			}
		}
		d.Base, err = a.base(v)
		return err
	})
	return d, err
}

// resolveRequest is a decision. Set holds the corrected value of the field in question, or of
// fields of a quarantined change; empty keeps what is stored or runs the change as it came.
type resolveRequest struct {
	Base string          `json:"base" validate:"required,max=100"`
	Set  json.RawMessage `json:"set"`
}

// decided answers a decision. Settled is false where a quarantined change cannot be taken in
// with these corrections either: the issue says why, and stays open.
type decided struct {
	issueDetail
	Settled   bool             `json:"settled"`
	Status    care.Status      `json:"status"`
	Records   []wire.RecordRef `json:"records"`
	Conflicts []wire.Conflict  `json:"conflicts"`
	Issues    []wire.Issue     `json:"issues"`
}

// resolveIssue decides an issue, as a mutation of the lead's.
func (a *API) resolveIssue(e *core.RequestEvent) error {
	var body resolveRequest
	if err := decodeJSON(e, wire.MaxMutationBytes, &body); err != nil {
		return err
	}
	base, err := wire.ParseBase(body.Base)
	if err != nil {
		return wire.Fail(wire.CodeInvalid, "%s.", err)
	}
	set, err := values(body.Set)
	if err != nil {
		return err
	}
	viewer := accessOf(e)
	d := desk.Decision{Lead: leadOf(e), Issue: e.Request.PathValue("id"), Set: set, Base: base}
	var issue *care.Record
	var result wire.Result
	err = a.change(e, func(tx *pbstore.Tx) (err error) {
		if issue, result, err = desk.Resolve(a.deskStore(tx), d); err != nil {
			return err
		}
		return tx.Audit(viewer.Staff, "", "resolve", issue.Collection.Name, issue.ID, issue.Person(), nil)
	})
	if err != nil {
		return err
	}
	return a.answerDecision(e, viewer, issue, result)
}

func (a *API) answerDecision(e *core.RequestEvent, viewer *access.Access, issue *care.Record, result wire.Result) error {
	answer := decided{Status: result.Status, Records: orEmpty(result.Records), Conflicts: orEmpty(result.Conflicts), Issues: orEmpty(result.Issues)}
	var err error
	if answer.issueDetail, err = a.issueDetail(e, viewer, issue); err != nil {
		return err
	}
	answer.Settled = answer.Issue.Text("state") != care.IssueOpen
	if err := a.hideSides(e, viewer, answer.Conflicts); err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, answer)
}

// hideSides removes from conflicts what the desk may not see of the records they are about.
func (a *API) hideSides(e *core.RequestEvent, viewer *access.Access, conflicts []wire.Conflict) error {
	if len(conflicts) == 0 {
		return nil
	}
	return a.Store.ReadForPage(e.Request.Context(), func(v *pbstore.Snapshot) error {
		for i := range conflicts {
			c := &conflicts[i]
			rec, err := v.Stored(c.Collection, c.Record)
			if err != nil {
				return err
			}
			var sees bool
			if c.Theirs, sees = viewer.SeeSide(rec, c.Field, c.Theirs); !sees {
				c.By = ""
			}
			c.Yours, _ = viewer.SeeSide(rec, c.Field, c.Yours)
		}
		return nil
	})
}

// orEmpty makes a list that is written as [] and not as null.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

type dismissRequest struct {
	Reason string `json:"reason" validate:"required,max=2000"`
}

// dismissIssue closes an issue without a change; what was refused or lost stays in it.
func (a *API) dismissIssue(e *core.RequestEvent) error {
	var body dismissRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	viewer := accessOf(e)
	d := desk.Decision{Lead: leadOf(e), Issue: e.Request.PathValue("id")}
	var issue *care.Record
	err := a.change(e, func(tx *pbstore.Tx) (err error) {
		if issue, err = desk.Dismiss(a.deskStore(tx), d, body.Reason); err != nil {
			return err
		}
		return tx.Audit(viewer.Staff, "", "dismiss", issue.Collection.Name, issue.ID, issue.Person(), nil)
	})
	if err != nil {
		return err
	}
	return a.answerDecision(e, viewer, issue, wire.Result{Status: care.Applied})
}
