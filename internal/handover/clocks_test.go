package handover

import (
	"testing"
	"time"

	"doorstep/internal/care"
)

func TestWhenAnAnswerIsDue(t *testing.T) {
	cal, clocks := calendar(t), DefaultClocks()
	utc := func(text string) time.Time {
		at, err := time.Parse("2006-01-02 15:04", text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	cases := []struct {
		name, class, from, ack, act string
	}{
		{"an emergency is due at once, at night too", "E", "2026-03-07 03:00", "2026-03-07 03:05", "2026-03-07 03:30"},
		{"urgent runs in real time, at the weekend too", "U2", "2026-03-07 22:00", "2026-03-07 22:15", "2026-03-08 00:00"},
		{"same day in the morning", "SD", "2026-03-02 10:00", "2026-03-02 12:00", "2026-03-02 18:30"},
		{"same day late in the afternoon is still due that day", "SD", "2026-03-02 17:30", "2026-03-03 09:00", "2026-03-02 18:30"},
		{"same day on Saturday waits for Monday", "SD", "2026-03-07 11:00", "2026-03-09 10:00", "2026-03-09 18:30"},
		{"same day on Maundy Thursday evening waits for Tuesday", "SD", "2026-04-02 19:00", "2026-04-07 09:00", "2026-04-07 17:30"},
		{"routine", "R", "2026-03-02 10:00", "2026-03-03 10:00", "2026-03-09 10:00"},
		{"routine over Christmas", "R", "2026-12-24 10:00", "2026-12-29 10:00", "2027-01-05 10:00"},
		{"information is never due", "I", "2026-03-02 10:00", "", ""},
		{"safeguarding within the hour and the day", "SG", "2026-03-07 10:00", "2026-03-07 11:00", "2026-03-07 23:59"},
		{"safeguarding just before midnight still has its hour", "SG", "2026-03-07 23:30", "2026-03-08 00:30", "2026-03-08 00:30"},
		{"a day in summer ends with its last minute in London", "SG", "2026-07-01 10:00", "2026-07-01 11:00", "2026-07-01 22:59"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			ack, act := clocks.Deadlines(care.Class(c.class), utc(c.from), cal)
			for what, got := range map[string][2]any{"acknowledge": {ack, c.ack}, "act": {act, c.act}} {
				var want time.Time
				if s := got[1].(string); s != "" {
					want = utc(s)
				}
				if !got[0].(time.Time).Equal(want) {
					t.Errorf("%s by %s, want %s", what, got[0], want)
				}
			}
		})
	}
}

func TestClocksMustNameEveryClassAndRunForward(t *testing.T) {
	if err := DefaultClocks().Validate(); err != nil {
		t.Error(err)
	}
	gap := DefaultClocks()
	delete(gap, care.Urgent)
	back := DefaultClocks()
	back[care.Urgent] = Clock{Act: Span{Real: -time.Hour}}
	for _, bad := range []Clocks{gap, back, {}} {
		if bad.Validate() == nil {
			t.Errorf("%v passes", bad)
		}
	}
}

func TestWhereARuleSendsIt(t *testing.T) {
	open := neighbourhood()
	here := Place{Practice: "oak", Neighbourhood: "north", FromTeam: "befriending"}
	nobody := directory{"coordinator": open["coordinator"]}
	cases := []struct {
		name, destination string
		place             Place
		directory         Directory
		key, team         string
		state             care.State
	}{
		{"to the person's practice", care.ToPractice, here, open, "practice-oak", "practice-oak", care.Queued},
		{"no practice: the coordinator's queue of what has no destination", care.ToPractice, Place{Neighbourhood: "north"}, open, "practice", "coordinator", care.NoDestination},
		{"a practice that closed", care.ToPractice, here, nobody, "practice", "coordinator", care.NoDestination},
		{"to the coordinator", care.ToCoordinator, here, open, "coordinator", "coordinator", care.Queued},
		{"to the volunteer's own service", care.ToServiceCoord, here, open, "befriending", "befriending", care.Queued},
		{"to the safeguarding lead", care.ToSafeguardingLead, here, open, "safeguarding", "safeguarding", care.Queued},
		{"no safeguarding lead", care.ToSafeguardingLead, here, nobody, "safeguarding", "coordinator", care.NoDestination},
		{"to one team", "team:mental-health", here, open, "mental-health", "mental-health", care.Queued},
		{"to where it went before", "practice-oak", here, open, "practice-oak", "practice-oak", care.Queued},
		{"to a team that is gone", "team:mental-health", here, nobody, "team:mental-health", "coordinator", care.NoDestination},
		{"nobody at all", care.ToPractice, here, directory{}, "practice", "", care.NoDestination},
		{"a destination nobody knows", "gp", here, open, "gp", "coordinator", care.NoDestination},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := Resolve(c.destination, c.place, c.directory)
			if r.Key != c.key || r.Team.ID != c.team || r.State() != c.state {
				t.Errorf("%s to %q, %s", r.Key, r.Team.ID, r.State())
			}
		})
	}
}

func TestRaisingByHand(t *testing.T) {
	raise := func(m Manual) (New, *Error) {
		m.ID, m.Patient, m.FromStaff, m.FromTeam = "h1", "p1", "nurse", "nursing"
		m.Place = Place{Practice: "oak", Neighbourhood: "north", FromTeam: "nursing"}
		n, lacks := RaiseByHand(m, neighbourhood(), DefaultClocks(), calendar(t), now)
		if len(lacks) == 0 {
			return n, nil
		}
		return n, lacks[0].Error
	}
	n, issue := raise(Manual{Class: care.Urgent, Role: care.DistrictNurse, ClinicalTime: now.Add(-time.Hour)})
	if issue != nil || n.Route.Team.ID != "practice-oak" || n.LateBy != time.Hour || !n.AckDue.Equal(now.Add(-45*time.Minute)) || n.ReplyTeam != "nursing" || !n.ByHand {
		t.Errorf("a nurse to the practice: %+v %v", n, issue)
	}
	n, issue = raise(Manual{Class: care.Urgent, Role: care.SupportWorker, ToTeam: "mental-health"})
	if issue == nil || issue.Code != CodeRegistrantNeeded || n.State != care.Queued || n.Route.Team.ID != "mental-health" || !n.ClinicalTime.Equal(now) {
		t.Errorf("an urgent one without a registrant is sent and flagged: %+v %v", n, issue)
	}
	if _, issue = raise(Manual{Class: care.Urgent, Role: care.SupportWorker, NamedRegistrant: "nurse2"}); issue != nil {
		t.Errorf("with a registrant: %v", issue)
	}
	if _, issue = raise(Manual{Class: care.SameDay, Role: care.SupportWorker}); issue != nil {
		t.Errorf("not urgent: %v", issue)
	}
	if n, _ = raise(Manual{Role: care.DistrictNurse, ClinicalTime: now.Add(time.Hour)}); n.Class != care.SameDay || !n.ClinicalTime.Equal(now) || n.LateBy != 0 {
		t.Errorf("no class, from the future: %+v", n)
	}
	if n, _ = raise(Manual{Class: care.Safeguarding, Role: care.DistrictNurse}); n.Route.Team.ID != "safeguarding" {
		t.Errorf("safeguarding without a team: %+v", n.Route)
	}
	// Nobody else may read it: at a team that its sender named it would stand unread.
	for _, team := range []string{"mental-health", "befriending", "safeguarding", "nobody"} {
		if n, issue = raise(Manual{Class: care.Safeguarding, Role: care.DistrictNurse, ToTeam: team}); n.Route.Team.ID != "safeguarding" || n.State != care.Queued || issue != nil {
			t.Errorf("safeguarding to %s: %+v %v", team, n.Route, issue)
		}
	}
}

func TestWhenTheJobMustLookAgain(t *testing.T) {
	ack, act := now.Add(time.Hour), now.Add(2*time.Hour)
	want := map[care.State]time.Time{care.Queued: ack, care.Sent: ack, care.CallNeeded: ack, care.NoDestination: ack, care.Seen: ack,
		care.Declined: ack, care.Escalated: ack, care.Acknowledged: act, care.Accepted: act, care.Done: {}, care.Failed: {}, care.StoodDown: {}}
	for _, s := range care.States {
		state := care.State(s)
		due, ok := Due(Handover{State: state, AckDue: ack, ActDue: act})
		if !due.Equal(want[state]) || ok != !want[state].IsZero() {
			t.Errorf("%s is due at %s (%v), want %s", s, due, ok, want[state])
		}
	}
	if due, _ := Due(Handover{State: care.Sent, AckDue: act, ActDue: ack}); !due.Equal(ack) {
		t.Error("an answer that is due before the acknowledgement was not looked at")
	}
	if _, ok := Due(Handover{State: care.Sent}); ok {
		t.Error("information is due")
	}
}
