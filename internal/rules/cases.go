package rules

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"doorstep/internal/care"
)

// Case is a golden case of a rule, kept with it: a record of somebody, what came before it, and whether the rule holds at
// the record. All of it is certain: verified, and recorded by devices whose clock is known.
type Case struct {
	Name    string         `json:"name"`
	Holds   bool           `json:"holds"`
	Record  map[string]any `json:"record"`
	Patient map[string]any `json:"patient,omitempty"`
	History []Earlier      `json:"history,omitempty"`
}

// Earlier is a record of the same person before that of a case.
type Earlier struct {
	Collection  string         `json:"collection"`
	HoursBefore float64        `json:"hours_before"`
	Record      map[string]any `json:"record"`
}

// caseAt is when the record of a case was made.
var caseAt = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// Holds says whether a rule holds at the record of a case, whatever its state is. It fails where the rule cannot run, breaks
// at one of these records, or where the case holds what no record can.
func (r Rule) Holds(c Case) (bool, error) {
	r.State = Active
	set, broken := Compile([]Rule{r})
	if len(broken) > 0 {
		return false, fmt.Errorf("the rule cannot run: %s", broken[0].Reason)
	}
	person, err := caseValues(care.Patients, c.Patient)
	if err != nil {
		return false, err
	}
	patients, _ := care.ByName(care.Patients)
	of := &care.Record{Collection: patients, ID: ID("case", "person"), Values: person}
	event := func(collection string, n int, at time.Time, raw map[string]any) (Event, error) {
		if !Judges(collection) {
			return Event{}, fmt.Errorf("rules judge no %q", collection)
		}
		values, err := caseValues(collection, raw)
		e := Event{Collection: collection, ID: ID("case", fmt.Sprint(n)), Patient: of.ID, At: at, WrittenAt: at, ClockKnown: true, Verified: true, Values: values}
		if collection == care.Observations {
			e.NEWS2 = ScoreOf(values, of, at)
		}
		return e, err
	}
	judged, err := event(r.Collection, 0, caseAt, c.Record)
	if err != nil {
		return false, err
	}
	events := []Event{judged}
	for i, h := range c.History {
		e, err := event(h.Collection, i+1, caseAt.Add(-time.Duration(h.HoursBefore*float64(time.Hour))), h.Record)
		if err != nil {
			return false, fmt.Errorf("earlier record %d: %w", i+1, err)
		}
		events = append(events, e)
	}
	j := set.Judge(Patient{ID: of.ID, Values: person}, events)
	for _, f := range j.Faults {
		if slices.Contains(f.Records, judged.ID) {
			return false, fmt.Errorf("the rule breaks at the record: %s", f.Last)
		}
	}
	return slices.ContainsFunc(j.Alarms, func(a Alarm) bool { return a.Event.ID == judged.ID }), nil
}

// caseValues reads the fields of a record as a push would.
func caseValues(collection string, raw map[string]any) (map[string]any, error) {
	c, _ := care.ByName(collection)
	values := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(raw)) {
		f, ok := c.Field(name)
		if !ok {
			return nil, fmt.Errorf("%s has no field %q", collection, name)
		}
		v, wrong := f.Check(care.DecodeJSON(care.JSON(raw[name])))
		if wrong != nil {
			return nil, fmt.Errorf("%s: %s", collection, wrong.Message)
		}
		if v != nil {
			values[name] = v
		}
	}
	return values, nil
}

// ReadCases reads the cases of a rule as they are kept; none where there are none.
func ReadCases(raw []byte) (list []Case, err error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, fmt.Errorf("its cases cannot be read: %w", err)
	}
	return list, nil
}
