package pipeline

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"

	"doorstep/internal/care"
	"doorstep/internal/wire"
)

// Decision is what a lead makes of an issue.
type Decision struct {
	Lead care.Viewer
	// Teams whose issues are the lead's.
	Teams []string
	Issue string
	// Set holds the corrected values, decoded but unchecked; empty keeps what is stored or, of a
	// quarantined change, runs it as it came.
	Set map[string]any
	// Base is the point of the sequence the lead was looking at.
	Base care.Base
}

// ResolveIssue decides an issue on the way a phone's decision would go: one mutation by the lead.
// The issue comes back as it then stands; it is still open where a quarantined change cannot be
// taken in with these corrections either. Refusals are *wire.Error, and then the caller must
// undo what was written. The same decision sent twice by the same lead is no error.
func ResolveIssue(tx Tx, d Decision) (*care.Record, wire.Result, error) {
	issue, err := OwnIssue(tx, d.Teams, d.Issue)
	if err != nil {
		return nil, wire.Result{}, err
	}
	if issue.Text("state") != "open" {
		if issue.Text("resolved_by") == d.Lead.Staff && bytes.Equal(rawOf(issue, "resolution"), jsonOf(d.Set)) {
			return issue, wire.Result{Status: care.Applied}, nil
		}
		return issue, wire.Result{}, decidedAlready(issue)
	}
	if err := fits(tx, issue, d); err != nil {
		return issue, wire.Result{}, err
	}
	m := &care.Mutation{Key: tx.NewID(), Author: d.Lead.Staff, AuthoredAt: tx.Now(),
		Ops: []care.Op{{Kind: care.OpResolve, Issue: d.Issue, Patient: issue.Text("patient"), Base: d.Base, Set: d.Set}}}
	m.Raw = jsonOf(map[string]any{"key": m.Key, "author": m.Author, "ops": []any{}})
	res, err := Accept(tx, m, By{Viewer: d.Lead, OffsetKnown: true})
	if err != nil {
		return issue, res, err
	}
	if res.Status == care.Quarantined {
		message := "This cannot be decided so."
		if len(res.Issues) > 0 {
			message = res.Issues[0].Message
		}
		return issue, res, wire.Fail(http.StatusConflict, "not_settled", wire.RetryAfterFix, "%s", message)
	}
	issue, err = Issue(tx, d.Issue)
	return issue, res, err
}

// DismissIssue closes an issue without a change, for a reason.
func DismissIssue(tx Tx, d Decision, reason string) (*care.Record, error) {
	issue, err := OwnIssue(tx, d.Teams, d.Issue)
	if err != nil {
		return nil, err
	}
	if issue.Text("state") != "open" {
		if issue.Text("resolved_by") == d.Lead.Staff && bytes.Equal(rawOf(issue, "resolution"), jsonOf(map[string]any{"dismissed": reason})) {
			return issue, nil
		}
		return issue, decidedAlready(issue)
	}
	return issue, Dismiss(tx, issue, d.Lead.Staff, reason)
}

// OwnIssue finds an issue that belongs to one of the teams; another's is answered as if it were
// not there.
func OwnIssue(tx Tx, teams []string, id string) (*care.Record, error) {
	issue, err := Issue(tx, id)
	if err != nil {
		return nil, err
	}
	if issue == nil || !slices.Contains(teams, issue.Text("owner_team")) {
		return nil, wire.Fail(http.StatusNotFound, "not_found", wire.RetryNever, "There is no such issue.")
	}
	return issue, nil
}

func decidedAlready(issue *care.Record) error {
	e := wire.Fail(http.StatusConflict, "already", wire.RetryNever, "Somebody has decided this already.")
	e.By, e.At = issue.Text("resolved_by"), issue.Text("resolved_at")
	return e
}

// fits checks a decision against the record as it stands, so that a lead who looked at an old
// page gets an answer instead of a new conflict.
func fits(tx Tx, issue *care.Record, d Decision) error {
	field := issue.Text("field")
	if issue.Collection.Name == care.Quarantine && issue.Text("kind") == "mutation" || len(d.Set) == 0 {
		return nil
	}
	if issue.Text("policy") == "retract" {
		field = "retract"
	}
	if _, ok := d.Set[field]; !ok || len(d.Set) != 1 {
		return wire.Fail(http.StatusBadRequest, "invalid", wire.RetryAfterFix, "set must hold %s and nothing else.", quoteName(field))
	}
	c, ok := care.ByName(issue.Text("collection"))
	if !ok || field == "retract" {
		return nil
	}
	f, ok := c.Field(field)
	if !ok {
		return wire.Fail(http.StatusConflict, "not_settled", wire.RetryAfterFix, "This server has no field %s in %s. Dismiss it with a reason.", quoteName(field), c.Name)
	}
	value, wrong := f.Check(d.Set[field])
	if wrong != nil {
		return wire.Fail(http.StatusBadRequest, wrong.Code, wire.RetryAfterFix, "%s.", wrong.Message)
	}
	rec, err := tx.Record(c, issue.Text("record"))
	if err != nil || rec == nil || care.Equal(rec.Get(field), value) {
		return err
	}
	switch {
	case f.Policy == care.Immutable || f.Policy == care.Server:
		if rec.Get(field) != nil {
			return wire.Fail(http.StatusConflict, "immutable", wire.RetryAfterFix, "%s is never changed once it is written. Keep what is stored; a correction is a new record.", field)
		}
	case rec.LastChange(field).Seq > tx.BaseSeq(d.Base):
		e := wire.Fail(http.StatusConflict, "changed", wire.RetryAfterFix, "Somebody has changed this since you looked. Please read it again, then decide.")
		e.By, e.At = rec.LastChange(field).Author, care.Stamp(rec.LastChange(field).At)
		return e
	}
	return nil
}

func rawOf(rec *care.Record, field string) []byte {
	raw, _ := rec.Get(field).(json.RawMessage)
	return raw
}
