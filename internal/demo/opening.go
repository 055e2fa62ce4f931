package demo

import (
	"context"
	"fmt"
	"time"

	"doorstep/internal/care"
)

// opening is the first day: one person, one nurse, one practice, told line by line while it
// happens.
type opening struct {
	t       *town
	page    *page
	day     time.Time
	nurse   *worker
	surgery *surgery
	person  *person
	visit   plan
	set     readings
	phone   *handset
	item    *item // the handover, once it is there
}

// castOpening chooses who the story is about: a woman of 82 on the first nurse's caseload.
func castOpening(h *hood, day time.Time) (*opening, error) {
	o := &opening{day: day, nurse: h.north.nurses[0], surgery: h.surgeries[0]}
	var err error
	fits := adult(h.north.team, o.surgery.org)
	if o.person, err = h.pick(func(p *person) bool { return fits(p) && p.title != "Mr" }); err != nil {
		return nil, err
	}
	p := o.person
	p.title, p.age, p.born = "Mrs", 82, day.AddDate(-82, -2, 0)
	p.address = "2 Mill Cottages, " + h.name
	o.visit = h.planVisit(o.nurse, p, "observation", at(day, 10, 0))
	o.set = readings{"respiration_rate": 25, "spo2": 94, "on_oxygen": false, "systolic": 108, "diastolic": 64, "pulse": 112, "acvpu": "A", "temperature": 37.9}
	return o, nil
}

// tell lives the first day. An error means that the story did not happen as it is told.
func (o *opening) tell(ctx context.Context) error {
	t := o.t
	if err := t.pass(ctx, at(o.day, 7, 55)); err != nil {
		return err
	}
	h, err := t.newHandset(ctx, o.nurse, 0)
	if err != nil {
		return err
	}
	o.phone = h
	if err := h.settle(ctx); err != nil {
		return err
	}
	o.say("%s, a district nurse, switches the phone on at home. It fetches the %d people of the team; from now on no network is needed.",
		o.nurse.name, len(h.List(care.Patients)))
	h.link.goDark(at(o.day, 9, 50), at(o.day, 13, 19))

	steps := []struct {
		hour, minute int
		do           func(context.Context) error
	}{{10, 12, o.atTheDoor}, {10, 14, o.recorded}, {10, 16, o.rings999}, {11, 40, o.stillDark}, {13, 20, o.goesUp}, {13, 22, o.reception}, {13, 31, o.accepted}, {13, 48, o.answered}, {13, 55, o.comesBack}}
	for _, s := range steps {
		t.agenda.add(at(o.day, s.hour, s.minute), s.do)
	}
	if err := t.live(ctx, at(o.day, 14, 0), nil); err != nil {
		return fmt.Errorf("%s's story: %w", o.person.name(), err)
	}
	return nil
}

func (o *opening) say(format string, args ...any) {
	o.page.at(o.t.clock.Now(), fmt.Sprintf(format, args...))
}

func (o *opening) atTheDoor(context.Context) error {
	o.say("%s, %d, at %s. There is no network in the house. %s", o.person.name(), o.person.age, o.person.address, upper(o.set.spoken())+".")
	return nil
}

func (o *opening) recorded(context.Context) error {
	score := o.set.score(o.person)
	if _, err := o.phone.visit(o.visit, found{readings: o.set,
		values: map[string]any{"note": "Breathless since the night. 999 called from the hall telephone at 10:15, waited for the crew."}}); err != nil {
		return err
	}
	unsent, _ := o.phone.Unsent()
	o.say("The seven readings score %s on NEWS2: an emergency. The visit is saved on the phone, which says: %s not sent.", sum(score), counted(unsent, "visit"))
	return nil
}

func (o *opening) rings999(context.Context) error {
	o.say("A phone without a network cannot raise an alarm, and the screen says so: call first. %s rings 999 from the telephone in the hall and waits for the crew.", o.nurse.given())
	return nil
}

func (o *opening) stillDark(ctx context.Context) error {
	before := o.t.traffic.darkTries
	for range 3 {
		if through, err := o.phone.sync(ctx); err != nil || through {
			return fmt.Errorf("the valley has a network after all: %w", err)
		}
	}
	unsent, _ := o.phone.Unsent()
	o.say("The next houses are in the same valley. The phone tries by itself, %d times by now, and keeps what it has: %s not sent.", o.t.traffic.darkTries-before, counted(unsent, "visit"))
	return nil
}

func (o *opening) goesUp(ctx context.Context) error {
	if err := o.phone.settle(ctx); err != nil {
		return err
	}
	if err := o.t.house.workOff(ctx); err != nil {
		return err
	}
	i, err := o.t.standing(ctx, o.surgery.reception, o.person)
	if err != nil {
		return err
	}
	if i == nil || i.Class != string(care.Emergency) {
		return fmt.Errorf("%s has no emergency about her", o.surgery.org.name)
	}
	o.item = i
	late := time.Duration(i.Provenance.LateBySeconds) * time.Second
	o.say("On the ridge the phone finds a network. The server stores the visit, scores it again and hands it to %s in the same moment: class %s, recorded at 10:12, %s late.",
		o.surgery.org.name, i.Class, spell(late))
	return nil
}

func (o *opening) reception(ctx context.Context) error {
	i, err := o.t.standing(ctx, o.t.hood.cora, o.person)
	if err != nil {
		return err
	}
	if i == nil {
		return fmt.Errorf("care coordination was not told")
	}
	o.say("An emergency has five minutes to be answered, and they were over before it arrived: %s in care coordination is told as well.", o.t.hood.cora.given())
	if o.item, err = o.t.standing(ctx, o.surgery.reception, o.person); err != nil || o.item == nil {
		return fmt.Errorf("reception's list lost her: %w", err)
	}
	if err := o.act(ctx, o.surgery.reception, act{verb: "see"}); err != nil {
		return err
	}
	if err := o.act(ctx, o.surgery.reception, act{verb: "acknowledge"}); err != nil {
		return err
	}
	o.say("At %s, %s at reception sees it at the top of the list, marked late, and acknowledges it. Deciding is not reception's job.", o.surgery.org.name, o.surgery.reception.given())
	return nil
}

func (o *opening) accepted(ctx context.Context) error {
	if err := o.act(ctx, o.surgery.gp, act{verb: "accept"}); err != nil {
		return err
	}
	o.say("%s, the duty GP, reads the readings with their scores, accepts it and rings the hospital.", doctor(o.surgery.gp))
	return nil
}

const openingAnswer = "In hospital since 11:20, treated for sepsis, stable. Please look in on her husband this week; we see her when she is home."

func (o *opening) answered(ctx context.Context) error {
	if err := o.act(ctx, o.surgery.gp, act{verb: "answer", Outcome: "admitted", Text: openingAnswer}); err != nil {
		return err
	}
	o.say("%s answers: “%s”", doctor(o.surgery.gp), openingAnswer)
	return nil
}

func (o *opening) comesBack(ctx context.Context) error {
	if err := o.phone.settle(ctx); err != nil {
		return err
	}
	seen, ok := o.phone.View(care.Handovers, o.item.ID)
	if !ok || seen.Text("state") != string(care.Done) || seen.Text("answer") != openingAnswer {
		return fmt.Errorf("the nurse's phone does not show the answer")
	}
	steps := map[string]string{}
	for _, e := range o.phone.List(care.HandoverEvents) {
		if e.Text("handover") == o.item.ID {
			if at, err := care.ParseStamp(e.Text("at")); err == nil && steps[e.Text("kind")] == "" {
				steps[e.Text("kind")] = clockTime(at)
			}
		}
	}
	o.say("%s's phone shows it all: acknowledged %s, accepted %s, answered %s, and the answer word for word. Nobody had to ring anybody to ask.",
		o.nurse.given(), steps["acknowledged"], steps["accepted"], steps["answered"])
	return nil
}

func (o *opening) act(ctx context.Context, w *worker, a act) error {
	if err := o.t.counter.Act(ctx, w, o.item, a); err != nil {
		return fmt.Errorf("%s cannot %s: %w", w.name, a.verb, err)
	}
	return nil
}

func doctor(w *worker) string { return "Dr " + w.name[len(w.given())+1:] }
