package internal_test

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The tables of CONTRIBUTING.md and docs/ARCHITECTURE.md say where things are. These tests hold them
// to the tree: a file, a folder, a glob or a make target that a row names must exist.

func TestEveryPlaceTheDocumentsNameExists(t *testing.T) {
	targets := makeTargets(t)
	for _, document := range []string{"CONTRIBUTING.md", "docs/ARCHITECTURE.md"} {
		rows := tableRows(t, document)
		if len(rows) < 20 {
			t.Errorf("%s: only %d rows were found", document, len(rows))
		}
		for _, row := range rows {
			for _, missing := range missingPlaces(row, existsIn(t, ".."), targets) {
				t.Errorf("%s names %s, which does not exist, in the row\n%s", document, missing, row)
			}
		}
	}
}

func TestEveryFolderOfTheTableIsOnTheMaps(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	tour := strings.Join(tableRows(t, "docs/ARCHITECTURE.md"), "\n")
	for dir := range table {
		if dir == "." || dir == "internal" {
			continue
		}
		name, inside := strings.CutPrefix(dir, "internal/")
		if inside && !regexp.MustCompile(`(?m)^//   - ([^:]*, )?`+regexp.QuoteMeta(name)+`[:,]`).Match(doc) {
			t.Errorf("internal/doc.go does not say what %s is for", dir)
		}
		if !strings.Contains(tour, "`"+dir+"`") && !strings.Contains(tour, "`"+name+"`") {
			t.Errorf("docs/ARCHITECTURE.md does not say what %s is for", dir)
		}
	}
}

func TestMissingPlacesAreFound(t *testing.T) {
	tree := []string{"internal/care", "internal/care/contact.go", "internal/rules", "e2e/unit/sync-pull.test.mjs", "pb_public/app", "pb_public/app/views/visit.js"}
	exists := func(pattern string) bool {
		return slices.ContainsFunc(tree, func(p string) bool { ok, _ := path.Match(pattern, p); return ok })
	}
	inside := existence{one: exists, below: func(dir, file string) bool {
		return slices.ContainsFunc(tree, func(p string) bool { return strings.HasPrefix(p, dir+"/") && path.Base(p) == file })
	}}
	for row, want := range map[string][]string{
		"| a | its row in `internal/care` (`contact.go`), then `make vendor` |":      nil,
		"| a | `internal/care` (`visit.go`) |":                                       {"visit.go"},
		"| a | `internal/care/visit.go` |":                                           {"internal/care/visit.go"},
		"| a | `e2e/unit/sync-*`, `internal/care`, `rules` |":                        nil,
		"| a | `e2e/unit/app-*` |":                                                   {"e2e/unit/app-*"},
		"| a | `pb_public/app` and `visit.js` in it; the field's `Policy` |":         nil,
		"| a | `make gold`, then `go test ./internal/care ./internal/new -update` |": {"make gold", "./internal/new"},
		"| a | served as `/app/shell.json`, `handover_rules`, `GET /a/{id}` |":       nil,
	} {
		if got := missingPlaces(row, inside, map[string]bool{"vendor": true}); !slices.Equal(got, want) {
			t.Errorf("%s\ngot %q, want %q", row, got, want)
		}
	}
}

// existence answers for a tree: whether something fits a pattern, and whether a folder holds a file
// of that name at any depth.
type existence struct {
	one   func(pattern string) bool
	below func(dir, file string) bool
}

func existsIn(t *testing.T, root string) existence {
	t.Helper()
	return existence{
		one: func(pattern string) bool {
			found, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(pattern)))
			if err != nil {
				t.Fatal(err)
			}
			return len(found) > 0
		},
		below: func(dir, file string) bool {
			found := false
			err := filepath.WalkDir(filepath.Join(root, filepath.FromSlash(dir)), func(_ string, e os.DirEntry, err error) error {
				if err == nil && e.Name() == file {
					found = true
					return filepath.SkipAll
				}
				return err
			})
			return err == nil && found
		},
	}
}

var (
	codeSpan = regexp.MustCompile("`([^`]+)`")
	fileName = regexp.MustCompile(`^\.?[\w*-]+(\.[\w*-]+)*\.(go|js|mjs|md|yaml|yml|json|css|html)$`)
	makeLine = regexp.MustCompile(`(?m)^([a-z][\w-]*):`)
)

// missingPlaces lists what a row names and the tree does not hold. A name without a folder may lie
// anywhere below the folders named before it in the row, or beside one of them.
func missingPlaces(row string, tree existence, targets map[string]bool) []string {
	var missing, folders []string
	for _, span := range codeSpan.FindAllStringSubmatch(row, -1) {
		name := strings.TrimSuffix(span[1], "/")
		target, isTarget := strings.CutPrefix(name, "make ")
		switch {
		case isTarget:
			if !targets[strings.Fields(target)[0]] {
				missing = append(missing, name)
			}
		case strings.Contains(name, " "): // a command, or a route
			for word := range strings.FieldsSeq(name) {
				if dir, ok := strings.CutPrefix(word, "./"); ok && !strings.Contains(dir, "...") && !tree.one(dir) {
					missing = append(missing, word)
				}
			}
		case strings.HasPrefix(name, "/"): // a path on the server
		case tree.one(name):
			folders = append(folders, name)
		case strings.Contains(name, "/") || fileName.MatchString(name):
			if !slices.ContainsFunc(folders, func(dir string) bool {
				return tree.one(dir+"/"+name) || tree.one(path.Join(path.Dir(dir), name)) || tree.below(dir, name)
			}) {
				missing = append(missing, name)
			}
		}
	}
	return missing
}

// tableRows are the rows of a document's tables, without their heads.
func tableRows(t *testing.T, document string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", document))
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "| ") && !strings.HasPrefix(line, "| ---") {
			rows = append(rows, strings.TrimSpace(line))
		}
	}
	return rows
}

func makeTargets(t *testing.T) map[string]bool {
	t.Helper()
	text, err := os.ReadFile("../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	targets := map[string]bool{}
	for _, m := range makeLine.FindAllStringSubmatch(string(text), -1) {
		targets[m[1]] = true
	}
	return targets
}
