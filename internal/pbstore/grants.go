package pbstore

import (
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/columns"
)

const (
	openGrantsOf    = `SELECT id, holder FROM sync_grants WHERE patient = ? AND to_seq IS NULL`
	caseloadHolders = `SELECT team, staff, "from", "to" FROM caseload WHERE patient = ?`
	openGrant       = `INSERT INTO sync_grants (patient, holder, from_seq, from_at) VALUES (?, ?, ?, ?) RETURNING id`
	endGrant        = `UPDATE sync_grants SET to_seq = ?, to_at = ? WHERE id = ?`
	admit           = `INSERT INTO caseload (id, patient, team, "from", reason) VALUES (?, ?, ?, ?, ?)`
	resetStaff      = `INSERT INTO sync_staff (staff, fingerprint, reset_seq, past) VALUES (?, ?, ?, ?)
			ON CONFLICT (staff) DO UPDATE SET fingerprint = excluded.fingerprint, reset_seq = excluded.reset_seq, past = excluded.past`
)

// Regrant brings the grants of a person in line with the caseload rows in force now and with
// their consent. Each grant that opens or closes is an event with the running number.
func (tx *Tx) Regrant(patient string) error {
	person, err := tx.Patient(patient)
	if err != nil {
		return err
	}
	want := map[string]time.Time{} // holder → since
	if person != nil {
		if want, err = tx.wanted(person); err != nil {
			return err
		}
	}
	have := map[string]int64{}
	err = tx.each(openGrantsOf, func(r *sql.Rows) error {
		var id int64
		var name string
		err := r.Scan(&id, &name)
		have[name] = id
		return err
	}, patient)
	if err != nil {
		return err
	}
	moved, limited := false, false
	for _, name := range sortedKeys(have) {
		if _, keep := want[name]; !keep {
			moved, limited = true, limited || tx.store.Access.LimitedHolder(name)
			if err := tx.closeGrant(have[name], patient, name); err != nil {
				return err
			}
		}
	}
	for _, name := range sortedKeys(want) {
		if _, there := have[name]; !there {
			moved, limited = true, limited || tx.store.Access.LimitedHolder(name)
			if err := tx.openGrant(patient, name, want[name]); err != nil {
				return err
			}
		}
	}
	if !moved {
		return nil
	}
	if tx.Watch(patient, tx.now).Issues > 0 { // they go where the person goes
		if err := tx.DueAt(tx.now, care.DueWake, patient); err != nil {
			return err
		}
	}
	return tx.sendAgain(patient, everythingAgain(limited))
}

// wanted reads who should hold a person now, and makes the job look again when that changes.
func (tx *Tx) wanted(person *care.Record) (map[string]time.Time, error) {
	want := map[string]time.Time{}
	err := tx.each(caseloadHolders, func(r *sql.Rows) error {
		var team, staff, from, to string
		if err := r.Scan(&team, &staff, &from, &to); err != nil {
			return err
		}
		starts, ends := columns.ParseTime(from), columns.ParseTime(to)
		agreed, expires := access.Consented(person, tx.service(team, staff), tx.now)
		for _, at := range []time.Time{starts, ends, expires} {
			if at.After(tx.now) {
				if err := tx.DueAt(at, care.DueCaseload, person.ID); err != nil {
					return err
				}
			}
		}
		if starts.After(tx.now) || (!ends.IsZero() && !ends.After(tx.now)) || !agreed {
			return nil
		}
		name := care.TeamScope(team)
		if team == "" {
			name = care.StaffScope(staff)
		}
		if since, there := want[name]; !there || starts.Before(since) {
			want[name] = starts
		}
		return nil
	}, person.ID)
	return want, err
}

func (tx *Tx) openGrant(patient, name string, since time.Time) error {
	g := &access.Grant{Patient: patient, Holder: name, FromSeq: tx.seq, From: since}
	err := tx.row(openGrant, patient, name, tx.seq, care.Stamp(since)).Scan(&g.ID)
	if err != nil {
		return err
	}
	tx.granted = append(tx.granted, g)
	tx.noteAccess(func(u *access.Update) { u.Grant(g) })
	if !tx.waitedFor(patient) {
		return nil
	}
	return tx.DueAt(tx.now, care.DueWake, patient)
}

func (tx *Tx) closeGrant(id int64, patient, name string) error {
	seq, now := tx.seq, tx.now
	if _, err := tx.exec(endGrant, seq, care.Stamp(now), id); err != nil {
		return err
	}
	tx.granted = slices.DeleteFunc(tx.granted, func(g *access.Grant) bool { return g.ID == id })
	tx.noteAccess(func(u *access.Update) { u.EndGrant(id, patient, name, seq, now) })
	return nil
}

// Admit implements takein.Store. That the row settles later, as any that was not written by the engine, changes
// nothing any more.
func (tx *Tx) Admit(patient, team, reason string) error {
	if _, err := tx.exec(admit, tx.NewID(), patient, team, columns.Stamp(tx.now), reason); err != nil {
		return err
	}
	return tx.Regrant(patient)
}

// Restaff notices a change of role, organisation, teams or employment of a member of staff: all of their
// scopes start anew from here, and who is with them by name is asked for consent again where that changed.
func (tx *Tx) Restaff(id string) error {
	member, standing, err := scanMember(tx.row(memberByID, id))
	if errors.Is(err, sql.ErrNoRows) {
		tx.noteAccess(func(u *access.Update) { u.NoMember(id) })
		return nil
	}
	if err != nil {
		return err
	}
	was, move := member.Follows(standing, tx.directory(), tx.now)
	if move.Anew {
		member.ResetSeq = tx.seq
		past, err := json.Marshal(member.Past)
		if err != nil {
			return err
		}
		if _, err := tx.exec(resetStaff, id, access.Standing(member.Viewer), tx.seq, string(past)); err != nil {
			return err
		}
		if len(move.Loses) > 0 {
			if _, err := tx.exec(lapseOfStaff, care.Stamp(tx.now.Add(tx.store.retention)), id); err != nil {
				return err
			}
		}
		// The desks of the teams that they left do not answer for the people they hold any more; those of the teams they
		// joined do from now on.
		limited := tx.store.Access.LimitedMember(&access.Member{Viewer: was}) || tx.store.Access.LimitedMember(member)
		tx.unsettled = true
		if _, err := tx.exec(ofPeopleHeld, care.StaffScope(id), string(care.JSON(everythingAgain(limited)))); err != nil {
			return err
		}
	}
	if move.Asks {
		if err := tx.askAgain(care.StaffScope(id)); err != nil {
			return err
		}
	}
	tx.members[id] = member
	tx.noteAccess(func(u *access.Update) { u.Member(member) })
	return nil
}
