package takein

import (
	"time"

	"doorstep/internal/care"
	"doorstep/internal/judge"
	"doorstep/internal/rules"
)

// rescore works out again the scores of what was read before, where a change sets right the date of birth, the pregnancy
// or the SpO2 scale of a person: of the readings that judging looks at. Those whose score is another are part of what
// was done, and judged; of those that lie further back than alarms are remembered nobody is told again.
func (in *input) rescore(o *outcome) error {
	for _, d := range o.drafts {
		if d.old == nil || d.rec.Collection.Name != care.Patients || !rules.ScoreDiffers(d.old, d.rec) {
			continue
		}
		if err := in.rescorePerson(o, d.rec); err != nil {
			return err
		}
	}
	return nil
}

func (in *input) rescorePerson(o *outcome, person *care.Record) error {
	now := in.Moment.Now()
	events, _, err := in.Evidence.Events(person.ID, time.Time{}, now.Add(time.Minute))
	if err != nil {
		return err
	}
	sets, _ := care.ByName(care.Observations)
	numbered := false
	for _, e := range events {
		if e.Collection != sets.Name || !rescored(e, person) {
			continue
		}
		if !numbered { // it is a change of its own: one of the sets may have come under this number
			in.Moment.Next()
			numbered = true
		}
		old, err := in.Store.Record(sets, e.ID)
		if err != nil {
			return err
		}
		d := &draft{old: old, rec: old.Clone(), dirty: true}
		d.rec.SetAll(map[string]any{"news2": scoreOf(d.rec, person)})
		if err := in.Store.Update(d.rec, old, []string{"news2"}); err != nil {
			return err
		}
		if !e.At.Before(now.Add(-judge.AlarmMemory)) {
			o.keep(d)
		}
	}
	return nil
}

// rescored says whether a set of readings scores otherwise for a person than it did.
func rescored(e rules.Event, person *care.Record) bool {
	var score any
	if s := rules.ScoreOf(e.Values, person, e.At); s != nil {
		score = care.JSON(s)
	}
	return !care.Equal(e.Values["news2"], score)
}

// scoreOf is the score that is stored with a set of readings, nil for none.
func scoreOf(rec, person *care.Record) any {
	if s := rules.ScoreOf(rec.Values, person, rec.ClinicalTime); s != nil {
		return care.JSON(s)
	}
	return nil
}
