package httpapi

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/go-playground/validator/v10"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/identifier"
	"doorstep/internal/wire"
)

// decodeJSON reads a JSON body of at most limit bytes into v and holds it to v's validate
// tags. It is strict: valid UTF-8, no member twice, exact names, at most wire.MaxDepth deep;
// members we do not know are passed over, for clients newer than the server. Errors are
// answers: those of readBody, 400 malformed, 400 invalid naming the field.
func decodeJSON(e *core.RequestEvent, limit int, v any) error {
	body, err := readBody(e, mediaJSON, limit)
	if err != nil {
		return err
	}
	if tooDeep(body) {
		return wire.Fail(wire.CodeMalformed, "The body is nested deeper than %d levels.", wire.MaxDepth)
	}
	if jsontext.Value(body).Kind() != '{' { // null would be read as an object without members
		return wire.Fail(wire.CodeMalformed, "The body could not be read: it must be a JSON object.")
	}
	if err := json.Unmarshal(body, v); err != nil {
		return wire.Fail(wire.CodeMalformed, "The body could not be read: %s.", whatIsWrong(err))
	}
	return validate(e, v)
}

// validate holds what was read to its validate tags; its error is an answer.
func validate(e *core.RequestEvent, v any) error {
	check, err := validators()
	if err != nil {
		return err
	}
	return invalid(check.StructCtx(e.Request.Context(), v))
}

// tooDeep counts brackets outside strings, before anything is built from the body.
func tooDeep(body []byte) bool {
	depth, quoted, escaped := 0, false, false
	for _, c := range body {
		switch {
		case escaped:
			escaped = false
		case quoted:
			escaped, quoted = c == '\\', c != '"'
		case c == '"':
			quoted = true
		case c == '{', c == '[':
			if depth++; depth > wire.MaxDepth {
				return true
			}
		case c == '}', c == ']':
			depth--
		}
	}
	return false
}

// whatIsWrong names the place and the fault, in words that quote nothing of the content.
func whatIsWrong(err error) string {
	var form *jsontext.SyntacticError
	var kind *json.SemanticError
	switch {
	case errors.As(err, &form):
		if errors.Is(err, jsontext.ErrDuplicateName) {
			return fieldAt(form.JSONPointer) + " is given twice"
		}
		return fmt.Sprintf("it is not valid JSON at byte %d", form.ByteOffset)
	case errors.As(err, &kind):
		return fieldAt(kind.JSONPointer) + " is of the wrong type"
	}
	return "it is not valid JSON"
}

// fieldAt names a place in the body: "outbox.count".
func fieldAt(p jsontext.Pointer) string {
	var path []string
	for token := range p.Tokens() {
		path = append(path, token)
	}
	name := strings.Join(path, ".")
	if name == "" {
		return "the body"
	}
	if len(name) > 100 {
		return "a member"
	}
	return name
}

// validators is shared: it keeps what it learnt about each type.
var validators = sync.OnceValues(func() (*validator.Validate, error) {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterTagNameFunc(func(f reflect.StructField) string {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		return name
	})
	return v, identifier.Register(v)
})

// invalid makes the answer for the first field that breaks its tag.
func invalid(err error) error {
	var fields validator.ValidationErrors
	if err == nil || !errors.As(err, &fields) || len(fields) == 0 {
		return err
	}
	f := fields[0]
	_, name, _ := strings.Cut(f.Namespace(), ".") // without the type's own name
	return wire.Fail(wire.CodeInvalid, "%s %s.", name, rule(f))
}

func rule(f validator.FieldError) string {
	switch f.Tag() {
	case "required":
		return "is missing"
	case "ulid":
		return "must be a record id of 26 characters"
	case "min":
		return "must be at least " + f.Param()
	case "max":
		return "must be at most " + f.Param()
	case "oneof":
		return "must be one of " + f.Param()
	}
	return "does not keep the rule " + f.Tag()
}
