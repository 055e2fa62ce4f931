package takein

import (
	"encoding/json"

	"doorstep/internal/care"
	"doorstep/internal/rules"
	"doorstep/internal/wire"
)

// unopenedID is that of the quarantine row of a sealed change that could not be opened.
func unopenedID(key string) string { return rules.ID("sealed", key) }

// AcceptOpened takes a change in that came sealed before, could not be opened and was kept; now its phone has sent it in clear. What was
// kept is settled by it. False where no such thing is kept, and then nothing happened.
func (r *Room) AcceptOpened(m *care.Mutation, by By) (wire.Result, bool, error) {
	quarantine, _ := care.ByName(care.Quarantine)
	row, err := r.Store.Record(quarantine, unopenedID(m.Key))
	if err != nil || row == nil {
		return wire.Result{}, false, err
	}
	kept := care.AsIssue(row)
	if !kept.IsOpen() || kept.Code() != care.CodeSealed || kept.Author() != by.Staff {
		return wire.Result{}, false, nil
	}
	res, err := r.Accept(m, by)
	if err != nil || TurnedAway(&res) {
		return res, true, err
	}
	old := row.Clone()
	row.SetAll(map[string]any{"state": care.IssueResolved, "resolved_at": care.Stamp(r.Moment.Now()),
		"resolution": json.RawMessage(care.JSON(map[string]any{"status": res.Status, "records": res.Records}))})
	return res, true, r.Store.Update(row, old, []string{"state", "resolved_at", "resolution"})
}
