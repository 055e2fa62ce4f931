package migrations_test

import (
	"path/filepath"
	"strings"
	"testing"
)

// Migrations run in the order of their names: two with one number would be ordered by what they are called.
func TestEveryMigrationHasANumberOfItsOwn(t *testing.T) {
	files, err := filepath.Glob("[0-9]*_*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("found %d migrations: %v", len(files), err)
	}
	taken := map[string]string{}
	for _, file := range files {
		number, _, _ := strings.Cut(file, "_")
		if other, is := taken[number]; is {
			t.Errorf("%s and %s have the same number", other, file)
		}
		taken[number] = file
	}
}
