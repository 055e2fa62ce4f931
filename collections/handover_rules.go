package collections

import (
	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// HandoverRule is one version of a rule that raises handovers.
type HandoverRule struct{ core.BaseRecordProxy }

// Code is the rule's name, the same over its versions.
func (r *HandoverRule) Code() string { return r.GetString("code") }

// Version counts up from 1; 0 when it is missing.
//
// NB! Numbers are JSON columns, so that missing is not 0; GetInt gives 0 for every one of them.
func (r *HandoverRule) Version() int {
	var v int
	if err := r.UnmarshalJSONField("version", &v); err != nil {
		return 0
	}
	return v
}

// State is one of care.RuleStates.
func (r *HandoverRule) State() string { return r.GetString("state") }

// HandoverRules is the collection of rules: no built-in reads. A version is written once.
func HandoverRules() *core.Collection {
	c := build(care.HandoverRules)
	c.AddIndex("idx_handover_rules_code", true, "`code`, `version`", "")
	return c
}
