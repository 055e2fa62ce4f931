package hooks

import (
	"bytes"
	"encoding/json"

	"doorstep/internal/care"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

// BindValidation holds what the dashboard, an import or a job saves to the limits of internal/care:
// readings live in JSON columns, which PocketBase would fill with anything. A push does not come
// this way; its values are set aside one by one, never refused.
func BindValidation(app core.App) {
	for _, c := range care.Collections() {
		app.OnRecordValidate(c.Name).BindFunc(func(e *core.RecordEvent) error {
			if problems := checkRecord(c, e.Record); len(problems) > 0 {
				return problems
			}
			return e.Next()
		})
	}
}

// checkRecord puts the values of a record into the form internal/care gives them and names those
// that cannot be stored.
func checkRecord(c *care.Collection, r *core.Record) validation.Errors {
	problems := validation.Errors{}
	for i := range c.Fields {
		f := &c.Fields[i]
		var problem *care.Problem
		if raw, ok := r.GetRaw(f.Name).(types.JSONRaw); ok {
			problem = checkJSON(f, r, raw)
		} else if f.Rule != "" {
			problem = checkText(f, r)
		}
		if problem != nil {
			problems[f.Name] = validation.NewError(problem.Code, problem.Message)
		}
	}
	return problems
}

func checkText(f *care.Field, r *core.Record) *care.Problem {
	value, problem := f.Check(r.GetString(f.Name))
	if text, ok := value.(string); ok && problem == nil {
		r.Set(f.Name, text)
	}
	return problem
}

// checkJSON checks the value of a JSON column. A missing value must become NULL: the dashboard sends
// an emptied field as "".
func checkJSON(f *care.Field, r *core.Record, raw types.JSONRaw) *care.Problem {
	if len(raw) == 0 {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var decoded any
	if err := decoder.Decode(&decoded); err != nil {
		return nil // PocketBase itself refuses what is no JSON
	}
	if decoded == "" {
		decoded = nil
	}
	value, problem := f.Check(decoded)
	if problem == nil {
		r.Set(f.Name, value)
	}
	return problem
}
