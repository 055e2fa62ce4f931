package collections_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"slices"
	"testing"

	"doorstep/collections"
	"doorstep/internal/care"
	"doorstep/internal/testkit/pbtest"

	"github.com/pocketbase/pocketbase/core"
)

const goldenFile = "schema.golden.json"

var update = flag.Bool("update", false, "rewrite "+goldenFile)

func TestSchema_AllMigrationsLeadToTheGoldenFile(t *testing.T) {
	got, err := collections.Dump(pbtest.New(t))
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(goldenFile, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(goldenFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the migrated schema differs from %s; when the change is meant: go test ./collections -update, and review the diff\n%s",
			goldenFile, firstDifference(got, want))
	}
}

func TestSchema_MigrationsAndBuildersAgree(t *testing.T) {
	app := pbtest.New(t)
	for _, built := range collections.All() {
		stored, err := app.FindCollectionByNameOrId(built.Name)
		if err != nil {
			t.Errorf("%s: no migration made it: %v", built.Name, err)
			continue
		}
		if got, want := described(t, stored), described(t, built); got != want {
			t.Errorf("%s: migrations made\n%s\nbut its builder says\n%s", built.Name, got, want)
		}
	}
}

func TestSchema_HoldsTheCollectionsOfCareAndNoOthers(t *testing.T) {
	var want, got []string
	for _, c := range care.Collections() {
		want = append(want, c.Name)
	}
	for _, c := range collections.All() {
		got = append(got, c.Name)
	}
	if !slices.Equal(got, want) {
		t.Errorf("builders = %v, care = %v", got, want)
	}
	stored, err := pbtest.New(t).FindAllCollections()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range stored {
		if !c.System && !slices.Contains(want, c.Name) {
			t.Errorf("the database also holds %s", c.Name)
		}
	}
}

func described(t *testing.T, c *core.Collection) string {
	t.Helper()
	description, err := collections.Describe(c)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.MarshalIndent(description, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func firstDifference(got, want []byte) string {
	a, b := bytes.Split(got, []byte("\n")), bytes.Split(want, []byte("\n"))
	for i := range min(len(a), len(b)) {
		if !bytes.Equal(a[i], b[i]) {
			return "migrated: " + string(a[i]) + "\ngolden:   " + string(b[i])
		}
	}
	return "one is longer than the other"
}
