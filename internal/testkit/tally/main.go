// Command tally reads what `go test -json` says on its standard input and tells it for people: a line
// a package as it ends, everything a failing test printed, and at last one line "go: N passed, N failed".
// It writes the failures to a file, each with the command that repeats it, in the form that .ci/parts
// reads. It ends with 1 when a test failed, a package could not be built, or no test ran.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	part := flag.String("part", "go", "the part of the tests, as the last line names it")
	file := flag.String("failed", "", "where to write the failures")
	flag.Parse()
	t := newTally(os.Stdout)
	err := t.read(os.Stdin)
	if *file != "" && err == nil {
		err = os.WriteFile(*file, []byte(t.failures()), 0o600)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "tally:", err)
		os.Exit(1)
	}
	fmt.Fprintln(os.Stdout, t.score(*part))
	if t.passed == 0 || len(t.failed) > 0 {
		os.Exit(1)
	}
}
