package rules

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/news2"
)

var update = flag.Bool("update", false, "write the rules that pages start with and the drawn visits anew")

func TestAPhoneCanJudgeEveryShippedRuleThatIsActive(t *testing.T) {
	var want, got []string
	for _, r := range Defaults() {
		if r.State == Active {
			want = append(want, r.Code)
		}
	}
	list := defaults(t).Warnings()
	for i, w := range list {
		got = append(got, w.Code)
		if i > 0 && list[i-1].Class.Urgency() < w.Class.Urgency() {
			t.Errorf("%s comes after %s, which is less urgent", w.Code, list[i-1].Code)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	same(t, "rules that a phone can judge", got, want)
}

func TestARuleOfWhichAPhoneKnowsNoWordIsJudgedByTheServerAlone(t *testing.T) {
	for name, unless := range map[string]string{
		"a time": `at < timestamp("2026-01-01T00:00:00Z")`, "arithmetic": `size(history) + 1 > 2`, "a map": `record.status in {"a": 1}`,
		"whether a field is there": `has(record.note)`, "a filter": `size(history.filter(h, h.verified)) > 2`,
	} {
		set, broken := Compile([]Rule{rule(func(r *Rule) { r.Unless = unless })})
		if len(broken) > 0 {
			t.Fatal(name, broken[0].Reason)
		}
		if got := set.Warnings(); len(got) != 0 {
			t.Errorf("%s: a phone is told %+v", name, got[0].Unless)
		}
	}
}

func TestRulesInShadowWarnNobody(t *testing.T) {
	set, _ := Compile([]Rule{rule(func(r *Rule) { r.State = Shadow })})
	if len(set.Warnings()) != 0 {
		t.Error("a rule in shadow is served")
	}
}

// TestPagesStartWithTheShippedRules holds what a phone judges by before it has heard of the rules in force.
func TestPagesStartWithTheShippedRules(t *testing.T) {
	file := filepath.Join("..", "..", "pb_public", "app", "model", "shipped-rules.js")
	var b bytes.Buffer
	b.WriteString(`// @ts-check
// The active rules that Doorstep ships with, made from internal/rules/defaults.go by: go test ./internal/rules -update.
// Change them there. A phone judges by these until it has the rules in force from GET /names.

/** @type {readonly import('./rules.js').Rule[]} */
export const shippedRules = [
`)
	for _, w := range defaults(t).Warnings() {
		b.WriteString("  {\n")
		for _, m := range []struct {
			name  string
			value any
		}{{"code", w.Code}, {"title", w.Title}, {"collection", w.Collection}, {"class", w.Class}, {"destination", w.Destination}, {"ask", w.Ask},
			{"when", w.When}, {"unless", w.Unless}} {
			if m.value != nil {
				fmt.Fprintf(&b, "    %s: %s,\n", m.name, literal(t, m.value, "    "))
			}
		}
		b.WriteString("  },\n")
	}
	b.WriteString("]\n")
	current(t, file, b.Bytes())
}

// literal writes a value as JavaScript, on lines of a length that people can read.
func literal(t *testing.T, v any, indent string) string {
	short := toJSON(t, v)
	if len(indent)+len(short) < 120 {
		return short
	}
	var parts []string
	switch x := v.(type) {
	case []any:
		for _, item := range x {
			parts = append(parts, indent+"  "+literal(t, item, indent+"  "))
		}
		return "[\n" + strings.Join(parts, ",\n") + "\n" + indent + "]"
	case string:
		line := ""
		for _, word := range strings.SplitAfter(x, " ") {
			if len(indent)+len(line)+len(word) > 110 {
				parts, line = append(parts, toJSON(t, line)), ""
			}
			line += word
		}
		return strings.Join(append(parts, toJSON(t, line)), "\n"+indent+"  + ")
	}
	return short
}

func current(t *testing.T, file string, want []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, want) {
		t.Errorf("%s is not what the rules say; run: go test ./internal/rules -update", file)
	}
}

func toJSON(t *testing.T, v any) string {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return string(bytes.TrimRight(b.Bytes(), "\n"))
}

// met is a visit as a nurse records it, and the rules that hold there, the most urgent first.
// e2e/unit/rules.test.mjs fills in the form of the app with it and must come to the same.
type met struct {
	Name         string         `json:"name"`
	Person       map[string]any `json:"person,omitempty"`
	ClockUnknown bool           `json:"clock_unknown,omitempty"`
	Visit        map[string]any `json:"visit"`
	Readings     map[string]any `json:"readings,omitempty"`
	History      []metBefore    `json:"history,omitempty"`
	Want         []string       `json:"want"`
}

// metBefore is an earlier set of the same person.
type metBefore struct {
	Hours        int            `json:"hours"` // before the visit
	Unverified   bool           `json:"unverified,omitempty"`
	ClockUnknown bool           `json:"clock_unknown,omitempty"`
	Readings     map[string]any `json:"readings"`
}

var metAt = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// judged asks the server's rules.
func (m *met) judged(set *Set) []string {
	event := func(collection, id string, at time.Time, values map[string]any) Event {
		return Event{Collection: collection, ID: id, Visit: "v", Patient: person, At: at, ClockKnown: !m.ClockUnknown, Verified: true, Values: stored(values)}
	}
	events := []Event{event(care.Visits, "v", metAt, m.Visit)}
	if care.AnyScored(m.Readings) {
		e := event(care.Observations, "o", metAt, m.Readings)
		e.NEWS2 = m.score(m.Readings)
		events = append(events, e)
	}
	for i, h := range m.History {
		e := event(care.Observations, fmt.Sprintf("h%02d", i), metAt.Add(-time.Duration(h.Hours)*time.Hour), h.Readings)
		e.Visit, e.Verified, e.ClockKnown, e.NEWS2 = "earlier", !h.Unverified, !h.ClockUnknown, m.score(h.Readings)
		events = append(events, e)
	}
	held := []Alarm{}
	for _, a := range set.Judge(Patient{ID: person, Values: m.Person}, events).Alarms {
		if a.Event.ID == "v" || a.Event.ID == "o" {
			held = append(held, a)
		}
	}
	slices.SortStableFunc(held, func(a, b Alarm) int { return b.Rule.Class.Urgency() - a.Rule.Class.Urgency() })
	codes := []string{}
	for _, a := range held {
		codes = append(codes, a.Rule.Code)
	}
	return codes
}

// stored gives JSON values the kinds that stored ones have.
func stored(values map[string]any) map[string]any {
	out := map[string]any{}
	for name, v := range values {
		if list, ok := v.([]any); ok {
			var items []string
			for _, item := range list {
				items = append(items, fmt.Sprint(item))
			}
			out[name] = care.NewList(items)
		} else {
			out[name] = v
		}
	}
	return out
}

func (m *met) score(values map[string]any) *news2.Score {
	whole := func(name string) *int {
		x, ok := values[name].(float64)
		if !ok {
			return nil
		}
		n := int(x)
		return &n
	}
	r := news2.Reading{RespirationRate: whole("respiration_rate"), SpO2: whole("spo2"), Systolic: whole("systolic"), Pulse: whole("pulse")}
	if b, ok := values["on_oxygen"].(bool); ok {
		r.OnOxygen = &b
	}
	if s, ok := values["acvpu"].(string); ok {
		c := news2.Consciousness(s)
		r.ACVPU = &c
	}
	if x, ok := values["temperature"].(float64); ok {
		n := news2.Tenths(int(x*10 + 0.5))
		r.Temperature = &n
	}
	who := news2.Person{Scale: 1}
	if b, ok := m.Person["pregnant"].(bool); ok {
		who.Pregnant = &b
	}
	if text, ok := m.Person["date_of_birth"].(string); ok {
		if born, err := time.Parse(time.DateOnly, text); err == nil {
			who.Age = news2.AgeAt(born, metAt)
		}
	}
	if s, ok := m.Person["spo2_scale"].(map[string]any); ok && s["scale"] == float64(2) {
		who.Scale = 2
	}
	s := news2.Calculate(r, who)
	return &s
}

// TestExpressionsMeanTheSameOnAPhone: testdata/phone-expressions.json states an expression, what it is asked about and what it
// gives; the trees in it are made here, and e2e/unit/rules.test.mjs evaluates them.
func TestExpressionsMeanTheSameOnAPhone(t *testing.T) {
	type row struct {
		CEL    string         `json:"cel"`
		Record map[string]any `json:"record"`
		Want   any            `json:"want"` // true, false or "error"
		Tree   any            `json:"tree"`
	}
	file := filepath.Join("testdata", "phone-expressions.json")
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var list []row
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	envs, err := newEnvironments()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	for i := range list {
		r := &list[i]
		x, reason := program(envs.unless, care.Visits, r.CEL, map[string]bool{})
		if reason != "" {
			t.Fatal(r.CEL, reason)
		}
		e := Event{Collection: care.Visits, ID: "v", At: metAt, Values: stored(r.Record)}
		sc := newScope(&Patient{}, &e)
		sc.history = (&judging{events: []Event{e}}).history(0, Window)
		var got any
		if holds, broke := x.eval(sc); broke != "" {
			got = "error"
		} else {
			got = holds
		}
		if got != r.Want {
			t.Errorf("%s of %v gives %v, want %v", r.CEL, r.Record, got, r.Want)
		}
		var ok bool
		if r.Tree, ok = x.tree(); !ok {
			t.Errorf("%s has no tree", r.CEL)
		}
		b.WriteString(map[bool]string{true: "[\n  ", false: ",\n  "}[i == 0] + toJSON(t, r))
	}
	b.WriteString("\n]\n")
	current(t, file, b.Bytes())
}

func TestVisitsRaiseWhatThePhoneWarnsOf(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("testdata", "phone-visits.json"))
	if err != nil {
		t.Fatal(err)
	}
	var list []met
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	set, held := defaults(t), map[string]bool{}
	for _, m := range list {
		t.Run(m.Name, func(t *testing.T) { same(t, "rules", m.judged(set), m.Want) })
		for _, code := range m.Want {
			held[code] = true
		}
	}
	for _, w := range set.Warnings() {
		if !held[w.Code] && w.Collection != care.Checkins {
			t.Errorf("no visit shows %s", w.Code)
		}
	}
}

// TestDrawnVisitsRaiseWhatThePhoneWarnsOf: three hundred visits drawn by a seed, with what the server's rules make of each.
func TestDrawnVisitsRaiseWhatThePhoneWarnsOf(t *testing.T) {
	r := rand.New(rand.NewPCG(20260302, 7))
	set := defaults(t)
	some := func(list ...any) any { return list[r.IntN(len(list))] }
	readings := func() map[string]any {
		values := map[string]any{}
		for _, c := range []struct {
			name string
			list []any
		}{{"respiration_rate", []any{8, 16, 16, 22, 26}}, {"spo2", []any{90, 94, 97, 97}}, {"on_oxygen", []any{false, false, true}},
			{"systolic", []any{88, 105, 128, 128, 225}}, {"pulse", []any{38, 72, 72, 96, 120}}, {"acvpu", []any{"A", "A", "A", "C"}},
			{"temperature", []any{34.9, 36.8, 36.8, 38.4}}, {"weight", []any{61.5}}} {
			if r.IntN(6) > 0 {
				values[c.name] = some(c.list...)
			}
		}
		return values
	}
	list := make([]met, 0, 300)
	for i := range 300 {
		m := met{Name: fmt.Sprintf("drawn %d", i+1), ClockUnknown: r.IntN(8) == 0, Visit: map[string]any{"status": some("completed", "completed", "no_access", "refused")}}
		if m.Visit["status"] == "no_access" {
			m.Visit["no_access_kind"] = some("no_reply", "failed")
		}
		if r.IntN(3) == 0 {
			m.Visit["soft_signs"] = some([]string{"confused"}, []string{"restless", "unsteady"})
		}
		if r.IntN(3) == 0 {
			m.Visit["critical_medicine"] = some("given", "missed", "refused", "not_due")
		}
		switch r.IntN(8) {
		case 0:
			m.Person = map[string]any{"spo2_scale": map[string]any{"scale": 2}}
		case 1:
			m.Person = map[string]any{"pregnant": true, "date_of_birth": "1991-05-06"}
		}
		if r.IntN(4) > 0 {
			m.Readings = readings()
		}
		if m.Visit["status"] != "completed" { // a form asks for none of this where nobody was seen
			delete(m.Visit, "soft_signs")
			delete(m.Visit, "critical_medicine")
			m.Readings = nil
		}
		for range r.IntN(3) {
			m.History = append(m.History, metBefore{Hours: 1 + r.IntN(60), Unverified: r.IntN(6) == 0, ClockUnknown: r.IntN(6) == 0, Readings: readings()})
		}
		var again met // as it is read back from the file
		if err := json.Unmarshal([]byte(toJSON(t, m)), &again); err != nil {
			t.Fatal(err)
		}
		m.Want = again.judged(set)
		list = append(list, m)
	}
	var b bytes.Buffer
	b.WriteString("[\n")
	for i, m := range list {
		end := ",\n"
		if i == len(list)-1 {
			end = "\n]\n"
		}
		b.WriteString("  " + toJSON(t, m) + end)
	}
	current(t, filepath.Join("testdata", "phone-visits-drawn.json"), b.Bytes())
}
