package access

import (
	"encoding/json"
	"testing"
	"time"

	"doorstep/internal/care"
)

// now is when the tests happen.
var now = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// The teams of the tests: nurses and others of a trust, a practice, and a voluntary service.
const (
	nurses, others, practice, friends, desk, safe = "nurses", "others", "practice", "friends", "desk", "safe"
	trust, surgery, charity                       = "trust", "surgery", "charity"
	ada                                           = "ada" // whom the tests are about
)

// town is an index with everybody in it and nobody on a caseload.
type town struct {
	*Index
	t    *testing.T
	seq  int64
	next int64
}

func newTown(t *testing.T, staff ...care.Viewer) *town {
	t.Helper()
	w := &town{Index: NewIndex(func() time.Time { return now }), t: t, seq: 100}
	if err := w.Load(func(u *Update) error {
		u.Begin("e1", w.seq)
		u.Directory(NewDirectory([]*Team{
			{ID: nurses, Name: "Nurses", Organisation: trust, Neighbourhood: "north"}, {ID: others, Organisation: trust, Neighbourhood: "south"},
			{ID: practice, Organisation: surgery, Kind: "practice", Neighbourhood: "north"}, {ID: friends, Organisation: charity, Kind: care.VoluntaryKind},
			{ID: desk, Organisation: trust, Kind: CoordinationTeam, Neighbourhood: "north"}, {ID: safe, Organisation: trust, Kind: "safeguarding"},
		}, []*Organisation{{ID: trust}, {ID: surgery}, {ID: charity, Kind: care.VoluntaryKind}}))
		for i, name := range []string{care.DirectoryScope, care.ClinicalScope(ada), care.LimitedScope(ada), care.TeamScope(nurses), care.DestinationScope(nurses), care.DeskScope(nurses)} {
			u.Scope(name, int64(i+1), 50)
		}
		for _, v := range staff {
			u.Member(&Member{Viewer: v, Name: v.Staff})
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return w
}

// commit publishes changes under the next number.
func (w *town) commit(moved []string, changes ...func(*Update)) int64 {
	w.seq++
	heads := map[int64]int64{}
	for _, name := range moved {
		id, ok := w.ScopeID(name)
		if !ok {
			w.t.Fatalf("there is no scope %s", name)
		}
		heads[id] = w.seq
	}
	w.Publish(Commit{Head: w.seq, Moved: heads, Changes: changes})
	return w.seq
}

// give puts a person on a caseload, by the scope name of the holder.
func (w *town) give(patient, holder string, from time.Time) *Grant {
	w.next++
	g := &Grant{ID: w.next, Patient: patient, Holder: holder, FromSeq: w.seq + 1, From: from}
	w.commit(nil, func(u *Update) { u.Grant(g) })
	return g
}

func (w *town) take(g *Grant, at time.Time) {
	w.commit(nil, func(u *Update) { u.EndGrant(g.ID, g.Patient, g.Holder, w.seq, at) })
}

// who is a member of staff in a team of an organisation.
func who(role care.Role, organisation string, teams ...string) care.Viewer {
	return care.Viewer{Staff: "me", Role: role, Organisation: organisation, Teams: teams}
}

// record makes a stored record.
func record(collection, id string, values map[string]any) *care.Record {
	c, ok := care.ByName(collection)
	if !ok {
		panic("no collection " + collection)
	}
	return &care.Record{Collection: c, ID: id, Values: values, Meta: care.Meta{Version: 7}}
}

func object(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return raw
}
