package pbstore

import (
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"doorstep/internal/care"
)

// DeviceClock returns what the last hello measured.
func (s *Store) DeviceClock(device string) (care.DeviceClock, error) {
	s.mem.mu.RLock()
	c, ok := s.mem.clocks[device]
	s.mem.mu.RUnlock()
	if ok {
		return c, nil
	}
	return scanClock(s.ask(`SELECT clock_offset_ms, clock_steady_since FROM devices WHERE id = ?`, device))
}

func scanClock(row *sql.Row) (care.DeviceClock, error) {
	var ms sql.NullInt64
	var since string
	if err := row.Scan(&ms, &since); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return care.DeviceClock{}, err
	}
	return care.DeviceClock{Offset: time.Duration(ms.Int64) * time.Millisecond, Known: ms.Valid, SteadySince: parseColumnTime(since)}, nil
}

// Seen is what a device said about itself in a hello.
type Seen struct {
	Device       string
	Offset       time.Duration
	Schema       int
	App          string
	OutboxCount  int64
	OutboxOldest string
}

// SawDevice stores what a hello told. The first offset ever counts for the time before it too;
// a changed one only from now on.
func (tx *Tx) SawDevice(d Seen) (care.DeviceClock, error) {
	c, err := scanClock(tx.row(`SELECT clock_offset_ms, clock_steady_since FROM devices WHERE id = ?`, d.Device))
	if err != nil {
		return c, err
	}
	if c.Known && (d.Offset-c.Offset).Abs() > care.ClockTolerance {
		c.SteadySince = tx.now
	}
	c.Offset, c.Known = d.Offset, true
	_, err = tx.exec(`UPDATE devices SET last_seen = ?, clock_offset_ms = ?, clock_steady_since = ?, "schema" = ?, app_version = ?, outbox_count = ?, outbox_oldest = ? WHERE id = ?`,
		columnStamp(tx.now), c.Offset.Milliseconds(), columnStamp(c.SteadySince), d.Schema, d.App, d.OutboxCount, columnTime(d.OutboxOldest), d.Device)
	tx.note(func(m *memory) { m.clocks[d.Device] = c })
	return c, err
}

// Audit writes one line of the audit.
func (tx *Tx) Audit(actor, device, action, collection, record, patient string, detail any) error {
	v, _ := tx.Staff(actor)
	text, err := json.Marshal(detail)
	if err != nil {
		return err
	}
	_, err = tx.exec(`INSERT INTO audit (at, actor, role, organisation, device, action, collection, record, patient, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		care.Stamp(tx.now), actor, string(v.Role), v.Organisation, device, action, collection, record, patient, string(text))
	return err
}
