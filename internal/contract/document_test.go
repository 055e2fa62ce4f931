package contract_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

const documentPath = "../../docs/openapi.yaml"

// document is docs/openapi.yaml, read once and found to be valid OpenAPI 3.1.
var document = sync.OnceValues(func() (*openapi3.T, error) {
	raw, err := os.ReadFile(filepath.FromSlash(documentPath))
	if err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(raw)
	if err != nil {
		return nil, err
	}
	return doc, doc.Validate(context.Background(), openapi3.IsOpenAPI31OrLater(), openapi3.EnableExamplesValidation())
})

func load(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := document()
	if err != nil {
		t.Fatalf("%s: %v", documentPath, err)
	}
	return doc
}

// schemas are the document's, compiled as the JSON Schema 2020-12 they are.
var schemas = sync.OnceValues(func() (map[string]*jsonschema.Schema, error) {
	doc, err := document()
	if err != nil {
		return nil, err
	}
	raw, err := doc.MarshalJSON()
	if err != nil {
		return nil, err
	}
	whole, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	compiler.AssertFormat()
	if err := compiler.AddResource("openapi.json", whole); err != nil {
		return nil, err
	}
	compiled := map[string]*jsonschema.Schema{}
	for name := range doc.Components.Schemas {
		if compiled[name], err = compiler.Compile("openapi.json#/components/schemas/" + name); err != nil {
			return nil, err
		}
	}
	return compiled, nil
})

// keeps checks a JSON text against a schema of the document.
func keeps(t *testing.T, schema string, text []byte) error {
	t.Helper()
	all, err := schemas()
	if err != nil {
		t.Fatal(err)
	}
	if all[schema] == nil {
		return fmt.Errorf("there is no schema %q", schema)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return err
	}
	return all[schema].Validate(value)
}

// schemaName is the last part of a reference, "" where the schema is stated in place: bodies of
// JSON never do that.
func schemaName(ref *openapi3.SchemaRef) string {
	if ref == nil {
		return ""
	}
	return ref.Ref[strings.LastIndex(ref.Ref, "/")+1:]
}

// codesOf are the error codes an answer of the document says it may carry.
func codesOf(t *testing.T, where string, response *openapi3.Response) []string {
	t.Helper()
	list, given := response.Extensions["x-codes"].([]any)
	codes := make([]string, 0, len(list))
	for _, c := range list {
		code, ok := c.(string)
		if !ok {
			t.Errorf("%s: x-codes holds %v", where, c)
		}
		codes = append(codes, code)
	}
	if given && len(codes) == 0 {
		t.Errorf("%s: x-codes is empty", where)
	}
	return codes
}
