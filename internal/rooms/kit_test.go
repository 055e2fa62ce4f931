package rooms_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/rooms"
	"doorstep/internal/storetest"
	"doorstep/internal/takein"
	"doorstep/internal/wire"
)

// story is a store in memory in which things happen one after the other.
type story struct {
	*storetest.Memory
	t     *testing.T
	clock time.Time
	n     int
}

func newStory(t *testing.T) *story {
	s := &story{Memory: storetest.NewMemory(), t: t, clock: storetest.Monday}
	s.Give(s.Town.Ben, s.Town.Nurses, storetest.Monday.Add(-90*24*time.Hour))
	return s
}

// at is a time some hours before Monday morning.
func at(hours float64) string {
	return care.Stamp(storetest.Monday.Add(-time.Duration(hours * float64(time.Hour))))
}

func (s *story) do(fn func(r *rooms.Rooms) error) {
	s.t.Helper()
	s.clock = s.clock.Add(time.Second)
	if err := s.Change(s.clock, func(tx rooms.Store) error { return fn(rooms.Of(tx)) }); err != nil {
		s.t.Fatal(err)
	}
}

// push lets a change of somebody's phone arrive that was written just now.
func (s *story) push(who care.Viewer, ops ...op) wire.Result {
	s.t.Helper()
	return s.pushWritten(who, s.clock, ops...)
}

// pushWritten lets a change arrive that was written at a time.
func (s *story) pushWritten(who care.Viewer, written time.Time, ops ...op) (res wire.Result) {
	s.t.Helper()
	s.n++
	raw, err := json.Marshal(op{"mid": s.n, "key": storetest.ID(70000 + s.n), "author": who.Staff, "authored_at": care.Stamp(written), "ops": ops})
	if err != nil {
		s.t.Fatal(err)
	}
	m, err := wire.DecodeKept(raw)
	if err != nil {
		s.t.Fatal(err)
	}
	s.do(func(r *rooms.Rooms) (err error) {
		res, err = r.Changes.Accept(&m, takein.By{Viewer: who, Client: "client of " + who.Staff, Clock: care.DeviceClock{Known: true}})
		return err
	})
	return res
}

// applied is push of a change of which nothing may be left open.
func (s *story) applied(who care.Viewer, ops ...op) {
	s.t.Helper()
	if res := s.push(who, ops...); res.Status != care.Applied {
		s.t.Fatalf("it ended %+v", res)
	}
}

func (s *story) base() string { return fmt.Sprintf("e1.%d", s.Seq()) }

// set is an op that makes a set of readings, well but for the values given.
func (s *story) set(n int, patient string, hours float64, values op) op {
	all := op{"patient": patient, "taken_at": at(hours), "respiration_rate": 16, "spo2": 97, "on_oxygen": false, "systolic": 128, "pulse": 72, "acvpu": "A", "temperature": 36.8}
	return op{"op": "create", "collection": care.Observations, "id": storetest.ID(1000 + n), "set": with(all, values)}
}

// visit is an op that makes a visit.
func (s *story) visit(n int, patient string, values op) op {
	return op{"op": "create", "collection": care.Visits, "id": storetest.ID(2000 + n), "set": with(op{"patient": patient, "status": "completed"}, values)}
}

// edit is an op that changes a visit, by somebody who had seen it as it was at a base.
func (s *story) edit(n int, patient, base string, set op) op {
	return op{"op": "update", "collection": care.Visits, "id": storetest.ID(2000 + n), "patient": patient, "base": base, "set": set}
}

func (s *story) withdraw(collection, id, patient string) op {
	return op{"op": "retract", "collection": collection, "id": id, "patient": patient, "base": s.base()}
}

// stored is a record, nil when there is none.
func (s *story) stored(collection, id string) *care.Record {
	s.t.Helper()
	c, _ := care.ByName(collection)
	rec, err := s.Record(c, id)
	if err != nil {
		s.t.Fatal(err)
	}
	return rec
}

// holds lists the alarms of a person that hold, as "rule at number of the record".
func (s *story) holds(patient string) []string {
	s.t.Helper()
	list, err := s.Alarms(patient, s.clock.Add(-100*24*time.Hour))
	if err != nil {
		s.t.Fatal(err)
	}
	var holds []string
	for _, a := range list {
		if a.Holds {
			holds = append(holds, a.Rule+" at "+a.Record[len(a.Record)-4:])
		}
	}
	slices.Sort(holds)
	return holds
}

func (s *story) expect(when, patient string, want ...string) {
	s.t.Helper()
	if got := s.holds(patient); !slices.Equal(got, want) {
		s.t.Errorf("%s: %v hold, want %v", when, got, want)
	}
}

// handovers lists those of a person but copies, as they stand.
func (s *story) handovers(patient string) (list []*care.Record) {
	s.t.Helper()
	all, err := s.EveryHandover(patient)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, h := range all {
		if handover.EvidenceIn(h).CopyOf == "" {
			list = append(list, h)
		}
	}
	return list
}

// answered lets the practice answer all open handovers of a person.
func (s *story) answered(patient string) {
	s.t.Helper()
	for _, h := range s.handovers(patient) {
		if care.AsHandover(h).State().Closed() {
			continue
		}
		s.do(func(r *rooms.Rooms) error {
			_, err := r.Arrange.Act(h.ID, handover.Action{Kind: handover.Answer, Outcome: "advice_given"},
				handover.Actor{Staff: s.Town.Guy, Role: care.DutyGP, Teams: []string{care.AsHandover(h).ToTeam()}}, 0)
			return err
		})
	}
}

// move files a record under somebody else, in the dashboard.
func (s *story) move(collection, id, to string) {
	s.t.Helper()
	old := s.stored(collection, id)
	rec := old.Clone()
	rec.SetAll(map[string]any{"patient": to})
	s.do(func(r *rooms.Rooms) error {
		s.Write(rec)
		return r.TakeIn.TakeInForeignWrite(rec, old, []string{"patient"})
	})
}

// issues lists the open issues of a person.
func (s *story) issues(patient string) []*care.Record {
	s.t.Helper()
	list, err := s.OpenIssues(patient)
	if err != nil {
		s.t.Fatal(err)
	}
	return list
}

// decide lets somebody settle an issue on their phone.
func (s *story) decide(who care.Viewer, issue *care.Record, set op) wire.Result {
	s.t.Helper()
	return s.push(who, op{"op": "resolve", "issue": issue.ID, "patient": care.AsIssue(issue).Patient(), "base": s.base(), "set": set})
}
