package care

import (
	"fmt"
	"go/format"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// TestWhatEveryStateMeans is the whole table: a row a state, a mark for each meaning that holds.
func TestWhatEveryStateMeans(t *testing.T) {
	var b strings.Builder
	fmt.Fprintf(&b, "%-16s", "")
	for _, l := range stateLists {
		fmt.Fprintf(&b, "%-13s", l.name)
	}
	for _, s := range States {
		fmt.Fprintf(&b, "\n%-16s", s)
		for _, l := range stateLists {
			mark := "."
			if l.holds(State(s)) {
				mark = "yes"
			}
			fmt.Fprintf(&b, "%-13s", mark)
		}
	}
	var lines []string
	for line := range strings.Lines(b.String()) {
		lines = append(lines, strings.TrimRight(line, " \n"))
	}
	holdFile(t, filepath.Join("testdata", "states.txt"), strings.Join(lines, "\n")+"\n")
}

func TestAStateNobodyKnowsMeansNothing(t *testing.T) {
	for _, l := range stateLists {
		if l.holds("") || l.holds("lost") {
			t.Errorf("a state that there is not is %s", l.name)
		}
		if len(StatesThat(l.holds)) == 0 {
			t.Errorf("no state is %s", l.name)
		}
	}
}

// TestSQLKnowsTheSameStates holds states_sql.go to the methods: a list for IN, and a condition for indexes.
func TestSQLKnowsTheSameStates(t *testing.T) {
	var b strings.Builder
	b.WriteString("// Code generated from state.go by go test ./internal/care -update; DO NOT EDIT.\n\npackage care\n\n" +
		"// Lists of states for SQL, as in: state IN ` + SQLClosed. Their meanings are methods of State.\nconst (\n")
	for _, l := range stateLists {
		if !l.sql {
			continue
		}
		fmt.Fprintf(&b, "\tSQL%s = `('%s')` // %s\n", l.name, strings.Join(StatesThat(l.holds), "', '"), l.about)
	}
	b.WriteString(")\n")
	code, err := format.Source([]byte(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	holdFile(t, "states_sql.go", string(code))
}

func TestThePagesKnowTheSameStates(t *testing.T) {
	var b strings.Builder
	b.WriteString("// @ts-check\n// What the states of a handover and of an issue mean, made from internal/care/state.go and issue_states.go by:\n// go test ./internal/care -update. Change it there.\n\n" +
		"/** @param {string[]} states @returns {(h: { state: string }) => boolean} */\nconst oneOf = states => h => states.includes(h.state)\n")
	for _, l := range stateLists {
		if !l.pages {
			continue
		}
		name := string(unicode.ToLower(rune(l.name[0]))) + l.name[1:]
		list := "['" + strings.Join(StatesThat(l.holds), "', '") + "']"
		fmt.Fprintf(&b, "\n/** %s */\nexport const %sStates = %s\nexport const %s = oneOf(%sStates)\n", l.about, name, list, name, name)
	}
	fmt.Fprintf(&b, "\n/** @typedef {{ state?: string, kind?: string }} Issue */\n"+
		"\n/** Somebody still has to decide it. One that a push answered with has no state until it is pulled. @param {Issue} i */\n"+
		"export const openIssue = i => i.state === undefined || i.state === '%s'\n", IssueOpen)
	fmt.Fprintf(&b, "\n/** the kinds of issue, in the order of the desk's filter */\nexport const issueKinds = ['%s']\n", strings.Join(IssueKinds, "', '"))
	for _, k := range []struct {
		name, about string
		kind        IssueKind
	}{
		{"conflict", "two values, each with an author", IssueConflict},
		{"setAside", "one value that could not be stored", IssueSetAside},
		{"heldBack", "a whole change that could not be stored", IssueQuarantined},
	} {
		fmt.Fprintf(&b, "\n/** %s @param {Issue} i */\nexport const %s = i => i.kind === '%s'\n", k.about, k.name, k.kind)
	}
	holdFile(t, filepath.Join("..", "..", "pb_public", "shared", "states.js"), b.String())
}

// holdFile compares a file with what the tables say; -update rewrites it.
func holdFile(t *testing.T, path, want string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	have, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != want {
		t.Errorf("%s is not what the tables say; run: go test ./internal/care -update\nwant\n%s", path, want)
	}
}

// TestNobodyKeepsAListOfStatesByHand reads the product's sources, Go and JavaScript: a list of two states or more
// has a meaning, and meanings have a method.
func TestNobodyKeepsAListOfStatesByHand(t *testing.T) {
	names := strings.Join(States, "|")
	byHand := regexp.MustCompile(`'(?:` + names + `)'(?:, '(?:` + names + `)')+` +
		`|case care\.\w+, care\.(?:Queued|Sent|CallNeeded|NoDestination|Seen|Acknowledged|Accepted|Done|Declined|Escalated|Failed|StoodDown)\b` +
		`|state [!=]==? '(?:` + names + `)' (?:\|\||&&) \w+\.state`)
	for name, found := range productFilesThatSay(t, byHand, "internal/handover/") { // but for the state machine itself
		t.Errorf("%s lists states by hand: %s", name, found)
	}
}

// TestNobodyWritesAStateOrAKindOfAnIssueByHand reads the product's sources, Go and JavaScript. The simulator reckons
// with words of its own, so that a wrong word of the product is seen.
func TestNobodyWritesAStateOrAKindOfAnIssueByHand(t *testing.T) {
	states, kinds := strings.Join(QuarantineStates, "|"), strings.Join(append(slices.Clone(IssueKinds), QuarantineKinds...), "|")
	byHand := regexp.MustCompile(
		`(?:"state"|"state"\)|State\(\)|\bstate\b)(?:,|:| [!=:]?=) ?"(?:` + states + `)"` + // Go
			`|(?:"kind"|"kind"\]|"kind"\)|\b[Kk]ind\(\)|\b[Kk]ind\b)(?:,|:| [!=:]?=) ?"(?:` + kinds + `)"` +
			`|(?:newHeld|issueAbout)\("|return "(?:` + kinds + `)"` +
			`|state\x60? = '(?:` + states + `)'` + // SQL
			`|\.state [!=]==? '(?:` + states + `)'|\.kind [!=]==? '(?:` + kinds + `)'|'(?:` + kinds + `)', '(?:` + kinds + `)'`) // JavaScript
	for name, found := range productFilesThatSay(t, byHand, "internal/sim/", "care/issue_states.go") {
		t.Errorf("%s writes a state or a kind of an issue by hand: %s; internal/care/issue_states.go has names for them", name, found)
	}
	for _, said := range []string{`i.Kind() == "mutation"`, `"state": "open"`, `issue.Text("state") != "open"`, `return "set_aside"`, `state := "dismissed"`,
		"\"`state` = 'open'\"", `WHERE state = 'open'`, `i.state !== 'resolved'`, `it.kind === 'quarantined'`, `['conflict', 'set_aside']`} {
		if !byHand.MatchString(said) {
			t.Errorf("this is not seen: %s", said)
		}
	}
}

// productFilesThatSay finds what matches in the product's sources, by file; files whose names hold one of except are
// left out, as are tests and what is generated.
func productFilesThatSay(t *testing.T, what *regexp.Regexp, except ...string) map[string]string {
	t.Helper()
	said, read := map[string]string{}, 0
	for _, root := range []string{filepath.Join("..", "..", "internal"), filepath.Join("..", "..", "collections"), filepath.Join("..", "..", "pb_public")} {
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			name := filepath.ToSlash(path)
			switch {
			case err != nil || entry.IsDir():
				return err
			case strings.HasSuffix(name, "_test.go"), !strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, ".js"),
				strings.Contains(name, "/vendor/"), strings.HasSuffix(name, "care/states_sql.go"), strings.HasSuffix(name, "shared/states.js"),
				slices.ContainsFunc(except, func(part string) bool { return strings.Contains(name, part) }):
				return nil
			}
			source, err := os.ReadFile(path)
			read++
			if found := what.Find(source); found != nil {
				said[name] = string(found)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if read < 200 {
		t.Errorf("only %d files were read", read)
	}
	return said
}
