package syncer

import (
	"context"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/pbstore"
	"doorstep/internal/wire"
)

// DefaultPace asks phones to leave this much between rounds when nothing presses.
var DefaultPace = wire.Pace{MinIntervalMs: 30000, JitterMs: 15000}

// BusyPace is asked for while more than half of the writer's queue is taken.
var BusyPace = wire.Pace{MinIntervalMs: 120000, JitterMs: 60000}

// Pace is the time that phones are asked to leave between rounds at this moment.
func (e *Engine) Pace() wire.Pace {
	if 2*e.waiting() > e.o.QueueLength {
		return BusyPace
	}
	return DefaultPace
}

// DefaultLimits are the limits of one request.
var DefaultLimits = wire.Limits{PushMutations: wire.MaxPushMutations, PushBytes: wire.MaxPushBytes, PullRows: wire.MaxPullRows}

// averageRow estimates what a record costs to carry, in bytes.
const averageRow = 900

// Clocks of phones show these years, also those that have lost their time: from them on an offset can be counted.
const firstYear, lastYear = 1970, 2200

// Hello tells a phone where it stands and measures its clock. It answers draining devices too:
// they must learn what to do.
func (e *Engine) Hello(ctx context.Context, s Session, h *wire.HelloRequest) (*wire.HelloResponse, *Error) {
	who, fail := e.access(ctx, s)
	if fail != nil {
		return nil, fail
	}
	c, fail := e.client(s, h.Client)
	if fail != nil {
		return nil, fail
	}
	device, err := care.ParseStamp(h.Now)
	if err != nil {
		return nil, refuse(wire.CodeInvalid, "now must be a time such as 2026-03-02T07:58:11.204Z.")
	}
	if y := device.Year(); y < firstYear || y > lastYear {
		return nil, refuse(wire.CodeInvalid, "now must be between the years %d and %d: no clock of a phone shows another.", firstYear, lastYear)
	}
	if h.Outbox.Oldest != "" {
		oldest, err := care.ParseStamp(h.Outbox.Oldest)
		if err != nil {
			return nil, refuse(wire.CodeInvalid, "outbox.oldest must be a time such as 2026-03-02T07:58:11.204Z.")
		}
		h.Outbox.Oldest = care.Stamp(oldest)
	}
	cur, err := e.cursors.parse(h.Cursor)
	if err != nil {
		cur = cursor{}
	}
	if cur.epoch != "" {
		if fail := e.checkEpoch(ctx, c, &cur); fail != nil && fail.Code != "epoch" {
			return nil, fail
		} else if fail != nil {
			cur = cursor{}
		}
	}
	now, pace := e.o.Now().UTC(), e.Pace() // as they are before this waits for the writer
	offset := now.Sub(device).Truncate(time.Millisecond)
	err = e.Do(ctx, func(tx *pbstore.Tx) error {
		if c.LastSeq <= cur.since && c.PulledMid < c.LastMid {
			seen := *c
			seen.PulledMid = c.LastMid
			if err := tx.Pulled(&seen); err != nil {
				return err
			}
		}
		_, err := tx.SawDevice(pbstore.Seen{Device: s.Device, Offset: offset, Schema: h.Schema, App: h.App,
			OutboxCount: h.Outbox.Count, OutboxOldest: h.Outbox.Oldest})
		return err
	})
	if err != nil {
		return nil, failure(err)
	}
	epoch, head := e.store.Head()
	answer := &wire.HelloResponse{Epoch: epoch, Head: head, LastMid: c.LastMid, LastKey: c.LastKey,
		ServerTime: care.Stamp(now), ClockOffsetMs: offset.Milliseconds(), Scopes: []wire.ScopeState{}, Revoked: []wire.RevokedScope{},
		Schema:    wire.SchemaState{Current: wire.CurrentSchema, MinPull: wire.MinPullSchema, MinPush: wire.MinPushSchema},
		Directive: "none", Limits: DefaultLimits, Pace: pace}
	if s.Directive != "" {
		answer.Directive = s.Directive
	}
	if s.PushOnly {
		return answer, nil
	}
	if h.Schema < wire.MinPullSchema {
		answer.Directive = "upgrade"
	}
	l, err := parseLoad(cur.people)
	if err != nil {
		return nil, failure(err)
	}
	walk := access.Walk{Since: cur.since, Until: head}
	if l != nil {
		l.To = access.Everybody
		walk.People = &l.Instalment
	}
	visible := who.VisibleOn(walk)
	backfill := map[string]bool{}
	for _, event := range visible.Events {
		switch event.Op {
		case access.ScopeAdded:
			backfill[event.Scope] = true
		case access.ScopeRevoked:
			answer.Revoked = append(answer.Revoked, wire.RevokedScope{ID: event.Scope, Purge: "after_push"})
		}
	}
	rows := map[string]int64{}
	if len(backfill) > 0 {
		if rows, err = e.rowsIn(ctx, backfill); err != nil {
			return nil, failure(err)
		}
	}
	for _, id := range visible.Scopes() {
		state := wire.ScopeState{ID: id, State: "ok"}
		if backfill[id] {
			state.State, state.Rows, state.Bytes = "backfill", rows[id], rows[id]*averageRow
		}
		answer.Scopes = append(answer.Scopes, state)
	}
	return answer, nil
}
