package rules

import (
	"encoding/json"
	"slices"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/news2"
)

// Collections are those whose records rules judge.
var Collections = []string{care.Visits, care.Observations, care.Checkins}

// Judges says whether rules judge records of a collection.
func Judges(collection string) bool { return slices.Contains(Collections, collection) }

// EventOf makes evidence of a record.
func EventOf(rec *care.Record, verified bool) Event {
	e := Event{Collection: rec.Collection.Name, ID: rec.ID, Patient: rec.Person(), Staff: rec.Author,
		At: rec.ClinicalTime, WrittenAt: rec.AuthoredAt, ClockKnown: rec.ClockKnown, Verified: verified, Values: rec.Values}
	switch rec.Collection.Name {
	case care.Visits:
		e.Visit, e.Team, e.Staff = rec.ID, care.AsVisit(rec).Team(), visitor(rec, care.AsVisit(rec).Staff())
	case care.Observations:
		e.Visit = care.AsObservation(rec).Visit()
		e.NEWS2 = storedScore(rec)
	case care.Checkins:
		e.Team, e.Staff = care.AsCheckin(rec).Team(), visitor(rec, care.AsCheckin(rec).Staff())
	}
	return e
}

// visitor is who was at the door: the author, but of what a desk, an import or the dashboard had
// planned the one it was planned for. What comes of it is theirs to follow.
func visitor(rec *care.Record, planned string) string {
	if rec.Client == "" && planned != "" {
		return planned
	}
	return rec.Author
}

func storedScore(rec *care.Record) *news2.Score {
	raw := care.AsObservation(rec).NEWS2()
	s := &news2.Score{}
	if raw == nil || json.Unmarshal(raw, s) != nil {
		return nil
	}
	return s
}

// ScoreOf computes NEWS2 from the stored values of an observation set, for a person at a time; nil for a
// set that holds nothing it scores. Person may be nil: then nothing is known of them.
func ScoreOf(values map[string]any, person *care.Record, at time.Time) *news2.Score {
	if !care.AnyScored(values) {
		return nil
	}
	var r news2.Reading
	r.RespirationRate = wholeNumber(values["respiration_rate"])
	r.SpO2 = wholeNumber(values["spo2"])
	r.Systolic = wholeNumber(values["systolic"])
	r.Pulse = wholeNumber(values["pulse"])
	if b, ok := values["on_oxygen"].(bool); ok {
		r.OnOxygen = &b
	}
	if s, ok := values["acvpu"].(string); ok {
		c := news2.Consciousness(s)
		r.ACVPU = &c
	}
	if x, ok := values["temperature"].(float64); ok {
		t := news2.Tenths(int(x*10 + 0.5))
		r.Temperature = &t
	}
	facts := personFacts(person, at)
	score := news2.Calculate(r, facts)
	if person.ScaleUnreadable() { // the graver of the two: nobody may be scored mildly by mistake
		facts.Scale = 2
		if other := news2.Calculate(r, facts); other.FloorTotal > score.FloorTotal {
			score = other
		}
	}
	return &score
}

func personFacts(person *care.Record, at time.Time) news2.Person {
	facts := news2.Person{Scale: 1}
	if person == nil {
		return facts
	}
	facts.Age = news2.AgeAt(care.Born(person, at))
	if b, ok := person.Get("pregnant").(bool); ok {
		facts.Pregnant = &b
	}
	if scale, ok := person.SpO2Scale(); ok {
		facts.Scale = scale
	}
	return facts
}

// scoredBy are the fields of a person that a score depends on; see personFacts.
var scoredBy = []string{"date_of_birth", "pregnant", "spo2_scale"}

// ScoreDiffers says whether a change of a person's record may make another score of readings taken before.
func ScoreDiffers(was, is *care.Record) bool {
	return was.ScaleUnreadable() != is.ScaleUnreadable() ||
		slices.ContainsFunc(scoredBy, func(f string) bool { return !care.Equal(was.Get(f), is.Get(f)) })
}

func wholeNumber(v any) *int {
	if n, ok := v.(int64); ok {
		i := int(n)
		return &i
	}
	return nil
}

// Kinds of what is counted of a rule.
const (
	CountShadow = "shadow" // it would have raised an alarm
	CountFault  = "fault"  // it could not be worked out at a record
	CountBroken = "broken" // it does not compile
)
