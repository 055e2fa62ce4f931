package server_test

import (
	"fmt"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/pbstore"
	"doorstep/internal/rooms"
)

// K14: what somebody wrote by SQL is taken in a little at a time, by rows and by time, so that nobody else's write waits
// for a night's import. What was not taken in yet is taken in next, and all of it in the end.
func TestWhatOthersWroteIsTakenInALittleAtATime(t *testing.T) {
	h := newHouse(t)
	team := h.app.Team(t, h.app.Org(t, "community_trust", "Trust"), "nursing", "North")
	ada := h.app.Patient(t, "Ames", nil)
	h.app.Caseload(t, ada, team)
	h.tick(t)
	db := h.app.SecondConnection(t)
	for i := range 30 {
		if _, err := db.ExecContext(t.Context(), `INSERT INTO visits (id, patient, team, status, note) VALUES (?, ?, ?, 'completed', 'by SQL')`,
			fmt.Sprintf("01k00000000000000000000%03d", i), ada.Id, team.Id); err != nil {
			t.Fatal(err)
		}
	}
	left := func() (n int) {
		if err := db.QueryRow(`SELECT count(*) FROM sync_dirty`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	settle := func(over func() bool) (more bool) {
		if err := h.srv.Store.Write(t.Context(), func(tx *pbstore.Tx) (err error) {
			more, err = tx.Settle(200, over, rooms.Of(tx).TakeIn)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return more
	}
	asked := 0
	if more := settle(func() bool { asked++; return asked > 9 }); !more || left() != 20 {
		t.Errorf("with time for ten of thirty %d are left, more: %t", left(), more)
	}
	if more := settle(func() bool { return true }); !more || left() != 19 {
		t.Errorf("with no time at all %d of twenty are left, more: %t", left(), more)
	}
	h.tick(t)
	if left() != 0 {
		t.Errorf("%d are left for ever", left())
	}
	if n := h.text(t, `SELECT count(*) FROM visits WHERE version > 0 AND note = 'by SQL'`); n != "30" {
		t.Errorf("%s of thirty are in the sequence", n)
	}
}

// K14: a caseload that somebody rewrites by SQL is worked out for some people at a time.
func TestACaseloadWrittenBySQLIsWorkedOutForSomePeopleAtATime(t *testing.T) {
	h := newHouse(t)
	team := h.app.Team(t, h.app.Org(t, "community_trust", "Trust"), "nursing", "North")
	var people []string
	for range 120 {
		people = append(people, h.app.Patient(t, "Ames", nil).Id)
	}
	h.tick(t)
	db := h.app.SecondConnection(t)
	for i, id := range people {
		if _, err := db.ExecContext(t.Context(), `INSERT INTO caseload (id, patient, team, reason, "from") VALUES (?, ?, ?, 'by SQL', ?)`,
			fmt.Sprintf("01k10000000000000000000%03d", i), id, team.Id, care.Stamp(h.clock.Now().Add(-time.Hour))); err != nil {
			t.Fatal(err)
		}
	}
	rounds := 0
	for more := true; more; rounds++ {
		if err := h.srv.Store.Write(t.Context(), func(tx *pbstore.Tx) (err error) {
			more, err = tx.Settle(200, func() bool { return false }, rooms.Of(tx).TakeIn)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	if rounds < 3 {
		t.Errorf("120 people were worked out in %d transactions", rounds)
	}
	for _, id := range people {
		if holders := h.srv.Store.Access.TeamsHolding(id); len(holders) != 1 || holders[0] != team.Id {
			t.Fatalf("the person is held by %v", holders)
		}
	}
}
