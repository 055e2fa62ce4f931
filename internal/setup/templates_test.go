package setup

import (
	"encoding/json"
	"strings"
	"testing"

	"doorstep/internal/care"
)

// What an organisation asks at visits is said to be wrong where nobody could answer it, in a sentence that names the question.
func TestTemplatesThatCannotBeAsked(t *testing.T) {
	many := strings.TrimSuffix(strings.Repeat(`{"code":"q","label":"Q","kind":"text"},`, care.MaxQuestions+1), ",")
	for _, c := range []struct{ name, templates, wrong string }{
		{"two questions", `[{"purpose":"bloods","questions":[{"code":"tubes","label":"Tubes","kind":"number","min":1,"max":9},{"code":"arm","label":"Arm","kind":"choice","options":[{"text":"Left"},{"text":"Right"}]}]}]`, ""},
		{"one that ships, taken over", shippedAsOwn(t), ""},
		{"none", `[]`, ""},
		{"no purpose of a visit", `[{"purpose":"dancing","questions":[{"code":"q","label":"Q","kind":"text"}]}]`, "No visit is for this purpose."},
		{"one purpose twice", `[{"purpose":"fall","questions":[{"code":"q","label":"Q","kind":"text"}]},{"purpose":"fall","questions":[{"code":"q","label":"Q","kind":"text"}]}]`, "Two templates"},
		{"no question", `[{"purpose":"fall","questions":[]}]`, "one question at least"},
		{"too many", `[{"purpose":"fall","questions":[` + many + `]}]`, "at most"},
		{"no words", `[{"purpose":"fall","questions":[{"code":"q","label":" ","kind":"text"}]}]`, "Question 1: what is asked is missing"},
		{"the same twice", `[{"purpose":"fall","questions":[{"code":"a","label":"Pain","kind":"text"},{"code":"b","label":"PAIN?","kind":"text"}]}]`, "Question 2: this is asked twice"},
		{"one code twice", `[{"purpose":"fall","questions":[{"code":"a","label":"Pain","kind":"text"},{"code":"a","label":"Where","kind":"text"}]}]`, "Question 2: it needs a code of its own"},
		{"a code that is none", `[{"purpose":"fall","questions":[{"code":"Pain!","label":"Pain","kind":"text"}]}]`, "Question 1: it needs a code"},
		{"no such kind", `[{"purpose":"fall","questions":[{"code":"a","label":"Pain","kind":"picture"}]}]`, "say how it is answered"},
		{"a choice of one", `[{"purpose":"fall","questions":[{"code":"a","label":"Pain","kind":"choice","options":[{"text":"Yes"}]}]}]`, "two answers"},
		{"one answer twice", `[{"purpose":"fall","questions":[{"code":"a","label":"Pain","kind":"choice","options":[{"text":"Yes"},{"text":"Yes"}]}]}]`, "there twice"},
		{"answers to a number", `[{"purpose":"fall","questions":[{"code":"a","label":"Pain","kind":"number","options":[{"text":"1"},{"text":"2"}]}]}]`, "only a choice"},
		{"least above most", `[{"purpose":"fall","questions":[{"code":"a","label":"Pain","kind":"number","min":9,"max":1}]}]`, "less than the most"},
		{"no list at all", `[1]`, "no templates"},
		{"a number that is none", `[{"purpose":"fall","questions":[{"code":"a","label":"Pain","kind":"number","min":"low"}]}]`, "no templates"},
	} {
		var list []any
		d := json.NewDecoder(strings.NewReader(c.templates))
		d.UseNumber()
		if err := d.Decode(&list); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		w := Write{Collection: care.Organisations, ID: "o", Set: map[string]any{"templates": list}}
		err := Clean(&w)
		switch {
		case c.wrong == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.wrong != "" && (err == nil || !strings.HasPrefix(err.Error(), "templates: ") || !strings.Contains(err.Error(), c.wrong)):
			t.Errorf("%s: %v, want %q", c.name, err, c.wrong)
		}
	}
}

// shippedAsOwn are the templates that ship in the form of an organisation's own.
func shippedAsOwn(t *testing.T) string {
	t.Helper()
	type own struct {
		care.Question
		Options []map[string]string `json:"options,omitempty"`
	}
	var list []any
	for _, template := range care.Templates {
		var questions []own
		for _, q := range template.Questions {
			o := own{Question: q}
			for _, option := range q.Options {
				o.Options = append(o.Options, map[string]string{"text": option})
			}
			questions = append(questions, o)
		}
		list = append(list, map[string]any{"purpose": template.Purpose, "name": template.Name, "questions": questions})
	}
	return string(care.JSON(list))
}
