package rules

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/news2"
)

const person = "p1"

// story is one block of testdata/stories.txt.
type story struct {
	name                   string
	person                 news2.Person
	events                 []Event
	alarms, shadow, clears []string
}

func stories(t *testing.T) []story {
	t.Helper()
	raw, err := os.ReadFile("testdata/stories.txt")
	if err != nil {
		t.Fatal(err)
	}
	var list []story
	var now *story
	for _, line := range strings.Split(string(raw), "\n") {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch {
		case word == "" || strings.HasPrefix(word, "#"):
		case word == "story":
			list = append(list, story{name: rest})
			now = &list[len(list)-1]
		case word == "person":
			now.person = readPerson(t, rest)
		case word == "set" || word == "visit" || word == "checkin":
			now.events = append(now.events, readEvent(t, word, rest, now.person))
		case word == "alarm":
			now.alarms = append(now.alarms, rest)
		case word == "shadow":
			now.shadow = append(now.shadow, rest)
		case word == "clears":
			now.clears = strings.Fields(rest)
		default:
			t.Fatalf("cannot read %q", line)
		}
	}
	return list
}

func readPerson(t *testing.T, text string) news2.Person {
	f := strings.Fields(text)
	age, pregnant := whole(t, f[0]), f[1] == "yes"
	return news2.Person{Age: age, Pregnant: &pregnant, Scale: *whole(t, f[2])}
}

func whole(t *testing.T, text string) *int {
	t.Helper()
	if text == "-" {
		return nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return &n
}

func moment(t *testing.T, day, clock string) time.Time {
	t.Helper()
	days := map[string]int{"mon": 2, "tue": 3, "wed": 4, "thu": 5, "fri": 6}
	at, err := time.Parse("15:04", clock)
	if err != nil || days[day] == 0 {
		t.Fatalf("cannot read %s %s", day, clock)
	}
	return time.Date(2026, 3, days[day], at.Hour(), at.Minute(), 0, 0, time.UTC)
}

func readEvent(t *testing.T, kind, text string, p news2.Person) Event {
	head, body, _ := strings.Cut(text, "|")
	f := strings.Fields(head)
	e := Event{ID: f[0], Patient: person, Staff: "nurse", Team: "nursing", ClockKnown: true, Verified: true}
	f = f[1:]
	switch kind {
	case "set":
		e.Collection, e.Visit, f = care.Observations, f[0], f[1:]
	case "visit":
		e.Collection, e.Visit = care.Visits, e.ID
	case "checkin":
		e.Collection = care.Checkins
	}
	e.At = moment(t, f[0], f[1])
	for _, mark := range f[2:] {
		switch mark {
		case "unverified":
			e.Verified = false
		case "clock_unknown":
			e.ClockKnown = false
		case "replaced":
			e.Replaced = true
		default:
			t.Fatalf("no mark %q", mark)
		}
	}
	if kind == "set" {
		e.Values, e.NEWS2 = readSet(t, body, p)
		return e
	}
	e.Values = readFields(t, e.Collection, body)
	return e
}

// readFields reads field=value pairs; "#" stands before a value kept raw, as one that was refused.
func readFields(t *testing.T, collection, body string) map[string]any {
	values := map[string]any{}
	c, _ := care.ByName(collection)
	for _, pair := range strings.Fields(body) {
		name, v, _ := strings.Cut(pair, "=")
		field, ok := c.Field(name)
		if !ok {
			t.Fatalf("%s has no field %q", collection, name)
		}
		refused, isRaw := strings.CutPrefix(v, "#")
		switch {
		case isRaw && refused == "true":
			values[name] = true
		case isRaw && strings.Trim(refused, "0123456789") == "":
			values[name] = json.Number(refused)
		case isRaw:
			values[name] = refused
		case field.Kind == care.List:
			values[name] = care.NewList(strings.Split(v, ","))
		case field.Kind == care.Bool:
			values[name] = v == "true"
		default:
			values[name] = v
		}
	}
	return values
}

func readSet(t *testing.T, body string, p news2.Person) (map[string]any, *news2.Score) {
	f := strings.Fields(body)
	if len(f) != 7 {
		t.Fatalf("a set has seven readings: %q", body)
	}
	values := map[string]any{}
	r := news2.Reading{RespirationRate: whole(t, f[0]), SpO2: whole(t, f[1]), Systolic: whole(t, f[3]), Pulse: whole(t, f[4])}
	for name, n := range map[string]*int{"respiration_rate": r.RespirationRate, "spo2": r.SpO2, "systolic": r.Systolic, "pulse": r.Pulse} {
		if n != nil {
			values[name] = int64(*n)
		}
	}
	if f[2] != "-" {
		oxygen := f[2] == "oxygen"
		r.OnOxygen, values["on_oxygen"] = &oxygen, oxygen
	}
	if f[5] != "-" {
		level := news2.Consciousness(f[5])
		r.ACVPU, values["acvpu"] = &level, f[5]
	}
	if f[6] != "-" {
		tenths := news2.Tenths(*whole(t, strings.ReplaceAll(f[6], ".", "")))
		r.Temperature, values["temperature"] = &tenths, float64(tenths)/10
	}
	s := news2.Calculate(r, p)
	return values, &s
}

// defaults compiles the shipped rules, of which none may be broken.
func defaults(t testing.TB) *Set {
	t.Helper()
	set, broken := Compile(Defaults())
	for _, b := range broken {
		t.Fatalf("shipped rule %s: %s", b.Rule.Code, b.Reason)
	}
	return set
}

func lines(list []Alarm, withRoute bool) []string {
	var out []string
	for _, a := range list {
		line := a.Rule.Code + " " + a.Event.ID
		if withRoute {
			line += fmt.Sprintf(" %s %s", a.Rule.Class, a.Rule.Destination)
		}
		out = append(out, line)
	}
	return out
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s:\ngot\n  %s\nwant\n  %s", what, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func TestTheShippedRulesTellTheStoriesOfTheDoor(t *testing.T) {
	set := defaults(t)
	list := stories(t)
	if len(list) < 25 {
		t.Fatalf("%d stories, want at least 25", len(list))
	}
	for _, s := range list {
		t.Run(s.name, func(t *testing.T) {
			j := set.Judge(Patient{ID: person}, s.events)
			same(t, "alarms", lines(j.Alarms, true), s.alarms)
			same(t, "shadow", lines(j.Shadow, false), s.shadow)
			var clears []string
			for _, e := range j.Clearing {
				clears = append(clears, e.ID)
			}
			same(t, "clears", clears, s.clears)
			if len(j.Faults) > 0 {
				t.Errorf("a shipped rule broke: %s: %s", j.Faults[0].Rule.Code, j.Faults[0].Last)
			}
		})
	}
}
