package setup

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"doorstep/internal/care"
)

// questionCode is how a question is known: its answers are kept under it.
var questionCode = regexp.MustCompile(`^[a-z][a-z0-9_]{0,59}$`)

// template and question are those of an organisation as they come, before their shape is checked.
type (
	template struct {
		Purpose   string
		Questions []question
	}
	question struct {
		Code, Label, Kind, Unit string
		Options                 []struct{ Text string }
		Min, Max                *float64
	}
)

// templatesWrong says what keeps templates of an organisation from being asked, in a sentence; "" for nothing.
func templatesWrong(templates []any) string {
	raw, err := json.Marshal(templates)
	var list []template
	if err != nil || json.Unmarshal(raw, &list) != nil {
		return "These are no templates: each has a purpose, and questions with a text and a kind of answer."
	}
	if len(list) > care.MaxTemplates {
		return fmt.Sprintf("These are more than %d templates.", care.MaxTemplates)
	}
	seen := map[string]bool{}
	for _, t := range list {
		if !slices.Contains(care.VisitPurposes, t.Purpose) {
			return "No visit is for this purpose."
		}
		if seen[t.Purpose] {
			return "Two templates are for the same purpose."
		}
		seen[t.Purpose] = true
		if wrong := t.wrong(); wrong != "" {
			return wrong
		}
	}
	return ""
}

func (t *template) wrong() string {
	if len(t.Questions) == 0 || len(t.Questions) > care.MaxQuestions {
		return fmt.Sprintf("A template asks one question at least, and %d at most.", care.MaxQuestions)
	}
	codes, labels := map[string]bool{}, map[string]bool{}
	for i := range t.Questions {
		q := &t.Questions[i]
		at := fmt.Sprintf("Question %d: ", i+1)
		label := called(q.Label)
		switch {
		case strings.TrimSpace(q.Label) == "":
			return at + "what is asked is missing."
		case labels[label]:
			return at + "this is asked twice."
		case !questionCode.MatchString(q.Code) || codes[q.Code]:
			return at + "it needs a code of its own: small letters, digits and _."
		}
		codes[q.Code], labels[label] = true, true
		if wrong := q.wrong(); wrong != "" {
			return at + wrong
		}
	}
	return ""
}

func (q *question) wrong() string {
	switch {
	case !slices.Contains(care.TemplateKinds, q.Kind):
		return "say how it is answered."
	case q.Kind == "choice" && (len(q.Options) < 2 || len(q.Options) > care.MaxOptions):
		return fmt.Sprintf("give two answers to choose from at least, and %d at most.", care.MaxOptions)
	case q.Kind != "choice" && len(q.Options) > 0:
		return "only a choice has answers to choose from."
	case q.Min != nil && q.Max != nil && *q.Min >= *q.Max:
		return "the least that is likely must be less than the most."
	}
	given := map[string]bool{}
	for _, o := range q.Options {
		if strings.TrimSpace(o.Text) == "" || given[o.Text] {
			return "one of the answers is empty, or there twice."
		}
		given[o.Text] = true
	}
	return ""
}
