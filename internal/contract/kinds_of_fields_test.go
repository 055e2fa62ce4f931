package contract_test

import (
	"encoding/json"
	"go/ast"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// Each field of a schema allows the one kind of JSON that its type writes, and null only where that may come.
func TestSchemasHaveTheKindsOfTheirTypes(t *testing.T) {
	documented := load(t).Components.Schemas
	for name, of := range types {
		schema := documented[name]
		if schema == nil {
			t.Errorf("%s has no schema", name)
			continue
		}
		for _, f := range reflect.VisibleFields(reflect.TypeOf(of)) {
			tag, options, _ := strings.Cut(f.Tag.Get("json"), ",")
			if property := schema.Value.Properties[tag]; f.IsExported() && property != nil && tag != "-" {
				compareKinds(t, name+"."+tag, kindOfType(f.Type), jsonKinds(property), strings.Contains(options, "omitempty"))
			}
		}
	}
}

func TestSchemasHaveTheKindsOfTheRoutesOwnTypes(t *testing.T) {
	declared := declaredStructs(t)
	documented := load(t).Components.Schemas
	for name, of := range private {
		schema := documented[name]
		if declared[of] == nil || schema == nil {
			t.Errorf("schema %s or type %s is missing", name, of)
			continue
		}
		for _, f := range declared[of].Fields.List {
			if len(f.Names) == 0 {
				continue // of another type, which is compared by itself
			}
			tag, options, _ := strings.Cut(reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get("json"), ",")
			if property := schema.Value.Properties[tag]; property != nil {
				compareKinds(t, name+"."+tag, kindOfExpr(f.Type), jsonKinds(property), strings.Contains(options, "omitempty") || strings.HasSuffix(of, "Request"))
			}
		}
	}
}

// compareKinds holds what a schema allows to what a type writes. Any and unknown say nothing.
func compareKinds(t *testing.T, where string, writes string, allowed []string, mayLack bool) {
	t.Helper()
	nullable := strings.HasPrefix(writes, "null or ")
	writes = strings.TrimPrefix(writes, "null or ")
	if writes == "" || len(allowed) == 0 {
		return
	}
	others := slices.DeleteFunc(slices.Clone(allowed), func(kind string) bool {
		return kind == writes || kind == "null" && nullable
	})
	if !slices.Contains(allowed, writes) || len(others) > 0 {
		t.Errorf("schema %s allows %v, its type writes %s", where, allowed, writes)
	}
	if nullable && !mayLack && !slices.Contains(allowed, "null") {
		t.Errorf("schema %s does not allow null, which its type can write", where)
	}
}

// kindOfType is the kind of JSON that a type writes; "" for one that may be any.
func kindOfType(of reflect.Type) string {
	switch of.Kind() {
	case reflect.Pointer:
		return orNull(kindOfType(of.Elem()))
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "boolean"
	case reflect.Int, reflect.Int64, reflect.Int32, reflect.Uint64:
		return "integer"
	case reflect.Float64:
		return "number"
	case reflect.Slice:
		if of == reflect.TypeFor[json.RawMessage]() {
			return ""
		}
		return "array"
	case reflect.Map, reflect.Struct:
		return "object"
	}
	return ""
}

// kindOfExpr is kindOfType of a type as it stands in a source.
func kindOfExpr(of ast.Expr) string {
	switch of := of.(type) {
	case *ast.StarExpr:
		return orNull(kindOfExpr(of.X))
	case *ast.ArrayType:
		return "array"
	case *ast.MapType:
		return "object"
	case *ast.Ident:
		return map[string]string{"string": "string", "bool": "boolean", "int": "integer", "int64": "integer", "float64": "number"}[of.Name]
	}
	return ""
}

func orNull(kind string) string {
	if kind == "" {
		return ""
	}
	return "null or " + strings.TrimPrefix(kind, "null or ")
}

// jsonKinds are the kinds of JSON that a schema allows; none where it allows any.
func jsonKinds(ref *openapi3.SchemaRef) []string {
	if ref == nil || ref.Value == nil {
		return nil
	}
	schema, kinds := ref.Value, map[string]bool{}
	if schema.Type != nil {
		for _, kind := range schema.Type.Slice() {
			kinds[kind] = true
		}
	}
	for _, v := range schema.Enum {
		switch v.(type) {
		case nil:
			kinds["null"] = true
		case string:
			kinds["string"] = true
		}
	}
	for _, option := range slices.Concat(schema.OneOf, schema.AllOf) {
		for _, kind := range jsonKinds(option) {
			kinds[kind] = true
		}
	}
	return slices.Sorted(maps.Keys(kinds))
}

// whole are the schemas that belong to no Go type of their own, and why nothing is lost by that.
var whole = map[string]string{
	"Id": "a text", "Time": "a text", "Epoch": "a text", "Base": "a text", "History": "a text", "LastKey": "a text", "CollectionName": "a text",
	"Version": "a number", "Mid": "a number", "ErrorCode": "codes_test.go", "Directive": "a text",
	"PublicKey": "read by internal/identity, which refuses what is none", "KeySet": "a transcript shows it", "TokenRequest": "a form",
	"Nothing": "an event without data", "PushRequest": "push_decoder_test.go", "Mutation": "push_decoder_test.go", "Op": "one of those that follow",
	"Create": "push_decoder_test.go", "Update": "push_decoder_test.go", "AddOrRemove": "push_decoder_test.go", "Retract": "push_decoder_test.go",
	"Resolve": "push_decoder_test.go", "NamedOrNone": "Named, or null", "HandoverDetail": "every_role_test.go", "HandoverItem": "every_role_test.go",
	"HandoverOrReceipt": "one of the two", "DeskIssue": "records_test.go", "HealthOrError": "one of the two",
}

// Every schema is held to something, and every one is used.
func TestEverySchemaIsHeldToSomething(t *testing.T) {
	for name := range load(t).Components.Schemas {
		_, ofType := types[name]
		_, ofRoute := private[name]
		if name == strings.ToLower(name) { // a record: records_test.go
			continue
		}
		if !ofType && !ofRoute && whole[name] == "" {
			t.Errorf("schema %s is held to no type; put it in types or private, or say in whole why that is not needed", name)
		}
		if (ofType || ofRoute) && whole[name] != "" {
			t.Errorf("schema %s is held to a type: take it out of whole", name)
		}
	}
	for name := range whole {
		if load(t).Components.Schemas[name] == nil {
			t.Errorf("there is no schema %s any more", name)
		}
	}
}
