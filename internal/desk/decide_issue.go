package desk

import (
	"bytes"
	"encoding/json"
	"slices"

	"doorstep/internal/care"
	"doorstep/internal/wire"
)

// Issues is what a decision about an issue reads and writes.
type Issues interface {
	Clock
	// Issue finds a conflict or a quarantined change; nil when there is none of that id.
	Issue(id string) (*care.Record, error)
	// Record returns a stored record, nil when there is none.
	Record(c *care.Collection, id string) (*care.Record, error)
	// BaseSeq turns what somebody was looking at into a number of the sequence.
	BaseSeq(care.Base) int64
	// TakeIn takes a change of the lead's in, as a push would.
	TakeIn(m *care.Mutation, lead care.Viewer) (wire.Result, error)
	// Close stores the named fields of an issue that was read as old, and has the person judged
	// anew: what was in doubt is evidence no more.
	Close(issue, old *care.Record, fields []string) error
}

// Decision is what a lead makes of an issue.
type Decision struct {
	Lead  Lead
	Issue string
	// Set holds the corrected values, decoded but unchecked; empty keeps what is stored or, of a
	// quarantined change, runs it as it came.
	Set map[string]any
	// Base is the point of the sequence the lead was looking at.
	Base care.Base
}

// Resolve decides an issue on the way a phone's decision would go: one change by the lead. The
// issue comes back as it then stands; it is still open where a quarantined change cannot be
// taken in with these corrections either. The same decision sent twice by the same lead is no
// error.
func Resolve(store Issues, d Decision) (*care.Record, wire.Result, error) {
	issue, err := ownIssue(store, d)
	if err != nil {
		return nil, wire.Result{}, err
	}
	if !undecided(issue) {
		if decidedSo(issue, d.Lead, d.Set) {
			return issue, wire.Result{Status: care.Applied}, nil
		}
		return issue, wire.Result{}, decidedBy(issue)
	}
	if err := fits(store, issue, d); err != nil {
		return issue, wire.Result{}, err
	}
	m := &care.Mutation{Key: store.NewID(), Author: d.Lead.Staff, AuthoredAt: store.Now(),
		Ops: []care.Op{{Kind: care.OpResolve, Issue: d.Issue, Patient: care.AsIssue(issue).Patient(), Base: d.Base, Set: d.Set}}}
	m.Raw = asJSON(map[string]any{"key": m.Key, "author": m.Author, "ops": []any{}})
	result, err := store.TakeIn(m, d.Lead.Viewer)
	if err != nil {
		return issue, result, err
	}
	if result.Status == care.Quarantined {
		message := "This cannot be decided so."
		if len(result.Issues) > 0 {
			message = result.Issues[0].Message
		}
		return issue, result, refuse(CodeNotSettled, "%s", message)
	}
	issue, err = store.Issue(d.Issue)
	return issue, result, err
}

// Dismiss closes an issue without a change: the stored value stays, and what was refused stays
// in the issue, where it can be read. The reason is kept with who decided.
func Dismiss(store Issues, d Decision, reason string) (*care.Record, error) {
	issue, err := ownIssue(store, d)
	if err != nil {
		return nil, err
	}
	resolution := map[string]any{"dismissed": reason}
	if !undecided(issue) {
		if decidedSo(issue, d.Lead, resolution) {
			return issue, nil
		}
		return issue, decidedBy(issue)
	}
	state := care.IssueDismissed
	if issue.Collection.Name == care.Conflicts {
		state = care.IssueResolved // both sides are kept either way
	}
	old := *issue
	decided := map[string]any{"state": state, "resolved_by": d.Lead.Staff, "resolved_at": care.Stamp(store.Now()), "resolution": asJSON(resolution)}
	issue.Values = map[string]any{}
	for _, from := range []map[string]any{old.Values, decided} {
		for field, value := range from {
			issue.Values[field] = value
		}
	}
	return issue, store.Close(issue, &old, []string{"state", "resolved_by", "resolved_at", "resolution"})
}

// ownIssue finds an issue of one of the lead's teams; another's is answered as if it were not
// there.
func ownIssue(store Issues, d Decision) (*care.Record, error) {
	issue, err := store.Issue(d.Issue)
	if err != nil {
		return nil, err
	}
	if issue == nil || !slices.Contains(d.Lead.DeskTeams(), care.AsIssue(issue).OwnerTeam()) {
		return nil, refuse(CodeNotFound, "There is no such issue.")
	}
	return issue, nil
}

func undecided(issue *care.Record) bool { return care.AsIssue(issue).IsOpen() }

// decidedSo says whether this lead has decided just this before.
func decidedSo(issue *care.Record, lead Lead, resolution map[string]any) bool {
	i := care.AsIssue(issue)
	kept := i.Resolution()
	return i.ResolvedBy() == lead.Staff && bytes.Equal(kept, asJSON(resolution))
}

// decidedBy refuses a second decision and names whoever made the first.
func decidedBy(issue *care.Record) error {
	i := care.AsIssue(issue)
	no := refuse(CodeAlready, "Somebody has decided this already.")
	no.By = i.ResolvedBy()
	no.At, _ = care.ParseStamp(i.ResolvedAtStamp()) // zero where nothing is kept
	return no
}

func asJSON(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		return json.RawMessage("null") // unreachable: the values were read from JSON
	}
	return b
}
