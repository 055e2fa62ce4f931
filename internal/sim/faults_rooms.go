package sim

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"

	"doorstep/internal/arrange"
	"doorstep/internal/care"
	judging "doorstep/internal/judge"
	"doorstep/internal/pbstore"
	"doorstep/internal/rooms"
	"doorstep/internal/takein"
	"doorstep/internal/wire"
)

// The seeded bugs of the rooms are decorators: each stands between two rooms, or between a room and the
// store, and gets one thing wrong. The rooms themselves know nothing of them.

// inRooms wraps the rooms of every transaction.
func inRooms(wrap func(*rooms.Rooms, *pbstore.Tx)) func(*Options) {
	return func(o *Options) {
		o.Seams.Rooms = func(tx *pbstore.Tx) *rooms.Rooms {
			r := rooms.Of(tx)
			wrap(r, tx)
			return r
		}
	}
}

// trustOldBase takes a base from before a restore as it stands.
type trustOldBase struct{ takein.Store }

func (trustOldBase) BaseSeq(b care.Base) int64 { return b.Seq }

// overwriteUnseen lets every author have seen what is stored, so that nothing they write is in conflict.
type overwriteUnseen struct {
	rooms.Changes
	store *pbstore.Tx
}

func (o overwriteUnseen) Accept(m *care.Mutation, by takein.By) (wire.Result, error) {
	seen := *m
	seen.Ops = slices.Clone(m.Ops)
	for i := range seen.Ops {
		if err := o.see(&seen.Ops[i]); err != nil {
			return wire.Result{}, err
		}
	}
	return o.Changes.Accept(&seen, by)
}

func (o overwriteUnseen) see(op *care.Op) error {
	c, ok := care.ByName(op.Collection)
	if !ok || op.Kind != care.OpUpdate {
		return nil
	}
	rec, err := o.store.Record(c, op.ID)
	if err != nil || rec == nil {
		return err
	}
	op.Was = map[string]any{}
	for name := range op.Set {
		if f, ok := c.Field(name); ok && f.Policy == care.Manual {
			op.Was[name] = asSent(rec.Get(name))
		}
	}
	return nil
}

// asSent is a stored value as a phone would send it.
func asSent(v any) any {
	b, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	var sent any
	if dec.Decode(&sent) != nil {
		return nil
	}
	return sent
}

// muteRefused judges only what was stored: no refused value and no losing one.
type muteRefused struct{ next takein.Judge }

func (m muteRefused) Judge(t judging.TakenIn) error {
	t.Issues, t.Refused = nil, nil
	return m.next.Judge(t)
}

func (m muteRefused) Deleted(rec *care.Record) error { return m.next.Deleted(rec) }

// noDoubts hides the open issues from whoever judges.
type noDoubts struct{ judging.Store }

func (noDoubts) OpenIssues(string) ([]*care.Record, error) { return nil, nil }

// judgeByArrival lets a set of readings count from when it arrived.
type judgeByArrival struct {
	next judging.Arrange
	now  time.Time
}

func (j judgeByArrival) Arrange(in arrange.Input) error {
	in.Clearing = slices.Clone(in.Clearing)
	for i := range in.Clearing {
		in.Clearing[i].At, in.Clearing[i].ClockKnown = j.now, true
	}
	return j.next.Arrange(in)
}

func (j judgeByArrival) Amend(a arrange.Amendment) error { return j.next.Amend(a) }

func (j judgeByArrival) RaiseRefused(person *care.Record, h arrange.RefusedHandover) error {
	return j.next.RaiseRefused(person, h)
}
