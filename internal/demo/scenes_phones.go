package demo

import (
	"context"
	"fmt"
	"time"

	"doorstep/internal/care"
)

// twoNursesOneNote: a double-up visit, and both write the note, one of them without a network.
func twoNursesOneNote(s *script) func() {
	first, second, lead := s.h.north.nurses[2], s.h.north.nurses[3], s.h.north.lead
	p := s.someone("twoNursesOneNote", adult(s.h.north.team, s.h.surgeries[0].org))
	v := s.visit(first, p, "wound_care", 11, 0)
	return func() {
		a, b, c := s.t.phones[first], s.t.phones[second], s.t.phones[lead]
		a.link.goDark(s.when(10, 55), s.when(11, 50))
		s.at(11, 20, func(context.Context) error {
			_, err := a.visit(v, found{values: map[string]any{"note": "Heel: 2 cm by 1 cm, sloughy. Photo taken. Pressure mattress asked for."}})
			return err
		})
		s.at(11, 26, func(ctx context.Context) error {
			_, err := b.record(func(w *pen) {
				w.Edit(care.Visits, v.id, map[string]any{"note": "Heel wound sloughy, 2 by 1. Daughter shown how to help with turning."})
			})
			if err == nil {
				_, err = b.sync(ctx)
			}
			return err
		})
		s.at(11, 52, func(ctx context.Context) error {
			if err := a.settle(ctx); err != nil {
				return err
			}
			s.t.tell("%s and %s both wrote the note about %s, %s without a network. Both notes are kept; nobody's is overwritten.",
				first.given(), second.given(), p.name(), first.given())
			return nil
		})
		s.at(15, 30, func(ctx context.Context) error {
			if err := c.settle(ctx); err != nil {
				return err
			}
			issue := c.noteConflict(v.id)
			if issue == "" {
				return fmt.Errorf("%s does not see the two notes", lead.name)
			}
			if _, err := c.record(func(w *pen) {
				w.Resolve(issue, map[string]any{"note": "Heel: 2 cm by 1 cm, sloughy. Photo taken. Pressure mattress asked for. Daughter shown how to help with turning."})
			}); err != nil {
				return err
			}
			s.t.tell("%s, who leads the team, reads both notes and writes one that holds what each of them saw.", lead.given())
			return c.settle(ctx)
		})
	}
}

// noteConflict finds the open conflict about the note of a visit.
func (h *handset) noteConflict(visit string) string {
	for _, i := range h.List(care.SyncIssues) {
		if i.Text("kind") == care.IssueConflict && i.Text("record") == visit && i.Text("field") == "note" {
			return i.ID
		}
	}
	return ""
}

// fastSkew is how far the fast phone is ahead.
const fastSkew = 48 * time.Hour

// fastPhone: a phone two days ahead all day. Its skew is set when phones are handed out.
func fastPhone(s *script) func() {
	w := s.h.south.nurses[0]
	s.t.skews[w] = fastSkew
	p := s.someone("fastPhone", adult(s.h.south.team, s.h.surgeries[0].org))
	v := s.visit(w, p, "observation", 9, 25)
	r := illReadings(stream(s.t.seed, 21), p, 5)
	return func() {
		s.t.schedule(v, found{values: map[string]any{"note": "Chesty, off food. Sitting up in the chair."}, readings: r})
		s.at(9, 40, func(context.Context) error {
			s.t.tell("%s's phone is two days ahead. What it records is stored at the true time, and its NEWS2 of %d is not from the day after tomorrow.",
				w.given(), r.score(p).FloorTotal)
			return nil
		})
	}
}

// misreadBreathing: one reading arrives as text. It is set aside, the rest is stored, and the
// alarm it would have raised is raised all the same.
func misreadBreathing(s *script) func() {
	w := s.h.south.nurses[1]
	p := s.someone("misreadBreathing", adult(s.h.south.team, s.h.surgeries[1].org))
	v := s.visit(w, p, "observation", 10, 5)
	return func() {
		h := s.t.phones[w]
		var set string
		s.at(10, 5, func(ctx context.Context) (err error) {
			set, err = h.visit(v, found{values: map[string]any{"note": "Breathing fast. Typed into the free text box of an old form."},
				readings: readings{"respiration_rate": "26", "spo2": 94, "on_oxygen": false, "systolic": 108, "diastolic": 66, "pulse": 104, "acvpu": "A", "temperature": 38.2}})
			if err != nil {
				return err
			}
			s.t.trySoon(h)
			return nil
		})
		s.at(10, 40, func(ctx context.Context) error {
			if err := h.settle(ctx); err != nil {
				return err
			}
			if h.issueAbout(care.IssueSetAside, set) == "" {
				return fmt.Errorf("%s is not told that a reading was set aside", w.name)
			}
			s.t.tell("An old form sends %s's breathing as text. That one reading is set aside, the rest is stored, and because it would make "+
				"NEWS2 7 the handover goes out at once, marked unverified.", p.name())
			return nil
		})
		s.at(11, 15, func(ctx context.Context) error {
			if err := h.settle(ctx); err != nil {
				return err
			}
			issue := h.issueAbout(care.IssueSetAside, set)
			if _, err := h.record(func(c *pen) { c.Resolve(issue, map[string]any{"respiration_rate": 26}) }); err != nil {
				return err
			}
			s.t.tell("%s sees it on the phone, counts again and puts it right: 26.", w.given())
			return h.settle(ctx)
		})
	}
}

// movedWithUnsentNote: the person moves to the other team while a note about them waits on a phone.
func movedWithUnsentNote(s *script) func() {
	w := s.h.north.nurses[4]
	p := s.someone("movedWithUnsentNote", adult(s.h.north.team, s.h.surgeries[1].org))
	v := s.visit(w, p, "catheter", 11, 40)
	return func() {
		h := s.t.phones[w]
		h.link.goDark(s.when(11, 30), s.when(13, 10))
		s.at(11, 40, func(context.Context) error {
			_, err := h.visit(v, found{values: map[string]any{"note": "Catheter changed, next due in twelve weeks. Son packs for the move."}})
			return err
		})
		s.at(12, 15, func(ctx context.Context) error {
			return s.t.counter.Move(ctx, s.h.cora, p, s.h.north.team, s.h.south.team)
		})
		s.at(13, 12, func(ctx context.Context) error {
			if err := h.settle(ctx); err != nil {
				return err
			}
			if n := h.holds(p); n > 0 {
				return fmt.Errorf("%s's phone still holds %d records of somebody who moved away", w.name, n)
			}
			s.t.tell("%s moved to the other team's patch while %s's note was unsent. The note goes up first, then everything about %s leaves the phone.",
				p.name(), w.given(), p.name())
			return nil
		})
	}
}

// leaver: a nurse leaves at noon with work on the phone, and writes a line afterwards.
func leaver(s *script) func() {
	w, heir := s.h.north.nurses[5], s.h.north.nurses[0]
	p := s.someone("leaver", adult(s.h.north.team, s.h.surgeries[0].org))
	q := s.someone("leaver", adult(s.h.north.team, s.h.surgeries[1].org))
	v, late := s.visit(w, p, "bloods", 12, 0), s.visit(w, q, "wound_care", 12, 45)
	return func() {
		h, handed := s.t.phones[w], 0
		h.link.goDark(s.when(11, 45), s.when(14, 5))
		s.at(12, 0, func(context.Context) error {
			_, err := h.visit(v, found{values: map[string]any{"note": "Bloods taken, sample with the driver."}})
			return err
		})
		s.at(12, 30, func(ctx context.Context) (err error) {
			s.t.left[w] = true
			handed, err = s.t.counter.Leave(ctx, s.h.north.lead, w, heir)
			return err
		})
		s.at(12, 45, func(context.Context) error {
			_, err := h.visit(late, found{values: map[string]any{"note": "Looked in on the way home. Dressing dry."}})
			return err
		})
		s.at(14, 6, func(ctx context.Context) error {
			if err := h.settle(ctx); err != nil {
				return err
			}
			if !h.gone {
				return fmt.Errorf("the phone of %s, who left, was not wiped: directive %q", w.name, h.Directive())
			}
			s.t.tell("%s's contract ended at 12:30 with two visits unsent, and %s went to %s. The one from before is stored; "+
				"the one from after waits for the lead's decision; the phone is wiped.", w.given(), counted(handed, "planned visit"), heir.given())
			return nil
		})
	}
}

// askedInByANeighbour: a nurse records somebody who is not on their caseload. The change is held
// back whole, and the NEWS2 of 8 in it reaches people at once.
func askedInByANeighbour(s *script) func() {
	w, lead := s.h.south.nurses[5], s.h.north.lead
	p := s.someone("askedInByANeighbour", adult(s.h.north.team, s.h.surgeries[0].org))
	r := readings{"respiration_rate": 25, "spo2": 92, "on_oxygen": false, "systolic": 98, "diastolic": 58, "pulse": 96, "acvpu": "A", "temperature": 37.4}
	return func() {
		h := s.t.phones[w]
		s.at(15, 5, func(ctx context.Context) error {
			_, err := h.record(func(c *pen) {
				visit := c.Create(care.Visits, map[string]any{"patient": p.id, "team": w.team.id, "staff": w.id, "purpose": "assessment",
					"status": "completed", "started_at": h.stamp(visitLasts), "ended_at": h.stamp(0), "note": "Asked in by a neighbour. Grey and sweating. 999 called, crew on the way."})
				set := map[string]any{"patient": p.id, "visit": visit, "taken_at": h.stamp(2 * time.Minute)}
				for k, x := range r {
					set[k] = x
				}
				c.Create(care.Observations, set)
			})
			if err != nil {
				return err
			}
			if err := h.settle(ctx); err != nil {
				return err
			}
			if h.issueAbout(care.IssueQuarantined, "") == "" {
				return fmt.Errorf("%s is not told that the visit is held back", w.name)
			}
			s.t.tell("A neighbour waves %s in to %s, who is on the other team's caseload. The visit is held for that team's lead, but its NEWS2 of %d "+
				"reaches the practice in the same second, marked unverified.", w.given(), p.name(), r.score(p).FloorTotal)
			return nil
		})
		s.at(16, 10, func(ctx context.Context) error {
			list, base, err := s.t.counter.Issues(ctx, lead)
			if err != nil {
				return err
			}
			for _, i := range list {
				if i.Kind != care.IssueQuarantined || i.Code != "no_permission" {
					continue
				}
				s.t.tell("%s, that team's lead, reads it at the desk and lets it in as it was written.", lead.given())
				return s.t.counter.Resolve(ctx, lead, i.ID, base, map[string]any{})
			}
			return fmt.Errorf("%s does not see the visit that is held back", lead.name)
		})
	}
}

// consentWithdrawn: somebody asks the volunteers to stop.
func consentWithdrawn(s *script) func() {
	w := s.h.services[1].volunteers[1]
	p := s.someone("consentWithdrawn", func(p *person) bool { return p.befriended == w })
	return func() {
		h := s.t.phones[w]
		s.at(13, 0, func(context.Context) error {
			return s.t.write(care.Patients, p.id, map[string]any{"consent": consent(p, false, s.t.clock.Now())})
		})
		s.at(13, 20, func(ctx context.Context) error {
			if err := h.settle(ctx); err != nil {
				return err
			}
			if h.holds(p) > 0 {
				return fmt.Errorf("%s's phone still holds somebody who withdrew consent", w.name)
			}
			s.t.tell("%s asks %s to stop calling. Within minutes the volunteer's phone knows nothing of them any more.", p.name(), w.team.name)
			return nil
		})
	}
}

// seenTwice: two services see one person for the same reason on one day. The table counts it.
func seenTwice(s *script) func() {
	nurse, other := s.h.south.nurses[2], s.h.mental.workers[0]
	p := s.someone("seenTwice", func(p *person) bool { return p.nursing == s.h.south.team && p.mental && !p.social })
	a, b := s.visit(nurse, p, "medication", 9, 50), s.visit(other, p, "medication", 14, 20)
	return func() {
		s.t.schedule(a, found{values: map[string]any{"note": "Tablets checked, box filled.", "critical_medicine": "given"}})
		s.t.schedule(b, found{values: map[string]any{"note": "Went through the tablets together. The nurse had been this morning.", "critical_medicine": "not_due"}})
	}
}

// twoViewsOfTheDoor: two people write differently how to get in. It stays open for the desk.
func twoViewsOfTheDoor(s *script) func() {
	w, lead := s.h.north.nurses[2], s.h.north.lead
	p := s.someone("twoViewsOfTheDoor", adult(s.h.north.team, s.h.surgeries[2].org))
	return func() {
		a, b := s.t.phones[w], s.t.phones[lead]
		a.link.goDark(s.when(16, 20), s.when(17, 0))
		edit := func(h *handset, notes string) func(context.Context) error {
			return func(context.Context) error {
				_, err := h.record(func(c *pen) { c.Edit(care.Patients, p.id, map[string]any{"access_notes": notes}) })
				return err
			}
		}
		s.at(16, 30, edit(a, "Front door sticks: go round the back, past the greenhouse."))
		s.at(16, 35, edit(b, "New key safe by the front door since today. Code from the office."))
		s.t.syncAt(s.when(16, 36), b)
		s.at(17, 2, func(ctx context.Context) error {
			if err := a.settle(ctx); err != nil {
				return err
			}
			if err := b.settle(ctx); err != nil {
				return err
			}
			s.t.tell("%s and %s know different ways into %s's house. Both stand side by side at the desk, for somebody to decide.", w.given(), lead.given(), p.name())
			return nil
		})
	}
}

// lastHour leaves the day as days are: something is still on a phone at closing time, something
// has just arrived, something waits for tomorrow.
func lastHour(s *script) func() {
	sitting, asking, late := s.h.south.nurses[3], s.h.north.nurses[0], s.h.south.nurses[4]
	p := s.someone("lastHour", adult(s.h.south.team, s.h.surgeries[2].org))
	q := s.someone("lastHour", adult(s.h.north.team, s.h.surgeries[0].org))
	r := s.someone("lastHour", adult(s.h.south.team, s.h.surgeries[0].org))
	v, w := s.visit(sitting, p, "palliative", 17, 0), s.visit(late, r, "observation", 17, 34)
	ill := illReadings(stream(s.t.seed, 24), r, 6)
	return func() {
		h := s.t.phones[sitting]
		h.link.goDark(s.when(16, 55), s.when(17, 40))
		s.t.schedule(v, found{values: map[string]any{"note": "Comfortable, family round the bed. Night sitter booked."}, signs: []string{"more_tired"}})
		h.link.repeatNext = 2
		s.at(16, 50, func(ctx context.Context) error {
			if _, err := s.t.phones[asking].handOver(q, nil, care.Routine, "Two tablets in the box look alike and get mixed up.", "Could the pharmacy use another make?"); err != nil {
				return err
			}
			return s.t.phones[asking].settle(ctx)
		})
		s.at(17, 36, func(ctx context.Context) error {
			if _, err := s.t.phones[late].visit(w, found{values: map[string]any{"note": "Worse than this morning. Surgery rung, waiting on hold."}, readings: ill}); err != nil {
				return err
			}
			return s.t.phones[late].settle(ctx)
		})
	}
}
