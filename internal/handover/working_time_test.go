package handover

import (
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/worktime"
)

// hoursWith are core hours before and after days were closed, or bank holidays were opened.
func hoursWith(t *testing.T, closed, opened []string) Hours {
	t.Helper()
	build := func(closed, opened []string) *worktime.Schedule {
		var days worktime.Calendar
		for open, list := range map[bool][]string{false: closed, true: opened} {
			for _, day := range list {
				date, err := worktime.ParseDate(day)
				if err != nil {
					t.Fatal(err)
				}
				days.Set(date, &open, "")
			}
		}
		s, err := worktime.New(worktime.Options{Calendar: days})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	return Hours{Was: build(nil, nil), Is: build(closed, opened)}
}

// Case 51.
func TestDeadlines_FollowADayThatIsClosedLater(t *testing.T) {
	utc := func(text string) time.Time {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	for _, c := range []struct {
		name             string
		class            care.Class
		raised           string
		events           []Event
		now              string
		closed, opened   []string
		wantAck, wantAct string // "" = as it was
	}{
		{"a same day handover, when the day itself is closed", care.SameDay, "2026-03-02T10:00:00Z", nil, "2026-03-02T10:30:00Z",
			[]string{"2026-03-02"}, nil, "2026-03-03T10:00:00Z", "2026-03-03T18:30:00Z"},
		{"one of the evening before, due in the morning", care.SameDay, "2026-03-02T20:00:00Z", nil, "2026-03-02T21:00:00Z",
			[]string{"2026-03-03"}, nil, "2026-03-04T10:00:00Z", "2026-03-04T18:30:00Z"},
		{"a routine one, when a day between is closed", care.Routine, "2026-03-02T10:00:00Z", nil, "2026-03-02T12:00:00Z",
			[]string{"2026-03-04"}, nil, "", "2026-03-10T10:00:00Z"},
		{"a routine one, when two days between are closed", care.Routine, "2026-03-02T10:00:00Z", nil, "2026-03-02T12:00:00Z",
			[]string{"2026-03-03", "2026-03-05"}, nil, "2026-03-04T10:00:00Z", "2026-03-11T10:00:00Z"},
		{"over the night on which the clocks go forward", care.Routine, "2026-03-27T10:00:00Z", nil, "2026-03-27T12:00:00Z",
			[]string{"2026-03-30"}, nil, "2026-03-31T09:00:00Z", "2026-04-08T09:00:00Z"},
		{"a day after all that is due", care.Routine, "2026-03-02T10:00:00Z", nil, "2026-03-02T12:00:00Z", []string{"2026-03-20"}, nil, "", ""},
		{"a Sunday", care.Routine, "2026-03-02T10:00:00Z", nil, "2026-03-02T12:00:00Z", []string{"2026-03-08"}, nil, "", ""},
		{"a bank holiday that is worked: nothing is due earlier than people were told", care.Routine, "2026-04-30T10:00:00Z", nil, "2026-04-30T12:00:00Z",
			nil, []string{"2026-05-04"}, "", ""},
		{"an urgent one goes by the clock on the wall", care.Urgent, "2026-03-02T10:00:00Z", nil, "2026-03-02T10:05:00Z", []string{"2026-03-02"}, nil, "", ""},
		{"safeguarding goes by the clock on the wall", care.Safeguarding, "2026-03-02T10:00:00Z", nil, "2026-03-02T10:05:00Z", []string{"2026-03-02"}, nil, "", ""},
		{"what was due already was due", care.SameDay, "2026-03-02T10:00:00Z", nil, "2026-03-02T12:30:00Z",
			[]string{"2026-03-02"}, nil, "", "2026-03-03T18:30:00Z"},
		{"one that was handed on counts from then", care.Routine, "2026-03-02T10:00:00Z",
			[]Event{{Kind: EventReceived, At: utc("2026-03-03T11:00:00Z")}}, "2026-03-03T12:00:00Z",
			[]string{"2026-03-05"}, nil, "", "2026-03-11T11:00:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			hours := hoursWith(t, c.closed, c.opened)
			from := utc(c.raised)
			h := Handover{State: care.Sent, Class: c.class, ClinicalTime: from, RaisedAt: from}
			if len(c.events) > 0 {
				from = c.events[0].At
			}
			clocks := DefaultClocks()
			h.AckDue, h.ActDue = clocks.Deadlines(c.class, from, hours.Was)
			wantAck, wantAct := h.AckDue, h.ActDue
			if c.wantAck != "" {
				wantAck = utc(c.wantAck)
			}
			if c.wantAct != "" {
				wantAct = utc(c.wantAct)
			}
			ack, act := clocks.Moved(h, c.events, utc(c.now), hours)
			if !ack.Equal(wantAck) || !act.Equal(wantAct) {
				t.Errorf("to acknowledge by %s and to act by %s, want %s and %s", ack, act, wantAck, wantAct)
			}
			h.State = care.Done
			if ack, act := clocks.Moved(h, c.events, utc(c.now), hours); !ack.Equal(h.AckDue) || !act.Equal(h.ActDue) {
				t.Error("one that is done has moved")
			}
		})
	}
}
