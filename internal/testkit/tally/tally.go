package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// event is a line of `go test -json`; see `go doc test2json`.
type event struct {
	Action      string
	Package     string
	ImportPath  string // of what is built
	Test        string
	Elapsed     float64 // seconds
	Output      string
	FailedBuild string
}

// failure is a test, or a package, that failed, and the command that repeats it.
type failure struct{ name, command string }

// tally counts the tests that other tests do not divide into smaller ones.
type tally struct {
	out      io.Writer
	packages map[string]*pkg
	built    map[string]string // what building said, by import path
	passed   int
	skipped  int
	failed   []failure
}

// pkg is a package whose tests run.
type pkg struct {
	ended   map[string]string   // action by test
	printed map[string][]string // by test, "" for what none of them printed
	order   []string            // tests as they began
}

func newTally(out io.Writer) *tally {
	return &tally{out: out, packages: map[string]*pkg{}, built: map[string]string{}}
}

// read takes everything there is. What is not JSON is handed on as it is.
func (t *tally) read(in io.Reader) error {
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			var e event
			if json.Unmarshal([]byte(line), &e) != nil {
				fmt.Fprintln(t.out, strings.TrimRight(line, "\n"))
			} else {
				t.take(e)
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.packages)) { // of which no end was heard: go test itself was stopped
		t.end(event{Action: "fail", Package: name})
	}
	return nil
}

func (t *tally) take(e event) {
	if e.Action == "build-output" {
		t.built[e.ImportPath] += e.Output
		return
	}
	if e.Package == "" {
		return
	}
	p := t.packages[e.Package]
	if p == nil {
		p = &pkg{ended: map[string]string{}, printed: map[string][]string{}}
		t.packages[e.Package] = p
	}
	switch e.Action {
	case "output":
		p.printed[e.Test] = append(p.printed[e.Test], e.Output)
	case "run":
		p.order = append(p.order, e.Test)
	case "pass", "fail", "skip":
		if e.Test == "" {
			t.end(e)
			return
		}
		p.ended[e.Test] = e.Action
	}
}

// end counts what a package did and tells it.
func (t *tally) end(e event) {
	p := t.packages[e.Package]
	delete(t.packages, e.Package)
	dir := "." + strings.TrimPrefix(e.Package, strings.SplitN(e.Package, "/", 2)[0])
	passed, before := 0, len(t.failed)
	for i, name := range p.order {
		divided := slices.ContainsFunc(p.order[i+1:], func(other string) bool { return strings.HasPrefix(other, name+"/") })
		switch p.ended[name] {
		case "pass":
			if !divided {
				passed++
			}
		case "skip":
			t.skipped++
			fmt.Fprintf(t.out, "skip  %s %s: %s\n", dir, name, strings.TrimSpace(said(p.printed[name])))
		default: // failed, or was under way when the package ended
			if divided && p.partFailed(name) {
				fmt.Fprint(t.out, said(p.printed[name]))
				continue
			}
			t.failed = append(t.failed, failure{dir + " " + name, fmt.Sprintf("go test %s -count=1 -run '%s'", dir, pattern(name))})
			fmt.Fprintf(t.out, "FAIL  %s %s\n%s", dir, name, said(p.printed[name]))
		}
	}
	t.passed += passed
	if e.Action == "fail" && len(t.failed) == before { // it was not built, or broke outside its tests
		t.failed = append(t.failed, failure{dir, fmt.Sprintf("go test %s -count=1", dir)})
		fmt.Fprintf(t.out, "FAIL  %s\n%s%s", dir, t.built[e.FailedBuild], said(p.printed[""]))
	}
	if len(p.order) > 0 {
		fmt.Fprintf(t.out, "%-4s  %s  %d passed, %d failed in %.1f s\n", map[bool]string{true: "ok", false: "FAIL"}[e.Action == "pass"], dir, passed, len(t.failed)-before, e.Elapsed)
	}
}

// partFailed says whether a test failed because a part of it did, which is told on its own.
func (p *pkg) partFailed(name string) bool {
	return slices.ContainsFunc(p.order, func(other string) bool {
		return strings.HasPrefix(other, name+"/") && p.ended[other] != "pass" && p.ended[other] != "skip"
	})
}

var ruler = regexp.MustCompile(`^\s*(=== (RUN|PAUSE|CONT|NAME)|--- (PASS|FAIL|SKIP))`)

// said is output without the lines that say which test it is of.
func said(lines []string) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(lines), ruler.MatchString), "")
}

// pattern is the -run flag for one test.
func pattern(name string) string {
	parts := strings.Split(name, "/")
	for i, part := range parts {
		parts[i] = "^" + regexp.QuoteMeta(part) + "$"
	}
	return strings.ReplaceAll(strings.Join(parts, "/"), "'", `'\''`)
}

// failures are the lines of the file: name, tab, command.
func (t *tally) failures() string {
	var b strings.Builder
	for _, f := range t.failed {
		fmt.Fprintf(&b, "%s\t%s\n", f.name, f.command)
	}
	return b.String()
}

// score is the last line.
func (t *tally) score(part string) string {
	return fmt.Sprintf("%s: %d passed, %d failed", part, t.passed, len(t.failed))
}
