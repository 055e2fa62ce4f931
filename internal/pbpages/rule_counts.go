package pbpages

import "database/sql"

const countsByRule = `SELECT c.code, c.version, sum(c.kind = 'shadow'), sum(c.kind = 'fault'), max(c.kind = 'broken'),
	coalesce((SELECT l.reason FROM rule_counts l WHERE l.code = c.code AND l.version = c.version AND l.kind <> 'shadow' ORDER BY l.at DESC LIMIT 1), ''),
	coalesce((SELECT h.owner FROM handover_rules h WHERE h.code = c.code AND h.version = c.version LIMIT 1), '')
	FROM rule_counts c GROUP BY c.code, c.version ORDER BY c.code, c.version`

// RuleCount is how one version of a rule has fared.
type RuleCount struct {
	Code    string
	Version int
	Shadow  int    // alarms it would have raised
	Faults  int    // records at which it failed
	Broken  bool   // it does not compile
	Reason  string // why it failed the last time, "" when it never did
	Owner   string // staff who answers for it, "" for none
}

// RuleCounts lists the rules that ran in shadow or failed.
func (v Pages) RuleCounts() (list []RuleCount, err error) {
	err = v.Each(countsByRule, func(r *sql.Rows) error {
		var c RuleCount
		err := r.Scan(&c.Code, &c.Version, &c.Shadow, &c.Faults, &c.Broken, &c.Reason, &c.Owner)
		list = append(list, c)
		return err
	})
	return list, err
}
