package rules

import (
	"strings"
	"time"

	"doorstep/internal/care"
)

// TooHeavy says why a rule would take too much work at a record whose texts are as long as they may be, with a history that
// is as full as it may be; "" where it would not. A rule that cannot run is not asked.
func (r Rule) TooHeavy() string {
	r.State = Active
	set, broken := Compile([]Rule{r})
	if len(broken) > 0 {
		return ""
	}
	c, _ := care.ByName(r.Collection)
	at := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	patients, _ := care.ByName(care.Patients)
	s := newScope(&Patient{ID: "person", Values: fullest(patients)}, &Event{})
	last := Event{Collection: r.Collection, ID: "record", At: at, Verified: true, ClockKnown: true, Values: fullest(c)}
	s.event, s.record, s.news2 = &last, recordOf(&last), scoreOf(&last)
	x := set.rules[0]
	if _, broke := x.trigger.eval(s); strings.Contains(broke, stepsTaken) {
		return "trigger: " + broke
	}
	if x.unless == nil {
		return ""
	}
	events := make([]Event, MaxInWindow)
	for i := range events {
		events[i] = last
		events[i].ID, events[i].At = ID("earlier", strings.Repeat("x", i)), at.Add(-time.Duration(i+1)*time.Minute)
	}
	j := &judging{set: set, events: ordered(append(events, last))}
	s.history = j.history(len(j.events)-1, r.Window())
	if _, broke := x.unless.eval(s); strings.Contains(broke, stepsTaken) {
		return "unless: " + broke
	}
	return ""
}

// stepsTaken is how it is said that an expression took too many steps; see expression.reason.
const stepsTaken = "it took more than"

// fullest are the values of a record whose texts are as long as they may be.
func fullest(c *care.Collection) map[string]any {
	values := map[string]any{}
	for i := range c.Fields {
		switch f := &c.Fields[i]; f.Kind {
		case care.Text:
			values[f.Name] = strings.Repeat("a", int(max(1, f.Max)))
		case care.Enum:
			values[f.Name] = f.Values[0]
		case care.Int:
			values[f.Name] = int64(f.Min)
		case care.Decimal:
			values[f.Name] = f.Min
		case care.Bool:
			values[f.Name] = true
		case care.List:
			values[f.Name] = []string{"other"}
		case care.ID, care.Ref, care.Date, care.Time, care.Object:
		}
	}
	return values
}
