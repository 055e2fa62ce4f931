package pbstore

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/columns"
	"doorstep/internal/wire"
)

// legible is what is read of records when one of them holds what is no JSON. Only somebody who writes past
// the engine can put that there.
type legible struct {
	projection string // as the viewer gets it, null in the place of what cannot be read
	damage     string // SQL of the names of those fields, each followed by a space
}

// legibleOf makes the SQL of what can be read of a record, for one kind of viewer.
func (s *table) legibleOf(view care.View) legible {
	damage := []string{"''"}
	projection := s.projection(view, columns.LegibleInJSON)
	for i := range s.Collection.Fields {
		if f := &s.Collection.Fields[i]; columns.KeptAsJSON(f) && access.OnPhones(view, s.Collection, f) != access.Hidden {
			damage = append(damage, columns.Unreadable(f))
		}
	}
	if view == care.Clinical {
		damage = append(damage, columns.Unreadable(care.ClockOffset))
	}
	return legible{projection: projection, damage: strings.Join(damage, " || ")}
}

// damages reads, of records by id, the names of the fields that cannot be read.
func (s *table) damages(view care.View) string {
	return `SELECT id, ` + s.legible[view].damage + ` FROM ` + columns.Quote(s.Collection.Name) + ` WHERE ` + withIDs
}

// deliverLegible delivers records of which at least one cannot be read whole: that one goes with null for
// the fields nobody can read and their names in unreadable, the others as ever. The operator's log says
// which it is. Cause is the error of reading them all at once.
func (v *Snapshot) deliverLegible(visible *access.Visible, s *table, view care.View, list string, found map[string]wire.Delivery, cause error) error {
	if view != care.Clinical {
		view = care.Limited
	}
	damaged := map[string][]string{}
	err := v.each(s.damages(view), func(r *sql.Rows) error {
		var id, names string
		err := r.Scan(&id, &names)
		if names != "" {
			damaged[id] = strings.Fields(names)
		}
		return err
	}, list)
	if err != nil {
		return err
	}
	if len(damaged) == 0 && !errors.Is(cause, errDamaged) {
		v.store.app.Logger().Error("a row cannot be read as text; mend it in the dashboard or from a backup", "collection", s.Collection.Name, "cause", cause)
	}
	if err := v.deliver(visible, s, view, s.deliveriesAs(s.legible[view].projection), list, found, damaged); err != nil {
		return err
	}
	for id, fields := range damaged {
		v.store.unreadable(s.Collection.Name, id, fields...)
		if d := found[id]; len(d.Data) > 0 {
			names := append([]byte(`,"unreadable":`), care.JSON(fields)...)
			d.Data = append(append(bytes.TrimSuffix(d.Data, []byte("}")), names...), '}')
			found[id] = d
		}
	}
	return nil
}

// mostUnreadable is how many unreadable rows are remembered; the log names all.
const mostUnreadable = 1000

// unreadable tells the operator of a row that somebody wrote past the engine and nobody can read whole: in the log,
// and as a fault that health shows until the row is mended.
func (s *Store) unreadable(collection, id string, fields ...string) {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	if known := s.faults.rows[collection]; !known[id] && s.faults.count < mostUnreadable {
		if known == nil {
			known = map[string]bool{}
			s.faults.rows[collection] = known
		}
		known[id] = true
		s.faults.count++
	}
	s.app.Logger().Error("a row cannot be read whole; mend it in the dashboard or from a backup", "collection", collection, "record", id, "fields", fields)
}

// scan reads one record, nil for none, and tells the operator of what nobody can read of it.
func (s *Store) scan(t *table, row scanner) (*care.Record, error) {
	rec, err := t.Scan(row)
	s.noticeUnreadable(rec)
	return rec, err
}

func (s *Store) noticeUnreadable(rec *care.Record) {
	if rec != nil && len(rec.Unreadable) > 0 {
		s.unreadable(rec.Collection.Name, rec.ID, rec.Unreadable...)
	}
}

// NoticeUnreadable tells the operator of what nobody can read of a record; see care.Record.Unreadable.
func (v *Snapshot) NoticeUnreadable(rec *care.Record) { v.store.noticeUnreadable(rec) }

// faults are the rows that could not be read whole, by collection and id.
type faults struct {
	mu    sync.Mutex
	rows  map[string]map[string]bool
	count int
}

// Unreadable says how many rows nobody can read whole, and of which collections they are. It knows those that
// somebody asked for since the start, and looks whether they were mended.
func (s *Store) Unreadable(ctx context.Context) (rows int, collections []string, err error) {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	if s.faults.count == 0 {
		return 0, nil, nil
	}
	still := map[string]map[string]bool{}
	err = s.Read(ctx, func(v *Snapshot) error {
		for _, name := range sortedKeys(s.faults.rows) {
			damaged, err := v.damaged(s.tables.byName[name], sortedKeys(s.faults.rows[name]))
			if err != nil {
				return err
			}
			if len(damaged) > 0 {
				still[name] = damaged
				rows += len(damaged)
				collections = append(collections, name)
			}
		}
		return nil
	})
	if err == nil {
		s.faults.rows, s.faults.count = still, rows
	}
	return rows, collections, err
}

// damaged are those of some records that still cannot be read whole.
func (v *Snapshot) damaged(s *table, ids []string) (map[string]bool, error) {
	damaged := map[string]bool{}
	list := jsonList(ids)
	err := v.each(s.damages(care.Clinical), func(r *sql.Rows) error {
		var id, names string
		err := r.Scan(&id, &names)
		if names != "" {
			damaged[id] = true
		}
		return err
	}, list)
	if err != nil {
		return nil, err
	}
	return damaged, v.each(s.where(withIDs), func(r *sql.Rows) error {
		rec, err := s.Scan(r)
		if err == nil && len(rec.Unreadable)+len(rec.Misshapen()) > 0 {
			damaged[rec.ID] = true
		}
		return err
	}, list)
}

// errDamaged: a row holds a number that is none, which SQLite writes as 9e999, or a value that is nested without end, or
// not of the kind of its field.
var errDamaged = errors.New("a value is infinite, nested without end, or not of the kind of its field")
