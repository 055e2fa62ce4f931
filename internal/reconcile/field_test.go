package reconcile

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
)

var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

var policies = map[string]care.Policy{"manual": care.Manual, "latest": care.Latest, "set": care.Set, "immutable": care.Immutable}

// stored is one field of one record, as the server keeps it between edits.
type stored struct {
	field care.Field
	cur   Current
	seq   int64
	lost  []string
}

func newStored(policy care.Policy, value any) *stored {
	s := &stored{field: care.Field{Name: "note", Policy: policy}, cur: Current{Value: value, Last: care.Change{Client: "creator", At: monday.Add(-time.Hour)}}}
	if policy == care.Set {
		s.field.Kind = care.List
	}
	return s
}

// take lets an edit of the whole value meet what is stored, as taking a change in does.
func (s *stored) take(e Edit) Outcome {
	s.seq++
	e.Field = &s.field
	outcome := Field(s.cur, e)
	switch outcome {
	case Same:
	case Won:
		s.lost = append(s.lost, show(s.cur.Value))
		s.write(e)
	case Restamped, Clean:
		s.write(e)
	case Lost:
		s.lost = append(s.lost, show(e.Value))
	}
	return outcome
}

func (s *stored) write(e Edit) {
	s.cur = Current{Value: e.Value, Last: care.Change{Seq: s.seq, Client: e.Client, Author: e.Author, At: e.At}}
}

// takeMembers lets adds and removes meet a list.
func (s *stored) takeMembers(add, remove []string, e Edit) bool {
	s.seq++
	e.Field = &s.field
	value, change, changed := Members(s.cur, add, remove, e, s.seq)
	if changed {
		s.cur = Current{Value: value, Last: change}
	}
	return changed
}

func show(v any) string {
	switch x := v.(type) {
	case nil:
		return "-"
	case string:
		return x
	case []string:
		return strings.Join(x, ",")
	}
	return fmt.Sprint(v)
}

// value reads what show writes, for a field of the policy.
func value(policy care.Policy, s string) any {
	switch {
	case s == "-":
		return nil
	case policy == care.Set:
		return care.NewList(strings.Split(s, ","))
	}
	return s
}

// TestTimelines plays the stories of testdata/timelines.txt, which says how to read them.
func TestTimelines(t *testing.T) {
	file, err := os.Open("testdata/timelines.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var name string
	var lines []string
	play := func() {
		if name != "" {
			t.Run(name, func(t *testing.T) { story(t, lines) })
		}
		name, lines = "", nil
	}
	scan := bufio.NewScanner(file)
	for scan.Scan() {
		line := strings.TrimSpace(scan.Text())
		title, begins := strings.CutPrefix(line, "story ")
		switch {
		case begins:
			play()
			name = title
		case line != "" && !strings.HasPrefix(line, "#"):
			lines = append(lines, line)
		}
	}
	if err := scan.Err(); err != nil {
		t.Fatal(err)
	}
	play()
}

func story(t *testing.T, lines []string) {
	var s *stored
	for _, line := range lines {
		words := strings.Fields(line)
		switch words[0] {
		case "stored":
			s = newStored(policies[words[1]], value(policies[words[1]], words[2]))
		case "ends":
			if got := show(s.cur.Value); got != words[1] {
				t.Errorf("it ends with %q, want %q", got, words[1])
			}
		case "kept":
			want := words[1:]
			if !slices.Equal(s.lost, want) {
				t.Errorf("kept as losers are %v, want %v", s.lost, want)
			}
		default:
			edit(t, s, line, words)
		}
	}
	if s.lost != nil && !slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, "kept ") }) {
		t.Errorf("losers nobody spoke of: %v", s.lost)
	}
}

// edit plays one line: who, what, and how it must end.
func edit(t *testing.T, s *stored, line string, words []string) {
	t.Helper()
	e := Edit{Client: words[0], Author: words[0], At: monday}
	var add, remove []string
	var outcome string
	for i := 1; i+1 < len(words); i += 2 {
		arg := words[i+1]
		switch words[i] {
		case "sets":
			e.Value = value(s.field.Policy, arg)
		case "over":
			e.Was, e.HasWas = value(s.field.Policy, arg), true
		case "adds":
			add = strings.Split(arg, ",")
		case "removes":
			remove = strings.Split(arg, ",")
		case "saw":
			n, err := strconv.ParseInt(arg, 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			e.Base = n
		case "at":
			clock, err := time.Parse("15:04", arg)
			if err != nil {
				t.Fatal(err)
			}
			e.At = time.Date(2026, 3, 2, clock.Hour(), clock.Minute(), 0, 0, time.UTC)
		case "decides":
			e.Value, e.Resolving = value(s.field.Policy, arg), true
		case "→":
			outcome = arg
		default:
			t.Fatalf("cannot read %q in %q", words[i], line)
		}
	}
	if s.field.Policy == care.Set {
		if changed := s.takeMembers(add, remove, e); changed != (outcome == "changed") {
			t.Errorf("%s: changed is %v", line, changed)
		}
		return
	}
	if got := s.take(e); got.String() != outcome {
		t.Errorf("%s: ended %s", line, got)
	}
}

func TestRetraction(t *testing.T) {
	changed := func(seq int64, client string) map[string]care.Change {
		return map[string]care.Change{"note": {Seq: seq, Client: client}, "outcome": {Seq: 1, Client: "ann"}}
	}
	for name, c := range map[string]struct {
		rec  care.Meta
		base int64
		want Outcome
	}{
		"nobody changed it":                        {care.Meta{Version: 4}, 4, Clean},
		"others changed it, and that was seen":     {care.Meta{Changed: changed(7, "bob")}, 7, Clean},
		"others changed it after what was seen":    {care.Meta{Changed: changed(8, "bob")}, 7, Lost},
		"own changes after what was seen":          {care.Meta{Changed: changed(8, "ann")}, 7, Clean},
		"the dashboard changed it after that":      {care.Meta{Changed: changed(8, "")}, 7, Lost},
		"it was withdrawn already":                 {care.Meta{Changed: changed(8, "bob"), Retracted: monday}, 7, Same},
		"a phone that saw nothing, nobody changed": {care.Meta{Version: 900}, 0, Clean},
	} {
		rec := &care.Record{Meta: c.rec}
		if got := Retraction(rec, c.base, "ann"); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestDifference(t *testing.T) {
	add, remove := Difference([]string{"confused", "unsteady"}, []string{"breathless", "unsteady"})
	if !slices.Equal(add, []string{"breathless"}) || !slices.Equal(remove, []string{"confused"}) {
		t.Errorf("added %v, removed %v", add, remove)
	}
	if add, remove = Difference(nil, nil); add != nil || remove != nil {
		t.Errorf("of nothing: added %v, removed %v", add, remove)
	}
}

// String names the outcome, for what a failing test says.
func (o Outcome) String() string {
	return [...]string{"same", "restamped", "clean", "won", "lost"}[o]
}
