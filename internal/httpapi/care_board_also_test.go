package httpapi_test

import (
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
)

// What another service plans, or has just done, for the same person and purpose stands beside a visit on the board, while it
// can still be avoided. What one's own organisation does twice is on its own boards, and a visit of somebody else is not said.
func TestCare_WhatAnotherServiceDoesWithinADayStandsOnTheBoard(t *testing.T) {
	w := newTown(t)
	w.Caseload(t, w.ada, w.mental)
	tomorrow := w.dayAhead(1)
	at := func(clock string) string {
		v, err := time.Parse("2006-01-02 15:04", tomorrow+" "+clock)
		must(t, err)
		return care.Stamp(v)
	}
	planned := func(team *core.Record, purpose, clock string) {
		w.Put(t, care.Visits, map[string]any{"patient": w.ada.Id, "team": team.Id, "purpose": purpose, "status": "planned", "planned_start": at(clock), "planned_end": at(clock)})
	}
	planned(w.nurses, "wound_care", "09:00")
	planned(w.nurses, "bloods", "10:00")
	planned(w.nurses, "insulin", "11:00")
	planned(w.mental, "wound_care", "14:00")
	planned(w.mental, "insulin", "18:00")
	planned(w.hill, "bloods", "15:00") // of the same trust
	w.tick()
	mia := w.phoneOf(w.mia)
	_, err := mia.Create(care.Visits, map[string]any{"patient": w.ada.Id, "team": w.mental.Id, "purpose": "bloods", "status": "completed", "started_at": at("08:00"), "ended_at": at("08:20")})
	must(t, err)
	w.pass(24 * time.Hour)
	w.sync(mia)

	also := map[string]string{}
	for _, v := range w.board(w.lea, w.nurses, tomorrow).Unallocated {
		for _, o := range v.Also {
			also[v.Purpose] += o.Team.Name + " " + o.Start[11:16] + " " + o.Status + ";"
		}
	}
	equal(t, "wounds", also["wound_care"], "Minds 14:00 planned;")
	equal(t, "bloods", also["bloods"], "Minds 08:00 completed;")
	equal(t, "insulin", also["insulin"], "")
}
