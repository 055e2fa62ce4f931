package syncer

import (
	"context"
	"sort"

	"doorstep/internal/access"
	"doorstep/internal/pbstore"
	"doorstep/internal/wire"
)

// maxDigestRecords bounds how many records one repair answers with.
const maxDigestRecords = 20000

// Digest compares what a device holds with what it should hold at its cursor, scope by scope, and repairs
// the records of the scopes it listed. The device must have pulled to the end.
func (e *Engine) Digest(ctx context.Context, s Session, d *wire.DigestRequest) (*wire.DigestResponse, *Error) {
	who, fail := e.access(ctx, s)
	if fail != nil {
		return nil, fail
	}
	if s.PushOnly {
		return nil, PushOnly(s.Directive)
	}
	c, fail := e.client(s, d.Client)
	if fail != nil {
		return nil, fail
	}
	cur, err := e.cursors.parse(d.Cursor)
	if err != nil || cur.walking() || cur.epoch == "" {
		return nil, refuse(wire.CodeCursor, "A digest needs the cursor of a finished pull.")
	}
	if fail := e.checkEpoch(ctx, c, &cur); fail != nil {
		return nil, fail
	}
	total := 0
	for _, list := range d.Records {
		total += len(list)
	}
	if total > maxDigestRecords {
		return nil, refuse(wire.CodeTooMany, "List at most %d records at once; send fewer scopes.", maxDigestRecords)
	}
	answer := &wire.DigestResponse{Epoch: cur.epoch, History: e.history(), Differs: []string{}, Moved: []string{}, Held: []string{}, Changes: []wire.Delivery{}}
	told := int64(0)
	err = e.store.Read(ctx, func(snap *pbstore.Snapshot) error {
		head, err := snap.Head()
		if err != nil {
			return err
		}
		if err := e.store.Await(ctx, head); err != nil {
			return err
		}
		told = head
		if fresh, ok := who.Fresh(); ok {
			who = fresh
		}
		walk := access.Walk{Until: cur.since}
		if l, err := parseLoad(cur.people); err != nil {
			return err
		} else if l != nil {
			walk.People = &l.Instalment // whoever has not come yet is not missing
		}
		c := comparison{snap: snap, visible: who.VisibleOn(walk), until: cur.since, content: d.Content}
		ours, err := c.ours()
		if err != nil {
			return err
		}
		for _, scope := range union(d.Scopes, ours) {
			switch {
			case c.visible.MovedSince(scope):
				answer.Moved = append(answer.Moved, scope)
			case d.Scopes[scope] != ours[scope]:
				answer.Differs = append(answer.Differs, scope)
			}
		}
		answer.Changes, answer.Held, err = c.repair(d.Records)
		return err
	})
	if err != nil {
		return nil, failure(err)
	}
	if fail := e.audit(ctx, s, answer.Changes); fail != nil {
		return nil, fail
	}
	e.told.note(s.Staff, told)
	return answer, nil
}

func union(a, b map[string]wire.ScopeDigest) []string {
	all := make(map[string]bool, len(a)+len(b))
	for k := range a {
		all[k] = true
	}
	for k := range b {
		all[k] = true
	}
	list := make([]string, 0, len(all))
	for k := range all {
		list = append(list, k)
	}
	sort.Strings(list)
	return list
}
