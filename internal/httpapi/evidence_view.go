package httpapi

import (
	"encoding/json"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/pbpages"
	"doorstep/internal/pbstore"
	"doorstep/internal/rules"
)

// Evidence is one record behind a handover as a reader gets it.
type Evidence struct {
	Collection string          `json:"collection"`
	ID         string          `json:"id"`
	RecordedAt string          `json:"recorded_at"`
	ReachedAt  string          `json:"reached_at,omitempty"` // "" for what was refused: it is in quarantine
	LateBy     int64           `json:"late_by_seconds"`
	RecordedBy *care.Named     `json:"recorded_by,omitempty"`
	ClockKnown bool            `json:"clock_known"`
	Verified   bool            `json:"verified"`
	Values     map[string]any  `json:"values"`
	NEWS2      json.RawMessage `json:"news2,omitempty"` // total, band and the seven sub-scores
	// ReplacedBy is the set of readings among these that corrects this one, and ReplacedAt when that was.
	ReplacedBy string `json:"replaced_by,omitempty"`
	ReplacedAt string `json:"replaced_at,omitempty"`
}

// viewEvidence shapes the evidence of a handover as its reader sees it.
func (a *API) viewEvidence(v *pbstore.Snapshot, seen *access.Seen) ([]Evidence, error) {
	list := []Evidence{}
	kept, err := handover.ReadEvidence(seen.Evidence())
	if err != nil { // of another shape than the server writes: it says nothing of any record
		return list, nil
	}
	ids := map[string][]string{}
	for _, item := range kept.Records {
		if !rules.Judges(item.Collection) { // of another shape than the server writes
			continue
		}
		e := Evidence{Collection: item.Collection, ID: item.ID, RecordedAt: item.At, ClockKnown: item.ClockKnown, Verified: item.Verified, ReplacedBy: item.ReplacedBy, ReplacedAt: item.ReplacedAt,
			Values: seen.Quoted(item.Collection, item.Values)}
		if seen.Projection == access.FullView && item.NEWS2 != nil {
			e.NEWS2 = care.JSON(item.NEWS2)
		}
		if seen.Projection != access.FullView && len(e.Values) == 0 {
			continue
		}
		list = append(list, e)
		ids[item.Collection] = append(ids[item.Collection], item.ID)
	}
	return list, a.addOrigins(v, list, ids)
}

// addOrigins adds where evidence came from.
func (a *API) addOrigins(v *pbstore.Snapshot, list []Evidence, ids map[string][]string) error {
	for collection, of := range ids {
		origins, err := pbpages.Of(v).Origins(collection, of)
		if err != nil {
			return err
		}
		for i := range list {
			o, ok := origins[list[i].ID]
			if !ok || list[i].Collection != collection {
				continue
			}
			list[i].RecordedBy, list[i].ReachedAt = a.Store.Access.NamedStaff(o.Author), care.Stamp(o.ReceivedAt)
			if at, err := care.ParseStamp(list[i].RecordedAt); err == nil {
				list[i].LateBy = int64(max(0, o.ReceivedAt.Sub(at)) / time.Second)
			}
		}
	}
	return nil
}
