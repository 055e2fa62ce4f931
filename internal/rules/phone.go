package rules

import (
	"cmp"
	"slices"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"doorstep/internal/care"
)

// Warning is an active rule as a phone judges it, so that what a nurse is told at the door is what the server
// will raise. When and Unless are the rule's own expressions as trees of JSON:
//
//	a text, number, truth value or null stands for itself
//	["var", name]                      record, patient, news2, history, at, verified, clock_known, or the name in an all or exists
//	["get", of, field]                 a field; of null it is an error
//	["list", …]                        a list
//	["!", a] ["&&", a, b] ["||", a, b] ["?:", a, b, c]
//	["==", a, b] and !=, <, <=, >, >=, in
//	["all", list, name, a] ["exists", list, name, a]
//	["size", a] ["contains", a, b] ["startsWith", a, b] ["endsWith", a, b]
//
// with the meaning they have in CEL: values of different kinds are not equal, an order between them is an error, and &&, ||,
// all and exists look past an error where the other side decides.
type Warning struct {
	Code        string     `json:"code"`
	Title       string     `json:"title"`
	Collection  string     `json:"collection"` // visits, observations or checkins
	Class       care.Class `json:"class"`
	Destination string     `json:"destination"` // care.ToPractice and the like, or team:<id>
	Ask         string     `json:"ask"`
	When        any        `json:"when"`
	Unless      any        `json:"unless,omitempty"`
	// WindowDays is how far back its history reaches; left out = 48 hours.
	WindowDays int `json:"window_days,omitempty"`
}

// Warnings lists the active rules that a phone can judge, the most urgent first. A rule that uses what has no
// tree, such as a time or arithmetic, is judged by the server alone. Callers must not change the list.
func (s *Set) Warnings() []Warning { return s.warnings }

func (s *Set) warn() []Warning {
	list := []Warning{}
	for _, c := range s.rules {
		if c.State != Active {
			continue
		}
		w := Warning{Code: c.Code, Title: c.Title, Collection: c.Collection, Class: c.Class, Destination: c.Destination, Ask: c.Ask, WindowDays: c.Days}
		var ok bool
		if w.When, ok = c.trigger.tree(); !ok {
			continue
		}
		if c.unless != nil {
			if w.Unless, ok = c.unless.tree(); !ok {
				continue
			}
		}
		list = append(list, w)
	}
	slices.SortStableFunc(list, func(a, b Warning) int { return cmp.Compare(b.Class.Urgency(), a.Class.Urgency()) })
	return list
}

// tree turns an expression into what [Warning] describes; false when it uses anything else.
func (x *expression) tree() (any, bool) { return branch(x.expr) }

// operations are the functions that have a branch of their own, and how it is written.
var operations = map[string]string{
	operators.LogicalNot: "!", operators.LogicalAnd: "&&", operators.LogicalOr: "||", operators.Conditional: "?:",
	operators.Equals: "==", operators.NotEquals: "!=", operators.Less: "<", operators.LessEquals: "<=",
	operators.Greater: ">", operators.GreaterEquals: ">=", operators.In: "in",
	"size": "size", "contains": "contains", "startsWith": "startsWith", "endsWith": "endsWith",
}

func branch(e ast.Expr) (any, bool) {
	switch e.Kind() {
	case ast.LiteralKind:
		return leaf(e.AsLiteral())
	case ast.IdentKind:
		return []any{"var", e.AsIdent()}, true
	case ast.SelectKind:
		if e.AsSelect().IsTestOnly() {
			return nil, false
		}
		of, ok := branch(e.AsSelect().Operand())
		return []any{"get", of, e.AsSelect().FieldName()}, ok
	case ast.ListKind:
		if len(e.AsList().OptionalIndices()) > 0 {
			return nil, false
		}
		return branches([]any{"list"}, e.AsList().Elements()...)
	case ast.CallKind:
		call := e.AsCall()
		name, ok := operations[call.FunctionName()]
		if !ok {
			return nil, false
		}
		args := call.Args()
		if call.IsMemberFunction() {
			args = append([]ast.Expr{call.Target()}, args...)
		}
		return branches([]any{name}, args...)
	case ast.ComprehensionKind:
		return fold(e.AsComprehension())
	}
	return nil, false
}

func branches(list []any, of ...ast.Expr) (any, bool) {
	for _, e := range of {
		b, ok := branch(e)
		if !ok {
			return nil, false
		}
		list = append(list, b)
	}
	return list, true
}

func leaf(v ref.Val) (any, bool) {
	switch x := v.(type) {
	case types.Null:
		return nil, true
	case types.String:
		return string(x), true
	case types.Bool:
		return bool(x), true
	case types.Int:
		return int64(x), true
	case types.Double:
		return float64(x), true
	}
	return nil, false
}

// fold reads all and exists back out of what CEL expands them to: a walk that begins with true and joins with &&, or
// with false and ||.
func fold(c ast.ComprehensionExpr) (any, bool) {
	name := map[bool]string{true: "all", false: "exists"}
	join := map[bool]string{true: operators.LogicalAnd, false: operators.LogicalOr}
	if c.HasIterVar2() || c.AccuInit().Kind() != ast.LiteralKind || c.LoopStep().Kind() != ast.CallKind || c.Result().Kind() != ast.IdentKind {
		return nil, false
	}
	from, isBool := c.AccuInit().AsLiteral().(types.Bool)
	step := c.LoopStep().AsCall()
	if !isBool || step.FunctionName() != join[bool(from)] || len(step.Args()) != 2 || step.Args()[0].Kind() != ast.IdentKind ||
		step.Args()[0].AsIdent() != c.AccuVar() {
		return nil, false
	}
	over, ok := branch(c.IterRange())
	if !ok {
		return nil, false
	}
	body, ok := branch(step.Args()[1])
	return []any{name[bool(from)], over, c.IterVar(), body}, ok
}
