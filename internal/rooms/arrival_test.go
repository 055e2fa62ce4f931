package rooms_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/rooms"
	"doorstep/internal/storetest"
	"doorstep/internal/takein"
	"doorstep/internal/wire"
)

// piece is one thing that happened to a person: a visit or a set of readings.
type piece struct {
	n          int
	collection string
	values     map[string]any // but patient and references
	visit      int            // the visit a set was taken at, 0 for none
	replaces   int            // the set it corrects, 0 for none
	refused    bool           // sent along with something the server does not know: held back whole
}

// drawDays draws three days of a person's care: visits with and without concerns, sets that are
// well, raised, incomplete, half refused or refused, some of them corrections of others.
func drawDays(r *rand.Rand) []piece {
	slots := r.Perm(100)
	when := func() string {
		slot := slots[0]
		slots = slots[1:]
		return care.Stamp(storetest.Monday.Add(-time.Duration(slot*43+5) * time.Minute))
	}
	base := map[string]any{"respiration_rate": 16, "spo2": 97, "on_oxygen": false, "systolic": 128, "pulse": 72, "acvpu": "A", "temperature": 36.8}
	kinds := []map[string]any{{}, {"respiration_rate": 25}, {"respiration_rate": 25, "pulse": 112}, {"respiration_rate": 25, "pulse": 112, "temperature": 38.4},
		{"respiration_rate": 25, "pulse": 112, "spo2": 91}, {"respiration_rate": 25, "pulse": 112, "spo2": "91"}, {"temperature": nil}}
	signs := []map[string]any{{"soft_signs": []string{"unsteady"}}, {"critical_medicine": "missed"}, {"status": "no_access", "no_access_kind": "no_reply"}, {}}
	var days []piece
	var visits, sets []int
	for range 2 + r.IntN(3) {
		p := piece{n: len(days) + 1, collection: care.Visits, values: with(map[string]any{"status": "completed", "ended_at": when()}, signs[r.IntN(4)])}
		days, visits = append(days, p), append(visits, p.n)
	}
	for range 3 + r.IntN(5) {
		p := piece{n: len(days) + 1, collection: care.Observations, refused: r.IntN(8) == 0, values: with(with(base, kinds[r.IntN(len(kinds))]), map[string]any{"taken_at": when()})}
		if r.IntN(2) == 0 {
			p.visit = visits[r.IntN(len(visits))]
		}
		if len(sets) > 0 && r.IntN(6) == 0 {
			p.replaces = sets[r.IntN(len(sets))]
		}
		if days = append(days, p); !p.refused { // what names a refused record is held back with it, and so hangs on which came first
			sets = append(sets, p.n)
		}
	}
	return days
}

func with(base, more map[string]any) map[string]any {
	all := maps.Clone(base)
	maps.Copy(all, more)
	return all
}

// happen lets the pieces reach a store in an order, and describes what came of them.
func happen(t *testing.T, days []piece) string {
	t.Helper()
	m := storetest.NewMemory()
	clock := storetest.Monday
	by := takein.By{Viewer: m.Town.Nurse(), Client: storetest.ID(500), Clock: care.DeviceClock{Known: true}}
	for i, p := range days {
		set := with(p.values, map[string]any{"patient": m.Town.Ada})
		if p.visit > 0 {
			set["visit"] = storetest.ID(1000 + p.visit)
		}
		if p.replaces > 0 {
			set["replaces"] = storetest.ID(1000 + p.replaces)
		}
		ops := []any{map[string]any{"op": "create", "collection": p.collection, "id": storetest.ID(1000 + p.n), "set": set}}
		if p.refused {
			ops = append(ops, map[string]any{"op": "create", "collection": "wound_photos", "id": storetest.ID(3000 + p.n), "set": map[string]any{"patient": m.Town.Ada}})
		}
		raw, err := json.Marshal(map[string]any{"mid": i + 1, "key": storetest.ID(7000 + p.n), "author": m.Town.Ann, "authored_at": care.Stamp(clock), "ops": ops})
		if err != nil {
			t.Fatal(err)
		}
		change, err := wire.DecodeKept(raw)
		if err != nil {
			t.Fatal(err)
		}
		clock = clock.Add(time.Second)
		if err := m.Change(clock, func(s rooms.Store) error {
			_, err := rooms.Of(s).Changes.Accept(&change, by)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	return cameOf(t, m)
}

// cameOf describes a person's handovers and alarms: all that must not depend on the arrival. What people were
// told is never taken back by itself, so what stood in a handover for a while leaves its class, its deadline and
// the word "unverified" behind; those are left out.
func cameOf(t *testing.T, m *storetest.Memory) string {
	t.Helper()
	alarms, err := m.Alarms(m.Town.Ada, m.Now())
	if err != nil {
		t.Fatal(err)
	}
	of := map[string][]string{}
	for _, a := range alarms {
		if a.Holds {
			of[a.Handover] = append(of[a.Handover], fmt.Sprintf("%s at %s (verified %v)", a.Rule, a.Record, a.Verified))
		}
	}
	list, err := m.EveryHandover(m.Town.Ada)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, h := range list {
		held := of[h.ID]
		if h.Text("state") == string(care.StoodDown) || handover.EvidenceIn(h).CopyOf != "" || len(held) == 0 {
			continue // joined; a copy, which follows its original; one whose evidence was corrected
		}
		delete(of, h.ID)
		slices.Sort(held)
		var reasons []handover.Reason
		if err := json.Unmarshal(h.Raw("rules"), &reasons); err != nil {
			t.Fatal(err)
		}
		var codes []string
		for _, reason := range reasons {
			codes = append(codes, reason.Rule)
		}
		slices.Sort(codes)
		lines = append(lines, fmt.Sprintf("to %s: %v since %s, superseded by %q\n\t%s", h.Text("to_team"), codes, h.Text("clinical_time"),
			h.Text("superseded_by"), strings.Join(held, "\n\t")))
	}
	for id, held := range of {
		lines = append(lines, fmt.Sprintf("in no open handover (%s): %v", id, held))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func whenOf(p piece) string {
	if s, ok := p.values["taken_at"].(string); ok {
		return s
	}
	return p.values["ended_at"].(string)
}

// The same evidence in any order comes to the same alarms and handovers. Each seed is a story of its own.
func TestRooms_ArrivalOrderChangesNothing(t *testing.T) {
	for seed := range uint64(80) {
		r := rand.New(rand.NewPCG(seed, 1))
		days := drawDays(r)
		want := happen(t, slices.SortedFunc(slices.Values(days), func(a, b piece) int { return strings.Compare(whenOf(a), whenOf(b)) }))
		for telling := range 4 {
			order := slices.Clone(days)
			r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
			if got := happen(t, order); got != want {
				t.Fatalf("seed %d, telling %d: %+v\nin order it comes to\n%s\n\nthis way to\n%s", seed, telling, order, want, got)
			}
		}
	}
}
