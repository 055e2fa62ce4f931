package setup

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/go-playground/validator/v10"

	"doorstep/internal/care"
	"doorstep/internal/folding"
	"doorstep/internal/identifier"
	"doorstep/internal/identity"
)

// Problem is what is wrong with one field, in a sentence that can stand beside it.
type Problem struct {
	Field   string `json:"field"` // its place, such as organisations[0].teams[1].name
	Message string `json:"message"`
}

// Problems is the error of a description that cannot be made.
type Problems []Problem

// Error implements error: a line a field.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, one := range p {
		lines[i] = one.Field + ": " + one.Message
	}
	return strings.Join(lines, "\n")
}

// Check says everything that is wrong with a tidied description; nil when it can be made.
func Check(n *Neighbourhood) error { return checkWith(n, identity.CheckNewPassword) }

func checkWith(n *Neighbourhood, strong func(password string, about ...string) error) error {
	check, err := rules()
	if err != nil {
		return err
	}
	var found Problems
	var broken validator.ValidationErrors
	if err := check.Struct(n); errors.As(err, &broken) {
		for _, f := range broken {
			_, place, _ := strings.Cut(f.Namespace(), ".") // without the type's own name
			found = append(found, Problem{place, sentence(f)})
		}
	} else if err != nil {
		return fmt.Errorf("check a description: %w", err)
	}
	told := func(field string) bool {
		return slices.ContainsFunc(found, func(p Problem) bool { return p.Field == field })
	}
	if a := n.Administrator; !told("administrator.password") {
		if err := strong(a.Password, a.Name, a.Email); err != nil {
			found = append(found, Problem{"administrator.password", err.Error() + "."})
		}
	}
	found = append(found, repeated(n)...)
	if len(found) == 0 {
		return nil
	}
	return found
}

// repeated finds what two cannot share: an address, a code, the name of a team in an organisation.
func repeated(n *Neighbourhood) (found Problems) {
	emails, codes := map[string]bool{n.Administrator.Email: true}, map[string]bool{"": true}
	for i, o := range n.Organisations {
		at := fmt.Sprintf("organisations[%d]", i)
		if codes[o.ODSCode] && o.ODSCode != "" {
			found = append(found, Problem{at + ".ods_code", "Another organisation here has this code."})
		}
		codes[o.ODSCode] = true
		names := map[string]bool{}
		for j, t := range o.Teams {
			at := fmt.Sprintf("%s.teams[%d]", at, j)
			if name := called(t.Name); names[name] && name != "" {
				found = append(found, Problem{at + ".name", "Another team of this organisation has this name."})
			} else {
				names[name] = true
			}
			for k, m := range t.Staff {
				if emails[m.Email] && m.Email != "" {
					found = append(found, Problem{fmt.Sprintf("%s.staff[%d].email", at, k), "Somebody else here has this address."})
				}
				emails[m.Email] = true
			}
		}
	}
	return found
}

// called is a name as it is compared: however it is spelt. One of signs alone is compared as it stands.
func called(name string) string { return cmp.Or(folding.Joined(name), name) }

// rules is shared: it keeps what it learnt about each type.
var rules = sync.OnceValues(func() (*validator.Validate, error) {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.SetTagName("setup") // whoever checks a body that holds a description leaves it to us
	v.RegisterTagNameFunc(func(f reflect.StructField) string {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		return name
	})
	errs := []error{identifier.Register(v)}
	for tag, holds := range map[string]func(string) bool{
		"line":              func(s string) bool { return !strings.ContainsFunc(s, unicode.IsControl) },
		"organisation_kind": func(s string) bool { return slices.Contains(care.OrganisationKinds, s) },
		"team_kind":         func(s string) bool { return slices.Contains(care.TeamKinds, s) },
		"role":              func(s string) bool { return care.KnownRole(care.Role(s)) },
	} {
		errs = append(errs, v.RegisterValidation(tag, func(f validator.FieldLevel) bool { return holds(f.Field().String()) }))
	}
	return v, errors.Join(errs...)
})

// sentence says in plain words which rule a field breaks.
func sentence(f validator.FieldError) string {
	switch f.Tag() {
	case "required":
		return isMissing
	case "email":
		return notAnEmail
	case "ods":
		return odsWrong
	case "organisation_kind":
		return "This must be one of " + strings.Join(care.OrganisationKinds, ", ") + "."
	case "team_kind":
		return "This must be one of " + strings.Join(care.TeamKinds, ", ") + "."
	case "role":
		roles := make([]string, 0, len(care.Duties()))
		for _, d := range care.Duties() {
			roles = append(roles, string(d.Role))
		}
		return "This must be one of " + strings.Join(roles, ", ") + "."
	case "line":
		return oneLine
	case "min":
		if f.Kind() == reflect.Slice {
			return "At least one is needed."
		}
		return "This needs at least " + f.Param() + " characters."
	case "max":
		if f.Kind() == reflect.Slice {
			return "These are more than " + f.Param() + "."
		}
		return "This is longer than " + f.Param() + " characters."
	}
	return "This does not keep the rule " + f.Tag() + "."
}
