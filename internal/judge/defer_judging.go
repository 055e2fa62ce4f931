package judge

import (
	"time"

	"doorstep/internal/rules"
)

// manyIssues is how many issues of one person may be open before a further refused change is no longer
// judged with all of them at once.
const manyIssues = 32

// canWait says whether a change of which something is in doubt, about a person with many such, may be
// judged with the others within a minute: each rule that fires on it stands in an open handover already, or
// was let pass before, so that somebody has been told of the matter or need not be. A broken phone may send
// thousands, and judging each with all before it would take the longer the more there are.
func (r *Room) canWait(n *News, person rules.Patient) (bool, error) {
	if !n.onlyDoubtful() || r.Store.Watch(person.ID, n.Since).Issues <= manyIssues {
		return false, nil
	}
	for _, e := range n.events() {
		for _, rule := range r.Reference.Rules().Triggers(person, e) {
			if rule.State != rules.Active {
				continue
			}
			if told, err := r.Store.Told(person.ID, rule.Code); err != nil || !told {
				return false, err
			}
		}
	}
	return true, nil
}

// nextMinute is the same for all that happens in a minute, so that a person is judged once for it.
func nextMinute(t time.Time) time.Time { return t.Truncate(time.Minute).Add(time.Minute) }
