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

// onlyDoubtful says whether a change brought nothing about a person but what is in doubt: what was refused
// whole, and new records of which something was set aside.
func (c *changed) onlyDoubtful() bool {
	if c.acted || c.anew || c.edited || len(c.issues) == 0 {
		return false
	}
	aside := map[string]bool{}
	for _, issue := range c.issues {
		if issue.Collection.Name != care.Quarantine {
			return false
		}
		if issue.Text("kind") != "mutation" {
			aside[issue.Text("record")] = true
		}
	}
	for _, rec := range c.records {
		if !aside[rec.ID] {
			return false
		}
	}
	return true
}

// canWait says whether a change of which something is in doubt may, about a person with a crowd of such, be
// judged with the others within a minute: each rule that fires on it stands in an open handover already, or was let pass
// before, so that somebody has been told of the matter or need not be. A broken phone may send thousands, and judging each with all
// before it would take the longer the more there are.
func (c *changed) canWait(tx Tx, patient string, person rules.Patient) (bool, error) {
	if !c.onlyDoubtful() || tx.Doubts(patient) <= crowded {
		return false, nil
	}
	events := c.suspects
	for _, rec := range c.records {
		events = append(events, EventOf(rec, true))
	}
	for _, e := range events {
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
