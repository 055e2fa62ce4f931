package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// stream is what `go test -json` says: a line for each of these, "action test text" of package doorstep/internal/care.
func stream(lines ...string) string {
	var b strings.Builder
	for _, line := range lines {
		action, rest, _ := strings.Cut(line, " ")
		test, text, _ := strings.Cut(rest, " ")
		fmt.Fprintf(&b, `{"Action":%q,"Package":"doorstep/internal/care","Test":%q,"Output":%q,"Elapsed":0.5}`+"\n", action, test, text)
	}
	return b.String()
}

func TestTheTallyCountsEachTestOnceAndNamesWhatFailed(t *testing.T) {
	const of = "go test ./internal/care -count=1"
	for _, c := range []struct {
		name   string
		in     string
		score  string
		failed []failure
		says   []string
	}{
		{"nothing ran", "", "go: 0 passed, 0 failed", nil, nil},
		{"a package without tests", stream("start", "skip"), "go: 0 passed, 0 failed", nil, nil},
		{"tests that pass", stream("run TestA", "run TestB", "output TestB \tb says\n", "pass TestB", "pass TestA", "pass"),
			"go: 2 passed, 0 failed", nil, []string{"ok    ./internal/care  2 passed, 0 failed in 0.5 s"}},
		{"a test with parts is its parts", stream("run TestA", "run TestA/one", "run TestA/two", "pass TestA/one", "pass TestA/two", "pass TestA", "pass"),
			"go: 2 passed, 0 failed", nil, nil},
		{"a name that begins like another's is no part of it", stream("run TestA", "run TestAll", "pass TestAll", "pass TestA", "pass"), "go: 2 passed, 0 failed", nil, nil},
		{"a part fails, and its test with it", stream("run TestA", "run TestA/it_is_'so'", "output TestA/it_is_'so' \tit is not\n", "run TestA/two", "fail TestA/it_is_'so'", "pass TestA/two", "fail TestA", "fail"),
			"go: 1 passed, 1 failed", []failure{{"./internal/care TestA/it_is_'so'", of + ` -run '^TestA$/^it_is_'\''so'\''$'`}}, []string{"it is not"}},
		{"a test fails though its parts pass", stream("run TestA", "run TestA/one", "pass TestA/one", "fail TestA", "fail"),
			"go: 1 passed, 1 failed", []failure{{"./internal/care TestA", of + " -run '^TestA$'"}}, nil},
		{"a test is under way when the package ends", stream("run TestA", "run TestB", "pass TestA", "output TestB panic: test timed out\n", "fail"),
			"go: 1 passed, 1 failed", []failure{{"./internal/care TestB", of + " -run '^TestB$'"}}, []string{"timed out"}},
		{"the whole is stopped", stream("run TestA", "pass TestA", "run TestB"), "go: 1 passed, 1 failed", []failure{{"./internal/care TestB", of + " -run '^TestB$'"}}, nil},
		{"every test passes and the package does not", stream("run TestA", "pass TestA", "output  exit status 3\n", "fail"),
			"go: 1 passed, 1 failed", []failure{{"./internal/care", of}}, []string{"exit status 3"}},
		{"it is not built", `{"ImportPath":"doorstep/internal/care","Action":"build-output","Output":"care.go:1: what is this\n"}` + "\n" +
			`{"ImportPath":"doorstep/internal/care","Action":"build-fail"}` + "\n" + `{"Action":"fail","Package":"doorstep/internal/care","FailedBuild":"doorstep/internal/care"}`,
			"go: 0 passed, 1 failed", []failure{{"./internal/care", of}}, []string{"what is this"}},
		{"a test is skipped", stream("run TestA", "output TestA \tno compiler here\n", "skip TestA", "pass"), "go: 0 passed, 0 failed", nil, []string{"skip  ./internal/care TestA: no compiler here"}},
		{"what is no JSON is handed on", "go: downloading x\n", "go: 0 passed, 0 failed", nil, []string{"go: downloading x"}},
	} {
		var out strings.Builder
		counted := newTally(&out)
		if err := counted.read(strings.NewReader(c.in)); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if got := counted.score("go"); got != c.score {
			t.Errorf("%s: %q, want %q", c.name, got, c.score)
		}
		if !slices.Equal(counted.failed, c.failed) {
			t.Errorf("%s: failed %v, want %v", c.name, counted.failed, c.failed)
		}
		for _, want := range c.says {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: it does not say %q but\n%s", c.name, want, &out)
			}
		}
	}
}

func TestTheFileOfFailuresHasALineForEachWithItsCommand(t *testing.T) {
	counted := newTally(&strings.Builder{})
	if err := counted.read(strings.NewReader(stream("run TestA", "fail TestA", "run TestB", "fail TestB", "fail"))); err != nil {
		t.Fatal(err)
	}
	const want = "./internal/care TestA\tgo test ./internal/care -count=1 -run '^TestA$'\n./internal/care TestB\tgo test ./internal/care -count=1 -run '^TestB$'\n"
	if got := counted.failures(); got != want {
		t.Errorf("it holds\n%s, want\n%s", got, want)
	}
}
