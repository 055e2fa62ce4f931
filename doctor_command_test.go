package main

import (
	"regexp"
	"strings"
	"testing"
)

// The doctor looks through a folder beside the server on it, and one that no server starts on; the version says what the program is.
func TestTheDoctorLooksBesideAServerAndWhereNoneStarts(t *testing.T) {
	dir, _, _ := nursesFolder(t)
	serve, lines, _ := serves(t, dir)
	got := printed(t, dir, "doctor")
	if !strings.Contains(got, "Nobody is a care coordinator") || !regexp.MustCompile(`(?m)^Well: folder, disk, keys, database, integrity, schema, clock, sequence, feed, ledger, `).MatchString(got) {
		t.Errorf("beside a server it says %s", got)
	}
	ends(t, serve, lines)
	if got := printed(t, t.TempDir(), "doctor"); !strings.Contains(got, "data.db is not there.") || !strings.Contains(got, "Not looked at: integrity, schema,") {
		t.Errorf("of an empty folder it says %s", got)
	}
	if got := printed(t, dir, "version"); !regexp.MustCompile(`^Doorstep .+\nschema \d+_\w+\.go\ngo1\.\d+(\.\d+)?.*, PocketBase v\d.*, SQLite 3\.\d+\.\d+, \w+/\w+\n$`).MatchString(got) {
		t.Errorf("it says that it is %q", got)
	}
}

// printed is what a command prints, however it ends.
func printed(t *testing.T, dir string, args ...string) string {
	t.Helper()
	c, lines := program(t, []string{"DOORSTEP_DATA_DIR=" + dir}, args...)
	var all strings.Builder
	for lines.Scan() {
		all.WriteString(lines.Text() + "\n")
	}
	_ = c.Wait() // a doctor that found something ends with 1
	return all.String()
}
