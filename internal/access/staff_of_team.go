package access

import "slices"

// StaffWhoAnswer are the ids of the staff of a team whose inbox or desk it is, in order.
func (ix *Index) StaffWhoAnswer(team string) (ids []string) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	for id, m := range ix.staff {
		if d := RightsOf(m.Viewer).Duty; slices.Contains(m.Teams, team) && (d.Inbox || d.Desk) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}
