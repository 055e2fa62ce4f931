package handover

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/news2"
)

var update = flag.Bool("update", false, "write the golden texts anew; the difference is the review")

// golden is a file of testdata/texts: what is known, then the text that is written of it. A clinician can read it; a
// phone's preview is held to those that begin with "phone: yes" (e2e/unit/handover-text.test.mjs).
type golden struct {
	file, head string // head: all up to the text
	facts      [][2]string
	blocks     []block
	want       string
}

// block is one record in a golden file, with its fields.
type block struct {
	kind, id string
	fields   [][2]string
}

const wanted = "\nSITUATION\n"

func readGolden(t *testing.T, file string) golden {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head, text, ok := strings.Cut(string(raw), wanted)
	_, known, ok2 := strings.Cut(head, "\nWHAT IS KNOWN\n")
	if !ok || !ok2 {
		t.Fatalf("%s lacks WHAT IS KNOWN or SITUATION", file)
	}
	g := golden{file: file, head: head, want: strings.TrimPrefix(wanted, "\n") + text}
	lines := bufio.NewScanner(strings.NewReader(known))
	for lines.Scan() {
		line := lines.Text()
		if line == "" {
			continue
		}
		name, value, ok := strings.Cut(strings.TrimLeft(line, " "), ": ")
		if !ok {
			t.Fatalf("%s: %q is no fact", file, line)
		}
		switch {
		case strings.HasPrefix(line, "  "):
			b := &g.blocks[len(g.blocks)-1]
			b.fields = append(b.fields, [2]string{name, value})
		case name == "visit" || name == "readings" || name == "check-in" || name == "before" || name == "replaced":
			g.blocks = append(g.blocks, block{kind: name, id: value})
		default:
			g.facts = append(g.facts, [2]string{name, value})
		}
	}
	return g
}

// caseOf is the case that a golden file tells.
func (g *golden) caseOf(t *testing.T) Case {
	t.Helper()
	c := Case{}
	person, clock := news2.Person{Scale: 1}, true
	for _, f := range g.facts {
		switch name, value := f[0], f[1]; name {
		case "phone":
		case "to":
			c.To = Team{ID: value, Kind: value}
		case "class":
			c.Class = care.Class(value)
		case "by hand":
			c.ByHand = true
		case "called 999":
			c.Called999 = true
		case "withdrawn":
			c.Withdrawn = true
		case "confirmed":
			c.Confirmed = true
		case "unverified":
			c.Unverified = true
		case "copy":
			c.Copy = true
		case "age":
			old := years(t, value)
			c.Age, person.Age = &old, &old
		case "scale":
			person.Scale = years(t, value)
		case "pregnant":
			yes := true
			person.Pregnant = &yes
		case "clock":
			clock = false
		case "meant":
			c.Meant = value
		case "needs":
			c.Communication = strings.Split(value, ", ")
		case "risk":
			c.RiskNote = value
		case "happened":
			c.ClinicalTime = minute(t, value)
		case "due":
			c.ActDue = minute(t, value)
		case "late":
			d, err := time.ParseDuration(value)
			if err != nil {
				t.Fatal(err)
			}
			c.LateBy = d
		case "ask":
			c.Asks = append(c.Asks, value)
		case "own situation":
			c.Situation = value
		case "own background":
			c.Background = value
		case "own assessment":
			c.Assessment = value
		case "own recommendation":
			c.Recommendation = value
		case "own safe note":
			c.SafeNote = value
		default:
			t.Fatalf("%s: nobody knows what %q is", g.file, name)
		}
	}
	var was *Finding
	for _, b := range g.blocks {
		found, titles := b.finding(t, person, clock)
		switch b.kind {
		case "before":
			c.Before = &found
			continue
		case "replaced":
			was = &found
			continue
		}
		if found.Values["replaces"] != nil {
			found.Was = was
		}
		if len(titles) == 0 {
			titles = []string{""}
		}
		for _, title := range titles {
			found.Title = title
			c.Findings = append(c.Findings, found)
		}
	}
	return c
}

func (b *block) finding(t *testing.T, person news2.Person, clock bool) (Finding, []string) {
	t.Helper()
	collections := map[string]string{"visit": care.Visits, "check-in": care.Checkins}
	f := Finding{Collection: care.Observations, Record: b.id, ClockKnown: clock, Verified: true, Values: map[string]any{}}
	if c := collections[b.kind]; c != "" {
		f.Collection = c
	}
	var titles []string
	for _, field := range b.fields {
		switch name, value := field[0], field[1]; name {
		case "at":
			f.At = minute(t, value)
		case "written":
			f.WrittenAt = minute(t, value)
		case "rule":
			titles = append(titles, value)
		case "doubt":
			f.Doubt, f.Verified = value, false
		case "details":
			var answers []map[string]string
			for answer := range strings.SplitSeq(value, " | ") {
				label, rest, _ := strings.Cut(answer, " = ")
				answered, unit, _ := strings.Cut(rest, " in ")
				answers = append(answers, map[string]string{"code": "c", "label": label, "value": answered, "unit": unit})
			}
			f.Values[name] = answers
		case "soft_signs":
			f.Values[name] = strings.Split(value, ", ")
		default:
			f.Values[name] = typed(value)
		}
	}
	if f.Collection == care.Observations && care.AnyScored(f.Values) {
		f.NEWS2 = scoreOf(f.Values, person)
	}
	return f, titles
}

func scoreOf(values map[string]any, person news2.Person) *news2.Score {
	number := func(name string) *int {
		n, ok := values[name].(int64)
		if !ok {
			return nil
		}
		i := int(n)
		return &i
	}
	r := news2.Reading{RespirationRate: number("respiration_rate"), SpO2: number("spo2"), Systolic: number("systolic"), Pulse: number("pulse")}
	if oxygen, ok := values["on_oxygen"].(bool); ok {
		r.OnOxygen = &oxygen
	}
	if level, ok := values["acvpu"].(string); ok {
		c := news2.Consciousness(level)
		r.ACVPU = &c
	}
	if warm, ok := values["temperature"].(float64); ok {
		tenths := news2.Tenths(int(warm*10 + 0.5))
		r.Temperature = &tenths
	}
	s := news2.Calculate(r, person)
	return &s
}

// typed reads a value of a golden file as a record holds it.
func typed(value string) any {
	if n, err := strconv.ParseInt(value, 10, 64); err == nil {
		return n
	}
	if x, err := strconv.ParseFloat(value, 64); err == nil {
		return x
	}
	if value == "true" || value == "false" {
		return value == "true"
	}
	return value
}

var practice = Team{ID: "practice-oak", Kind: "practice"}

func years(t *testing.T, value string) int {
	t.Helper()
	n, err := strconv.Atoi(value)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func minute(t *testing.T, value string) time.Time {
	t.Helper()
	at, err := time.Parse("2006-01-02T15:04Z", value)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func (x Text) String() string {
	return fmt.Sprintf("SITUATION\n%s\n\nBACKGROUND\n%s\n\nASSESSMENT\n%s\n\nRECOMMENDATION\n%s\n\nSAFE TO SHARE\n%s\n",
		x.Situation, x.Background, x.Assessment, x.Recommendation, x.SafeNote)
}

// eachGolden goes through the golden files.
func eachGolden(t *testing.T, do func(t *testing.T, g golden, c Case)) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "texts", "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden texts (%v)", err)
	}
	for _, file := range files {
		g := readGolden(t, file)
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) { do(t, g, g.caseOf(t)) })
	}
}
