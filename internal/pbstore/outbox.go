package pbstore

import (
	"context"
	"database/sql"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/delivery"
)

const (
	outboxDue       = `SELECT id, key, channel, handover, team, attempts FROM outbox WHERE state = 'waiting' AND due_at <= ? ORDER BY due_at LIMIT +?`
	outboxDelivered = `UPDATE outbox SET state = 'delivered', attempts = attempts + 1, done_at = ? WHERE id = ? AND state = 'waiting'`
	outboxRetry     = `UPDATE outbox SET attempts = ?, due_at = ?, last_error = ? WHERE id = ?`
	outboxGivenUp   = `UPDATE outbox SET state = 'given_up', attempts = ?, done_at = ?, last_error = ? WHERE id = ?`
)

// outbox implements delivery.Outbox; its writes go through the engine's writer.
type outbox struct {
	s  *Store
	do func(context.Context, func(*Tx) error) error
}

// Outbox is the table of deliveries, written through the given writer.
func (s *Store) Outbox(do func(context.Context, func(*Tx) error) error) delivery.Outbox {
	return outbox{s, do}
}

// OutboxFilled says whether something was put into the outbox since it was last asked.
func (s *Store) OutboxFilled() bool {
	s.mem.mu.Lock()
	defer s.mem.mu.Unlock()
	filled := s.mem.outbox
	s.mem.outbox = false
	return filled
}

// Due implements delivery.Outbox.
func (o outbox) Due(ctx context.Context, now time.Time, limit int) (items []delivery.Item, err error) {
	err = o.s.Read(ctx, func(v *Snapshot) error {
		return v.each(outboxDue,
			func(r *sql.Rows) error {
				i := delivery.Item{State: delivery.Waiting}
				err := r.Scan(&i.ID, &i.Key, &i.Channel, &i.Handover, &i.Team, &i.Attempts)
				items = append(items, i)
				return err
			}, care.Stamp(now), limit)
	})
	return items, err
}

// Delivered implements delivery.Outbox.
func (o outbox) Delivered(ctx context.Context, id int64, at time.Time) error {
	return o.write(ctx, outboxDelivered, care.Stamp(at), id)
}

// Retry implements delivery.Outbox.
func (o outbox) Retry(ctx context.Context, id int64, attempts int, due time.Time, reason string) error {
	return o.write(ctx, outboxRetry, attempts, care.Stamp(due), reason, id)
}

// GiveUp implements delivery.Outbox.
func (o outbox) GiveUp(ctx context.Context, id int64, attempts int, at time.Time, reason string) error {
	return o.write(ctx, outboxGivenUp, attempts, care.Stamp(at), reason, id)
}

func (o outbox) write(ctx context.Context, query string, args ...any) error {
	return o.do(ctx, func(tx *Tx) error {
		_, err := tx.exec(query, args...)
		return err
	})
}
