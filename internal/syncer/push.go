package syncer

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/pbstore"
	"doorstep/internal/takein"
	"doorstep/internal/wire"
)

// Push takes a phone's mutations in, in order, each exactly once, and answers change by change.
func (e *Engine) Push(ctx context.Context, s Session, p *wire.Push) (*wire.PushResponse, *Error) {
	done, fail := e.takeIn(ctx, s, p)
	if fail != nil {
		return nil, fail
	}
	return e.answer(ctx, done)
}

// takenIn is a push that is committed, as far as it was not refused.
type takenIn struct {
	staff   string
	answer  wire.PushResponse
	upTo    int64 // the last number the answer speaks of
	refused *Error
}

// takeIn takes a push in and returns when that is committed. Nothing of the push is needed any more then.
func (e *Engine) takeIn(ctx context.Context, s Session, p *wire.Push) (*takenIn, *Error) {
	who, fail := e.access(ctx, s)
	if fail != nil {
		return nil, fail
	}
	c, fail := e.client(s, p.Client)
	if fail != nil {
		return nil, fail
	}
	if err := e.heard(ctx, p.Cursor, p.Mutations); err != nil {
		return nil, failure(err)
	}
	if epoch, _ := e.store.Head(); p.Epoch != epoch {
		return nil, e.otherEpoch(c)
	}
	e.limitBases(s.Staff, p.Mutations)
	clock, err := e.store.DeviceClock(s.Device)
	if err != nil {
		return nil, failure(err)
	}
	w := &pushWork{engine: e, answer: wire.PushResponse{Results: make([]wire.Result, 0, len(p.Mutations))}, who: who, push: p, by: takein.By{Viewer: who.Viewer, Device: s.Device, Client: c.ID, Clock: clock}}
	if err := e.submit(ctx, &job{client: c.ID, run: w.run, kept: w.keep, left: w.left}); err != nil {
		var refused *Error
		if errors.As(err, &refused) {
			return nil, refused
		}
		return nil, failure(err)
	}
	w.answer.Epoch = p.Epoch
	return &takenIn{staff: s.Staff, answer: w.answer, upTo: w.upTo, refused: w.refused}, nil
}

// answer tells a phone what became of its push, once that is as safe as it must be.
func (e *Engine) answer(ctx context.Context, done *takenIn) (*wire.PushResponse, *Error) {
	if err := e.secured(ctx); err != nil { // also where the rest is refused: the refusal says how far the server has it
		return nil, failure(err)
	}
	if done.refused != nil {
		return nil, done.refused
	}
	e.told.note(done.staff, done.upTo)
	return &done.answer, nil
}

// pushWork is one push on its way through the writer, in as many transactions as it takes: a mutation is atomic,
// a push is not. Each of them may run twice; only the last run counts.
type pushWork struct {
	engine  *Engine
	who     *access.Access
	push    *wire.Push
	by      takein.By
	kept    int // mutations that transactions which are committed took in
	part        // of the running transaction, or of the last one
	answer  wire.PushResponse
	upTo    int64 // the last number the answer speaks of
	refused *Error
}

// part is what one transaction does with a push.
type part struct {
	turn    *turn
	ledger  PushLedger
	results []wire.Result
	last    *pbstore.Client // where the client's numbering stands then
	seq     int64
}

// keep adds to the answer what the last transaction took in, which is committed now.
func (w *pushWork) keep() {
	for i := range w.results {
		w.engine.o.Observer.Answered(outcome(&w.results[i]))
	}
	w.answer.Results = append(w.answer.Results, w.results...)
	w.answer.LastMid, w.answer.LastKey, w.upTo = w.last.LastMid, w.last.LastKey, w.seq
	w.kept += len(w.results)
}

// left says how many mutations are not taken in yet.
func (w *pushWork) left() int {
	if w.refused != nil {
		return 0
	}
	return len(w.push.Mutations) - w.kept
}

func (w *pushWork) run(tx *pbstore.Tx, t *turn) error {
	w.refused = nil
	w.part = part{turn: t, ledger: w.engine.o.ledger(tx, w.push)}
	c, err := w.ledger.Client(w.push.Client)
	if err != nil {
		return err
	}
	w.last = c
	if epoch, _ := w.engine.store.Head(); epoch != w.push.Epoch {
		w.refused = w.engine.otherEpoch(c)
		return nil
	}
	firstNew := c.LastMid + 1
	before := 0
	rest := w.push.Mutations[w.kept:]
	w.results = make([]wire.Result, 0, min(len(rest), t.changes))
	for i := range rest {
		if t.ends() {
			break
		}
		t.taken++
		m := &rest[i]
		var res wire.Result
		switch {
		case m.Mid <= c.LastMid:
			res, err = w.again(tx, c, m)
			before++
		case m.Mid > c.LastMid+1:
			w.refused = refuse(wire.CodeGap, "Mutation %d is missing; send it first.", c.LastMid+1)
			w.refused.Expected = c.LastMid + 1
			return nil
		default:
			res, err = w.accept(tx, c, m)
		}
		if err != nil || w.refused != nil {
			return err
		}
		w.results = append(w.results, res)
	}
	if fresh := w.results[before:]; len(fresh) > 0 {
		body, err := json.Marshal(fresh)
		if err != nil {
			return err
		}
		if err := w.ledger.SaveResults(c.Row, firstNew, c.LastMid, body); err != nil {
			return err
		}
		if err := w.ledger.SaveClient(c); err != nil {
			return err
		}
	}
	w.seq = tx.Seq()
	return w.hideOthersValues(tx)
}

// accept takes one new mutation in. It takes a number of the sequence even when it changes
// nothing, so that the pull which confirms it is not "nothing new".
func (w *pushWork) accept(tx *pbstore.Tx, c *pbstore.Client, m *care.Mutation) (wire.Result, error) {
	tx.Next()
	fresh, err := w.ledger.Enter(m.Key, c.Row, m.Mid, m.Fingerprint())
	if err != nil {
		return wire.Result{}, err
	}
	var res wire.Result
	if fresh {
		if res, err = w.take(tx, m); err != nil {
			return res, err
		}
		if takein.TurnedAway(&res) {
			if err := errors.Join(w.ledger.Leave(m.Key), w.ledger.Renumber(c, m.Mid, m.Key, res.Status)); err != nil {
				return res, err
			}
		} else if res.Status != care.Applied {
			if err := w.ledger.Ended(m.Key, res.Status); err != nil {
				return res, err
			}
		}
	} else {
		if res, err = w.known(m); err != nil {
			return res, err
		}
		if err := w.ledger.Renumber(c, m.Mid, m.Key, res.Status); err != nil {
			return res, err
		}
	}
	c.LastMid, c.LastKey, c.LastSeq = m.Mid, m.Key, tx.Seq()
	return res, nil
}

// known answers a key that took effect before: with the stored answer where it is the same change of
// the same author, and otherwise by keeping what came, whole. A key proves nothing about its content.
func (w *pushWork) known(m *care.Mutation) (wire.Result, error) {
	entry, err := w.ledger.Ledger(m.Key)
	if err != nil {
		return wire.Result{}, err
	}
	if w.same(entry, m) {
		return w.stored(m)
	}
	if res, kept, err := w.opened(entry, m); kept || err != nil {
		return res, err
	}
	return w.turn.rooms.Changes.KeepTaken(m, w.by)
}

// take takes a new change in. Apart, a mutation that makes it fail is quarantined as the server's
// own fault and the queue moves on.
func (w *pushWork) take(tx *pbstore.Tx, m *care.Mutation) (res wire.Result, err error) {
	changes := w.turn.rooms.Changes
	if !w.turn.apart {
		return changes.Accept(m, w.by)
	}
	failed, err := tx.Savepoint(func() error {
		return recovered(func() (err error) { res, err = changes.Accept(m, w.by); return err })
	})
	if err != nil {
		return res, err
	}
	if failed == nil {
		return res, nil
	}
	if pbstore.Unavailable(failed) {
		return res, failed
	}
	w.engine.o.Log.Error("a mutation made the server fail", "client", w.by.Client, "mid", m.Mid, "error", failed)
	return changes.KeepFailed(m, w.by)
}

// again answers a mutation that was taken in before. Another one under its number and key is kept whole: the
// number proves nothing about the content either.
func (w *pushWork) again(tx *pbstore.Tx, c *pbstore.Client, m *care.Mutation) (wire.Result, error) {
	entry, err := w.ledger.Ledger(m.Key)
	if err != nil {
		return wire.Result{}, err
	}
	if entry == nil || entry.Client != c.Row || entry.Mid != m.Mid {
		return w.renumbered(tx, c, m, entry)
	}
	if differs(entry, m) {
		tx.Next()
		if res, kept, err := w.opened(entry, m); kept || err != nil {
			return res, err
		}
		return w.turn.rooms.Changes.KeepTaken(m, w.by)
	}
	return w.stored(m)
}

// renumbered answers a mutation whose key had taken effect, or was kept sealed, before its client gave it this number:
// after a fork a phone has another outbox. What differs from that is taken in now or kept, once.
func (w *pushWork) renumbered(tx *pbstore.Tx, c *pbstore.Client, m *care.Mutation, entry *pbstore.Entry) (wire.Result, error) {
	mine, status, err := w.ledger.Renumbered(c, m.Mid, m.Key)
	if err != nil || !mine {
		w.refused = forked(c)
		return wire.Result{}, err
	}
	if w.same(entry, m) {
		return w.stored(m)
	}
	if differs(entry, m) {
		tx.Next()
		if res, kept, err := w.opened(entry, m); kept || err != nil {
			return res, err
		}
		if status != care.Quarantined { // else what is different about it is kept already
			return w.turn.rooms.Changes.KeepTaken(m, w.by)
		}
	}
	return w.answered(m, c.Row, m.Mid, status)
}

// opened takes a change in that was kept sealed before, because it could not be opened, under the number it had then.
func (w *pushWork) opened(entry *pbstore.Entry, m *care.Mutation) (wire.Result, bool, error) {
	if entry == nil || entry.Status != care.Quarantined || m.Fault != nil {
		return wire.Result{}, false, nil
	}
	res, kept, err := w.turn.rooms.Changes.AcceptOpened(m, w.by)
	if err != nil || !kept || takein.TurnedAway(&res) {
		return res, kept, err
	}
	body, err := json.Marshal([]wire.Result{res})
	if err != nil {
		return res, true, err
	}
	err = w.ledger.Leave(m.Key)
	if err == nil {
		_, err = w.ledger.Enter(m.Key, entry.Client, entry.Mid, m.Fingerprint())
	}
	return res, true, errors.Join(err, w.ledger.Ended(m.Key, res.Status), w.ledger.SaveResults(entry.Client, entry.Mid, entry.Mid, body))
}

// same says whether a mutation is the one that took effect under its key, of the same author, as far as anybody can tell.
func (w *pushWork) same(entry *pbstore.Entry, m *care.Mutation) bool {
	return entry != nil && (entry.Staff == w.by.Staff || entry.Staff == m.Author) && !differs(entry, m)
}

// differs says whether a mutation says something else than the one that took effect under its key. Of what came sealed
// and cannot be opened nobody can say so.
func differs(entry *pbstore.Entry, m *care.Mutation) bool {
	if m.Fault != nil && m.Fault.Code == care.CodeSealed {
		return false
	}
	return entry != nil && entry.Content != 0 && entry.Content != m.Fingerprint()
}

// stored finds the answer a key got the first time; when that was cleared away, its status.
func (w *pushWork) stored(m *care.Mutation) (wire.Result, error) {
	entry, err := w.ledger.Ledger(m.Key)
	if err != nil || entry == nil {
		return wire.Result{Mid: m.Mid, Key: m.Key, Replayed: true}, err
	}
	return w.answered(m, entry.Client, entry.Mid, entry.Status)
}

// answered finds what a client was answered at a mid; when that was cleared away, the status alone.
func (w *pushWork) answered(m *care.Mutation, client, mid int64, status care.Status) (wire.Result, error) {
	bare := wire.Result{Mid: m.Mid, Key: m.Key, Status: status, Replayed: true}
	body, err := w.ledger.Results(client, mid, w.by.Staff)
	if err != nil || body == nil {
		return bare, err
	}
	var results []wire.Result
	if json.Unmarshal(body, &results) != nil { // that it was answered is known all the same
		return bare, nil
	}
	for _, r := range results {
		if r.Key == m.Key && r.Status != "" {
			r.Mid, r.Replayed = m.Mid, true
			return r, nil
		}
	}
	return bare, nil
}

// hideOthersValues removes from the answer what its recipient may not see today of the records as they are
// stored, whomever the change named: values of others, and what is sealed. Of what somebody else wrote, which a
// decision ran again, neither side is the recipient's own.
func (w *pushWork) hideOthersValues(tx *pbstore.Tx) error {
	for i := range w.results {
		res := &w.results[i]
		decides := slices.ContainsFunc(w.push.Mutations[w.kept+i].Ops, func(op care.Op) bool { return op.Kind == care.OpResolve })
		conflicts := slices.Clone(res.Conflicts)
		for j := range conflicts {
			c := &conflicts[j]
			rec, err := recordOf(tx, c)
			if err != nil {
				return err
			}
			theirs, sees := w.who.SeeSide(rec, c.Field, c.Theirs)
			c.Theirs = theirs
			if !sees {
				c.By = ""
			}
			if sees || decides {
				c.Yours, _ = w.who.SeeSide(rec, c.Field, c.Yours)
			}
		}
		res.Conflicts = conflicts
	}
	return nil
}

// recordOf is the record that a conflict is about, nil when there is none any more.
func recordOf(tx *pbstore.Tx, c *wire.Conflict) (*care.Record, error) {
	collection, ok := care.ByName(c.Collection)
	if !ok || !collection.Synced {
		return nil, nil
	}
	return tx.Record(collection, c.Record)
}
