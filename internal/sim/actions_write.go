package sim

import (
	"fmt"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/phone"
)

// actWrite lets somebody record something, as their role does.
func (w *World) actWrite() { w.anyPhone(w.writeOn) }

func (w *World) writeOn(h *handset) {
	if h.gone || h.Staff() == "" {
		return
	}
	h.unlock()
	people := h.List(care.Patients)
	if len(people) == 0 {
		return
	}
	who := people[min(w.random.IntN(len(people)), w.random.IntN(len(people)))] // some people have all the attention
	switch {
	case h.owner.role == care.Volunteer || h.owner.role == care.VolunteerCoordinator:
		h.writeAsVolunteer(who)
		return
	case h.owner.role == care.TeamLead && (w.chance(12) || w.about == staffing && w.chance(50)):
		h.checkin(who)
		return
	}
	switch w.random.IntN(20) {
	case 0, 1, 2:
		h.recordVisit(who)
	case 3, 4, 5, 6, 7:
		h.editPerson(who)
	case 8, 9, 10, 11:
		h.editVisit(who)
	case 12:
		h.editOldForm()
	case 13:
		h.openForm(who)
	case 14:
		h.needs(who)
	case 15:
		h.retractVisit(who)
	case 16:
		h.badValues(who)
	case 17:
		h.strangers()
	case 18:
		h.planned(who)
	case 19:
		h.clashingID(who)
	}
}

// reading is a set of observations: how bad says which NEWS2 it comes to.
func (h *handset) reading(bad int) map[string]any {
	w := h.w
	set := map[string]any{"respiration_rate": 14, "spo2": 97, "on_oxygen": false, "systolic": 118 + w.random.IntN(60), "diastolic": 70,
		"pulse": 62 + w.random.IntN(25), "acvpu": "A", "temperature": 36.8}
	for _, r := range care.Readings() { // what the table holds beyond these: no draw, so that seeds go on meaning the same
		if _, has := set[r.Name]; !has {
			set[r.Name] = r.Ordinary()
		}
	}
	switch bad {
	case 2: // 7 and more
		set["respiration_rate"], set["spo2"], set["pulse"] = 26, 90, 120
	case 1: // 5 or 6
		set["respiration_rate"], set["spo2"] = 22, 90
	}
	if w.chance(15) {
		delete(set, pick(w, []string{"temperature", "diastolic", "acvpu"}))
	}
	return set
}

func (h *handset) stamp(ago time.Duration) string { return care.Stamp(h.opts.Now().Add(-ago)) }

// recordVisit writes a visit with its readings in one change, or in two that follow each other.
func (h *handset) recordVisit(who *phone.Seen) {
	w := h.w
	bad := 0
	if roll := w.random.IntN(10); roll >= 8 {
		bad = roll - 7
	}
	ago := time.Duration(w.random.IntN(180)) * time.Minute
	values := map[string]any{"patient": who.ID, "status": "completed", "purpose": "observation", "started_at": h.stamp(ago + 20*time.Minute),
		"ended_at": h.stamp(ago), "note": w.unique("visit"), "outcome": "care_given"}
	if len(h.owner.teams) > 0 {
		values["team"] = h.owner.teams[0]
	}
	switch w.random.IntN(12) {
	case 0:
		values["soft_signs"] = []string{"unsteady"}
	case 1:
		values["critical_medicine"] = "missed"
	case 2:
		values["status"], values["no_access_kind"] = "no_access", "no_reply"
		delete(values, "ended_at")
	}
	readings := h.reading(bad)
	readings["patient"], readings["taken_at"] = who.ID, h.stamp(ago+10*time.Minute)
	if w.chance(70) {
		h.change(fmt.Sprintf("visit and readings (%d)", bad), func(c *phone.Change) {
			readings["visit"] = c.Create(care.Visits, values)
			c.Create(care.Observations, readings)
		})
		return
	}
	var visit string
	h.change("visit", func(c *phone.Change) { visit = c.Create(care.Visits, values) })
	if visit == "" {
		return
	}
	h.change(fmt.Sprintf("readings (%d)", bad), func(c *phone.Change) {
		readings["visit"] = visit
		c.Create(care.Observations, readings)
	})
	if w.chance(30) {
		h.change("note of the new visit", func(c *phone.Change) { c.Edit(care.Visits, visit, map[string]any{"note": w.unique("note")}) })
	}
}

// editPerson edits fields of a person that are judged by what was seen, and by who was later.
func (h *handset) editPerson(who *phone.Seen) {
	fields := map[string]any{}
	if h.w.about == restores && h.w.chance(60) { // two people and one field, again and again
		who = h.List(care.Patients)[0]
		fields["phone"] = h.w.unique("phone")
	}
	for _, f := range []string{"access_notes", "family_name", "risk_note", "phone", "phone", "address", "preferred_name"} {
		if h.w.chance(25) {
			fields[f] = h.w.unique(f)
		}
	}
	if len(fields) == 0 {
		fields["access_notes"] = h.w.unique("access_notes")
	}
	h.change("person", func(c *phone.Change) { c.Edit(care.Patients, who.ID, fields) })
}

// visitOf picks one of the newer visits of a person on this phone.
func (h *handset) visitOf(who *phone.Seen) (*phone.Seen, bool) {
	var list []*phone.Seen
	for _, v := range h.List(care.Visits) {
		if v.Text("patient") == who.ID {
			list = append(list, v)
		}
	}
	if len(list) == 0 {
		return nil, false
	}
	if newer := list[max(0, len(list)-2):]; h.w.chance(85) {
		return pick(h.w, newer), true
	}
	return pick(h.w, list), true
}

func (h *handset) editVisit(who *phone.Seen) {
	v, ok := h.visitOf(who)
	if !ok {
		return
	}
	h.change("note of visit "+shortKey(v.ID), func(c *phone.Change) {
		h.edit(c, v, map[string]any{"note": h.w.unique("note")})
		if h.w.chance(30) {
			c.AddTo(care.Visits, v.ID, "soft_signs", pick(h.w, care.SoftSigns))
		}
		if h.w.chance(15) {
			c.RemoveFrom(care.Visits, v.ID, "soft_signs", pick(h.w, care.SoftSigns))
		}
	})
}

// openForm leaves a form open; editOldForm saves it, perhaps long after a pull brought something newer.
func (h *handset) openForm(who *phone.Seen) {
	h.forms = append(h.forms, who)
	if v, ok := h.visitOf(who); ok {
		h.forms = append(h.forms, v)
	}
}

func (h *handset) editOldForm() {
	if len(h.forms) == 0 {
		return
	}
	form := pick(h.w, h.forms)
	field := "access_notes"
	if form.Collection == care.Visits {
		field = "note"
	} else if h.w.chance(40) {
		field = "phone"
	}
	h.change("old form of "+shortKey(form.ID), func(c *phone.Change) { h.edit(c, form, map[string]any{field: h.w.unique(field)}) })
}

func (h *handset) needs(who *phone.Seen) {
	all := []string{"large_print", "hearing_loop", "interpreter", "easy_read"}
	h.change("needs", func(c *phone.Change) {
		if h.w.chance(60) {
			c.AddTo(care.Patients, who.ID, "communication_needs", pick(h.w, all))
		} else {
			c.RemoveFrom(care.Patients, who.ID, "communication_needs", pick(h.w, all))
		}
	})
}

func (h *handset) retractVisit(who *phone.Seen) {
	if v, ok := h.visitOf(who); ok {
		h.change("withdraws visit "+shortKey(v.ID), func(c *phone.Change) { c.Retract(care.Visits, v.ID) })
	}
}

// planned moves a visit to another time: a field whose later author wins.
func (h *handset) planned(who *phone.Seen) {
	if v, ok := h.visitOf(who); ok {
		at := h.opts.Now().Add(time.Duration(h.w.random.IntN(1e6)) * time.Millisecond)
		h.change("plans visit "+shortKey(v.ID), func(c *phone.Change) {
			h.edit(c, v, map[string]any{"planned_start": care.Stamp(at), "planned_end": care.Stamp(at.Add(time.Hour))})
		})
	}
}

// badValues sends what no field can hold, beside what is alarming and sound.
func (h *handset) badValues(who *phone.Seen) {
	w := h.w
	readings := h.reading(w.random.IntN(3))
	readings["patient"], readings["taken_at"] = who.ID, h.stamp(time.Minute)
	switch w.random.IntN(6) {
	case 0:
		readings["systolic"] = 1290
	case 1:
		readings["spo2"] = "ninety"
	case 2:
		readings["acvpu"] = "X"
	case 3:
		readings["respiration_rate"] = "26"
	case 4:
		readings["colour"] = w.unique("pale")
	case 5:
		readings["news2"] = map[string]any{"total": 0}
	}
	h.change("readings, some of them impossible", func(c *phone.Change) { c.Create(care.Observations, readings) })
}

// strangers writes about somebody who is not theirs, or who does not exist.
func (h *handset) strangers() {
	w := h.w
	patient := pick(w, w.town.patients)
	if _, held := h.View(care.Patients, patient); held {
		return
	}
	readings := h.reading(w.random.IntN(3))
	readings["patient"], readings["taken_at"] = patient, h.stamp(time.Minute)
	h.change("readings of somebody who is not theirs", func(c *phone.Change) { c.Create(care.Observations, readings) })
}

// clashingID creates a record under an id that is taken.
func (h *handset) clashingID(who *phone.Seen) {
	if v, ok := h.visitOf(who); ok {
		h.change("a visit under the id of another", func(c *phone.Change) {
			c.CreateAs(care.Visits, v.ID, map[string]any{"patient": who.ID, "note": h.w.unique("clash")})
		})
	}
}

func (h *handset) writeAsVolunteer(who *phone.Seen) {
	w := h.w
	switch w.random.IntN(8) {
	case 0:
		h.change("edits the person", func(c *phone.Change) { c.Edit(care.Patients, who.ID, map[string]any{"phone": w.unique("phone")}) })
		return
	case 1:
		if list := h.List(care.Checkins); len(list) > 0 {
			v := pick(w, list)
			h.change("edits a check-in", func(c *phone.Change) { c.EditSeen(v, map[string]any{"concern": w.unique("concern")}) })
			return
		}
	}
	h.checkin(who)
}

// checkin writes what a volunteer, or a lead on their behalf, saw and heard.
func (h *handset) checkin(who *phone.Seen) {
	w := h.w
	values := map[string]any{"patient": who.ID, "happened_at": h.stamp(time.Duration(w.random.IntN(60)) * time.Minute), "seen": true, "wellbeing": "well",
		"staff": h.owner.id}
	if len(h.owner.teams) > 0 {
		values["team"] = h.owner.teams[0]
	}
	switch w.random.IntN(6) {
	case 0, 1:
		values["concern"], values["wellbeing"] = w.unique("concern"), "not_usual_self"
	case 2:
		values["safeguarding"] = w.confide()
	case 3:
		values["note"] = w.unique("a clinical note") // not a field of theirs
	}
	h.change("check-in", func(c *phone.Change) { c.Create(care.Checkins, values) })
}
