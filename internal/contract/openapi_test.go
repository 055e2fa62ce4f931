package contract_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/server"
	"doorstep/internal/testkit"
	"doorstep/internal/testkit/pbtest"
	"doorstep/internal/wire"
)

// ours are the addresses the document speaks of; the rest is PocketBase's, and what receivers read as FHIR (/fhir), which
// describes itself and answers in FHIR's form: see internal/server/receivers_test.go.
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
	app := pbtest.New(t, func(a core.App) { server.Bind(a, new(testkit.Clock).Now) })
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
		if private[name] == "" && name != "KeySet" {
			t.Errorf("%s: there is no type for schema %q", where, name)
		}
		return // the transcripts send it to a server
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
