package pbstore

import (
	"database/sql"
	"encoding/json"
	"slices"
	"strings"

	"doorstep/internal/care"
)

// serves says whether a limited viewer may look at check-ins about a person that are their own, or
// their team's: only while the person is with them, or, for a desk, with anybody of its teams. Consent
// that was withdrawn or has run out ends that, as the end of a round does.
func (s *Store) serves(v care.Viewer, patient string) bool {
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

// limitedHolder says whether somebody's limited view of a person may hang on a holder of that name.
func (tx *Tx) limitedHolder(name string) bool {
	m := tx.store.mem
	m.mu.RLock()
	defer m.mu.RUnlock()
	if team, ok := strings.CutPrefix(name, care.TeamScope("")); ok {
		return m.voluntary(team)
	}
	staff, _ := strings.CutPrefix(name, care.StaffScope(""))
	return m.limited(m.staff[staff])
}

// limited says whether a member of staff sees the limited projection, or is one of those whose
// people the desk of a voluntary service sees. The caller holds the lock.
func (m *memory) limited(member *member) bool {
	return member != nil && (care.DutyOf(member.Role).View == care.Limited || slices.ContainsFunc(member.Teams, m.voluntary))
}

func (m *memory) voluntary(team string) bool {
	t := m.directory.teams[team]
	return t != nil && m.directory.voluntary(t.Organisation)
}

// tellMoved sends the check-ins of those a member of staff holds in person again when they change
// their role or their teams: the desk of the service they left does not serve these people any more,
// the desk of the one they joined does from now on.
func (tx *Tx) tellMoved(before, after *member) error {
	m := tx.store.mem
	m.mu.RLock()
	limited := m.limited(before) || m.limited(after)
	m.mu.RUnlock()
	if !limited {
		return nil
	}
	var people []string
	err := tx.each(`SELECT DISTINCT patient FROM sync_grants WHERE holder = ? AND to_seq IS NULL ORDER BY patient`, func(r *sql.Rows) error {
		var patient string
		err := r.Scan(&patient)
		people = append(people, patient)
		return err
	}, care.StaffScope(after.Staff))
	if err != nil {
		return err
	}
	for _, patient := range people {
		if err := tx.tellCheckins(patient); err != nil {
			return err
		}
	}
	return nil
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
