package syncer

import (
	"reflect"
	"strings"
	"testing"

	"doorstep/internal/access"
)

var testCursors = cursors{key: []byte("a key of the tests, 32 bytes long")}

var begun = &load{Instalment: access.Instalment{First: []int64{3, 90, 1 << 40}, Done: 12, To: 57}, sent: 1960, of: 30210}

func TestALoadComesBackAsItWasWritten(t *testing.T) {
	for name, l := range map[string]*load{"none": nil, "one at its beginning": {}, "one under way": begun} {
		if got, err := parseLoad(l.format()); err != nil || !reflect.DeepEqual(got, l) {
			t.Errorf("%s: %+v came back as %+v, %v", name, l, got, err)
		}
	}
}

func TestACursorComesBackAsItWasGivenOut(t *testing.T) {
	for _, c := range []cursor{
		{epoch: "e1", since: 0},
		{epoch: "e1", since: 88012},
		{epoch: "e12", since: 1<<63 - 1},
		{epoch: "e3", since: 88012, until: 88123, scope: 57, seq: 88001},
		{epoch: "e3", since: 0, until: 1, scope: 1},
		{epoch: "e3", since: 88012, past: "EQAB-_"},
		{epoch: "e3", since: 88012, people: begun.format()},
		{epoch: "e3", since: 88012, until: 88123, scope: 57, seq: 88001, seen: 88140, people: begun.format(), past: "EQAB-_"},
		{epoch: "e3", since: 88012, seen: 88140},
		{epoch: "e3", since: 88012, until: 88123, scope: 57, seq: 88001, seen: 88140, past: "EQAB-_"},
		{epoch: "e3", since: 88012, until: 88123, scope: 57, seq: 88001, past: "EQAB-_"},
	} {
		got, err := testCursors.parse(testCursors.format(c))
		if err != nil || got != c {
			t.Errorf("%+v came back as %+v, %v", c, got, err)
		}
	}
}

func TestNoCursorIsTheBeginning(t *testing.T) {
	if c, err := testCursors.parse(""); err != nil || c != (cursor{}) {
		t.Errorf("got %+v, %v", c, err)
	}
}

func TestWhatThisServerDidNotGiveOutIsNoCursor(t *testing.T) {
	ours := testCursors.format(cursor{epoch: "e1", since: 88012})
	sealed := func(text string) string { return text + "." + testCursors.seal(text) }
	for name, s := range map[string]string{
		"another number under our seal":      strings.Replace(ours, "88012", "88013", 1),
		"a seal of another server":           cursors{key: []byte("another key")}.format(cursor{epoch: "e1", since: 88012}),
		"no seal":                            "e1.88012",
		"text only":                          "cursor",
		"a number below zero, sealed":        sealed("e1.-1"),
		"a number beyond 64 bits, sealed":    sealed("e1.9223372036854775808"),
		"a walk cut short, sealed":           sealed("e1.1.2.3"),
		"one part too many, sealed":          sealed("e1.1.2.3.4.5"),
		"an empty number, sealed":            sealed("e1."),
		"a past alone, sealed":               sealed("hEQAB"),
		"two pasts, sealed":                  sealed("e1.1.hEQAB.hEQAB"),
		"an empty past, sealed":              sealed("e1.1.h"),
		"seen, and no further, sealed":       sealed("e1.5.s5"),
		"seen as nothing, sealed":            sealed("e1.1.s"),
		"seen twice, sealed":                 sealed("e1.1.s3.s4"),
		"a load that says nothing, sealed":   sealed("e1.5.p"),
		"a load that is cut short, sealed":   sealed("e1.5.pAAEC"),
		"a load that is no base64, sealed":   sealed("e1.5.p!!!!"),
		"a load alone, sealed":               sealed("p" + begun.format()),
		"two loads, sealed":                  sealed("e1.5.p" + begun.format() + ".p" + begun.format()),
		"somebody twice in a load, sealed":   sealed("e1.5.p" + (&load{Instalment: access.Instalment{First: []int64{7, 7}}}).format()),
		"a load of too many first, sealed":   sealed("e1.5.p" + (&load{Instalment: access.Instalment{First: make([]int64, mostFirst+1)}}).format()),
		"very long":                          strings.Repeat("1", 5000),
		"a walk with a scope below zero":     sealed("e1.1.2.-3.4"),
		"our cursor with something behind":   ours + "x",
		"our cursor with something in front": "x" + ours,
	} {
		if c, err := testCursors.parse(s); err == nil {
			t.Errorf("%s: %q was taken for %+v", name, s, c)
		}
	}
}

// FuzzCursor: whatever a client sends, parsing never panics, and what is taken for a cursor is one
// that this server would write the same way.
func FuzzCursor(f *testing.F) {
	f.Add("")
	f.Add(testCursors.format(cursor{epoch: "e1", since: 88012}))
	f.Add(testCursors.format(cursor{epoch: "e3", since: 88012, until: 88123, scope: 57, seq: 88001}))
	f.Add("e1.-1.AAAAAAAAAAAAAAAA")
	f.Add("e1.99999999999999999999.AAAAAAAAAAAAAAAA")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := testCursors.parse(s)
		if err != nil {
			if c != (cursor{}) {
				t.Fatalf("refused %q and returned %+v", s, c)
			}
			return
		}
		if s != "" && testCursors.format(c) != s {
			t.Fatalf("%q was read as %+v, which is %q", s, c, testCursors.format(c))
		}
		if c.since < 0 || c.until < 0 || c.scope < 0 || c.seq < 0 {
			t.Fatalf("%q gave %+v", s, c)
		}
	})
}
