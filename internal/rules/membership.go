package rules

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/interpreter"

	"doorstep/internal/care"
	"doorstep/internal/news2"
)

// What a rule that says who is on a list looks at: what was recorded in the last days, the newest records first to count.
const (
	MembershipDays    = 90
	MembershipRecords = 300
)

// Membership is a rule that says who is on a list of people to keep in touch with: CEL over patient, age (null: not known),
// groups (of the caseloads that they are on), history (as rules have it, the newest records of the last days) and today.
type Membership struct{ holds *expression }

// Subject is somebody of whom it is asked whether they are on a list.
type Subject struct {
	Person *care.Record
	Groups []string // of the caseloads that they are on
	Events []Event  // what was recorded of them, in any order
}

// CompileMembership makes such a rule ready, or says why it cannot run, in words for whoever keeps the list.
func CompileMembership(source string) (*Membership, string) {
	record := cel.MapType(cel.StringType, cel.DynType)
	env, err := cel.NewEnv(
		cel.Variable("patient", record),
		cel.Variable("age", cel.DynType),
		cel.Variable("groups", cel.ListType(cel.StringType)),
		cel.Variable("history", cel.ListType(record)),
		cel.Variable("today", cel.TimestampType),
		cel.ParserExpressionSizeLimit(sourceSize),
		cel.ExtendedValidations(),
		cel.ASTValidators(cel.ValidateRegexProgramSizeLimit(patternSize)),
	)
	if err != nil {
		return nil, fmt.Sprintf("rules cannot be read: %v", err)
	}
	x, reason := program(env, "", source, map[string]bool{})
	if reason != "" {
		return nil, reason
	}
	if field := sealedIn(x); field != "" {
		return nil, fmt.Sprintf("%s is for the safeguarding lead alone", field)
	}
	return &Membership{x}, ""
}

// sealedIn is a field that an expression names and that is for the safeguarding lead alone; "" for none.
func sealedIn(x *expression) (field string) {
	ast.PreOrderVisit(x.expr, ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() == ast.SelectKind && isSealed(e.AsSelect().FieldName()) {
			field = e.AsSelect().FieldName()
		}
	}))
	return field
}

func isSealed(field string) bool {
	return slices.ContainsFunc(Collections, func(name string) bool {
		c, _ := care.ByName(name)
		f, ok := c.Field(field)
		return ok && f.Sealed
	})
}

// unsealed is evidence without what is for the safeguarding lead alone, however a rule asks for it.
func unsealed(e Event) Event {
	e.Values = maps.Clone(e.Values)
	maps.DeleteFunc(e.Values, func(field string, _ any) bool { return isSealed(field) })
	return e
}

// Holds says whether somebody is on the list at a moment. Broke says why that cannot be said, never with the content of a field.
func (m *Membership) Holds(s Subject, at time.Time) (holds bool, broke string) {
	return m.holds.eval(&membershipScope{&s, at})
}

// membershipScope answers the names that such a rule uses.
type membershipScope struct {
	*Subject
	at time.Time
}

// ResolveName implements interpreter.Activation.
func (s *membershipScope) ResolveName(name string) (any, bool) {
	switch name {
	case "patient":
		return object{&fields{s.Person.Collection, s.Person.Values}}, true
	case "age":
		return points(news2.AgeAt(care.Born(s.Person, s.at))), true
	case "groups":
		return types.NewStringList(types.DefaultTypeAdapter, s.Groups), true
	case "today":
		return types.Timestamp{Time: s.at}, true
	case "history":
		return s.history(), true
	}
	return nil, false
}

// Parent implements interpreter.Activation.
func (s *membershipScope) Parent() interpreter.Activation { return nil }

func (s *membershipScope) history() ref.Val {
	events := slices.DeleteFunc(ordered(s.Events), func(e Event) bool {
		return e.At.After(s.at) || e.At.Before(s.at.AddDate(0, 0, -MembershipDays))
	})
	events = events[max(0, len(events)-MembershipRecords):]
	list := make([]ref.Val, len(events))
	for i := range events {
		events[i] = unsealed(events[i])
		list[i] = object{past{&events[i]}}
	}
	return types.NewRefValList(types.DefaultTypeAdapter, list)
}
