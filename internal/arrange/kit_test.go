package arrange_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"doorstep/internal/arrange"
	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/rooms"
	"doorstep/internal/rules"
	"doorstep/internal/storetest"
)

// bench is a room of arranging over a store in memory.
type bench struct {
	*storetest.Memory
	t     *testing.T
	clock time.Time
	// staff and team recorded what is found.
	staff, team string
}

func newBench(t *testing.T) *bench {
	b := &bench{Memory: storetest.NewMemory(), t: t, clock: storetest.Monday}
	b.staff, b.team = b.Town.Ann, b.Town.Nurses
	return b
}

// do runs fn as one change, a minute after the one before.
func (b *bench) do(fn func(*arrange.Room) error) error {
	b.t.Helper()
	b.clock = b.clock.Add(time.Minute)
	return b.Change(b.clock, func(s rooms.Store) error { return fn(&arrange.Room{Store: s, Reference: s, Moment: s}) })
}

func (b *bench) must(fn func(*arrange.Room) error) {
	b.t.Helper()
	if err := b.do(fn); err != nil {
		b.t.Fatal(err)
	}
}

// found is one rule that holds at one record, hours before Monday morning.
type found struct {
	rule     string
	n        int // of the record
	visit    int // 0 for none
	hours    float64
	doubtful bool
	values   map[string]any
}

// arrange hands the room everything that holds about Ada, as the room before it would.
func (b *bench) arrange(holds ...found) {
	b.t.Helper()
	if err := b.tryArrange(holds...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) tryArrange(holds ...found) error {
	b.t.Helper()
	ada, _ := b.Patient(b.Town.Ada)
	known, _ := b.Alarms(b.Town.Ada, b.Now())
	var named []string
	for _, k := range known {
		named = append(named, k.Handover)
	}
	handovers, _ := b.Handovers(b.Town.Ada, named)
	in := arrange.Input{Person: ada, Sender: b.team, Reported: true, Since: storetest.Monday.Add(-72 * time.Hour), Known: known, Handovers: handovers,
		Doubts: map[string]string{}}
	attached := map[string]string{}
	for _, k := range known {
		attached[k.ID] = k.Handover
	}
	holding := map[string]bool{}
	for _, f := range holds {
		rule, ok := b.Rules().Rule(f.rule)
		if !ok {
			b.t.Fatalf("there is no rule %s", f.rule)
		}
		e := rules.Event{Collection: rule.Collection, ID: storetest.ID(1000 + f.n), Patient: ada.ID, Staff: b.staff, Team: b.team,
			At: storetest.Monday.Add(-time.Duration(f.hours * float64(time.Hour))), ClockKnown: true, Verified: !f.doubtful, Values: f.values}
		if f.visit > 0 {
			e.Visit = storetest.ID(1000 + f.visit)
		}
		in.Events = append(in.Events, e)
		if f.doubtful {
			in.Doubts[e.ID] = "set aside: the pulse"
		}
		a := handover.AlarmOf(rules.Alarm{ID: rules.AlarmID(rule.Code, ada.ID, e.ID), Rule: rule, Event: e})
		a.Handover = attached[a.ID]
		in.Alarms = append(in.Alarms, a)
		holding[a.ID] = true
	}
	for _, k := range known {
		if k.Holds && !holding[k.ID] {
			k.Holds = false
			in.Lapsed = append(in.Lapsed, k)
		}
	}
	return b.do(func(r *arrange.Room) error { return r.Arrange(in) })
}

var (
	softSign = found{rule: "soft_signs", n: 1, visit: 1, hours: 1, values: map[string]any{"soft_signs": []string{"confused"}, "patient": "not shown"}}
	missed   = found{rule: "critical_medicine", n: 1, visit: 1, hours: 1, values: map[string]any{"critical_medicine": "missed"}}
	noReply  = found{rule: "no_reply", n: 2, visit: 2, hours: 1}
)

// grave is a set of readings taken in the first visit.
var grave = found{rule: "news2_7", n: 3, visit: 1, hours: 0.5, values: map[string]any{"pulse": int64(130)}}

// open lists the handovers that somebody has to answer, by the teams that have them.
func (b *bench) open() map[string][]*care.Record {
	list, _ := b.EveryHandover(b.Town.Ada)
	teams := map[string][]*care.Record{}
	for _, h := range list {
		if !care.State(h.Text("state")).OffTheClock() {
			teams[h.Text("to_team")] = append(teams[h.Text("to_team")], h)
		}
	}
	return teams
}

// only returns the one open handover of a team.
func (b *bench) only(team string) *care.Record {
	b.t.Helper()
	list := b.open()[team]
	if len(list) != 1 {
		b.t.Fatalf("the team has %d handovers, want 1", len(list))
	}
	return list[0]
}

func (b *bench) handover(id string) *care.Record {
	b.t.Helper()
	c, _ := care.ByName(care.Handovers)
	rec, _ := b.Record(c, id)
	if rec == nil {
		b.t.Fatalf("there is no handover %s", id)
	}
	return rec
}

// history lists the kinds of a handover's events.
func (b *bench) history(id string) (kinds []string) {
	for _, e := range b.WholeHistory(id) {
		kinds = append(kinds, e.Text("kind"))
	}
	return kinds
}

func (b *bench) has(id, kind string) bool { return slices.Contains(b.history(id), kind) }

func count(list []string, s string) (n int) {
	for _, e := range list {
		if e == s {
			n++
		}
	}
	return n
}

func actor(v care.Viewer) handover.Actor {
	return handover.Actor{Staff: v.Staff, Role: v.Role, Teams: v.Teams}
}

// act lets somebody do something to a handover as it stands.
func (b *bench) act(id string, a handover.Action, who care.Viewer) {
	b.t.Helper()
	b.must(func(r *arrange.Room) error { _, err := r.Act(id, a, actor(who), 0); return err })
}

func (b *bench) evidence(rec *care.Record) handover.Evidence {
	b.t.Helper()
	var e handover.Evidence
	if err := json.Unmarshal(rec.Raw("evidence"), &e); err != nil {
		b.t.Fatal(err)
	}
	return e
}
