package rules

import (
	"errors"
	"fmt"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/interpreter"

	"doorstep/internal/care"
)

// scope answers the names an expression uses. One is made for each event and shared by the rules.
type scope struct {
	event         *Event
	person        *Patient
	record, news2 ref.Val
	patient       ref.Val       // made when a rule asks
	history       ref.Val       // made when a rule with "unless" triggers
	reaches       time.Duration // how far back history goes
}

func newScope(p *Patient, e *Event) *scope {
	return &scope{event: e, person: p, record: recordOf(e), news2: scoreOf(e)}
}

// ResolveName implements interpreter.Activation.
func (s *scope) ResolveName(name string) (any, bool) {
	switch name {
	case "record":
		return s.record, true
	case "patient":
		if s.patient == nil {
			people, _ := care.ByName(care.Patients)
			s.patient = object{&fields{people, s.person.Values}}
		}
		return s.patient, true
	case "news2":
		return s.news2, true
	case "history":
		return s.history, s.history != nil
	case "at":
		return types.Timestamp{Time: s.event.At}, true
	case "verified":
		return types.Bool(s.event.Verified), true
	case "clock_known":
		return types.Bool(s.event.ClockKnown), true
	}
	return nil, false
}

// Parent implements interpreter.Activation.
func (s *scope) Parent() interpreter.Activation { return nil }

// expression is a compiled trigger or "unless".
type expression struct {
	expr    ast.Expr
	program cel.Program
	source  *ast.SourceInfo
}

// eval runs an expression. Broke says why it gave neither true nor false, in words that never
// hold the content of a field: CEL's own texts may.
func (x *expression) eval(s interpreter.Activation) (holds bool, broke string) {
	out, _, err := x.program.Eval(s)
	if err != nil {
		return false, x.reason(err)
	}
	b, ok := out.(types.Bool)
	if !ok {
		return false, fmt.Sprintf("it gave %s, not true or false", out.Type().TypeName())
	}
	return bool(b), ""
}

func (x *expression) reason(err error) string {
	var cancelled interpreter.EvalCancelledError
	if errors.As(err, &cancelled) && cancelled.Cause == interpreter.CostLimitExceeded {
		return fmt.Sprintf(stepsTaken+" %d steps", costLimit)
	}
	var broken *types.Err
	if errors.As(err, &broken) {
		where := x.source.GetStartLocation(broken.NodeID())
		return fmt.Sprintf("line %d, column %d: a value of a kind it cannot use", where.Line(), where.Column()+1)
	}
	return "a value of a kind it cannot use"
}
