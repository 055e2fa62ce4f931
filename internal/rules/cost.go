package rules

import (
	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/overloads"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// Steps for each byte of text: a pattern that is looked for reads it several times over, and what joins texts copies them.
// CEL's own weights count a tenth of that, so that a long note held up the writer for seconds within the limit.
const (
	stepsOfMatching = 3
	stepsOfJoining  = 1
)

// textCost weighs by their length the calls that read or copy text; of the others CEL knows the cost.
type textCost struct{}

// CallCost implements cost.ActualCostEstimator.
func (textCost) CallCost(function, _ string, args []ref.Val, _ ref.Val) *uint64 {
	steps := uint64(1)
	switch function {
	case overloads.Matches:
		steps += stepsOfMatching * length(args[:1])
	case operators.Add:
		steps += stepsOfJoining * length(args)
	default:
		return nil
	}
	return &steps
}

// length is how much the arguments of a call hold, in bytes or elements.
func length(args []ref.Val) (n uint64) {
	for _, a := range args {
		switch v := a.(type) {
		case types.String:
			n += uint64(len(v))
		case types.Bytes:
			n += uint64(len(v))
		case traits.Lister:
			if size, ok := v.Size().(types.Int); ok && size > 0 {
				n += uint64(size)
			}
		}
	}
	return n
}

// patterns makes sure that each pattern stands in the rule itself: one that is made of what somebody wrote would be compiled
// for each record, and may be anything.
func patterns(tree *cel.Ast) (reason string) {
	ast.PreOrderVisit(tree.NativeRep().Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.CallKind || e.AsCall().FunctionName() != overloads.Matches {
			return
		}
		args := e.AsCall().Args()
		if pattern := args[len(args)-1]; pattern.Kind() != ast.LiteralKind {
			reason = "matches looks for a pattern that is written in the rule, in quotes"
		}
	}))
	return reason
}
