package pipeline

import (
	"time"

	"doorstep/internal/care"
	"doorstep/internal/rules"
)

// crowded is how many issues of one person may be open before a further refused change is no longer
// judged with all of them at once.
const crowded = 32

// refusedOnly says whether a change did nothing about a person but leave something refused of them.
func (c *changed) refusedOnly() bool {
	if c.acted || c.anew || len(c.records) > 0 || len(c.issues) == 0 {
		return false
	}
	for _, issue := range c.issues {
		if issue.Collection.Name != care.Quarantine || issue.Text("kind") != "mutation" {
			return false
		}
	}
	return true
}

// canWait says whether a refused change about a person with a crowd of them may be judged with the
// others within a minute: each rule that fires on it stands in an open handover already, or was let pass
// before, so that somebody has been told of the matter or need not be. A broken phone may send thousands, and judging each with all
// before it would take the longer the more there are.
func (c *changed) canWait(tx Tx, patient string, person rules.Patient) (bool, error) {
	if !c.refusedOnly() || tx.Doubts(patient) <= crowded {
		return false, nil
	}
	for _, e := range c.suspects {
		for _, rule := range tx.Rules().Triggers(person, e) {
			if rule.State != rules.Active {
				continue
			}
			if told, err := tx.Standing(patient, rule.Code); err != nil || !told {
				return false, err
			}
		}
	}
	return true, nil
}

// nextMinute is the same for all that happens in a minute, so that a person is judged once for it.
func nextMinute(t time.Time) time.Time { return t.Truncate(time.Minute).Add(time.Minute) }
