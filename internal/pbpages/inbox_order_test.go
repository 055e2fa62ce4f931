package pbpages

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"doorstep/internal/care"
	"doorstep/internal/columns"
	"doorstep/internal/handover"
	"doorstep/internal/testkit/statements"
)

// TestSQLAndGoAgreeOnTheOrderOfAnInbox: what is due and when, what is overdue, and which class comes first are said once
// in Go for the rules and once in SQL for the inbox.
func TestSQLAndGoAgreeOnTheOrderOfAnInbox(t *testing.T) {
	db := statements.Calculator(t)
	begin := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	query := `SELECT calm, due, in_time, rank FROM (SELECT ` + strings.ReplaceAll(keyColumns, "?", "?1") + `
		FROM (SELECT ?2 AS state, ?3 AS class, ?4 AS ack_due, ?5 AS act_due, ?6 AS raised_at, 7 AS version))`
	rapid.Check(t, func(t *rapid.T) {
		moment := func(name string) time.Time {
			minutes := rapid.IntRange(-1, 5).Draw(t, name)
			if minutes < 0 {
				return time.Time{}
			}
			return begin.Add(time.Duration(minutes) * time.Minute)
		}
		h := handover.Handover{State: care.State(rapid.SampledFrom(care.States).Draw(t, "state")),
			Class: care.Class(rapid.SampledFrom(care.Classes).Draw(t, "class")), AckDue: moment("ack_due"), ActDue: moment("act_due")}
		now := begin.Add(time.Duration(rapid.IntRange(0, 5).Draw(t, "now")) * time.Minute)
		var calm, inTime bool
		var due string
		var rank int
		err := db.QueryRow(query, columns.Stamp(now), string(h.State), string(h.Class), columns.Stamp(h.AckDue), columns.Stamp(h.ActDue), columns.Stamp(begin)).
			Scan(&calm, &due, &inTime, &rank)
		if err != nil {
			t.Fatal(err)
		}
		at, isDue := handover.Due(h)
		if calm == (h.Class == care.Emergency) {
			t.Errorf("calm: %t in SQL for class %s", calm, h.Class)
		}
		if got := columns.ParseTime(due); isDue != (due != "") || isDue && !got.Equal(at) {
			t.Errorf("due at %q in SQL, at %v (%t) in Go", due, at, isDue)
		}
		if late := h.State == care.Failed || isDue && !at.After(now); inTime == late {
			t.Errorf("in time: %t in SQL, late: %t in Go", inTime, late)
		}
		want := care.Emergency.Urgency() - h.Class.Urgency()
		if rank != want {
			t.Errorf("rank %d in SQL, %d by its urgency", rank, want)
		}
	})
}
