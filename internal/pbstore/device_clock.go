package pbstore

import (
	"database/sql"
	"errors"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/columns"
)

const (
	deviceClock = `SELECT clock_offset_ms, clock_steady_since FROM devices WHERE id = ?`
	sawDevice   = `UPDATE devices SET last_seen = ?, clock_offset_ms = ?, clock_steady_since = ?, "schema" = ?, app_version = ?,
		outbox_count = ?, outbox_oldest = ? WHERE id = ?`
)

// DeviceClock returns what the last hello measured.
func (s *Store) DeviceClock(device string) (care.DeviceClock, error) {
	s.mem.mu.RLock()
	c, ok := s.mem.clocks[device]
	s.mem.mu.RUnlock()
	if ok {
		return c, nil
	}
	return scanClock(s.row(deviceClock, device))
}

func scanClock(row scanner) (care.DeviceClock, error) {
	var ms sql.NullInt64
	var since string
	if err := row.Scan(&ms, &since); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return care.DeviceClock{}, err
	}
	return care.DeviceClock{Offset: time.Duration(ms.Int64) * time.Millisecond, Known: ms.Valid, SteadySince: columns.ParseTime(since)}, nil
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

// SawDevice stores what a hello told. The first offset ever counts for the time before it too; a changed one only from now on.
func (tx *Tx) SawDevice(d Seen) (care.DeviceClock, error) {
	c, err := scanClock(tx.row(deviceClock, d.Device))
	if err != nil {
		return c, err
	}
	if c.Known && (d.Offset-c.Offset).Abs() > care.ClockTolerance {
		c.SteadySince = tx.now
	}
	c.Offset, c.Known = d.Offset, true
	_, err = tx.exec(sawDevice, columns.Stamp(tx.now), c.Offset.Milliseconds(), columns.Stamp(c.SteadySince), d.Schema, d.App, d.OutboxCount, columns.Time(d.OutboxOldest), d.Device)
	tx.note(func(m *memory) { m.clocks[d.Device] = c })
	return c, err
}
