package httpapi

import (
	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/pbpages"
	"doorstep/internal/pbstore"
)

// AskBeside is what another partner was asked about the person of a handover, and is open beside it: enough to ring them, and
// nothing of what it says.
type AskBeside struct {
	ID       string      `json:"id"`
	ToTeam   *care.Named `json:"to_team"`
	FromTeam *care.Named `json:"from_team"`
	Class    string      `json:"class"`
	State    string      `json:"state"`
	RaisedAt string      `json:"raised_at"`
	// SameCause: the same visit led to both.
	SameCause bool `json:"same_cause"`
	// MaySee: the reader may open it. MayJoin: it is urgent enough to answer this one too, and is not stuck.
	MaySee  bool `json:"may_see"`
	MayJoin bool `json:"may_join"`
}

// mostBeside is how many are shown at most.
const mostBeside = 10

// asksBeside are what other partners were asked beside a handover, for whoever reads it in full.
func (a *API) asksBeside(v *pbstore.Snapshot, who *access.Access, h handover.Handover) ([]AskBeside, error) {
	list := []AskBeside{}
	if !h.State.Open() {
		return list, nil
	}
	records, err := pbpages.Of(v).OpenAbout(h.Patient)
	if err != nil {
		return list, err
	}
	others := make([]handover.Handover, 0, len(records))
	for _, rec := range records {
		others = append(others, handover.FromRecord(rec))
	}
	directory := a.Store.Access.Directory()
	found := handover.AsksBeside(h, others, func(team string) (organisation, kind string) {
		if t := directory.Team(team); t != nil {
			return t.Organisation, t.Kind
		}
		return "", ""
	})
	for _, o := range found[:min(len(found), mostBeside)] {
		list = append(list, AskBeside{ID: o.ID, ToTeam: a.Store.Access.NamedTeam(o.ToTeam), FromTeam: a.Store.Access.NamedTeam(o.FromTeam), Class: string(o.Class),
			State: string(o.State), RaisedAt: care.Stamp(o.RaisedAt), SameCause: h.SameCause(o), MaySee: maySee(who, o), MayJoin: h.CanJoin(o)})
	}
	return list, nil
}
