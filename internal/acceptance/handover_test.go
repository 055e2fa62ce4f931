package acceptance

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/phone"
)

// six is a set with a NEWS2 of 6, five one with 5: respiration rate 25 scores 3, a pulse of 112
// scores 2, a temperature of 38.4 scores 1.
func (w *world) six(person *core.Record) map[string]any {
	return with(w.settled(person, 0), "respiration_rate", 25, "pulse", 112, "temperature", 38.4)
}

func (w *world) five(person *core.Record) map[string]any {
	return with(w.settled(person, 0), "respiration_rate", 25, "pulse", 112)
}

// missed is a visit at which the critical medicine was found missed.
func (w *world) missed(person *core.Record) map[string]any {
	return with(w.visit(person, "Blister still full"), "critical_medicine", "missed", "ended_at", care.Stamp(w.now()))
}

// seesHandover fails unless a phone shows a handover in this state, and returns it.
func seesHandover(t *testing.T, p *phone.Phone, id string, state care.State) *phone.Seen {
	t.Helper()
	return sees(t, p, care.Handovers, id, "state", string(state))
}

// openTo are the handovers that stand with a team and wait for somebody.
func (w *world) openTo(team *core.Record) []*core.Record {
	return slices.DeleteFunc(w.handoversTo(team), func(h *core.Record) bool {
		s := h.GetString("state")
		return s == string(care.Done) || s == string(care.StoodDown)
	})
}

// Saved three times while it holds, one alarm; then well; then one more.
func TestScenario_G1_OneAlarmWhileItHoldsAndOneMoreWhenItComesBack(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	ann := w.phoneOf(w.ann)
	for range 3 {
		w.record(ann, care.Observations, w.six(w.ada))
		w.sync(ann)
		w.pass(2 * time.Minute)
	}
	first := only(t, "handovers after three sets of 6", w.handoversTo(w.surgery))
	w.mustAct(w.gp, first.Id, handover.Action{Kind: handover.Answer, Outcome: "advice_given", Text: "Fluids, paracetamol, again at four."})

	w.record(ann, care.Observations, w.settled(w.ada, 0))
	w.sync(ann)
	w.pass(time.Hour)
	if n := len(w.handoversTo(w.surgery)); n != 1 {
		t.Fatalf("%d handovers after she was well, want 1", n)
	}
	w.record(ann, care.Observations, w.six(w.ada))
	w.sync(ann)
	w.tick()
	list := w.handoversTo(w.surgery)
	if len(list) != 2 {
		t.Fatalf("%d handovers after it came back, want 2", len(list))
	}
	w.sync(ann)
	seesHandover(t, ann, first.Id, care.Done)
	for _, h := range list {
		if h.Id != first.Id {
			seesHandover(t, ann, h.Id, care.Sent)
		}
	}
}

// An edit that leaves the reason standing does not raise it again either.
func TestScenario_G1_SavingTheSameVisitAgainRaisesNothing(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	ann := w.phoneOf(w.ann)
	visit := w.record(ann, care.Visits, w.missed(w.ada))
	w.sync(ann)
	h := only(t, "handovers", w.handoversTo(w.surgery))
	edit(t, ann, care.Visits, visit, "note", "Blister still full since Monday")
	w.sync(ann)
	edit(t, ann, care.Visits, visit, "outcome", "advice_given")
	w.sync(ann)
	only(t, "handovers after three saves", w.handoversTo(w.surgery))

	// Corrected: what it rests on is withdrawn, and the practice, who has it, is told.
	edit(t, ann, care.Visits, visit, "critical_medicine", "given")
	w.sync(ann)
	w.happened(h.Id, handover.EventRaised, handover.EventWithdrawn)
	w.stands(h.Id, care.Queued, w.surgery)

	// True again after that: the handover that was withdrawn stands again, nobody is told twice.
	edit(t, ann, care.Visits, visit, "critical_medicine", "missed")
	w.sync(ann)
	only(t, "handovers after it was true again", w.handoversTo(w.surgery))
}

// threeMissed is what a clinical lead asks for: the third missed dose within 48 hours.
func (w *world) threeMissed() {
	w.rule(map[string]any{"code": "third_missed_dose", "title": "Third missed dose in two days", "class": "U2",
		"trigger": `record.critical_medicine == "missed"`,
		"unless":  `history.filter(h, h.collection == "visits" && h.record.critical_medicine == "missed").size() < 2`})
}

// recorded  Mon 10:00 ─── Mon 22:00 ─── Tue 20:00
// arrives       1             3             2        third within 48 h: fires, once
func TestScenario_G2_TheWindowUsesTheTimeItHappened(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	w.threeMissed()
	ann, bob := w.phoneOf(w.ann), w.phoneOf(w.bob)

	w.record(ann, care.Visits, w.missed(w.ada))
	w.sync(ann)
	w.pass(12 * time.Hour)
	w.record(bob, care.Visits, w.missed(w.ada)) // Bob has no signal for a day
	w.pass(22 * time.Hour)
	w.record(ann, care.Visits, w.missed(w.ada))
	w.sync(ann)
	if list := w.byRule("third_missed_dose"); len(list) != 0 {
		t.Fatalf("it fired on two reports: %v", ruleCodes(list[0]))
	}
	w.pass(time.Hour)
	w.sync(bob)
	h := only(t, "handovers for the third missed dose", w.byRule("third_missed_dose"))
	if h.GetString("class") != "U2" {
		t.Errorf("its class is %s", h.GetString("class"))
	}
	w.pass(time.Hour)
	w.record(ann, care.Visits, w.missed(w.ada))
	w.sync(ann)
	if n := len(w.byRule("third_missed_dose")); n != 1 {
		t.Errorf("the fourth report made %d handovers of it: it fires once while it is open", n)
	}
}

func TestScenario_G2_AReportOutsideTheWindowDoesNotCount(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	w.threeMissed()
	ann, bob := w.phoneOf(w.ann), w.phoneOf(w.bob)
	w.record(bob, care.Visits, w.missed(w.ada)) // arrives last, and is by then too long ago
	w.pass(30 * time.Hour)
	w.record(ann, care.Visits, w.missed(w.ada))
	w.sync(ann)
	w.pass(20 * time.Hour)
	w.record(ann, care.Visits, w.missed(w.ada))
	w.sync(ann)
	w.pass(time.Minute)
	w.sync(bob)
	if list := w.byRule("third_missed_dose"); len(list) != 0 {
		t.Errorf("it fired although the first report is 50 hours before the last")
	}
}

// A record that fires nothing itself can complete the history of one that had been let pass.
func TestScenario_G2_LateHistoryWakesARuleThatHadBeenLetPass(t *testing.T) {
	for _, late := range []bool{false, true} {
		w := newWorld(t)
		w.onWednesday(10, 0)
		w.rule(map[string]any{"code": "refused_twice_then_cancelled", "trigger": `record.status == "cancelled"`,
			"unless": `history.filter(h, h.collection == "visits" && h.record.status == "refused").size() < 2`})
		ann, bob := w.phoneOf(w.ann, w.findingIt), w.phoneOf(w.bob, w.findingIt)
		w.record(bob, care.Visits, with(w.visit(w.ada, "No thank you"), "status", "refused"))
		w.pass(time.Hour)
		w.record(bob, care.Visits, with(w.visit(w.ada, "No again"), "status", "refused"))
		w.pass(time.Hour)
		w.record(ann, care.Visits, with(w.visit(w.ada, "Not gone"), "status", "cancelled"))
		if late {
			w.sync(ann)
			w.restart() // that it was let pass must not live in memory
			w.sync(bob)
		} else {
			w.syncAll(bob, ann)
		}
		if n := len(w.byRule("refused_twice_then_cancelled")); n != 1 {
			t.Errorf("history late %v: %d handovers, want 1: the order of arrival decides nothing", late, n)
		}
	}
}

// byRule lists the handovers that name a rule.
func (w *world) byRule(code string) []*core.Record {
	w.t.Helper()
	return slices.DeleteFunc(w.rows(care.Handovers, "id != ''", nil), func(h *core.Record) bool { return !slices.Contains(ruleCodes(h), code) })
}

// Delivered, and even opened by reception, is not answered: by the deadline it fails, goes to the
// coordinator, and the nurse sees each step.
func TestScenario_G4_SentAndSeenIsNotAnswered(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	ann := w.phoneOf(w.ann)
	w.record(ann, care.Observations, w.six(w.ada))
	w.sync(ann)
	w.tick()
	h := only(t, "handovers", w.handoversTo(w.surgery))
	if h.GetString("class") != "U2" {
		t.Fatalf("its class is %s, want U2", h.GetString("class"))
	}
	near(t, "the deadline", at(h, "ack_due"), at(h, "clinical_time").Add(15*time.Minute))
	w.sync(ann)
	seesHandover(t, ann, h.Id, care.Sent)

	w.mustAct(w.reception, h.Id, handover.Action{Kind: handover.See})
	w.sync(ann)
	sees(t, ann, care.Handovers, h.Id, "seen_by", w.reception.Id)
	w.pass(14 * time.Minute)
	w.stands(h.Id, care.Seen, w.surgery)
	w.pass(time.Minute)
	w.stands(h.Id, care.Escalated, w.coordination)
	w.sync(ann)
	seesHandover(t, ann, h.Id, care.Escalated)

	w.pass(16 * time.Minute)
	w.stands(h.Id, care.Failed, w.coordination)
	w.sync(ann)
	seesHandover(t, ann, h.Id, care.Failed)
	w.happened(h.Id, handover.EventRaised, handover.EventSent, handover.EventSeen, handover.EventEscalated, handover.EventFailed)
	var told []string
	for _, e := range ann.List(care.HandoverEvents) {
		if e.Text("handover") == h.Id {
			told = append(told, e.Text("kind"))
		}
	}
	for _, kind := range []string{handover.EventRaised, handover.EventSent, handover.EventSeen, handover.EventEscalated, handover.EventFailed} {
		if !slices.Contains(told, kind) {
			t.Errorf("the nurse's phone shows %v, not %s", told, kind)
		}
	}

	// It is nobody's loss: whoever answers it late still can.
	w.mustAct(w.gp, h.Id, handover.Action{Kind: handover.Answer, Outcome: "home_visit", Text: "On my way."})
	w.sync(ann)
	seesHandover(t, ann, h.Id, care.Done)
	sees(t, ann, care.Handovers, h.Id, "answer", "On my way.")
}

// Acknowledged by reception and then left lying: nobody acted by the deadline.
// K9: what stops the server between the delivery and the note that it was made stops both or neither.
func TestStory_AServerThatStopsWhileItDeliversSaysSentOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.onWednesday(10, 0)
	ann := w.phoneOf(w.ann)
	w.sql(`CREATE TRIGGER stops BEFORE UPDATE ON outbox BEGIN SELECT RAISE(ABORT, 'stopped by the test'); END`)
	w.record(ann, care.Observations, w.six(w.ada))
	w.sync(ann)
	sent := func() int { return len(w.rows(care.HandoverEvents, "kind = 'sent'", nil)) }
	if err := w.srv.Engine.EmptyOutbox(t.Context()); err == nil || sent() != 0 {
		t.Fatalf("it could not note that it delivered, and said %v, and 'sent' %d times", err, sent())
	}
	w.sql(`DROP TRIGGER stops`)
	w.tick()
	if n := sent(); n != 1 || len(w.handoversTo(w.surgery)) != 1 {
		t.Errorf("it says 'sent' %d times", n)
	}
}

func TestScenario_G4_AcknowledgedIsNotActedUpon(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	ann := w.phoneOf(w.ann)
	w.record(ann, care.Observations, w.six(w.ada))
	w.sync(ann)
	w.tick()
	h := only(t, "handovers", w.handoversTo(w.surgery))
	w.mustAct(w.reception, h.Id, handover.Action{Kind: handover.Acknowledge})
	refuses(t, w.act(w.reception, h.Id, handover.Action{Kind: handover.Accept}), handover.CodeNotAllowed)
	refuses(t, w.act(w.gp, h.Id, handover.Action{Kind: handover.Acknowledge}), handover.CodeAlready)
	w.pass(time.Hour)
	w.stands(h.Id, care.Acknowledged, w.surgery)
	w.pass(time.Hour)
	w.stands(h.Id, care.Escalated, w.coordination)
	w.sync(ann)
	seesHandover(t, ann, h.Id, care.Escalated)
}

// The deadlines are rows: the server is stopped and started in between and forgets nothing.
func TestStory_ARestartForgetsNoDeadline(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	ann := w.phoneOf(w.ann, w.findingIt)
	w.record(ann, care.Observations, w.six(w.ada))
	w.sync(ann)
	id := only(t, "handovers", w.handoversTo(w.surgery)).Id

	w.restart() // before it was even delivered
	w.pass(10 * time.Minute)
	w.stands(id, care.Sent, w.surgery)
	w.restart()
	w.pass(5 * time.Minute)
	w.stands(id, care.Escalated, w.coordination)
	w.sync(ann)
	seesHandover(t, ann, id, care.Escalated)
	w.restart()
	w.clock.Pass(16 * time.Minute) // the deadline passes while the server is down
	w.restart()
	w.tick()
	w.stands(id, care.Failed, w.coordination)
	w.sync(ann)
	seesHandover(t, ann, id, care.Failed)

	// And what it knows of the person outlives the restart: the same matter does not begin anew.
	w.record(ann, care.Observations, w.settled(w.ada, 0))
	w.sync(ann)
	if n := len(w.rows(care.Handovers, "id != ''", nil)); n != 1 {
		t.Errorf("%d handovers, want 1", n)
	}
}

// Ann's story from raising to answer, seen on her phone in the next pull each time.
func TestStory_TheSendersPhoneSeesEveryStep(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	ann, bob := w.phoneOf(w.ann), w.phoneOf(w.bob)
	w.record(ann, care.Observations, w.six(w.ada))
	w.sync(ann)
	h := only(t, "handovers", w.handoversTo(w.surgery))
	if got := sees(t, ann, care.Handovers, h.Id, "from_staff", w.ann.Id); got.Text("state") != "queued" && got.Text("state") != "sent" {
		t.Errorf("right after sending it is %s", got.Text("state"))
	}
	w.tick()
	w.sync(ann)
	seesHandover(t, ann, h.Id, care.Sent)
	w.mustAct(w.reception, h.Id, handover.Action{Kind: handover.See})
	w.sync(ann)
	sees(t, ann, care.Handovers, h.Id, "seen_by", w.reception.Id)
	w.mustAct(w.gp, h.Id, handover.Action{Kind: handover.Accept})
	w.sync(ann)
	seesHandover(t, ann, h.Id, care.Accepted)
	sees(t, ann, care.Handovers, h.Id, "owner", w.gp.Id)
	w.mustAct(w.gp, h.Id, handover.Action{Kind: handover.Answer, Outcome: "more_work_asked", Text: "Please take bloods today.", Class: care.SameDay})
	w.syncAll(ann, bob)
	seesHandover(t, ann, h.Id, care.Done)
	sees(t, ann, care.Handovers, h.Id, "answer", "Please take bloods today.")
	sees(t, ann, care.Handovers, h.Id, "outcome", "more_work_asked")

	// The answer asks for work: that is a handover to Ann's team, and her phone shows it.
	work := only(t, "handovers to the nurses", w.handoversTo(w.nurses))
	for whose, p := range map[string]*phone.Phone{"Ann": ann, "Bob": bob} {
		s := sees(t, p, care.Handovers, work.Id, "recommendation", work.GetString("recommendation"))
		if !strings.Contains(s.Text("recommendation"), "Please take bloods today.") {
			t.Errorf("the phone of %s is asked: %q", whose, s.Text("recommendation"))
		}
		sees(t, p, care.Handovers, work.Id, "from_staff", w.gp.Id)
	}
	if work.GetString("class") != "SD" || work.GetString("reply_team") != w.surgery.Id || work.GetString("named_registrant") != w.gp.Id {
		t.Errorf("the work is class %s, reply to %s, behind it stands %s", work.GetString("class"), w.nameOf(work.GetString("reply_team")), work.GetString("named_registrant"))
	}
	w.mustAct(w.lea, work.Id, handover.Action{Kind: handover.Accept})
	w.mustAct(w.lea, work.Id, handover.Action{Kind: handover.Answer, Outcome: "other", Text: "Bloods taken 15:10."})
	w.stands(work.Id, care.Done, w.nurses)
}

// A verified reading that is late: shown as late by how much, its deadlines counted from the door,
// and what is past escalates at once.
func TestStory_ThreeHoursLate(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	ann, cora := w.phoneOf(w.ann), w.phoneOf(w.cora)
	taken := w.now()
	w.record(ann, care.Observations, w.readings(w.ada))
	w.pass(3 * time.Hour)
	w.sync(ann)
	h := only(t, "handovers", w.rows(care.Handovers, "id != ''", nil))
	near(t, "the clinical time", at(h, "clinical_time"), taken)
	near(t, "the deadline", at(h, "ack_due"), taken.Add(5*time.Minute))
	var late float64
	ok(t, h.UnmarshalJSONField("late_by_seconds", &late))
	if late < 3*3600 || late > 3*3600+30 {
		t.Errorf("it is late by %.0f s, want 3 hours", late)
	}
	if !strings.Contains(h.GetString("situation"), "3 h late") {
		t.Errorf("the text does not say how late: %q", h.GetString("situation"))
	}
	w.tick()
	w.stands(h.Id, care.Escalated, w.coordination)
	w.syncAll(ann, cora)
	for whose, p := range map[string]*phone.Phone{"Ann": ann, "Cora": cora} {
		s := seesHandover(t, p, h.Id, care.Escalated)
		if s.Values["late_by_seconds"] == nil {
			t.Errorf("the phone of %s does not say how late it was", whose)
		}
	}
	w.happened(h.Id, handover.EventRaised, handover.EventEscalated)

	// Earlier evidence arrives later still: it began even before that.
	bob := w.phoneOf(w.bob)
	w.record(bob, care.Observations, with(w.readings(w.ada), "taken_at", care.Stamp(taken.Add(-time.Hour))))
	w.sync(bob)
	near(t, "the clinical time", at(w.handover(h.Id), "clinical_time"), taken.Add(-time.Hour))
	only(t, "handovers", w.rows(care.Handovers, "id != ''", nil))
	w.happened(h.Id, handover.EventEscalated, handover.EventAttached, handover.EventEarlier)
}

// A later complete set below every trigger supersedes, and only such a one; a superseded handover
// is still shown and still acknowledged.
func TestStory_OnlyALaterCompleteSetWithAKnownClockSupersedes(t *testing.T) {
	for name, c := range map[string]struct {
		second     func(w *world) map[string]any
		clockMoved bool
		supersedes bool
	}{
		"later, complete, well": {second: func(w *world) map[string]any { return w.settled(w.ada, 0) }, supersedes: true},
		"later, but the temperature was not taken": {second: func(w *world) map[string]any {
			return with(w.settled(w.ada, 0), "temperature", nil)
		}},
		"later, complete, still raised": {second: func(w *world) map[string]any { return w.five(w.ada) }},
		"complete and well, but it was taken before": {second: func(w *world) map[string]any {
			return w.settled(w.ada, 3*time.Hour)
		}},
		"later, complete, well, by a clock that had not been compared": {second: func(w *world) map[string]any { return w.settled(w.ada, 0) }, clockMoved: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.onWednesday(10, 0)
			ann := w.phoneOf(w.ann)
			var shift time.Duration
			bob := w.phoneOf(w.bob, func(o *phone.Options) { o.Now = func() time.Time { return w.now().Add(shift) } })
			w.record(ann, care.Observations, w.six(w.ada))
			w.sync(ann)
			w.pass(10 * time.Minute)
			second := w.record(bob, care.Observations, c.second(w))
			if c.clockMoved { // somebody sets Bob's clock before his phone meets the server again
				shift = -6 * time.Hour
				w.pass(20 * time.Minute)
			}
			w.sync(bob)
			h := only(t, "handovers to the practice", append(w.handoversTo(w.surgery), w.handoversTo(w.coordination)...))
			if c.supersedes {
				if h.GetString("superseded_by") != second {
					t.Fatalf("it is superseded by %q, want %q", h.GetString("superseded_by"), second)
				}
				w.tick()
				w.sync(ann)
				seesHandover(t, ann, h.Id, care.Sent)
				sees(t, ann, care.Handovers, h.Id, "superseded_by", second)
				w.mustAct(w.reception, h.Id, handover.Action{Kind: handover.Acknowledge})
				w.happened(h.Id, handover.EventSuperseded, handover.EventAcknowledged)

				// The set that superseded it is withdrawn: it stands again.
				ok(t, bob.Retract(care.Observations, second))
				w.sync(bob)
				if by := w.handover(h.Id).GetString("superseded_by"); by != "" {
					t.Errorf("it is still superseded by %q, which was withdrawn", by)
				}
				return
			}
			if by := h.GetString("superseded_by"); by != "" {
				t.Errorf("it is superseded by %q", by)
			}
		})
	}
}

// One visit is one handover per destination, whatever rules fire in it and whoever also hands over
// by hand; the highest class leads and the reasons are listed.
func TestStory_OneVisitOneHandover(t *testing.T) {
	for name, order := range map[string][]string{
		"the visit first":   {"visit", "set", "hand"},
		"by hand first":     {"hand", "set", "visit"},
		"the readings last": {"visit", "hand", "set"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.onWednesday(10, 0)
			ann := w.phoneOf(w.ann)
			visit := w.record(ann, care.Visits, w.visit(w.ada, "Not herself"))
			w.sync(ann)
			w.pass(time.Minute)
			for _, what := range order {
				switch what {
				case "visit":
					edit(t, ann, care.Visits, visit, "soft_signs", []string{"confused"}, "critical_medicine", "refused")
				case "set":
					w.record(ann, care.Observations, with(w.six(w.ada), "visit", visit))
				case "hand":
					w.record(ann, care.Handovers, map[string]any{"patient": w.ada.Id, "visit": visit, "class": "R", "situation": "Falls asleep at table.",
						"background": "New tablets since Monday.", "assessment": "Too much of them?", "recommendation": "Please review her tablets."})
				}
				w.sync(ann)
				w.pass(time.Minute)
			}
			h := only(t, "open handovers to the practice", w.openTo(w.surgery))
			if h.GetString("class") != "U2" {
				t.Errorf("its class is %s, want U2", h.GetString("class"))
			}
			if codes := ruleCodes(h); !slices.Equal(codes, []string{"critical_medicine", "news2_5_6", "soft_signs"}) {
				t.Errorf("the rules behind it are %v", codes)
			}
			if !strings.Contains(h.GetString("recommendation"), "Please review her tablets.") || flag(h, "by_hand") != "true" {
				t.Errorf("by hand %s, asking %q", flag(h, "by_hand"), h.GetString("recommendation"))
			}
			// Whoever reads it sees what Ann wrote and why the rules fired, whichever came first.
			for field, parts := range map[string][]string{
				"situation":      {"Falls asleep at table.", "NEWS2 of 5 or 6", "Not their usual self", "Critical medicine"},
				"background":     {"New tablets since Monday."},
				"assessment":     {"Too much of them?", "NEWS2 6", "confused", "Not herself"},
				"recommendation": {"Please review her tablets.", "within 2 hours"},
			} {
				for _, part := range parts {
					if !strings.Contains(h.GetString(field), part) {
						t.Errorf("the %s does not say %q:\n%s", field, part, h.GetString(field))
					}
				}
			}
			w.sync(ann)
			shown := 0
			for _, s := range ann.List(care.Handovers) {
				if s.Text("state") != string(care.StoodDown) {
					shown++
				}
			}
			if shown != 1 {
				t.Errorf("Ann's phone shows %d open handovers", shown)
			}
		})
	}
}

// Another visit begins another handover, unless the same rule's is still open; urgency rises and
// never falls by itself.
func TestStory_TheSameRuleAttachesWhileItIsOpenAndUrgencyOnlyRises(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	ann := w.phoneOf(w.ann)
	visit := w.record(ann, care.Visits, w.visit(w.ada, "Hot and quick"))
	w.record(ann, care.Observations, with(w.five(w.ada), "visit", visit))
	w.sync(ann)
	w.tick()
	h := only(t, "handovers", w.handoversTo(w.surgery))
	w.mustAct(w.reception, h.Id, handover.Action{Kind: handover.Acknowledge})

	w.pass(5 * time.Minute)
	w.record(ann, care.Observations, with(w.readings(w.ada), "visit", visit)) // 8: an emergency now
	w.sync(ann)
	w.tick()
	h = only(t, "handovers", w.handoversTo(w.surgery))
	if h.GetString("class") != "E" || h.GetString("state") != "sent" || h.GetString("acknowledged_by") != "" {
		t.Errorf("it is class %s, %s, acknowledged by %q: the emergency must be acknowledged anew", h.GetString("class"), h.GetString("state"), h.GetString("acknowledged_by"))
	}
	w.happened(h.Id, handover.EventAcknowledged, handover.EventRisen, handover.EventRaisedAgain)
	w.mustAct(w.gp, h.Id, handover.Action{Kind: handover.Accept})

	w.pass(5 * time.Minute)
	w.record(ann, care.Observations, with(w.five(w.ada), "visit", visit)) // better, but it stays an emergency
	w.sync(ann)
	w.stands(h.Id, care.Accepted, w.surgery)
	if got := w.handover(h.Id).GetString("class"); got != "E" {
		t.Errorf("the class fell to %s", got)
	}

	// The next day's visit, same rule, still open: it attaches.
	w.pass(10 * time.Minute)
	next := w.record(ann, care.Visits, w.visit(w.ada, "Second visit"))
	w.record(ann, care.Observations, with(w.five(w.ada), "visit", next))
	w.sync(ann)
	only(t, "handovers", w.handoversTo(w.surgery))
	if !slices.Equal(ruleCodes(w.handover(h.Id)), []string{"news2_5_6", "news2_7"}) {
		t.Errorf("its rules are %v", ruleCodes(w.handover(h.Id)))
	}

	// Answered: the next one is a new matter.
	w.mustAct(w.gp, h.Id, handover.Action{Kind: handover.Answer, Outcome: "home_visit", Text: "Seen, antibiotics."})
	w.pass(time.Hour)
	w.record(ann, care.Observations, w.five(w.ada))
	w.sync(ann)
	if n := len(w.handoversTo(w.surgery)); n != 2 {
		t.Errorf("%d handovers after the first was answered, want 2", n)
	}
}

// Nobody answers the door: the coordinator is told at once, apart from what the practice gets.
func TestStory_NoReplyGoesToTheCoordinator(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	ann := w.phoneOf(w.ann)
	w.record(ann, care.Visits, with(w.visit(w.ada, "Curtains drawn"), "status", "no_access", "no_access_kind", "no_reply", "critical_medicine", "missed"))
	w.sync(ann)
	w.tick()
	welfare := w.stands(only(t, "handovers to the coordinator", w.handoversTo(w.coordination)).Id, care.Sent, w.coordination)
	dose := w.stands(only(t, "handovers to the practice", w.handoversTo(w.surgery)).Id, care.Sent, w.surgery)
	if welfare.GetString("class") != "U2" || dose.GetString("class") != "SD" {
		t.Errorf("classes %s and %s, want U2 and SD", welfare.GetString("class"), dose.GetString("class"))
	}
	// A failed visit is not a no-reply: the person is known to be safe.
	w.record(ann, care.Visits, with(w.visit(w.ada, "Was out with her daughter"), "status", "no_access", "no_access_kind", "failed"))
	w.sync(ann)
	only(t, "handovers to the coordinator", w.handoversTo(w.coordination))
}

func TestStory_NoPracticeOrAClosedOneIsTheCoordinatorsQueue(t *testing.T) {
	for _, practice := range []string{"none", "closed"} {
		t.Run(practice, func(t *testing.T) {
			w := newWorld(t)
			w.onWednesday(10, 0)
			person := w.Patient(t, "Nowhere", nil)
			w.Caseload(t, person, w.nurses)
			if practice == "closed" {
				w.set(person, map[string]any{"practice": w.practice.Id})
				w.set(w.practice, map[string]any{"closed_on": "2035-04-30"})
			}
			w.tick()
			ann, cora := w.phoneOf(w.ann), w.phoneOf(w.cora)
			w.record(ann, care.Observations, w.six(person))
			w.sync(ann)
			w.tick()
			h := only(t, "handovers", w.rows(care.Handovers, "id != ''", nil))
			w.stands(h.Id, care.NoDestination, w.coordination)
			w.syncAll(ann, cora)
			seesHandover(t, ann, h.Id, care.NoDestination)
			seesHandover(t, cora, h.Id, care.NoDestination)

			// Cora finds a team; from there on it runs like any other.
			w.mustAct(w.cora, h.Id, handover.Action{Kind: handover.HandOn, To: handover.Team{ID: w.others.Id, Kind: "nursing"}, Reason: "Nearest matron"})
			w.stands(h.Id, care.Sent, w.others)
		})
	}
}

// Nobody takes it out of the queue: it has failed, with a person who keeps it.
func TestStory_AQueueNobodyEmptiesFails(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	person := w.Patient(t, "Nowhere", nil)
	w.Caseload(t, person, w.nurses)
	w.tick()
	ann := w.phoneOf(w.ann)
	w.record(ann, care.Observations, w.six(person))
	w.sync(ann)
	id := only(t, "handovers", w.rows(care.Handovers, "id != ''", nil)).Id
	w.pass(16 * time.Minute)
	w.stands(id, care.Failed, w.coordination)
}

// A practice that is only a phone number: it says "call needed" until a call that reached a named
// person is recorded, from the sender's phone.
func TestStory_APhoneOnlyPracticeMustBeRung(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	w.set(w.surgery, map[string]any{"route": "phone"})
	ann := w.phoneOf(w.ann)
	w.record(ann, care.Observations, w.six(w.ada))
	w.sync(ann)
	w.tick()
	w.sync(ann)
	id := only(t, "handovers", w.handoversTo(w.surgery)).Id
	seesHandover(t, ann, id, care.CallNeeded)
	refuses(t, w.act(w.reception, id, handover.Action{Kind: handover.Acknowledge}), handover.CodeWrongState)
	w.stands(id, care.CallNeeded, w.surgery)

	w.pass(2 * time.Minute)
	edit(t, ann, care.Handovers, id, "called_at", care.Stamp(w.now()), "reached", false)
	w.sync(ann)
	w.stands(id, care.CallNeeded, w.surgery)
	w.happened(id, handover.EventCallNeeded, handover.EventCallNotReached)

	w.pass(2 * time.Minute)
	edit(t, ann, care.Handovers, id, "called_at", care.Stamp(w.now()), "called_name", "Dr Guy", "called_role", "duty GP", "reached", true, "read_back", true)
	w.sync(ann)
	h := w.stands(id, care.Acknowledged, w.surgery)
	if h.GetString("called_name") != "Dr Guy" || at(h, "acknowledged_at").IsZero() {
		t.Errorf("called %q, acknowledged at %s", h.GetString("called_name"), at(h, "acknowledged_at"))
	}
	w.happened(id, handover.EventCallNotReached, handover.EventCallReached, handover.EventAcknowledged)
	w.sync(ann)
	seesHandover(t, ann, id, care.Acknowledged)
	// The acknowledgement stops that clock; an answer is still due.
	w.pass(15 * time.Minute)
	w.stands(id, care.Acknowledged, w.surgery)
}

// A practice that is only a phone number and is not rung escalates like one that does not answer.
func TestStory_ACallThatIsNeverMadeEscalates(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	w.set(w.surgery, map[string]any{"route": "phone"})
	ann := w.phoneOf(w.ann)
	w.record(ann, care.Observations, w.six(w.ada))
	w.sync(ann)
	id := only(t, "handovers", w.handoversTo(w.surgery)).Id
	w.tick()
	w.pass(16 * time.Minute)
	w.stands(id, care.Escalated, w.coordination)
}

// The practice declines with a reason: it goes to the coordinator, who hands it to another team;
// whoever declined has no part in it any more.
func TestStory_DeclinedGoesToTheNextInTheChain(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	ann := w.phoneOf(w.ann)
	w.record(ann, care.Visits, w.missed(w.ada))
	w.sync(ann)
	w.tick()
	id := only(t, "handovers", w.handoversTo(w.surgery)).Id
	refuses(t, w.act(w.gp, id, handover.Action{Kind: handover.Decline}), handover.CodeReasonNeeded)
	refuses(t, w.act(w.reception, id, handover.Action{Kind: handover.Decline, Reason: "Not ours"}), handover.CodeNotAllowed)
	w.mustAct(w.gp, id, handover.Action{Kind: handover.Decline, Reason: "Moved to Hillside on Monday"})
	w.stands(id, care.Declined, w.coordination)
	w.sync(ann)
	s := seesHandover(t, ann, id, care.Declined)
	if s.Text("decline_reason") != "Moved to Hillside on Monday" {
		t.Errorf("the sender reads %q", s.Text("decline_reason"))
	}
	refuses(t, w.act(w.gp, id, handover.Action{Kind: handover.Answer, Outcome: "other", Text: "…"}), handover.CodeNotFound)
	w.mustAct(w.cora, id, handover.Action{Kind: handover.HandOn, To: handover.Team{ID: w.others.Id, Kind: "nursing"}, Reason: "They have her now"})
	w.stands(id, care.Sent, w.others)
}
