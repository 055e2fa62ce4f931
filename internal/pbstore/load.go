package pbstore

import (
	"database/sql"
	"encoding/json"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/wire"
)

// Windows for what is kept in memory of the past.
const (
	grantMemory = 35 * 24 * time.Hour // closed grants below the floor: a push-only token lives 30 days
	alarmMemory = 30 * 24 * time.Hour
)

// load fills an empty memory and an empty index from one moment of the database.
func (s *Store) load(v *Snapshot) error {
	err := s.Access.Load(func(u *access.Update) error {
		for _, step := range []func(*Snapshot, *access.Update) error{s.mem.loadMeta, loadScopes, loadGrants, loadStaff, s.mem.loadDirectory} {
			if err := step(v, u); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, step := range []func(*Snapshot) error{s.mem.loadRules, s.mem.loadWatched, s.mem.loadHeld} {
		if err := step(v); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) loadMeta(v *Snapshot, u *access.Update) error {
	m.epochs = nil
	err := v.each(`SELECT epoch, ord, fork, start FROM sync_epochs ORDER BY ord`, func(r *sql.Rows) error {
		var e epoch
		if err := r.Scan(&e.name, &e.ord, &e.fork, &e.start); err != nil {
			return err
		}
		m.epochs = append(m.epochs, e)
		return nil
	})
	if err != nil {
		return err
	}
	var name string
	var head int64
	err = v.row(`SELECT epoch, seq, floor, (SELECT coalesce(max(minute), 0) FROM sync_marks) FROM sync_meta`).Scan(&name, &head, &m.floor, &m.minute)
	u.Begin(name, head)
	return err
}

// loadScopes asks for the last number of each scope through the feed's index: one look-up a
// scope, whatever the history.
func loadScopes(v *Snapshot, u *access.Update) error {
	return v.each(`SELECT id, name, coalesce((SELECT max(seq) FROM sync_feed WHERE scope = sync_scopes.id), 0) FROM sync_scopes`, func(r *sql.Rows) error {
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
	since := care.Stamp(v.store.now().Add(-grantMemory))
	return v.each(`SELECT id, patient, holder, from_seq, coalesce(to_seq, 0), from_at, coalesce(to_at, '') FROM sync_grants
		WHERE to_seq IS NULL OR to_seq >= (SELECT floor FROM sync_meta) OR to_at > ?`, func(r *sql.Rows) error {
		g := &access.Grant{}
		var from, to string
		if err := r.Scan(&g.ID, &g.Patient, &g.Holder, &g.FromSeq, &g.ToSeq, &from, &to); err != nil {
			return err
		}
		g.From, g.To = parseColumnTime(from), parseColumnTime(to)
		u.Grant(g)
		return nil
	}, since)
}

const staffColumns = `SELECT s.id, s.name, s.role, s.organisation, s.teams, s.inactive_since, coalesce(y.fingerprint, ''), coalesce(y.reset_seq, 0), coalesce(y.past, '[]')
	FROM staff s LEFT JOIN sync_staff y ON y.staff = s.id`

func loadStaff(v *Snapshot, u *access.Update) error {
	return v.each(staffColumns, func(r *sql.Rows) error {
		member, _, err := scanMember(r)
		if err == nil {
			u.Member(member)
		}
		return err
	})
}

// scanMember reads a member of staff, and the fingerprint of what they might see when it was last looked at.
func scanMember(r interface{ Scan(...any) error }) (m *access.Member, fingerprint string, err error) {
	m = &access.Member{}
	var role, teams, inactive, past string
	if err := r.Scan(&m.Staff, &m.Name, &role, &m.Organisation, &teams, &inactive, &fingerprint, &m.ResetSeq, &past); err != nil {
		return nil, "", err
	}
	m.Role, m.InactiveSince = care.Role(role), parseColumnTime(inactive)
	m.Teams = listOf(teams)
	if err := json.Unmarshal([]byte(past), &m.Past); err != nil {
		return nil, "", err
	}
	return m, fingerprint, nil
}

func listOf(column string) []string {
	var list []string
	if column == "" || json.Unmarshal([]byte(column), &list) != nil {
		return nil
	}
	return list
}

func (m *memory) loadWatched(v *Snapshot) error {
	since := care.Stamp(v.store.now().Add(-alarmMemory))
	err := v.each(`SELECT patient, max(clinical_time) FROM alarms WHERE clinical_time > ? GROUP BY patient`, func(r *sql.Rows) error {
		var patient, at string
		if err := r.Scan(&patient, &at); err != nil {
			return err
		}
		m.watch(patient).lastAlarm = parseColumnTime(at)
		return nil
	}, since)
	if err != nil {
		return err
	}
	count := func(query string, into func(*watch, int)) error {
		return v.each(query, func(r *sql.Rows) error {
			var patient string
			var n int
			err := r.Scan(&patient, &n)
			into(m.watch(patient), n)
			return err
		})
	}
	if err := count(`SELECT patient, count(*) FROM handovers WHERE state NOT IN `+care.SQLOffTheClock+` GROUP BY patient`,
		func(w *watch, n int) { w.open = n }); err != nil {
		return err
	}
	return count(`SELECT patient, count(*) FROM (SELECT patient FROM conflicts WHERE state = 'open'
		UNION ALL SELECT patient FROM quarantine WHERE state = 'open') GROUP BY patient`,
		func(w *watch, n int) { w.issues = n })
}

// loadHeld finds the records whose creates are in quarantine and what waits for records.
func (m *memory) loadHeld(v *Snapshot) error {
	return v.each(`SELECT id, client, kind, code, waits_for, content FROM quarantine WHERE state = 'open'`, func(r *sql.Rows) error {
		var id, client, kind, code, waits string
		var content sql.NullString
		if err := r.Scan(&id, &client, &kind, &code, &waits, &content); err != nil {
			return err
		}
		m.held[client]++
		if kind == "mutation" {
			m.hold(id, code, waits, []byte(content.String))
		}
		return nil
	})
}

func (m *memory) hold(id, code, waits string, content []byte) {
	for _, record := range createdBy(code, content) {
		m.creates[record] = id
	}
	if waits != "" {
		m.waiting[waits]++
	}
}

func (m *memory) letGo(code, waits string, content []byte) {
	for _, record := range createdBy(code, content) {
		delete(m.creates, record)
	}
	if waits == "" {
		return
	}
	if m.waiting[waits]--; m.waiting[waits] <= 0 {
		delete(m.waiting, waits)
	}
}

// createdBy lists the records a quarantined mutation would create. One whose id was taken
// creates nothing that others could wait for: the record is there.
func createdBy(code string, content []byte) []string {
	if code == care.CodeIDTaken || len(content) == 0 {
		return nil
	}
	var ids []string
	mutation, err := wire.DecodeKept(content)
	if err != nil {
		return nil
	}
	for _, op := range mutation.Ops {
		if op.Kind == care.OpCreate {
			ids = append(ids, op.ID)
		}
	}
	return ids
}
