package httpapi

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/desk"
	"doorstep/internal/pbpages"
	"doorstep/internal/pbrules"
	"doorstep/internal/pbstore"
	"doorstep/internal/rulebook"
	"doorstep/internal/rules"
	"doorstep/internal/worktime"
)

// keepsRules: whoever may write the rules by which handovers are raised.
func keepsRules(d care.Duty) bool { return d.May(care.Create|care.Update, care.HandoverRules) }

// ruleRoutes are those of the handover rules.
func (a *API) ruleRoutes() []careRoute {
	return []careRoute{
		{http.MethodGet, "/rules", keepsRules, a.listRules},
		{http.MethodPost, "/rules", keepsRules, a.proposeRule},
		{http.MethodPost, "/rules/{id}/approve", keepsRules, a.approveRule},
		{http.MethodPost, "/rules/{id}/withdraw", keepsRules, a.withdrawRule},
		{http.MethodPost, "/rules/backtests", keepsRules, a.beginBacktest},
		{http.MethodGet, "/rules/backtests/{id}", keepsRules, a.readBacktest},
	}
}

// KeptRule is a version of a rule, in force or in shadow, as whoever keeps rules sees it.
type KeptRule struct {
	ID          string       `json:"id"`
	Code        string       `json:"code"`
	Version     int          `json:"version"`
	Title       string       `json:"title"`
	Collection  string       `json:"collection"`
	Trigger     string       `json:"trigger"`
	Unless      string       `json:"unless,omitempty"`
	WindowDays  int          `json:"window_days,omitempty"` // left out: 48 hours
	Class       string       `json:"class"`
	Destination string       `json:"destination"`
	Ask         string       `json:"ask"`
	State       string       `json:"state"`
	Owner       *care.Named  `json:"owner,omitempty"`
	ApprovedBy  *care.Named  `json:"approved_by,omitempty"`
	ReviewOn    string       `json:"review_on,omitempty"`
	Overdue     bool         `json:"overdue"` // the day of its review has passed
	Cases       []rules.Case `json:"cases"`
	// Problem says why it cannot run; of one in shadow Shadow counts what it would have raised; Faults at how many records it
	// broke, and FaultWhy why the last time.
	Problem  string `json:"problem,omitempty"`
	Shadow   int    `json:"shadow"`
	Faults   int    `json:"broke"`
	FaultWhy string `json:"fault_why,omitempty"`
	// Approvable: whoever asks may put it in force.
	Approvable bool `json:"approvable"`
}

// keptRules are the rules that there are, with what a rule can look at.
type keptRules struct {
	Items  []KeptRule  `json:"items"`
	Fields []fieldInfo `json:"fields"`
}

func (a *API) viewRule(e *core.RequestEvent, r *rulebook.Entry, problem string, counts []pbpages.RuleCount) KeptRule {
	view := KeptRule{ID: r.ID, Code: r.Code, Version: r.Version, Title: r.Title, Collection: r.Collection, Trigger: r.Trigger, Unless: r.Unless, WindowDays: r.Days, Class: string(r.Class),
		Destination: r.Destination, Ask: r.Ask, State: r.State, Owner: a.named(r.Owner), ApprovedBy: a.named(r.ApprovedBy), ReviewOn: r.ReviewOn,
		Overdue: r.ReviewOn != "" && r.ReviewOn < worktime.InLondon(a.Clock()).Format(time.DateOnly), Cases: orEmpty(r.Cases), Problem: problem,
		Approvable: r.State == rules.Shadow && r.Owner != e.Auth.Id && problem == ""}
	for _, c := range counts {
		if c.Code == r.Code && c.Version == r.Version {
			view.Shadow, view.Faults, view.FaultWhy = c.Shadow, c.Faults, c.Reason
		}
	}
	return view
}

// judgedFields are what a rule can look at: the fields of what it judges, and of the person.
func judgedFields() []fieldInfo {
	fields := []fieldInfo{}
	for _, name := range append(slices.Clone(rules.Collections), care.Patients) {
		c, _ := care.ByName(name)
		for i := range c.Fields {
			fields = append(fields, infoOf(c, &c.Fields[i]))
		}
	}
	return fields
}

// listRules lists the rules in force and in shadow.
func (a *API) listRules(e *core.RequestEvent) error {
	var answer keptRules
	if err := a.Store.ReadForPage(e.Request.Context(), func(v *pbstore.Snapshot) error {
		answer = keptRules{Items: []KeptRule{}, Fields: judgedFields()}
		list, err := pbrules.Of(v).Kept()
		if err != nil {
			return err
		}
		counts, err := pbpages.Of(v).RuleCounts()
		if err != nil {
			return err
		}
		for i := range list {
			answer.Items = append(answer.Items, a.viewRule(e, &list[i], problemOf(&list[i]), counts))
		}
		return nil
	}); err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, answer)
}

// problemOf says why a rule cannot run, "" where it can.
func problemOf(r *rulebook.Entry) string {
	one := r.Rule
	one.State = rules.Active
	if _, broken := rules.Compile([]rules.Rule{one}); len(broken) > 0 {
		return broken[0].Reason
	}
	return ""
}

// ruleRequest is a version of a rule as somebody writes it down. Preview only says whether it runs and what its cases come to.
type ruleRequest struct {
	Code        string           `json:"code" validate:"max=60"`
	Title       string           `json:"title" validate:"max=200"`
	Collection  string           `json:"collection" validate:"max=20"`
	Trigger     string           `json:"trigger" validate:"max=4000"`
	Unless      string           `json:"unless" validate:"max=4000"`
	WindowDays  int              `json:"window_days" validate:"min=0,max=30"`
	Class       string           `json:"class" validate:"max=2"`
	Destination string           `json:"destination" validate:"max=60"`
	Ask         string           `json:"ask" validate:"max=1000"`
	ReviewOn    string           `json:"review_on" validate:"max=10"`
	Cases       []map[string]any `json:"cases" validate:"max=50"`
	Preview     bool             `json:"preview"`
}

// entry reads it as a rule. Its golden cases are held to their shape.
func (b *ruleRequest) entry(id string) (rulebook.Entry, error) {
	e := rulebook.Entry{Rule: rules.Rule{ID: id, Code: b.Code, Title: b.Title, Collection: b.Collection, Trigger: b.Trigger, Unless: b.Unless, Days: b.WindowDays, Class: care.Class(b.Class),
		Destination: b.Destination, Ask: b.Ask, ReviewOn: b.ReviewOn, Version: 1, State: rules.Shadow}}
	c, _ := care.ByName(care.HandoverRules)
	f, _ := c.Field("cases")
	raw := care.JSON(b.Cases)
	if len(b.Cases) > 0 {
		if _, wrong := f.Check(care.DecodeJSON(raw)); wrong != nil {
			return e, &desk.Error{Code: desk.CodeInvalid, Message: wrong.Message, Field: "cases"}
		}
	}
	var err error
	if e.Cases, err = rules.ReadCases(raw); err != nil {
		return e, &desk.Error{Code: desk.CodeInvalid, Message: "The golden cases cannot be read.", Field: "cases"}
	}
	return e, nil
}

// ruleAnswer answers a change of a rule, or what looking at one comes to.
type ruleAnswer struct {
	Preview bool         `json:"preview"`
	Rule    *KeptRule    `json:"rule,omitempty"` // not of a preview
	Problem string       `json:"problem,omitempty"`
	Field   string       `json:"field,omitempty"` // of the form, about which the problem is
	Cases   []caseAnswer `json:"cases"`
}

// caseAnswer is how a golden case comes out.
type caseAnswer struct {
	Name    string `json:"name"`
	Wanted  bool   `json:"wanted"`
	Holds   bool   `json:"holds"`
	Problem string `json:"problem,omitempty"`
}

// proposeRule stores a new version of a rule in shadow, or says what looking at it comes to.
func (a *API) proposeRule(e *core.RequestEvent) error {
	var body ruleRequest
	if err := decodeJSON(e, ruleBody, &body); err != nil {
		return err
	}
	id, err := a.NewID()
	if err != nil {
		return err
	}
	entry, err := body.entry(id)
	if err != nil {
		return err
	}
	if body.Preview {
		looked := rulebook.Look(&entry)
		answer := ruleAnswer{Preview: true, Problem: looked.Problem, Field: looked.Field, Cases: []caseAnswer{}}
		for _, c := range looked.Cases {
			answer.Cases = append(answer.Cases, caseAnswer{c.Name, c.Wanted, c.Holds, c.Problem})
		}
		return writeJSON(e, http.StatusOK, answer)
	}
	return a.decideRule(e, "propose_rule", http.StatusCreated, body, func(s rulebook.Versions) (*rulebook.Entry, error) {
		made, err := rulebook.Propose(s, entry, e.Auth.Id, worktime.InLondon(a.Clock()), func(team string) bool { return a.Store.Access.Directory().Team(team) != nil })
		return &made, err
	})
}

// ruleBody is the most bytes of a rule with its golden cases.
const ruleBody = 256 << 10

func (a *API) approveRule(e *core.RequestEvent) error {
	return a.decideRule(e, "approve_rule", http.StatusOK, nil, func(s rulebook.Versions) (*rulebook.Entry, error) {
		return rulebook.Approve(s, e.Request.PathValue("id"), e.Auth.Id)
	})
}

func (a *API) withdrawRule(e *core.RequestEvent) error {
	return a.decideRule(e, "withdraw_rule", http.StatusOK, nil, func(s rulebook.Versions) (*rulebook.Entry, error) {
		return rulebook.Withdraw(s, e.Request.PathValue("id"))
	})
}

// decideRule decides about a rule and writes down what was decided; what is judged from then on is judged by it.
func (a *API) decideRule(e *core.RequestEvent, action string, status int, detail any, decide func(rulebook.Versions) (*rulebook.Entry, error)) error {
	var done *rulebook.Entry
	if err := a.tried(e, false, func(tx *pbstore.Tx) (err error) {
		if done, err = decide(pbrules.In(tx)); err != nil {
			return refusedRule(err)
		}
		return tx.Audit(e.Auth.Id, "", action, care.HandoverRules, done.ID, "", detail)
	}); err != nil {
		return err
	}
	view := a.viewRule(e, done, problemOf(done), nil)
	return writeJSON(e, status, ruleAnswer{Rule: &view, Cases: []caseAnswer{}})
}

// refusedRule is the answer to a refusal; any other error stays as it is.
func refusedRule(err error) error {
	var no *rulebook.Refusal
	if errors.As(err, &no) {
		return &desk.Error{Code: no.Code, Message: no.Message, Field: no.Field}
	}
	return err
}
