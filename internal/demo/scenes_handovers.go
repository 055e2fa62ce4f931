package demo

import (
	"context"
	"fmt"
	"time"

	"doorstep/internal/care"
)

// threeHoursLate: an urgent NEWS2 is recorded where there is no network, and goes up three hours later.
func threeHoursLate(s *script) func() {
	w := s.h.north.nurses[1]
	p := s.someone("threeHoursLate", adult(s.h.north.team, s.h.surgeries[1].org))
	v := s.visit(w, p, "observation", 9, 40)
	r := illReadings(stream(s.t.seed, 22), p, 6)
	return func() {
		h := s.t.phones[w]
		h.link.goDark(s.when(9, 20), s.when(12, 38))
		s.at(9, 40, func(context.Context) error {
			_, err := h.visit(v, found{values: map[string]any{"note": "Short of breath on the stairs. Rang the surgery from the landline, engaged."}, readings: r})
			return err
		})
		s.at(12, 40, func(ctx context.Context) error {
			if err := h.settle(ctx); err != nil {
				return err
			}
			s.t.tell("%s comes out of the valley. A NEWS2 of %d from 09:40 goes up three hours late, is shown as late, and goes to %s and to care coordination.",
				w.given(), r.score(p).FloorTotal, s.h.surgeryOf(p).org.name)
			return nil
		})
	}
}

// practiceSilent: one practice does not look at its inbox for three and a half hours.
func practiceSilent(s *script) func() {
	w, deaf := s.h.south.nurses[2], s.h.surgeries[2]
	p := s.someone("practiceSilent", adult(s.h.south.team, deaf.org))
	v := s.visit(w, p, "observation", 11, 10)
	r := illReadings(stream(s.t.seed, 23), p, 5)
	return func() {
		h := s.t.phones[w]
		d := s.t.deskOf(deaf.team)
		d.shut = append(d.shut, span{s.when(11, 0), s.when(14, 30)})
		s.at(11, 10, func(ctx context.Context) error {
			if _, err := h.visit(v, found{values: map[string]any{"note": "Feverish, drowsy but rousable. Daughter stays."}, readings: r}); err != nil {
				return err
			}
			return h.settle(ctx)
		})
		s.neverAnswers(p, s.h.south.lead, s.when(11, 10))
		s.at(11, 34, func(ctx context.Context) error {
			i, err := s.t.standing(ctx, s.h.cora, p)
			if err != nil {
				return err
			}
			if i == nil || !i.isWith(s.h.chain) {
				return fmt.Errorf("%s does not answer and nobody else is told", deaf.org.name)
			}
			s.t.tell("%s does not look at its inbox. Fifteen minutes after %s wrote a NEWS2 of %d, %s in care coordination has it.",
				deaf.org.name, w.given(), r.score(p).FloorTotal, s.h.cora.given())
			return nil
		})
	}
}

// standing finds the handover about a person that somebody's inbox shows, nil when there is none.
func (t *town) standing(ctx context.Context, w *worker, p *person) (*item, error) {
	items, err := t.counter.Inbox(ctx, w, "all")
	if err != nil {
		return nil, err
	}
	for i := range items {
		if items[i].Patient.ID == p.id {
			return &items[i], nil
		}
	}
	return nil, nil
}

// handOver raises a handover by hand on a phone.
func (h *handset) handOver(p *person, to *team, class care.Class, situation, ask string) (id string, err error) {
	values := map[string]any{"patient": p.id, "from_team": h.owner.team.id, "class": string(class), "situation": situation, "recommendation": ask}
	if to != nil {
		values["to_team"] = to.id
	}
	_, err = h.record(func(c *pen) { id = c.Create(care.Handovers, values) })
	return id, err
}

// referralToMentalHealth: a nurse asks mental health to see somebody.
func referralToMentalHealth(s *script) func() {
	w, mh := s.h.north.nurses[0], s.h.mental
	p := s.someone("referralToMentalHealth", adult(s.h.north.team, s.h.surgeries[0].org))
	return func() {
		h := s.t.phones[w]
		s.at(10, 40, func(ctx context.Context) error {
			if _, err := h.handOver(p, mh.team, care.SameDay, "Low since a brother died in March. Not sleeping, sees no point in getting up. No plans of self-harm.",
				"Please ring today and say when you can visit."); err != nil {
				return err
			}
			return h.settle(ctx)
		})
		s.t.deskOf(mh.team).parts[p] = s.answer(p, act{verb: "answer", Outcome: "appointment", Text: "Rang. First visit Thursday at 11, crisis line number given."},
			func() {
				s.t.tell("%s refers %s to %s, where %s rings the same day; %s reads the answer on the phone.", w.given(), p.name(), mh.team.name, mh.workers[1].given(), w.given())
			})
	}
}

// answer is a part: the desk does as usual, but answers with this, and then something is told.
func (s *script) answer(_ *person, a act, then func()) part {
	return func(ctx context.Context, d *desk, i *item) (bool, error) {
		if i.State != string(care.Accepted) || s.t.clock.Now().Sub(d.first[i.ID]) < d.ack+d.accept+d.answer {
			return false, nil
		}
		if err := d.do(ctx, d.clinician, i, a); err != nil {
			return true, err
		}
		then()
		return true, nil
	}
}

// socialWorkerToPractice: social care asks a practice.
func socialWorkerToPractice(s *script) func() {
	w, gp := s.h.social.workers[0], s.h.surgeries[0]
	p := s.someone("socialWorkerToPractice", func(p *person) bool { return p.social && !p.mental && p.practice == gp.org })
	v := s.visit(w, p, "social_care_review", 11, 20)
	return func() {
		s.t.schedule(v, found{values: map[string]any{"note": "Carer reports three falls in a week, all on getting up at night."}})
		h := s.t.phones[w]
		s.at(11, 35, func(ctx context.Context) error {
			if _, err := h.handOver(p, gp.team, care.SameDay, "Three falls this week, all at night, none with injury. New blood pressure tablet a fortnight ago.",
				"Please review the tablets."); err != nil {
				return err
			}
			return h.settle(ctx)
		})
		s.t.deskOf(gp.team).parts[p] = s.answer(p, act{verb: "answer", Outcome: "prescribed", Text: "Evening tablet stopped. Nurse to take lying and standing pressures this week, please."},
			func() {
				s.t.tell("%s, a social worker, asks %s about %s's three falls. The tablet is stopped the same afternoon.", w.given(), gp.org.name, p.name())
			})
	}
}

// volunteersConcern: a volunteer worries; their own coordinator makes it a clinical handover.
func volunteersConcern(s *script) func() {
	sv := s.h.services[0]
	w := sv.volunteers[0]
	p := s.someone("volunteersConcern", func(p *person) bool { return p.befriended == w && p.practice != nil && p.practice != s.h.closed })
	v := s.h.planCheckin(w, p, at(s.day, 10, 30))
	s.plans = append(s.plans, v)
	gp := s.h.surgeryOf(p)
	if gp == nil {
		gp = s.h.surgeries[0]
	}
	return func() {
		s.t.call(v, map[string]any{"seen": true, "wellbeing": "not_usual_self",
			"concern": "One leg is twice as thick as the other and red. It came overnight. Would not ring anybody."})
		d := s.t.deskOf(sv.team)
		d.parts[p] = func(ctx context.Context, d *desk, i *item) (bool, error) {
			if i.State != string(care.Accepted) {
				return false, nil
			}
			s.t.tell("%s, a volunteer, worries about %s's leg. %s, who coordinates %s, makes it a handover to %s with one action; the volunteer never sees a reading.",
				w.given(), p.name(), sv.coordinator.given(), sv.team.name, gp.org.name)
			return true, d.do(ctx, d.clinician, i, act{verb: "hand-on", ToTeam: gp.team.id, Reason: "A volunteer saw a red, swollen leg since last night. Needs a clinician today.",
				Text: "One leg red and twice the size since this morning, seen by our volunteer at 10:30. Not in pain. Lives alone, answers the phone."})
		}
		s.t.deskOf(gp.team).parts[p] = s.answer(p, act{verb: "answer", Outcome: "home_visit", Text: "Seen at 13:00. Treated for a clot, scan tomorrow. Thank your volunteer."}, func() {})
	}
}

// safeguardingButton: a volunteer presses it. Nobody but the safeguarding lead reads why.
func safeguardingButton(s *script) func() {
	w := s.h.services[1].volunteers[0]
	p := s.someone("safeguardingButton", func(p *person) bool { return p.befriended == w })
	v := s.h.planCheckin(w, p, at(s.day, 14, 10))
	s.plans = append(s.plans, v)
	return func() {
		h := s.t.phones[w]
		s.t.call(v, map[string]any{"seen": true, "wellbeing": "not_usual_self",
			"safeguarding": "A nephew shouted for the bank card while I was there. There are bruises on the wrist."})
		s.at(14, 55, func(ctx context.Context) error {
			if err := h.settle(ctx); err != nil {
				return err
			}
			seen, ok := h.View(care.Checkins, v.id)
			if !ok || seen.Text("safeguarding") != care.SealedReceipt {
				return fmt.Errorf("the volunteer's phone shows more than a receipt of a safeguarding concern")
			}
			s.t.tell("%s presses the safeguarding button. Only %s, the safeguarding lead, reads why; the phone keeps a receipt: %q.", w.given(), s.h.guard.given(), care.SealedReceipt)
			return nil
		})
	}
}

// noReply: nobody opens, and nobody knows where the person is.
func noReply(s *script) func() {
	w := s.h.south.nurses[3]
	p := s.someone("noReply", adult(s.h.south.team, s.h.surgeries[0].org))
	v := s.visit(w, p, "wound_care", 9, 35)
	return func() {
		s.t.schedule(v, found{values: map[string]any{"status": "no_access", "no_access_kind": "no_reply", "outcome": nil,
			"note": "Knocked, looked in, rang twice. Curtains drawn, milk on the step. Neighbour has not seen anybody since Sunday."}})
		s.t.deskOf(s.h.chain).parts[p] = s.answer(p, act{verb: "answer", Outcome: "no_action_needed", Text: "Found: at the daughter's since Sunday, well. Key holder's number put right."},
			func() {
				s.t.tell("Nobody answered %s's door at 09:35. %s rang round and found them at the daughter's.", p.name(), s.h.cora.given())
			})
	}
}

// missedInsulin: the morning dose was not given.
func missedInsulin(s *script) func() {
	w := s.h.south.nurses[4]
	p := s.someone("missedInsulin", adult(s.h.south.team, s.h.surgeries[1].org))
	v := s.visit(w, p, "insulin", 9, 10)
	return func() {
		s.t.schedule(v, found{values: map[string]any{"critical_medicine": "missed",
			"note": "Morning insulin not given: pen empty and no spare in the fridge. Glucose 14.2. Eating breakfast."}})
		gp := s.h.surgeries[1]
		s.t.deskOf(gp.team).parts[p] = s.answer(p, act{verb: "answer", Outcome: "prescribed", Text: "Prescription sent to the pharmacy as urgent, ready at 11. Give the dose then; check at teatime."},
			func() {
				s.t.tell("The insulin pen at %s's is empty. %s has a new one at the pharmacy by eleven.", p.name(), gp.org.name)
			})
	}
}

// bounced: a practice sends a handover back, and it goes where it belongs.
func bounced(s *script) func() {
	w, gp := s.h.north.nurses[3], s.h.surgeries[1]
	p := s.someone("bounced", adult(s.h.north.team, gp.org))
	return func() {
		h := s.t.phones[w]
		s.at(9, 50, func(ctx context.Context) error {
			if _, err := h.handOver(p, gp.team, care.SameDay, "Cannot manage the stairs any more and sleeps in the chair. Legs swelling from it.", "Please arrange a bed downstairs."); err != nil {
				return err
			}
			return h.settle(ctx)
		})
		s.t.deskOf(gp.team).parts[p] = func(ctx context.Context, d *desk, i *item) (bool, error) {
			if i.State != string(care.Acknowledged) || !i.isWith(d.team) {
				return false, nil
			}
			return true, d.do(ctx, d.clinician, i, act{verb: "decline", Reason: "Not a medical question: needs an assessment by adult social care for equipment."})
		}
		s.t.deskOf(s.h.chain).parts[p] = func(ctx context.Context, d *desk, i *item) (bool, error) {
			if !i.isWith(d.team) || d.passed[i.ID] {
				return true, nil
			}
			s.t.tell("%s sends a handover about %s back with its reason. %s passes it on to %s, and the history shows every step.",
				gp.org.name, p.name(), s.h.cora.given(), s.h.social.team.name)
			return true, d.do(ctx, d.clinician, i, act{verb: "hand-on", ToTeam: s.h.social.team.id, Reason: "Equipment, not medicine. The practice has looked at it.",
				Text: "Please assess for a bed downstairs this week."})
		}
		s.t.deskOf(s.h.social.team).parts[p] = s.answer(p, act{verb: "answer", Outcome: "home_visit", Text: "Assessment booked for Friday. Riser bed can be there on Monday."}, func() {})
	}
}

// nowhereToSend: people without a practice, or with one that closed.
func nowhereToSend(s *script) func() {
	at1, at2 := s.h.north.nurses[1], s.h.south.nurses[5]
	p := s.someone("nowhereToSend", func(p *person) bool { return p.nursing == s.h.north.team && p.practice == nil })
	q := s.someone("nowhereToSend", func(p *person) bool { return p.nursing == s.h.south.team && p.practice == s.h.closed })
	v, w := s.visit(at1, p, "assessment", 13, 40), s.visit(at2, q, "assessment", 13, 50)
	return func() {
		s.t.schedule(v, found{values: map[string]any{"note": "New to the area, not registered anywhere yet. Muddled about the day."}, signs: []string{"confused"}})
		s.t.schedule(w, found{values: map[string]any{"note": "Still has the old surgery's letters. Off food for three days."}, signs: []string{"not_eating"}})
		s.t.agenda.add(v.at.Add(40*time.Minute), func(ctx context.Context) error {
			for _, who := range []*person{p, q} {
				i, err := s.t.standing(ctx, s.h.cora, who)
				if err != nil {
					return err
				}
				if i == nil {
					return fmt.Errorf("a handover without a practice reached nobody")
				}
			}
			s.t.tell("%s has no practice and %s's has closed. Their handovers stand in %s's queue, with a clock, until somebody takes them.", p.name(), q.name(), s.h.cora.given())
			return nil
		})
	}
}

// foundAgain: a nurse hands over, rings, and adds a line; the practice answers, and finds it again among what is closed.
func foundAgain(s *script) func() {
	w, gp := s.h.south.nurses[3], s.h.surgeries[0]
	p := s.someone("foundAgain", adult(s.h.south.team, gp.org))
	return func() {
		h, id := s.t.phones[w], ""
		s.at(13, 5, func(ctx context.Context) (err error) {
			if id, err = h.handOver(p, gp.team, care.SameDay, "Catheter blocked for the second time this week, nothing in the bag since six. Uncomfortable, no fever.",
				"Please say today whether another size should be tried."); err != nil {
				return err
			}
			return h.settle(ctx)
		})
		s.at(13, 8, func(ctx context.Context) error {
			if _, err := h.record(func(c *pen) {
				c.Edit(care.Handovers, id, map[string]any{"called": care.CallMade, "called_at": h.stamp(time.Minute), "called_name": gp.reception.name,
					"called_role": "reception", "reached": true, "read_back": true})
			}); err != nil {
				return err
			}
			return h.settle(ctx)
		})
		s.at(13, 14, func(ctx context.Context) error {
			if _, err := h.record(func(c *pen) {
				c.Create(care.HandoverEvents, map[string]any{"patient": p.id, "handover": id, "kind": "added",
					"text": "Flushed and draining again, 600 ml, clear. The question of the size remains."})
			}); err != nil {
				return err
			}
			return h.settle(ctx)
		})
		s.t.deskOf(gp.team).parts[p] = s.answer(p, act{verb: "answer", Outcome: "prescribed", Text: "Silicone, size 14, prescribed. Please change it at the next visit and tell us if it blocks again."}, func() {})
		s.at(15, 30, func(ctx context.Context) error {
			found, err := s.t.counter.Closed(ctx, gp.reception, "silicone "+p.family)
			if err != nil {
				return err
			}
			if len(found) != 1 || found[0].ID != id {
				return fmt.Errorf("the search of what is closed at %s finds %d handovers, not the one about %s", gp.org.name, len(found), p.name())
			}
			s.t.tell("%s asks %s about %s's catheter, rings, and adds that it drains again. The answer is on the phone the same hour; %s finds it among what is closed by “silicone”.",
				w.given(), gp.org.name, p.name(), gp.reception.given())
			return nil
		})
	}
}
