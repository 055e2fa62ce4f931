package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// parts stands in for make: each target does what a part of the tests may do.
const parts = `#!/bin/bash
failed="$TEST_OUT/${2#test-}.failed"
case $2 in
test-good) : >"$failed"; echo "good: 3 passed, 0 failed" ;;
test-bad) printf 'Ann is late\tgo test ./late\n' >"$failed"; echo "bad: 3 passed, 1 failed"; exit 1 ;;
test-empty) : >"$failed"; echo "empty: 0 passed, 0 failed" ;;
test-broken) echo "missing: Node.js" >&2; exit 2 ;;
test-odd) echo "odd: 3 passed, 0 failed"; exit 2 ;;
esac
`

func TestEveryPartRunsAndTheLastLinesNameWhatFailed(t *testing.T) {
	const wrong = "== failed:\n"
	for _, c := range []struct {
		name, parts string
		passes      bool
		last        string // what stands at the end
	}{
		{"all is well", "good", true, "== every test passed\n"},
		{"a part that fails does not keep the next from running", "bad good", false, wrong + "  Ann is late\n      go test ./late\n"},
		{"a part without tests has failed", "empty good", false, wrong + "  test-empty ran no test\n      make test-empty\n"},
		{"a part that cannot start has failed", "broken good", false, wrong + "  test-broken could not be started, or ended early\n      make test-broken\n"},
		{"a part that ends in error has failed, whatever it says", "odd good", false, wrong + "  test-odd ended with 2\n      make test-odd\n"},
		{"two failures are both named", "bad broken", false, wrong + "  Ann is late\n      go test ./late\n  test-broken could not be started, or ended early\n      make test-broken\n"},
		{"no part at all is a failure", "", false, wrong + "  no part was named\n      make test\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			stub := filepath.Join(dir, "make")
			if err := os.WriteFile(stub, []byte(parts), 0o700); err != nil {
				t.Fatal(err)
			}
			var targets []string
			for _, part := range strings.Fields(c.parts) {
				targets = append(targets, "test-"+part)
			}
			run := exec.CommandContext(t.Context(), "../../../.ci/parts", targets...)
			run.Env = append(os.Environ(), "MAKE="+stub, "TEST_OUT="+dir)
			out, err := run.CombinedOutput()
			if (err == nil) != c.passes {
				t.Errorf("it ends with %v", err)
			}
			if !strings.HasSuffix(string(out), c.last) {
				t.Errorf("it says\n%s, and at the end it should say\n%s", out, c.last)
			}
			if strings.HasSuffix(c.parts, "good") && !strings.Contains(string(out), "\ngood: 3 passed, 0 failed\n") {
				t.Errorf("the last part did not run:\n%s", out)
			}
		})
	}
}
