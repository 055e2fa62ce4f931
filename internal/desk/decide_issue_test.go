package desk

import (
	"encoding/json"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/wire"
)

// issues is a store of issues in memory.
type issues struct {
	clock
	records map[string]*care.Record // issues and what they are about, by id
	answer  wire.Result             // of TakeIn
	taken   []*care.Mutation
	closed  int
}

func (s *issues) Issue(id string) (*care.Record, error) {
	if rec := s.records[id]; rec != nil && (rec.Collection.Name == care.Conflicts || rec.Collection.Name == care.Quarantine) {
		return rec, nil
	}
	return nil, nil
}

func (s *issues) Record(_ *care.Collection, id string) (*care.Record, error) {
	return s.records[id], nil
}

func (s *issues) BaseSeq(b care.Base) int64 { return b.Seq }

func (s *issues) TakeIn(m *care.Mutation, lead care.Viewer) (wire.Result, error) {
	s.taken = append(s.taken, m)
	if s.answer.Status == care.Applied {
		issue := s.records[m.Ops[0].Issue]
		issue.Values["state"], issue.Values["resolved_by"] = "resolved", lead.Staff
	}
	return s.answer, nil
}

func (s *issues) Close(issue, old *care.Record, fields []string) error {
	s.closed++
	s.records[issue.ID] = issue
	return nil
}

// phoneConflict is an open conflict of the north team about a person's telephone number, which
// Ann changed at number 40.
func phoneConflict() *issues {
	person := record(care.Patients, "ivy", map[string]any{"phone": "020 1"})
	person.Changed = map[string]care.Change{"phone": {Seq: 40, Author: "ann", At: noon.Add(-time.Hour)}}
	return &issues{answer: wire.Result{Status: care.Applied}, records: map[string]*care.Record{
		"ivy": person,
		"c1": record(care.Conflicts, "c1", map[string]any{"state": "open", "owner_team": north, "patient": "ivy",
			"collection": care.Patients, "record": "ivy", "field": "phone"}),
	}}
}

func TestALeadDecidesAnIssueOfTheirOwnTeam(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*issues, *Decision)
		code   string
		taken  int
	}{
		{"with another number", func(*issues, *Decision) {}, "", 1},
		{"and keeps what is stored", func(_ *issues, d *Decision) { d.Set = nil }, "", 1},
		{"of another team: it is not there", func(_ *issues, d *Decision) { d.Lead = leadOf(south) }, CodeNotFound, 0},
		{"that does not exist", func(_ *issues, d *Decision) { d.Issue = "c2" }, CodeNotFound, 0},
		{"with a field that is not in question", func(_ *issues, d *Decision) { d.Set = map[string]any{"postcode": "E1"} }, CodeInvalid, 0},
		{"with two fields", func(_ *issues, d *Decision) { d.Set["postcode"] = "E1" }, CodeInvalid, 0},
		{"with a value of the wrong kind", func(_ *issues, d *Decision) { d.Set["phone"] = true }, "wrong_type", 0},
		{"from a page read before Ann's change", func(_ *issues, d *Decision) { d.Base.Seq = 39 }, CodeChanged, 0},
		{"from an old page, with what is stored meanwhile", func(_ *issues, d *Decision) { d.Base.Seq, d.Set["phone"] = 39, "020 1" }, "", 1},
		{"about a record that is gone", func(s *issues, _ *Decision) { delete(s.records, "ivy") }, "", 1},
		{"about a field this server does not have", func(s *issues, d *Decision) {
			s.records["c1"].Values["field"], d.Set = "pager", map[string]any{"pager": "1"}
		}, CodeNotSettled, 0},
		{"so that the stages cannot take it in", func(s *issues, _ *Decision) {
			s.answer = wire.Result{Status: care.Quarantined, Issues: []wire.Issue{{Message: "The visit is locked."}}}
		}, CodeNotSettled, 1},
		{"that a colleague decided before", func(s *issues, _ *Decision) {
			s.records["c1"].Values["state"], s.records["c1"].Values["resolved_by"] = "resolved", "mo"
		}, CodeAlready, 0},
		{"and sends the same decision twice", func(s *issues, d *Decision) {
			s.records["c1"].Values["state"], s.records["c1"].Values["resolved_by"] = "resolved", "lea"
			s.records["c1"].Values["resolution"] = json.RawMessage(`{"phone":"020 2"}`)
		}, "", 0},
		{"and decides otherwise the second time", func(s *issues, d *Decision) {
			s.records["c1"].Values["state"], s.records["c1"].Values["resolved_by"] = "resolved", "lea"
			s.records["c1"].Values["resolution"] = json.RawMessage(`{"phone":"020 3"}`)
		}, CodeAlready, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			store := phoneConflict()
			d := Decision{Lead: lea, Issue: "c1", Set: map[string]any{"phone": "020 2"}, Base: care.Base{Seq: 40}}
			c.change(store, &d)
			issue, _, err := Resolve(store, d)
			refusedWith(t, err, c.code)
			if len(store.taken) != c.taken {
				t.Errorf("%d changes were taken in, want %d", len(store.taken), c.taken)
			}
			if c.code == "" && issue.Text("state") != "resolved" {
				t.Errorf("the issue is %q", issue.Text("state"))
			}
		})
	}
}

func TestWhoeverIsTooLateLearnsWhoWasFirst(t *testing.T) {
	store := phoneConflict()
	_, _, err := Resolve(store, Decision{Lead: lea, Issue: "c1", Set: map[string]any{"phone": "020 2"}})
	if no := refusedWith(t, err, CodeChanged); no.By != "ann" || !no.At.Equal(noon.Add(-time.Hour)) {
		t.Errorf("%+v", no)
	}
	store.records["c1"].Values["state"], store.records["c1"].Values["resolved_by"], store.records["c1"].Values["resolved_at"] = "resolved", "mo", care.Stamp(noon)
	_, err = Dismiss(store, Decision{Lead: lea, Issue: "c1"}, "no matter")
	if no := refusedWith(t, err, CodeAlready); no.By != "mo" || !no.At.Equal(noon) {
		t.Errorf("%+v", no)
	}
}

func TestWhatIsWrittenOnceIsNotDecidedOtherwise(t *testing.T) {
	store := phoneConflict()
	store.records["o1"] = record(care.Observations, "o1", map[string]any{"patient": "ivy", "pulse": int64(80)})
	store.records["c1"].Values["collection"], store.records["c1"].Values["record"], store.records["c1"].Values["field"] = care.Observations, "o1", "pulse"
	d := Decision{Lead: lea, Issue: "c1", Set: map[string]any{"pulse": json.Number("90")}}
	_, _, err := Resolve(store, d)
	refusedWith(t, err, CodeImmutable)
	delete(store.records["o1"].Values, "pulse") // it was set aside, and never written
	_, _, err = Resolve(store, d)
	refusedWith(t, err, "")
}

func TestDismissingKeepsTheReasonAndWhoGaveIt(t *testing.T) {
	for collection, state := range map[string]string{care.Conflicts: "resolved", care.Quarantine: "dismissed"} {
		store := &issues{records: map[string]*care.Record{"x": record(collection, "x", map[string]any{"state": "open", "owner_team": north})}}
		d := Decision{Lead: lea, Issue: "x"}
		for range 2 { // the same one sent twice is no error
			issue, err := Dismiss(store, d, "told by telephone")
			refusedWith(t, err, "")
			kept, _ := issue.Get("resolution").(json.RawMessage)
			if issue.Text("state") != state || issue.Text("resolved_by") != "lea" || issue.Text("resolved_at") != care.Stamp(noon) ||
				string(kept) != `{"dismissed":"told by telephone"}` {
				t.Errorf("%s: %v %s", collection, issue.Values, kept)
			}
		}
		if store.closed != 1 {
			t.Errorf("%s was closed %d times", collection, store.closed)
		}
		_, err := Dismiss(store, d, "another reason")
		refusedWith(t, err, CodeAlready)
	}
}
