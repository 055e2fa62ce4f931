package collections

import (
	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// HandoverRules is the collection of rules: no built-in reads. A version is written once.
func HandoverRules() *core.Collection {
	c := build(care.HandoverRules)
	c.AddIndex("idx_handover_rules_code", true, "`code`, `version`", "")
	return c
}
