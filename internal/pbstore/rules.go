package pbstore

import (
	"database/sql"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/rules"
)

const (
	rulesInForce = `SELECT id, code, version, title, collection, "trigger", unless, class, destination, ask, state, owner, approved_by, review_on, coalesce(CAST(window_days AS INTEGER), 0)
		FROM handover_rules WHERE state IN ('active', 'shadow') ORDER BY code, version`
	countRule = `INSERT INTO rule_counts (code, version, kind, ref, at, reason) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`
	// forgetRuleCounts leaves standing that a rule in force does not compile.
	forgetRuleCounts = `DELETE FROM rule_counts WHERE (code, version, kind, ref) IN (SELECT code, version, kind, ref FROM rule_counts c WHERE at < ?
		AND NOT (kind = 'broken' AND EXISTS (SELECT 1 FROM handover_rules h WHERE h.id = c.ref AND h.state IN ('active', 'shadow'))) LIMIT +?)`
)

// loadRules compiles the rules in force. One that does not compile is reported and left out.
func (m *memory) loadRules(v *Snapshot) error {
	set, broken, err := readRules(v.each)
	m.rules = set
	m.report(broken)
	return err
}

func (m *memory) report(list []rules.Broken) {
	for _, b := range list {
		m.broken(b)
	}
}

func readRules(each eachRowOf) (*rules.Set, []rules.Broken, error) {
	var list []rules.Rule
	err := each(rulesInForce, func(r *sql.Rows) error {
		var x rules.Rule
		err := r.Scan(&x.ID, &x.Code, &x.Version, &x.Title, &x.Collection, &x.Trigger, &x.Unless, &x.Class, &x.Destination,
			&x.Ask, &x.State, &x.Owner, &x.ApprovedBy, &x.ReviewOn, &x.Days)
		list = append(list, x)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	set, broken := rules.Compile(list)
	return set, broken, nil
}

// Warnings are the rules in force that a phone can judge.
func (s *Store) Warnings() []rules.Warning {
	s.mem.mu.RLock()
	defer s.mem.mu.RUnlock()
	return s.mem.rules.Warnings()
}

// RuleTitle is the title of a rule in force; "" when it was withdrawn.
func (s *Store) RuleTitle(code string) string {
	s.mem.mu.RLock()
	set := s.mem.rules
	s.mem.mu.RUnlock()
	if rule, ok := set.Rule(code); ok {
		return rule.Title
	}
	return ""
}

// reloadRules takes in what the clinical lead changed. A rule that does not compile is counted as
// well as reported: whoever owns it reads that, not the log.
func (tx *Tx) reloadRules() error {
	set, broken, err := readRules(tx.each)
	if err != nil {
		return err
	}
	for _, b := range broken {
		if err := tx.CountRule(rules.CountBroken, &b.Rule, b.Rule.ID, b.Reason); err != nil {
			return err
		}
	}
	tx.note(func(m *memory) { m.rules = set; m.report(broken) })
	return nil
}

// CountRule implements judge.Store.
func (tx *Tx) CountRule(kind string, rule *rules.Rule, ref, reason string) error {
	_, err := tx.exec(countRule,
		rule.Code, rule.Version, kind, ref, care.Stamp(tx.now), reason)
	return err
}

// ForgetRuleCounts removes some of what was counted before a time, and says whether there may be more.
// That a rule in force does not compile stays as long as it is true.
func (tx *Tx) ForgetRuleCounts(before time.Time) (more bool, err error) {
	n, err := tx.exec(forgetRuleCounts,
		care.Stamp(before), retentionAtOnce)
	return n == retentionAtOnce, err
}
