package pbstore

import (
	"database/sql"
	"encoding/json"
	"slices"
	"strings"

	"doorstep/internal/care"
	"doorstep/internal/pipeline"
)

// serves says whether a limited viewer may look at check-ins about a person that are their own, or
// their team's: only while the person is with them, or, for a desk, with anybody of its teams. Consent
// that was withdrawn or has run out ends that, as the end of a round does.
func (s *Store) serves(v pipeline.Viewer, patient string) bool {
	m := s.mem
	m.mu.RLock()
	defer m.mu.RUnlock()
	if now, _ := m.holds(v, patient, s.now()); now {
		return true
	}
	if !care.DutyOf(v.Role).Desk {
		return false
	}
	for _, g := range m.people[patient] {
		if g.toSeq != 0 {
			continue
		}
		if team, ok := strings.CutPrefix(g.holder, care.TeamScope("")); ok && slices.Contains(v.Teams, team) {
			return true
		}
		staff, _ := strings.CutPrefix(g.holder, care.StaffScope(""))
		if member := m.staff[staff]; member != nil && slices.ContainsFunc(member.Teams, func(t string) bool { return slices.Contains(v.Teams, t) }) {
			return true
		}
	}
	return false
}

// limitedHolder says whether whoever holds people under a name sees the limited projection of them.
func (tx *Tx) limitedHolder(name string) bool {
	m := tx.store.mem
	m.mu.RLock()
	defer m.mu.RUnlock()
	if team, ok := strings.CutPrefix(name, care.TeamScope("")); ok {
		t := m.directory.teams[team]
		return t != nil && m.directory.voluntary(t.Organisation)
	}
	staff, _ := strings.CutPrefix(name, care.StaffScope(""))
	member := m.staff[staff]
	return member != nil && care.DutyOf(member.Role).View == care.Limited
}

// tellCheckins sends the check-ins of a person again: they leave the phones of those who lost the
// person, and come back to those who have them again.
func (tx *Tx) tellCheckins(patient string) error {
	s := tx.store.shapes.byName[care.Checkins]
	scope, err := tx.scopeID(care.ClinicalScope(patient))
	if err != nil {
		return err
	}
	var ids []string
	err = tx.each(`SELECT record FROM sync_feed WHERE scope = ? AND collection = ?`, func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		ids = append(ids, id)
		return err
	}, scope, s.number)
	if err != nil || len(ids) == 0 {
		return err
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	records, err := tx.records(s, `id IN (SELECT value FROM json_each(?)) AND retracted = '' ORDER BY id`, string(list))
	if err != nil {
		return err
	}
	for _, old := range records {
		rec := *old
		if err := tx.Update(&rec, old, nil); err != nil {
			return err
		}
	}
	return nil
}
