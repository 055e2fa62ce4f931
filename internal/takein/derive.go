package takein

import (
	"encoding/json"

	"doorstep/internal/care"
	"doorstep/internal/rules"
)

// derive adds what the server works out from a record's own fields: when it happened, its times as they
// were, its score.
func (in *input) derive(d *draft) error {
	in.timeRecord(d)
	in.correctTimes(d)
	rec := d.rec
	if rec.Collection.Name != care.Observations || d.old != nil && !d.dirty {
		return nil
	}
	person, err := in.Reference.Patient(care.AsObservation(rec).Patient())
	if err != nil {
		return err
	}
	var score any
	if s := rules.ScoreOf(rec.Values, person, rec.ClinicalTime); s != nil {
		score = care.JSON(s)
	}
	if !care.Equal(rec.Get("news2"), score) {
		rec.SetAll(map[string]any{"news2": score})
		d.changed("news2")
	}
	return nil
}

// timeRecord sets when it happened: the record's own time corrected, else when it was written.
func (in *input) timeRecord(d *draft) {
	rec := d.rec
	field := care.ClinicalField(rec.Collection.Name, rec.Values)
	switch {
	case field == "":
		rec.ClinicalTime = in.at
	case d.old == nil || !care.Equal(d.old.Get(field), rec.Get(field)):
		rec.ClinicalTime, _ = in.by.Clock.Correct(rec.Time(field), in.received)
	}
}

// correctTimes keeps, beside each time as the phone's clock said it, the time as it was.
func (in *input) correctTimes(d *draft) {
	rec := d.rec
	times := care.TimesOf(rec.Collection.Name)
	if len(times) == 0 || d.old != nil && !d.dirty {
		return
	}
	was := map[string]string{}
	if raw := rec.Raw(care.CorrectedField); raw != nil {
		_ = json.Unmarshal(raw, &was) // written by us
	}
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
		default:
			if t, _ = in.by.Clock.Correct(t, in.received); care.Stamp(t) != said {
				now[f] = care.Stamp(t)
			}
		}
	}
	var value any
	if len(now) > 0 {
		value = care.JSON(now)
	}
	if care.Equal(rec.Get(care.CorrectedField), value) {
		return
	}
	rec.SetAll(map[string]any{care.CorrectedField: value})
	d.changed(care.CorrectedField)
}
