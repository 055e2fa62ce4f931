package importer

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/identifier"
)

func runCommand(t *testing.T, store Store, args ...string) (string, error) {
	t.Helper()
	opened, closed := 0, 0
	root := Command(func() (Store, func() error, error) {
		opened++
		return store, func() error { closed++; return nil }, nil
	}, nobodyPlans, func() time.Time { return today })
	var out bytes.Buffer
	root.SetOut(&out)
	root.SetErr(&out)
	root.SetArgs(args)
	err := root.ExecuteContext(t.Context())
	if opened != closed {
		t.Errorf("the database was opened %d times and closed %d times", opened, closed)
	}
	return out.String(), err
}

// nobodyPlans knows nobody who could plan; what is planned is tested in pbrecords, by the rules of a desk.
func nobodyPlans(email string) (Planner, error) {
	return nil, fmt.Errorf("nobody here has the e-mail address %q", email)
}

func TestCommand(t *testing.T) {
	m := seeded()
	out, err := runCommand(t, m, "directory", filepath.Join("testdata", "trafford-practices.csv"))
	if err != nil || !strings.Contains(out, "26 rows: 26 created") {
		t.Errorf("directory: %v\n%s", err, out)
	}
	for id := range m.rows[care.Organisations] {
		if _, err := identifier.ParseULID(id); err != nil && !strings.HasPrefix(id, "org-") {
			t.Errorf("the id %q is none: %v", id, err)
		}
	}
	out, err = runCommand(t, m, "people", "--team", "North nurses", "--brief", filepath.Join("testdata", "people", "bundle.json"))
	if !errors.Is(err, ErrRefused) || !strings.Contains(out, "12 rows: 5 created") || strings.Contains(out, "entry 1 ") {
		t.Errorf("people: %v\n%s", err, out)
	}
	if len(m.rows[care.Caseload]) != 5 {
		t.Errorf("%d people are on a caseload", len(m.rows[care.Caseload]))
	}
	out, err = runCommand(t, m, "people", filepath.Join("testdata", "people", "breaks_off.json"))
	if err == nil || errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "import breaks_off.json: nothing can be read after byte") || !strings.Contains(out, "1 row: 1 created") {
		t.Errorf("a file that breaks off: %v\n%s", err, out)
	}
}

func TestCommandThatCannotBegin(t *testing.T) {
	m := seeded()
	if _, err := runCommand(t, m, "directory"); err == nil {
		t.Error("no file was named, and nobody minded")
	}
	if _, err := runCommand(t, m, "people", filepath.Join("testdata", "nowhere.csv")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
	root := Command(func() (Store, func() error, error) { return nil, nil, errors.New("locked") }, nobodyPlans, func() time.Time { return today })
	root.SetOut(&bytes.Buffer{})
	root.SetErr(&bytes.Buffer{})
	root.SetArgs([]string{"people", filepath.Join("testdata", "people", "rows.csv")})
	if err := root.ExecuteContext(t.Context()); err == nil || !strings.Contains(err.Error(), "open the database: locked") {
		t.Errorf("a database that does not open: %v", err)
	}
}
