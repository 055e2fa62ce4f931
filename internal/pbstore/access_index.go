package pbstore

import (
	"database/sql"
	"encoding/json"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/columns"
)

const (
	// scopesWithHeads asks for the last number of each scope through the feed's index: one look-up a scope, whatever the history.
	scopesWithHeads = `SELECT id, name, coalesce((SELECT max(seq) FROM sync_feed WHERE scope = sync_scopes.id), 0) FROM sync_scopes`

	grantsRemembered = `SELECT id, patient, holder, from_seq, coalesce(to_seq, 0), from_at, coalesce(to_at, '') FROM sync_grants
		WHERE to_seq IS NULL OR to_seq >= (SELECT floor FROM sync_meta) OR to_at > ?`

	members = `SELECT s.id, s.name, s.role, s.organisation, s.teams, s.inactive_since, coalesce(y.fingerprint, ''), coalesce(y.reset_seq, 0), coalesce(y.past, '[]')
		FROM staff s LEFT JOIN sync_staff y ON y.staff = s.id`
	memberByID = members + ` WHERE s.id = ?`
)

func loadScopes(v *Snapshot, u *access.Update) error {
	return v.each(scopesWithHeads, func(r *sql.Rows) error {
		var id, head int64
		var name string
		if err := r.Scan(&id, &name, &head); err != nil {
			return err
		}
		u.Scope(name, id, head)
		return nil
	})
}

func loadGrants(v *Snapshot, u *access.Update) error {
	since := care.Stamp(v.store.now().Add(-access.PastKept))
	return v.each(grantsRemembered, func(r *sql.Rows) error {
		g := &access.Grant{}
		var from, to string
		if err := r.Scan(&g.ID, &g.Patient, &g.Holder, &g.FromSeq, &g.ToSeq, &from, &to); err != nil {
			return err
		}
		g.From, g.To = columns.ParseTime(from), columns.ParseTime(to)
		u.Grant(g)
		return nil
	}, since)
}

func loadStaff(v *Snapshot, u *access.Update) error {
	return v.each(members, func(r *sql.Rows) error {
		member, _, err := scanMember(r)
		if err == nil {
			u.Member(member)
		}
		return err
	})
}

// scanMember reads a member of staff, and the access.Standing of them when it was last looked at.
func scanMember(r interface{ Scan(...any) error }) (m *access.Member, standing string, err error) {
	m = &access.Member{}
	var role, teams, inactive, past string
	if err := r.Scan(&m.Staff, &m.Name, &role, &m.Organisation, &teams, &inactive, &standing, &m.ResetSeq, &past); err != nil {
		return nil, "", err
	}
	m.Role, m.InactiveSince = care.Role(role), columns.ParseTime(inactive)
	m.Teams = listOf(teams)
	m.Past, _ = access.ReadPast(past, m.Viewer) // of a past that nobody can read, nothing follows
	return m, standing, nil
}

func listOf(column string) []string {
	var list []string
	if column == "" || json.Unmarshal([]byte(column), &list) != nil {
		return nil
	}
	return list
}
