package internal_test

import (
	"bytes"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// answering are the folders that write answers.
var answering = []string{"internal/httpapi", "internal/syncer"}

// ofRecords are the parts of a stored record they may use: which it is, its version, and whom it is about,
// which the audit writes down. What it holds is for access to show: see access.Seen.
var ofRecords = []string{"ID", "Version", "Collection", "Person"}

// TestNoStoredValueReachesAnAnswer: whoever writes answers reads no field of a stored record, so that all
// they can write is what access has shown them.
func TestNoStoredValueReachesAnAnswer(t *testing.T) {
	for _, dir := range answering {
		for _, use := range recordUses(t, dir) {
			if !slices.Contains(ofRecords, use.member) {
				t.Errorf("%s: %s of a stored record is read where answers are written; have access show it (SeeHandover, SeeIssue, SeePerson …)", use.at, use.member)
			}
		}
	}
}

func TestAUseOfAStoredRecordIsFound(t *testing.T) {
	var members []string
	for _, use := range recordUses(t, "internal/access") {
		members = append(members, use.member)
	}
	for _, member := range []string{"Text", "Get", "ID"} {
		if !slices.Contains(members, member) {
			t.Errorf("internal/access uses %s of stored records, and it is not found", member)
		}
	}
}

// recordUse is a field or method of care.Record that is named somewhere.
type recordUse struct{ at, member string }

// recordUses finds what a folder uses of stored records, tests apart.
func recordUses(t *testing.T, dir string) (uses []recordUse) {
	t.Helper()
	exports := exportsFor(t, dir)
	fset := token.NewFileSet()
	names, err := filepath.Glob(filepath.Join("..", dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	info := &types.Info{Selections: map[*ast.SelectorExpr]*types.Selection{}}
	check := types.Config{Importer: importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })}
	if _, err := check.Check(module+"/"+dir, fset, files, info); err != nil {
		t.Fatal(err)
	}
	for selector, selection := range info.Selections {
		if owner := ownerOf(selection); owner == module+"/internal/care.Record" || owner == module+"/internal/care.Meta" {
			uses = append(uses, recordUse{fset.Position(selector.Pos()).String(), selection.Obj().Name()})
		}
	}
	return uses
}

// ownerOf is the named type on which a field or method is selected.
func ownerOf(s *types.Selection) string {
	of := s.Recv()
	if p, ok := of.(*types.Pointer); ok {
		of = p.Elem()
	}
	if n, ok := of.(*types.Named); ok && n.Obj().Pkg() != nil {
		return n.Obj().Pkg().Path() + "." + n.Obj().Name()
	}
	return ""
}

// exportsFor are the compiled packages a folder's code imports, by path, as the build left them.
func exportsFor(t *testing.T, dir string) map[string]string {
	t.Helper()
	list := exec.Command("go", "list", "-export", "-deps", "-f", "{{.ImportPath}}={{.Export}}", "./"+dir)
	list.Dir = ".."
	var said bytes.Buffer
	list.Stderr = &said
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, said.String())
	}
	exports := map[string]string{}
	for line := range strings.SplitSeq(string(out), "\n") {
		if path, file, ok := strings.Cut(line, "="); ok {
			exports[path] = file
		}
	}
	return exports
}
