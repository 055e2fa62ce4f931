//go:build linux

package main

import (
	"database/sql"
	"path/filepath"
	"slices"
	"testing"

	"doorstep/internal/channel/webhook"
	"doorstep/internal/channel/webpush"
)

// What a server gives up after its time is kept where a person has the handover before them and its history says why, and lost anywhere else.
func TestWhatCouldNotBeDeliveredIsKeptWhereAPersonHasIt(t *testing.T) {
	for name, c := range map[string]struct {
		channel, delivery string // its state
		handover, class   string
		team              string // the handover's; the delivery's is "surgery"
		untold, came      bool
		faults            []string
	}{
		"delivered":                                    {webhook.Name, "delivered", "sent", "U2", "surgery", true, true, nil},
		"delivered and never came":                     {webhook.Name, "delivered", "sent", "U2", "surgery", true, false, []string{"k is noted as delivered by webhook and never came"}},
		"its answer was lost, and it is given up":      {webhook.Name, "given_up", "sent", "U2", "surgery", false, true, nil},
		"given up, and a desk chases it":               {webhook.Name, "given_up", "sent", "SD", "surgery", false, false, nil},
		"given up, and nobody answered in time":        {webhook.Name, "given_up", "escalated", "U2", "coordination", false, false, nil},
		"given up, and the handover went elsewhere":    {webhook.Name, "given_up", "sent", "U2", "hospital", false, false, []string{"k is given_up by webhook and no person has it before them"}},
		"given up, and somebody said to have it":       {webhook.Name, "given_up", "accepted", "U2", "surgery", false, false, []string{"k is given_up by webhook and no person has it before them"}},
		"given up without a word":                      {webhook.Name, "given_up", "sent", "U2", "surgery", true, false, []string{"k is given_up by webhook and no person has it before them"}},
		"settled by nobody":                            {webhook.Name, "settled", "sent", "U2", "surgery", false, false, []string{"k is settled by webhook and no person has it before them"}},
		"a notice, of a call to make":                  {webpush.Name, "settled", "sent", "U2", "surgery", false, false, nil},
		"a notice of what nobody has to ring about":    {webpush.Name, "settled", "sent", "SD", "surgery", false, false, []string{"k is settled by webpush and no person has it before them"}},
		"a notice without a word":                      {webpush.Name, "settled", "sent", "U2", "surgery", true, false, []string{"k is settled by webpush and no person has it before them"}},
		"waits though nothing is to wait for any more": {webhook.Name, "waiting", "sent", "U2", "surgery", true, false, []string{"k waits by webhook and is not tried any more"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			db, err := sql.Open("sqlite", filepath.Join(dir, "data.db"))
			if err != nil {
				t.Fatal(err)
			}
			for _, step := range []string{`CREATE TABLE deliveries (key, handover, team, channel, state)`, `CREATE TABLE handovers (id, to_team, state, class)`, `CREATE TABLE handover_events (handover, team, kind)`} {
				if _, err := db.Exec(step); err != nil {
					t.Fatal(err)
				}
			}
			_, err = db.Exec(`INSERT INTO deliveries VALUES ('k', 'h', 'surgery', ?1, ?2); INSERT INTO handovers VALUES ('h', ?3, ?4, ?5)`, c.channel, c.delivery, c.team, c.handover, c.class)
			if err != nil {
				t.Fatal(err)
			}
			kind := "not_delivered"
			if c.untold {
				kind = "sent"
			}
			if _, err := db.Exec(`INSERT INTO handover_events VALUES ('h', 'surgery', ?)`, kind); err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			at := newReceiver(1)
			if c.came {
				at.came["k"] = 2
			}
			faults, err := (&rig{process: &process{dir: dir}}).compare(c.channel, at, func(key string) string { return key })
			if err != nil || !slices.Equal(faults, c.faults) {
				t.Errorf("%v %q, want %q", err, faults, c.faults)
			}
		})
	}
}
