package takein

import (
	"slices"

	"doorstep/internal/care"
)

// derive adds what the server works out from a record's own fields: its times as they were, when it happened,
// its score.
func (in *input) derive(p *planned, d *draft) error {
	if d.old == nil || d.dirty {
		in.timeRecord(d, in.correctTimes(d))
	}
	in.timeAsFirstMade(d)
	in.deriveStay(d)
	rec := d.rec
	if rec.Collection.Name != care.Observations || d.old != nil && !d.dirty {
		return nil
	}
	person, err := in.person(p, care.AsObservation(rec).Patient())
	if err != nil {
		return err
	}
	if scoreAnew(rec, person) {
		d.changed("news2")
	}
	return nil
}

// scoreAnew gives a set of readings the score that it has for a person, and says whether that is another than it had.
func scoreAnew(rec, person *care.Record) bool {
	score := scoreOf(rec, person)
	if care.Equal(rec.Get("news2"), score) {
		return false
	}
	rec.SetAll(map[string]any{"news2": score})
	return true
}

// person is somebody's record: as this change makes it, or as it stands; nil when there is none.
func (in *input) person(p *planned, id string) (*care.Record, error) {
	patients, _ := care.ByName(care.Patients)
	if d := p.draftOf(patients, id); d != nil {
		return d.rec, nil
	}
	return in.Reference.Patient(id)
}

// timeRecord sets when it happened: the record's own time, corrected; without one, when it was written. An edit
// that brings no time of its own changes nothing about that, unless until then it had not happened yet.
func (in *input) timeRecord(d *draft, corrected map[string]string) {
	rec := d.rec
	field := care.ClinicalField(rec.Collection.Name, rec.Values)
	switch {
	case field != "" && d.saysAnother(field):
		rec.ClinicalTime = rec.Time(field)
		if t, err := care.ParseStamp(corrected[field]); err == nil {
			rec.ClinicalTime = t
		}
	case field == "" && (d.old == nil || care.OnlyPlanned(d.old)):
		at := in.at
		if !d.recorded.IsZero() {
			at = d.recorded
		}
		if d.old == nil || !care.OnlyPlanned(rec) || at.After(rec.ClinicalTime) { // a plan is as old as the last word about it
			rec.ClinicalTime = at
		}
	}
}

// timeAsFirstMade dates a contact without a time of its own by the first edit that was made which says that it happened,
// and not by the first that came: also one that says what is stored already, or loses, was made when it was. What a clock
// says that nothing proves moves nothing.
func (in *input) timeAsFirstMade(d *draft) {
	at := in.at
	if !d.recorded.IsZero() {
		at = d.recorded
	}
	rec := d.rec
	if d.old == nil || !in.known || !at.Before(rec.ClinicalTime) || !rec.Retracted.IsZero() ||
		care.ClinicalField(rec.Collection.Name, rec.Values) != "" || care.OnlyPlanned(rec) || !slices.ContainsFunc(d.writes, rec.Records) {
		return
	}
	rec.ClinicalTime, d.dirty = at, true
}

// saysAnother says whether the time of a field tells anew when a record happened: it was written, or another
// field told that until now.
func (d *draft) saysAnother(field string) bool {
	return d.old == nil || care.ClinicalField(d.old.Collection.Name, d.old.Values) != field || !care.Equal(d.old.Get(field), d.rec.Get(field))
}

// correctTimes keeps, beside each time as the phone's clock said it, the time as it was, and returns those that
// differ, by field.
func (in *input) correctTimes(d *draft) map[string]string {
	rec := d.rec
	times := care.TimesOf(rec.Collection.Name)
	if len(times) == 0 {
		return nil
	}
	was := rec.Corrected()
	now := map[string]string{}
	for _, f := range times {
		said := rec.Text(f)
		t, err := care.ParseStamp(said)
		switch {
		case said == "" || err != nil:
		case d.old != nil && care.Equal(d.old.Get(f), rec.Get(f)):
			if at := was[f]; at != "" {
				now[f] = at
			}
		case slices.Contains(d.asItWas, f):
		default:
			corrected, _ := in.by.Clock.Correct(t, in.received)
			if !corrected.Equal(t) || !care.AsStamped(said) {
				now[f] = care.Stamp(corrected)
			}
		}
	}
	var value any
	if len(now) > 0 {
		value = care.JSON(now)
	}
	if !care.Equal(rec.Get(care.CorrectedField), value) {
		rec.SetAll(map[string]any{care.CorrectedField: value})
		d.changed(care.CorrectedField)
	}
	return now
}

// doubtNumber marks an NHS number that was written here as unverified: only a check with the national service
// proves one.
func (in *input) doubtNumber(d *draft) {
	if d.rec.Collection.Name != care.Patients {
		return
	}
	number := d.rec.Get("nhs_number")
	if d.old != nil && care.Equal(d.old.Get("nhs_number"), number) {
		return
	}
	var status any
	if number != nil {
		status = numberUnverified
	}
	if !care.Equal(d.rec.Get("nhs_number_status"), status) {
		d.rec.SetAll(map[string]any{"nhs_number_status": status})
		d.changed("nhs_number_status")
	}
}

const numberUnverified = "unverified"
