package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"testing"
)

// speaksHTTP are the folders whose product code is a client or a server of HTTP. Whatever lies
// below the routes refuses in words of its own; httpapi alone says with which status, and hooks guards PocketBase's
// routes.
var speaksHTTP = []string{"bench", "hooks", "internal/channel/outward", "internal/channel/webhook", "internal/channel/webpush", "internal/demo", "internal/demo/catcher", "internal/httpapi", "internal/metrics", "internal/phone", "internal/recovery", "internal/server",
	"internal/sim", "internal/testkit/faults", "internal/testkit/pbtest", "internal/testkit/stand", "internal/webui"}

func TestOnlyClientsAndServersKnowHTTP(t *testing.T) {
	var have []string
	for dir, files := range sources(t) {
		if slices.ContainsFunc(files, func(s source) bool { return !s.test && slices.Contains(s.imports, "net/http") }) {
			have = append(have, dir)
		}
	}
	slices.Sort(have)
	if !slices.Equal(have, speaksHTTP) {
		t.Errorf("net/http is imported by\n %v\nwant\n %v", have, speaksHTTP)
	}
}

func TestOnlyTheRoutesMakeErrorAnswers(t *testing.T) {
	callers := map[string]bool{}
	for _, files := range sources(t) {
		for _, s := range files {
			if !s.test && slices.Contains(s.imports, module+"/internal/wire") && callsFail(t, s.name) {
				callers[path.Dir(s.name)] = true
			}
		}
	}
	if have := slices.Sorted(maps.Keys(callers)); !slices.Equal(have, []string{"internal/httpapi"}) {
		t.Errorf("wire.Fail is called by %v: a room below the routes has errors of its own kind, and httpapi/refusals.go their statuses", have)
	}
}

// callsFail says whether a file of the module calls wire.Fail.
func callsFail(t *testing.T, name string) (found bool) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", filepath.FromSlash(name)), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == "Fail" {
			x, ok := s.X.(*ast.Ident)
			found = found || ok && x.Name == "wire"
		}
		return !found
	})
	return found
}

func TestARoomThatWouldCallFailIsFound(t *testing.T) {
	for name, want := range map[string]bool{"internal/httpapi/body.go": true, "internal/desk/errors.go": false} {
		if got := callsFail(t, name); got != want {
			t.Errorf("%s calls wire.Fail: %v, want %v", name, got, want)
		}
	}
}
