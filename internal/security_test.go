package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// namedTest finds the tests that docs/security.md names.
var namedTest = regexp.MustCompile("`(Test\\w+)`")

func TestEveryTestThatTheSecurityPageNamesExists(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "docs", "security.md"))
	if err != nil {
		t.Fatal(err)
	}
	named := namedTest.FindAllStringSubmatch(string(page), -1)
	if len(named) < 20 {
		t.Fatalf("the page names only %d tests", len(named))
	}
	exists := map[string]bool{}
	for _, files := range sources(t) {
		for _, f := range files {
			if !f.test {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", filepath.FromSlash(f.name)), nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range file.Decls {
				if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil {
					exists[f.Name.Name] = true
				}
			}
		}
	}
	for _, n := range named {
		if !exists[n[1]] {
			t.Errorf("docs/security.md names %s, which is no test", n[1])
		}
	}
}

// X4: a page reads on the connections for pages, so that no phone waits for it.
func TestReads_PagesReadOnConnectionsOfTheirOwn(t *testing.T) {
	found := 0
	for _, path := range glob(t, filepath.Join("httpapi", "*.go")) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), ".Store.Read(") {
			t.Errorf("%s reads on the connections for phones; pages use ReadForPage", path)
		}
		found += strings.Count(string(text), ".Store.ReadForPage(")
	}
	if found == 0 {
		t.Error("no page reads anything, which cannot be")
	}
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return files
}
