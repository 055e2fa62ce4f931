package handover

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/worktime"
)

// directory is a small neighbourhood: one practice, one coordinator, one service, one lead.
type directory map[string]Team

func (d directory) find(id string) (Team, bool)      { t, ok := d[id]; return t, ok }
func (d directory) Practice(org string) (Team, bool) { return d.find("practice-" + org) }
func (d directory) Coordinator(string) (Team, bool)  { return d.find("coordinator") }
func (d directory) Service(string) (Team, bool)      { return d.find("befriending") }
func (d directory) Safeguarding(string) (Team, bool) { return d.find("safeguarding") }
func (d directory) Team(id string) (Team, bool)      { return d.find(id) }

func neighbourhood() directory {
	d := directory{}
	for id, kind := range map[string]string{"practice-oak": "practice", "coordinator": "coordination", "befriending": "voluntary",
		"safeguarding": "safeguarding", "nursing": "nursing", "mental-health": "mental_health"} {
		d[id] = Team{ID: id, Name: id, Kind: kind, Neighbourhood: "north"}
	}
	return d
}

func calendar(t fataler) *worktime.Schedule {
	s, err := worktime.New(worktime.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// fataler is what *testing.T and *rapid.T share.
type fataler interface{ Fatal(...any) }

// ledger is the least store that can hold what a plan says.
type ledger struct {
	handovers map[string]*Existing
	alarms    map[string]Alarm // with their handover
	copies    map[string]string
	joined    map[string]string
	since     time.Time
}

func newLedger() *ledger {
	return &ledger{handovers: map[string]*Existing{}, alarms: map[string]Alarm{}, copies: map[string]string{}, joined: map[string]string{}}
}

// arrange gives the evidence to Arrange together with what is stored, and stores the plan.
func (l *ledger) arrange(t fataler, alarms []Alarm, clearing []Clearing, now time.Time) Plan {
	in := Input{Patient: "p1", Place: Place{Practice: "oak", Neighbourhood: "north", FromTeam: "nursing"}, Clearing: clearing, Since: l.since, Now: now,
		Calendar: calendar(t), Clocks: DefaultClocks(), Directory: neighbourhood()}
	held := map[string][]string{}
	for _, a := range alarms {
		a.Handover = l.alarms[a.ID].Handover
		in.Alarms = append(in.Alarms, a)
	}
	for _, a := range l.alarms {
		held[a.Handover] = append(held[a.Handover], a.ID)
	}
	for id, h := range l.handovers {
		copied := *h
		copied.Alarms = held[id]
		slices.Sort(copied.Alarms)
		in.Existing = append(in.Existing, copied)
	}
	plan := Arrange(in)
	if some := Arrange(l.stillMatters(in)); !reflect.DeepEqual(plan, some) {
		t.Fatal(fmt.Sprintf("with all handovers of the person the plan is\n%+v\nand without those that are closed and that no alarm belongs to\n%+v", plan, some))
	}
	l.alarms = map[string]Alarm{}
	for _, a := range in.Alarms {
		l.alarms[a.ID] = a
	}
	l.apply(plan)
	return plan
}

// stillMatters is the input as judging gives it: the handovers that are not closed and those that an alarm belongs to, or belonged to until now.
func (l *ledger) stillMatters(in Input) Input {
	named := map[string]bool{}
	for _, a := range in.Alarms {
		named[a.Handover] = true
	}
	for _, a := range l.alarms {
		named[a.Handover] = true
	}
	rest := map[string]Existing{}
	all := in.Existing
	in.Existing = nil
	for _, h := range all {
		if h.State.Closed() && !named[h.ID] {
			rest[h.ID] = h
		} else {
			in.Existing = append(in.Existing, h)
		}
	}
	in.Stored = func(id string) *Existing {
		if h, there := rest[id]; there {
			return &h
		}
		return nil
	}
	return in
}

func (l *ledger) apply(plan Plan) {
	for _, n := range plan.New {
		l.handovers[n.ID] = &Existing{ID: n.ID, State: n.State, Visit: n.Visit, Class: n.Class, ToTeam: n.Route.Team.ID, Key: n.Route.Key,
			Reasons: n.Reasons, SupersededBy: n.SupersededBy, ClinicalTime: n.ClinicalTime, LateBy: n.LateBy, AckDue: n.AckDue,
			ActDue: n.ActDue, Unverified: n.Unverified, CopyOf: n.CopyOf}
		if n.CopyOf != "" {
			l.copies[n.ID] = n.CopyOf
		}
	}
	for _, c := range plan.Changes {
		h := l.handovers[c.ID]
		h.Class, h.Reasons, h.ClinicalTime, h.LateBy, h.AckDue, h.ActDue = c.Class, c.Reasons, c.ClinicalTime, c.LateBy, c.AckDue, c.ActDue
		h.Unverified, h.SupersededBy = c.Unverified, c.SupersededBy
		if c.Again && (h.State == care.Acknowledged || h.State == care.Accepted) {
			h.State = care.Sent
		}
	}
	for _, at := range plan.Attached {
		a := l.alarms[at.Alarm]
		a.Handover = at.Handover
		l.alarms[at.Alarm] = a
	}
	for _, j := range plan.Joins {
		l.handovers[j.From].State = care.StoodDown
		l.joined[j.From] = j.Into
	}
}

// groups says which alarms share a handover and what supersedes it. Not its id, nor its class:
// that never falls, so one that was split keeps the class it had.
func (l *ledger) groups() []string {
	by := map[string][]string{}
	for id, a := range l.alarms {
		by[a.Handover] = append(by[a.Handover], id)
	}
	var out []string
	for h, ids := range by {
		slices.Sort(ids)
		e := l.handovers[h]
		out = append(out, fmt.Sprintf("%s: %s by=%s", e.Key, strings.Join(ids, "+"), e.SupersededBy))
	}
	slices.Sort(out)
	return out
}

// The notation of testdata/arrange.txt.

func clock(t testing.TB, text string) time.Time {
	t.Helper()
	var day string
	var h, m int
	if _, err := fmt.Sscanf(text, "%3s-%d:%d", &day, &h, &m); err != nil {
		t.Fatalf("cannot read time %q: %v", text, err)
	}
	days := map[string]int{"mon": 2, "tue": 3, "wed": 4, "thu": 5, "fri": 6}
	return time.Date(2026, 3, days[day], h, m, 0, 0, time.UTC)
}

var classOf = map[string]struct {
	class       care.Class
	destination string
	news2       bool
}{
	"news2_7": {care.Emergency, care.ToPractice, true}, "news2_5_6": {care.Urgent, care.ToPractice, true},
	"soft_signs": {care.SameDay, care.ToPractice, false}, "critical_medicine": {care.SameDay, care.ToPractice, false},
	"no_reply": {care.Urgent, care.ToCoordinator, false}, "safeguarding": {care.Safeguarding, care.ToSafeguardingLead, false},
	"volunteer_concern": {care.SameDay, care.ToServiceCoord, false}, "to_practice_sg": {care.Safeguarding, care.ToPractice, false},
}

// alarmFrom reads "A1 news2_5_6 v1 mon-10:00 [unverified] [clock_unknown]".
func alarmFrom(t testing.TB, f []string) Alarm {
	c, ok := classOf[f[1]]
	if !ok {
		t.Fatalf("no rule %q", f[1])
	}
	a := Alarm{ID: f[0], Rule: f[1], Version: 1, Class: c.class, Destination: c.destination, NEWS2: c.news2, Collection: care.Observations,
		Record: "r" + f[0], Visit: f[2], Staff: "nurse", Team: "nursing", At: clock(t, f[3]), ClockKnown: true, Verified: true}
	if a.Visit == "none" {
		a.Visit = ""
	}
	for _, mark := range f[4:] {
		switch mark {
		case "unverified":
			a.Verified = false
		case "clock_unknown":
			a.ClockKnown = false
		default:
			t.Fatalf("no mark %q", mark)
		}
	}
	return a
}

// play runs one story of testdata/arrange.txt: what arrives, in this order, and what stands.
type play struct {
	t        *testing.T
	l        *ledger
	alarms   []Alarm
	clearing []Clearing
	names    map[string]string // H1 → id
	now      time.Time
	last     Plan
}

func (p *play) line(text string) {
	f := strings.Fields(text)
	switch f[0] {
	case "alarm":
		p.alarms = append(p.alarms, alarmFrom(p.t, f[1:]))
	case "clear":
		p.clearing = append(p.clearing, Clearing{f[1], clock(p.t, f[2]), len(f) == 3})
	case "gone": // a record was corrected or retracted
		p.alarms = slices.DeleteFunc(p.alarms, func(a Alarm) bool { return a.ID == f[1] })
		p.clearing = slices.DeleteFunc(p.clearing, func(c Clearing) bool { return c.Record == f[1] })
	case "byhand": // byhand H1 v1 team class mon-10:00
		at := clock(p.t, f[5])
		ack, act := DefaultClocks().Deadlines(care.Class(f[4]), at, calendar(p.t))
		p.l.handovers[f[1]] = &Existing{ID: f[1], State: care.Sent, Visit: f[2], Key: f[3], ToTeam: f[3], Class: care.Class(f[4]), ByHand: true,
			ClinicalTime: at, AckDue: ack, ActDue: act}
		p.names[f[1]] = f[1]
	case "state": // state H1 acknowledged
		p.handover(f[1]).State = care.State(f[2])
	case "since":
		p.l.since = clock(p.t, f[1])
	case "confirm":
		h := p.handover(f[1])
		h.Confirmed, h.Unverified = true, false
	case "arrange":
		p.now = clock(p.t, f[1])
		p.last = p.l.arrange(p.t, p.alarms, p.clearing, p.now)
		if again := p.l.arrange(p.t, p.alarms, p.clearing, p.now); !again.Empty() {
			p.t.Errorf("arranging again changes something: %+v", again)
		}
	case "stands": // stands H1 A1+A2 U2 practice-oak [by=c1] [unverified] [clinical=mon-10:00] [ack=…] [act=…] [state=…] [late=2h0m0s]
		p.stands(f[1:])
	case "copy": // copy H1 lead nursing U2
		h := p.l.handovers[CopyID(p.names[f[1]], f[2])]
		if h == nil || h.ToTeam != f[3] || string(h.Class) != f[4] || !h.Unverified {
			p.t.Errorf("copy of %s for the %s: %+v", f[1], f[2], h)
		}
	case "copystate": // copystate H1 lead escalated
		p.l.handovers[CopyID(p.names[f[1]], f[2])].State = care.State(f[3])
	case "copyjoined": // copyjoined H1 lead H2, or - when it stays
		if got := p.l.joined[CopyID(p.names[f[1]], f[2])]; got != p.names[f[3]] {
			p.t.Errorf("the copy of %s for the %s is joined to %q, want %s", f[1], f[2], got, f[3])
		}
	case "copies":
		if got := fmt.Sprint(len(p.l.copies)); got != f[1] {
			p.t.Errorf("%s copies, want %s", got, f[1])
		}
	case "joined": // joined H1 H2
		if got := p.l.joined[p.names[f[1]]]; got != p.names[f[2]] {
			p.t.Errorf("%s is joined to %q, want %s", f[1], got, f[2])
		}
	case "withdrawn":
		if !slices.Equal(p.last.Withdrawn, []string{p.names[f[1]]}) {
			p.t.Errorf("withdrawn %v, want %s", p.last.Withdrawn, f[1])
		}
	case "again", "quiet": // whether the last step told people of a risen class
		told := slices.ContainsFunc(p.last.Changes, func(c Change) bool { return c.Again })
		if told != (f[0] == "again") {
			p.t.Errorf("people were told again: %v, want %s", told, f[0])
		}
	case "handovers":
		if got := fmt.Sprint(len(p.l.handovers)); got != f[1] {
			p.t.Errorf("%s handovers, want %s: %v", got, f[1], p.l.groups())
		}
	default:
		p.t.Fatalf("cannot read %q", text)
	}
}

func (p *play) handover(name string) *Existing {
	h := p.l.handovers[p.names[name]]
	if h == nil {
		p.t.Fatalf("no handover %s", name)
	}
	return h
}

func (p *play) stands(f []string) {
	name, want := f[0], strings.Split(f[1], "+")
	if f[1] == "-" {
		want = nil
	}
	if len(want) > 0 {
		id := p.l.alarms[want[0]].Handover
		if have, ok := p.names[name]; ok && have != id {
			p.t.Errorf("%s is in %s, want it in %s", want[0], id, name)
		}
		p.names[name] = id
	}
	h := p.handover(name)
	var holds []string
	for id, a := range p.l.alarms {
		if a.Handover == h.ID {
			holds = append(holds, id)
		}
	}
	slices.Sort(holds)
	if !slices.Equal(holds, want) {
		p.t.Errorf("%s holds %v, want %v", name, holds, want)
	}
	got := map[string]string{"by": h.SupersededBy, "clinical": wall(h.ClinicalTime), "ack": wall(h.AckDue), "act": wall(h.ActDue),
		"state": string(h.State), "late": h.LateBy.String()}
	if string(h.Class) != f[2] || h.ToTeam != f[3] {
		p.t.Errorf("%s is %s to %s, want %s to %s", name, h.Class, h.ToTeam, f[2], f[3])
	}
	said := map[string]string{"by": ""}
	doubt := false
	for _, mark := range f[4:] {
		k, v, _ := strings.Cut(mark, "=")
		doubt = doubt || k == "unverified"
		if k != "unverified" {
			said[k] = v
		}
	}
	for k, v := range said {
		if got[k] != v {
			p.t.Errorf("%s: %s is %q, want %q", name, k, got[k], v)
		}
	}
	if h.Unverified != doubt {
		p.t.Errorf("%s: unverified is %v, want %v", name, h.Unverified, doubt)
	}
}

func wall(t time.Time) string { return strings.ToLower(t.Format("Mon-15:04")) }

func TestHowAlarmsBecomeHandovers(t *testing.T) {
	raw, err := os.ReadFile("testdata/arrange.txt")
	if err != nil {
		t.Fatal(err)
	}
	var told int
	for _, block := range strings.Split(string(raw), "\nstory ")[1:] {
		told++
		name, body, _ := strings.Cut(block, "\n")
		t.Run(name, func(t *testing.T) {
			p := &play{t: t, l: newLedger(), names: map[string]string{}}
			for _, line := range strings.Split(body, "\n") {
				if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
					p.line(line)
				}
			}
		})
	}
	if told < 25 {
		t.Errorf("%d stories, want at least 25", told)
	}
}

// Empty says that nothing is to be done.
func (p Plan) Empty() bool {
	return len(p.New)+len(p.Changes)+len(p.Joins)+len(p.Attached)+len(p.Withdrawn) == 0
}
