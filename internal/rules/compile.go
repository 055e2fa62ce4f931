package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/cost"

	"doorstep/internal/care"
)

// Limits of one evaluation and of the text of an expression. The limit stops a rule that
// would hold up a push long before a person notices. Counting steps costs more than the
// shipped triggers themselves, so an expression that provably stays small runs uncounted.
const (
	costLimit     = 100_000
	costUnwatched = 200
	sourceSize    = 4000
	// patternSize is the most instructions that a pattern compiles to.
	patternSize = 500
)

// unsized knows no sizes: whatever depends on the length of a value is unbounded.
type unsized struct{}

// EstimateSize implements cost.Estimator.
func (unsized) EstimateSize(cost.AstNode) *cost.SizeEstimate { return nil }

// EstimateCallCost implements cost.Estimator.
func (unsized) EstimateCallCost(string, string, *cost.AstNode, []cost.AstNode) *cost.CallEstimate {
	return nil
}

// Set is a set of compiled rules. It never changes and is safe for concurrent use.
type Set struct {
	rules    []*compiled            // sorted by code and version
	by       map[string][]*compiled // by collection, same order
	warnings []Warning
	// guarded: some active rule on observations is broken, so no set can be said to lie below
	// every trigger and nothing clears until its owner repairs it.
	guarded bool
	// person: some rule looks at the person's record.
	person bool
	// far: some rule looks further back than Window.
	far bool
}

type compiled struct {
	*Rule
	trigger, unless *expression // unless may be nil
	news2           bool
	uses            map[string]bool // names of things that it looks at
}

// Compile makes rules ready to judge. Retired rules are left out; of several versions of a
// code in the same state the highest runs. Whatever cannot run is reported, never returned as
// an error: one broken rule must not silence the others.
func Compile(list []Rule) (*Set, []Broken) {
	s := &Set{by: map[string][]*compiled{}}
	var broken []Broken
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b Rule) int {
		return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(b.Version, a.Version), cmp.Compare(a.ID, b.ID))
	})
	envs, err := newEnvironments()
	running := map[string]int{}
	for i := range list {
		r := &list[i]
		if r.State == Retired {
			continue
		}
		report := func(reason string) {
			broken = append(broken, Broken{*r, reason})
			if r.State != Shadow && r.Collection != care.Visits && r.Collection != care.Checkins {
				s.guarded = true
			}
		}
		if err != nil {
			report(err.Error())
			continue
		}
		if v, ok := running[r.State+" "+r.Code]; ok {
			broken = append(broken, Broken{*r, fmt.Sprintf("version %d of %s runs; retire this one", v, r.Code)})
			continue
		}
		c, reason := envs.compile(r)
		if reason != "" {
			report(reason)
			continue
		}
		running[r.State+" "+r.Code] = r.Version
		s.rules = append(s.rules, c)
		s.by[r.Collection] = append(s.by[r.Collection], c)
		s.person = s.person || c.uses["patient"]
		s.far = s.far || c.unless != nil && c.Window() > Window
	}
	s.warnings = s.warn()
	return s, broken
}

// Rule returns the running rule of a code, the active one before one in shadow.
func (s *Set) Rule(code string) (*Rule, bool) {
	if code == TooMany.Code {
		return TooMany, true
	}
	var found *Rule
	for _, c := range s.rules {
		if c.Code == code && (found == nil || c.State == Active) {
			found = c.Rule
		}
	}
	return found, found != nil
}

// ByNEWS2 says whether the running rule of a code judges the NEWS2 score.
func (s *Set) ByNEWS2(code string) bool {
	for _, c := range s.rules {
		if c.Code == code && c.news2 {
			return true
		}
	}
	return false
}

// ReadsPerson says whether any rule looks at the record of the person: what holds of their readings and visits may then
// follow from any field of it, and else from those of the score alone; see ScoreDiffers.
func (s *Set) ReadsPerson() bool { return s.person }

// environments hold the names that a trigger and an "unless" may use.
type environments struct{ trigger, unless *cel.Env }

func newEnvironments() (environments, error) {
	record := cel.MapType(cel.StringType, cel.DynType)
	trigger, err := cel.NewEnv(
		cel.Variable("record", record),
		cel.Variable("patient", record),
		cel.Variable("news2", cel.DynType),
		cel.ParserExpressionSizeLimit(sourceSize),
		cel.ExtendedValidations(),
		cel.ASTValidators(cel.ValidateRegexProgramSizeLimit(patternSize)),
	)
	if err != nil {
		return environments{}, fmt.Errorf("prepare triggers: %w", err)
	}
	unless, err := trigger.Extend(
		cel.Variable("history", cel.ListType(record)),
		cel.Variable("at", cel.TimestampType),
		cel.Variable("verified", cel.BoolType),
		cel.Variable("clock_known", cel.BoolType),
	)
	if err != nil {
		return environments{}, fmt.Errorf("prepare exceptions: %w", err)
	}
	return environments{trigger, unless}, nil
}

var judged = []string{care.Visits, care.Observations, care.Checkins}

// compile returns the ready rule, or why it cannot run, in words for its owner.
func (e environments) compile(r *Rule) (*compiled, string) {
	switch {
	case r.Code == "":
		return nil, "the rule has no code"
	case !slices.Contains(judged, r.Collection):
		return nil, fmt.Sprintf("rules cannot judge %q", r.Collection)
	case !slices.Contains(care.Classes, string(r.Class)):
		return nil, fmt.Sprintf("there is no class %q", r.Class)
	case r.State != Active && r.State != Shadow:
		return nil, fmt.Sprintf("there is no state %q", r.State)
	case !destination(r.Destination):
		return nil, fmt.Sprintf("there is no destination %q", r.Destination)
	case r.Days < 0 || r.Days > MostDays:
		return nil, fmt.Sprintf("it looks back %d days; 1 to %d can be asked for", r.Days, MostDays)
	case strings.TrimSpace(r.Trigger) == "":
		return nil, "the rule has no trigger"
	}
	c := &compiled{Rule: r, uses: map[string]bool{}}
	var reason string
	if c.trigger, reason = program(e.trigger, r.Collection, r.Trigger, c.uses); reason != "" {
		return nil, "trigger: " + reason
	}
	if strings.TrimSpace(r.Unless) != "" {
		if c.unless, reason = program(e.unless, r.Collection, r.Unless, c.uses); reason != "" {
			return nil, "unless: " + reason
		}
	}
	c.news2 = c.uses["news2"]
	return c, ""
}

func destination(d string) bool {
	switch d {
	case care.ToPractice, care.ToCoordinator, care.ToServiceCoord, care.ToSafeguardingLead:
		return true
	}
	team, ok := strings.CutPrefix(d, "team:")
	return ok && team != ""
}

// program compiles one expression, and notes in uses the names of things that it looks at.
func program(env *cel.Env, collection, source string, uses map[string]bool) (x *expression, reason string) {
	tree, issues := env.Compile(source)
	if err := issues.Err(); err != nil {
		return nil, err.Error()
	}
	if t := tree.OutputType(); !t.IsExactType(cel.BoolType) && !t.IsExactType(cel.DynType) {
		return nil, fmt.Sprintf("it gives %s, not true or false", t)
	}
	if reason = names(tree, collection, uses); reason != "" {
		return nil, reason
	}
	if reason = patterns(tree); reason != "" {
		return nil, reason
	}
	options := []cel.ProgramOption{cel.EvalOptions(cel.OptOptimize)}
	if worst, err := env.EstimateCost(tree, unsized{}); err != nil || worst.Max > costUnwatched {
		options = append(options, cel.CostLimit(costLimit), cel.CostTracking(textCost{}))
	}
	p, err := env.Program(tree, options...)
	if err != nil {
		return nil, err.Error()
	}
	return &expression{tree.NativeRep().Expr(), p, tree.NativeRep().SourceInfo()}, ""
}

// names finds fields that do not exist. Records are maps to CEL, so a misspelt field would
// otherwise come to light only at the door, as an alarm that never fires.
func names(tree *cel.Ast, collection string, uses map[string]bool) (reason string) {
	ast.PreOrderVisit(tree.NativeRep().Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		switch e.Kind() {
		case ast.IdentKind:
			uses[e.AsIdent()] = true
		case ast.SelectKind:
			of, name := e.AsSelect().Operand(), e.AsSelect().FieldName()
			switch {
			case of.Kind() == ast.IdentKind && !known(of.AsIdent(), name, collection):
				reason = fmt.Sprintf("%s has no field %q", of.AsIdent(), name)
			case of.Kind() == ast.SelectKind && !known(of.AsSelect().FieldName(), name, judged...):
				reason = fmt.Sprintf("%s has no field %q", of.AsSelect().FieldName(), name)
			}
		}
	}))
	return reason
}

// known says whether a thing of that name has the field; of things it does not know it says yes.
func known(thing, field string, collections ...string) bool {
	switch thing {
	case "news2":
		return slices.Contains(scoreNames, field)
	case "patient":
		return has(care.Patients, field)
	case "record":
		return slices.ContainsFunc(collections, func(c string) bool { return has(c, field) })
	}
	return true
}

func has(collection, field string) bool {
	c, ok := care.ByName(collection)
	if !ok {
		return false
	}
	_, ok = c.Field(field)
	return ok
}
