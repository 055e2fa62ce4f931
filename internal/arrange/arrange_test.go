package arrange_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"doorstep/internal/arrange"
	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/storetest"
)

func TestArrange_AnAlarmBecomesAHandoverWithTextEvidenceAndADeadline(t *testing.T) {
	b := newBench(t)
	b.arrange(softSign)
	h := b.only(b.Town.Surgery)
	for _, c := range []struct{ field, holds string }{
		{"situation", "Not their usual self"}, {"assessment", "confused"}, {"recommendation", "same day"}, {"class", "SD"},
		{"state", "queued"}, {"from_staff", b.Town.Ann}, {"from_team", b.Town.Nurses},
	} {
		if !strings.Contains(h.Text(c.field), c.holds) {
			t.Errorf("%s is %q", c.field, h.Text(c.field))
		}
	}
	e := b.evidence(h)
	if len(e.Records) != 1 || e.Records[0].ID != storetest.ID(1001) || e.Records[0].Values["soft_signs"] == nil || e.Records[0].Values["patient"] != nil {
		t.Errorf("evidence is %+v", e)
	}
	if keys, _ := b.Outbox(); len(keys) != 1 {
		t.Errorf("%d deliveries", len(keys))
	}
	due, _ := b.TakeDue(b.clock.Add(100 * time.Hour))
	if len(due) != 1 || due[0].Kind != care.DueHandover || due[0].Ref != h.ID {
		t.Errorf("due is %v", due)
	}
	alarms, _ := b.Alarms(b.Town.Ada, b.Now())
	if len(alarms) != 1 || alarms[0].Handover != h.ID || !alarms[0].Holds || alarms[0].Destination != b.Town.Surgery {
		t.Errorf("alarms are %+v", alarms)
	}
	// The same again tells nobody twice.
	version := h.Version
	b.arrange(softSign)
	if keys, _ := b.Outbox(); len(keys) != 1 || b.only(b.Town.Surgery).Version != version {
		t.Error("the same was arranged twice")
	}
}

func TestArrange_WhatFiresInOneVisitSharesAHandoverAndUrgencyRises(t *testing.T) {
	b := newBench(t)
	b.arrange(softSign)
	h := b.only(b.Town.Surgery)
	b.must(func(r *arrange.Room) error { return r.Deliver(h.ID, b.Town.Surgery) })
	b.arrange(softSign, missed)
	b.arrange(softSign, missed, grave)
	got := b.only(b.Town.Surgery)
	if got.ID != h.ID || got.Text("class") != "E" || !strings.Contains(got.Text("situation"), "NEWS2 of 7") || !strings.Contains(got.Text("recommendation"), "999") {
		t.Errorf("class %s, situation %q, recommendation %q", got.Text("class"), got.Text("situation"), got.Text("recommendation"))
	}
	if len(b.evidence(got).Records) != 2 || !b.has(h.ID, handover.EventAttached) || !b.has(h.ID, handover.EventRisen) {
		t.Errorf("evidence %d, history %v", len(b.evidence(got).Records), b.history(h.ID))
	}
}

func TestArrange_ADoubtfulReadingGoesToTheLeadAndTheCoordinatorToo(t *testing.T) {
	b := newBench(t)
	doubtful := grave
	doubtful.doubtful = true
	b.arrange(doubtful)
	for _, team := range []string{b.Town.Surgery, b.Town.Nurses, b.Town.Coordination} {
		h := b.only(team)
		if h.Get("unverified") != true || !strings.Contains(h.Text("assessment"), "[unverified]") {
			t.Errorf("to %s: unverified %v, assessment %q", team, h.Get("unverified"), h.Text("assessment"))
		}
	}
	if copied := b.evidence(b.only(b.Town.Nurses)); copied.CopyOf != b.only(b.Town.Surgery).ID || len(copied.Records) != 1 {
		t.Errorf("the copy keeps %+v", copied)
	}
	b.arrange(doubtful, softSign) // and the copies follow what joins
	if h := b.only(b.Town.Nurses); !strings.Contains(h.Text("situation"), "Not their usual self") && !strings.Contains(h.Text("assessment"), "confused") {
		t.Errorf("the copy says %q", h.Text("situation"))
	}
}

func TestArrange_WhatWasCorrectedIsNotedOnceAndStaysWithWhoeverHasIt(t *testing.T) {
	b := newBench(t)
	b.arrange(softSign)
	h := b.only(b.Town.Surgery)
	b.arrange()
	b.arrange()
	if n := count(b.history(h.ID), handover.EventWithdrawn); n != 1 || care.State(b.handover(h.ID).Text("state")).OffTheClock() {
		t.Errorf("noted %d times, state %s", n, b.handover(h.ID).Text("state"))
	}
	alarms, _ := b.Alarms(b.Town.Ada, b.Now())
	if len(alarms) != 1 || alarms[0].Holds {
		t.Errorf("alarms are %+v", alarms)
	}
}

func TestArrange_NobodyToldByAHandoverOfAnEarlierMatterWaits(t *testing.T) {
	b := newBench(t)
	b.arrange(noReply)
	if got := b.only(b.Town.Coordination); got.Text("class") != "U2" {
		t.Errorf("class %s", got.Text("class"))
	}
	if len(b.open()[b.Town.Surgery]) != 0 {
		t.Error("the practice is told of a closed door")
	}
}

func TestArrange_AHandoverLeavesByEveryChannel(t *testing.T) {
	b := newBench(t)
	b.Leaves = []string{"inbox", "email"}
	b.arrange(softSign)
	keys, err := b.Outbox()
	if err != nil || len(keys) != 2 || !strings.HasSuffix(keys[0], ":inbox") || !strings.HasSuffix(keys[1], ":email") {
		t.Errorf("the outbox holds %v, %v", keys, err)
	}
}

func TestArrange_AStoreThatFailsFailsIt(t *testing.T) {
	broken := errors.New("disk full")
	for _, what := range []string{"insert handovers", "insert handover_events", "alarm", "enqueue", "due"} {
		t.Run(what, func(t *testing.T) {
			b := newBench(t)
			b.Fail = func(w string) error {
				if w == what {
					return broken
				}
				return nil
			}
			if err := b.tryArrange(softSign); !errors.Is(err, broken) {
				t.Errorf("it ended with %v", err)
			}
		})
	}
	b := newBench(t)
	b.arrange(softSign)
	b.Fail = func(w string) error {
		if w == "update handovers" {
			return broken
		}
		return nil
	}
	if err := b.tryArrange(softSign, missed); !errors.Is(err, broken) {
		t.Errorf("a change ended with %v", err)
	}
}
