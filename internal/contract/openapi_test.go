package contract_test

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/httpapi"
	"doorstep/internal/server"
	"doorstep/internal/testkit/pbtest"
	"doorstep/internal/wire"
)

// ours are the addresses the document speaks of; the rest is PocketBase's.
var ours = regexp.MustCompile(`^/api/(sync|care|doorstep)/`)

func TestEveryRouteIsDocumentedAndEveryDocumentedRouteIsThere(t *testing.T) {
	registered := routes(t)
	documented := map[string]bool{}
	for path, item := range load(t).Paths.Map() {
		for method := range item.Operations() {
			documented[method+" "+path] = true
		}
	}
	if len(registered) < 8 {
		t.Fatalf("only %d routes were found, which cannot be: %v", len(registered), registered)
	}
	for _, route := range slices.Sorted(maps.Keys(registered)) {
		if !documented[route] {
			t.Errorf("%s has a handler and is not in %s", route, documentPath)
		}
	}
	for _, route := range slices.Sorted(maps.Keys(documented)) {
		if !registered[route] {
			t.Errorf("%s is in %s and has no handler", route, documentPath)
		}
	}
}

// routes are those a real server registered, whoever did it and however.
//
// NB! PocketBase's router keeps its tree to itself. Reading it by reflection finds every route,
// also one that somebody forgot to put in a list; TestEvery… fails if the tree changes shape.
func routes(t *testing.T) map[string]bool {
	t.Helper()
	app := pbtest.New(t, func(a core.App) { server.Bind(a, false) })
	s, err := server.Start(app.BaseApp, server.Options{Manual: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	router, err := apis.NewRouter(app.BaseApp)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	event := &core.ServeEvent{App: app.BaseApp, Router: router}
	if err := app.OnServe().Trigger(event, func(*core.ServeEvent) error { return nil }); err != nil {
		t.Fatal(err)
	}
	collect(reflect.ValueOf(router.RouterGroup), "", found)
	return found
}

func collect(group reflect.Value, prefix string, found map[string]bool) {
	group = reflect.Indirect(group)
	prefix += group.FieldByName("Prefix").String()
	children := group.FieldByName("children")
	for i := range children.Len() {
		child := reflect.Indirect(children.Index(i).Elem())
		if method := child.FieldByName("Method"); !method.IsValid() {
			collect(child, prefix, found)
			continue
		}
		path := prefix + child.FieldByName("Path").String()
		if ours.MatchString(path) && !strings.HasSuffix(path, "...}") { // what is left over answers 404 and 405
			found[child.FieldByName("Method").String()+" "+path] = true
		}
	}
}

// types are the Go types behind the schemas; the others are parts, unions or PocketBase's.
var types = map[string]any{
	"Error": wire.Error{}, "EnrolRequest": wire.EnrolRequest{}, "EnrolResponse": wire.EnrolResponse{}, "TokenResponse": wire.TokenResponse{},
	"HelloRequest": wire.HelloRequest{}, "HelloResponse": wire.HelloResponse{}, "OutboxState": wire.OutboxState{}, "ScopeState": wire.ScopeState{},
	"RevokedScope": wire.RevokedScope{}, "SchemaState": wire.SchemaState{}, "Limits": wire.Limits{}, "Pace": wire.Pace{},
	"PushResponse": wire.PushResponse{}, "Result": wire.Result{}, "RecordRef": wire.RecordRef{}, "Conflict": wire.Conflict{}, "Issue": wire.Issue{},
	"PullResponse": wire.PullResponse{}, "ScopeEvent": wire.ScopeEvent{}, "Delivery": wire.Delivery{},
	"DigestRequest": wire.DigestRequest{}, "DigestResponse": wire.DigestResponse{}, "ScopeDigest": wire.ScopeDigest{},
	"Health": httpapi.Health{}, "Queue": httpapi.Queue{}, "LastRun": httpapi.LastRun{}, "StoreTest": httpapi.StoreTest{},
}

func TestSchemasHaveTheFieldsOfTheirTypes(t *testing.T) {
	documented := load(t).Components.Schemas
	for name, of := range types {
		schema := documented[name]
		if schema == nil {
			t.Errorf("%s has no schema", name)
			continue
		}
		want := map[string]bool{} // name: always there
		for _, f := range reflect.VisibleFields(reflect.TypeOf(of)) {
			tag, options, _ := strings.Cut(f.Tag.Get("json"), ",")
			if tag != "-" {
				want[tag] = !strings.Contains(options, "omitempty")
			}
		}
		if have := slices.Sorted(maps.Keys(schema.Value.Properties)); !slices.Equal(have, slices.Sorted(maps.Keys(want))) {
			t.Errorf("schema %s has %v, the type has %v", name, have, slices.Sorted(maps.Keys(want)))
		}
		for field, always := range want {
			if always != slices.Contains(schema.Value.Required, field) {
				t.Errorf("schema %s: %s is always there: %v, required: %v", name, field, always, !always)
			}
		}
	}
}

func TestEveryExampleKeepsToItsSchemaAndIsReadByOurTypes(t *testing.T) {
	seen := 0
	for where, media := range bodies(t) {
		for name, example := range media.Examples {
			seen++
			text, err := json.Marshal(example.Value.Value)
			if err != nil {
				t.Fatal(err)
			}
			where := where + ", example " + name
			if err := keeps(t, schemaName(media.Schema), text); err != nil {
				t.Errorf("%s: %v", where, err)
			}
			readable(t, where, media.Schema, text)
		}
	}
	if seen < 20 {
		t.Errorf("only %d examples were found", seen)
	}
}

// bodies are all JSON bodies of the document that have a schema, by where they stand.
func bodies(t *testing.T) map[string]*openapi3.MediaType {
	t.Helper()
	found := map[string]*openapi3.MediaType{}
	add := func(where string, content openapi3.Content) {
		if media := content["application/json"]; media != nil {
			found[where] = media
		}
	}
	doc := load(t)
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			if op.RequestBody != nil {
				add(method+" "+path, op.RequestBody.Value.Content)
			}
			for status, response := range op.Responses.Map() {
				add(method+" "+path+" "+status, response.Value.Content)
			}
		}
	}
	return found
}

// readable decodes a text into the type behind its schema and back: nothing may be lost on the
// way, and nothing may be unknown.
func readable(t *testing.T, where string, ref *openapi3.SchemaRef, text []byte) {
	t.Helper()
	name := schemaName(ref)
	if name == "PushRequest" {
		push, fail := wire.DecodePush(text)
		if fail != nil {
			t.Errorf("%s: %v", where, fail)
			return
		}
		for _, m := range push.Mutations {
			if m.Fault != nil {
				t.Errorf("%s: change %d: %s", where, m.Mid, m.Fault.Message)
			}
		}
		return
	}
	for _, option := range ref.Value.OneOf {
		if keeps(t, schemaName(option), text) == nil {
			name = schemaName(option)
		}
	}
	of, ok := types[name]
	if !ok {
		if !slices.Contains([]string{"KeySet", "SignInCodeRequest", "SignInCodeResponse"}, name) {
			t.Errorf("%s: there is no type for schema %q", where, name)
		}
		return
	}
	value := reflect.New(reflect.TypeOf(of))
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(value.Interface()); err != nil {
		t.Errorf("%s: %v", where, err)
		return
	}
	again, err := json.Marshal(value.Interface())
	if err != nil {
		t.Fatal(err)
	}
	var before, after any
	if err := json.Unmarshal(text, &before); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(again, &after); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(before, after) {
		t.Errorf("%s: through our type it becomes\n%s\nit was\n%s", where, again, text)
	}
}

func TestEveryErrorCodeIsDocumentedAndEveryDocumentedCodeIsGiven(t *testing.T) {
	doc := load(t)
	var enum []string
	for _, v := range doc.Components.Schemas["ErrorCode"].Value.Enum {
		enum = append(enum, v.(string))
	}
	given := codesInSource(t)
	for code, where := range given {
		if !slices.Contains(enum, code) {
			t.Errorf("%s gives %s, which ErrorCode of %s lacks", where, code, documentPath)
		}
	}
	named := map[string]bool{"method_not_allowed": true, "not_found": true} // at any address
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			for status, response := range op.Responses.Map() {
				where := method + " " + path + " " + status
				codes := codesOf(t, where, response.Value)
				if len(codes) == 0 && status >= "4" {
					t.Errorf("%s does not say with which codes", where)
				}
				for _, code := range codes {
					named[code] = true
				}
			}
		}
	}
	for _, code := range enum {
		if given[code] == "" {
			t.Errorf("%s is in ErrorCode, but nothing gives it", code)
		}
		if !named[code] {
			t.Errorf("%s is in ErrorCode, but no answer names it in x-codes", code)
		}
	}
	for code := range named {
		if !slices.Contains(enum, code) {
			t.Errorf("an answer names %s, which ErrorCode lacks", code)
		}
	}
}

// codesInSource are the codes of every wire.Error written anywhere in the product, and where.
func codesInSource(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	files := token.NewFileSet()
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") ||
			strings.HasPrefix(path, filepath.Join("..", "phone")) || strings.HasPrefix(path, filepath.Join("..", "sim")) {
			return err
		}
		file, err := parser.ParseFile(files, path, nil, 0)
		if err != nil {
			return err
		}
		note := func(e ast.Expr) {
			if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				code, err := strconv.Unquote(lit.Value)
				if err != nil {
					t.Fatal(err)
				}
				found[code] = files.Position(lit.Pos()).String()
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if named(n.Fun, "wire", "Fail", file) && len(n.Args) > 3 {
					note(n.Args[1])
				}
			case *ast.CompositeLit:
				if !named(n.Type, "wire", "Error", file) {
					return true
				}
				for _, e := range n.Elts {
					if pair, ok := e.(*ast.KeyValueExpr); ok {
						if key, ok := pair.Key.(*ast.Ident); ok && key.Name == "Code" {
							note(pair.Value)
						}
					}
				}
			}
			return true
		})
		// Rows of a map of wire.Error leave the type out.
		ast.Inspect(file, func(n ast.Node) bool {
			lit, ok := n.(*ast.CompositeLit)
			if !ok {
				return true
			}
			if m, ok := lit.Type.(*ast.MapType); ok && named(m.Value, "wire", "Error", file) {
				for _, e := range lit.Elts {
					row, ok := e.(*ast.KeyValueExpr).Value.(*ast.CompositeLit)
					for i := 0; ok && i < len(row.Elts); i++ {
						if pair, ok := row.Elts[i].(*ast.KeyValueExpr); ok && pair.Key.(*ast.Ident).Name == "Code" {
							note(pair.Value)
						}
					}
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// named tells whether an expression is pkg.name, or name alone inside the package itself.
func named(e ast.Expr, pkg, name string, file *ast.File) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name == name && file.Name.Name == pkg
	case *ast.SelectorExpr:
		x, ok := e.X.(*ast.Ident)
		return ok && x.Name == pkg && e.Sel.Name == name
	}
	return false
}
