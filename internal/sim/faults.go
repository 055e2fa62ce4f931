package sim

import (
	"slices"

	"doorstep/internal/pbstore"
	"doorstep/internal/rooms"
	"doorstep/internal/syncer"
	"doorstep/internal/wire"
)

// Fault is a design bug that is switched on to prove that a run notices it.
type Fault struct {
	Name string
	// From says where the bug was seen, or why one would make it.
	From string
	set  func(*Options)
	// theme is the kind of day on which it shows.
	theme string
}

// Faults are the bugs a run must notice.
func Faults() []Fault {
	return append([]Fault{
		{"push ack advances pull cursor", "Legend-State #383", onPhone(phoneBug{line: ackMovesCursor}), ""},
		{"no left row on scope exit", "PocketBase #2522, PouchDB #7720", inFeed(func(f syncer.PageSource) syncer.PageSource { return noLeft{f} }), staffing},
		{"no backfill on grant", "WatermelonDB #1264", inFeed(func(f syncer.PageSource) syncer.PageSource { return noBackfill{f} }), ""},
		{"no purge on revoke, server", "RxDB #4830", inFeed(func(f syncer.PageSource) syncer.PageSource { return noRevoke{f} }), ""},
		{"no purge on revoke, phone", "RxDB #4830", onPages(keepRevoked), ""},
		{"short page treated as end, server", "RxDB", inFeed(func(f syncer.PageSource) syncer.PageSource { return shortPageEnds{f} }), ""},
		{"short page treated as end, phone", "RxDB", onPages(shortPageIsLast), ""},
		{"no mid dedupe", "no ids on mutations", inLedger(func(l syncer.PushLedger, p *wire.Push) syncer.PushLedger {
			return &noDedupe{PushLedger: l, first: p.Mutations[0].Mid}
		}), ""},
		{"last_mid outside the tx", "two commits where one was meant", func(o *Options) { o.Tear = true }, ""},
		{"outbox dropped on HTTP 200", "the first thing one would write", onPhone(phoneBug{line: dropOnOK}), ""},
		{"invalid mutation does not advance last_mid", "a poison pill", inLedger(func(l syncer.PushLedger, _ *wire.Push) syncer.PushLedger { return &heldByInvalid{PushLedger: l} }), ""},
		{"cursor jumps to head while more", "an obvious shortcut", inFeed(func(f syncer.PageSource) syncer.PageSource { return jumpToHead{f} }), ""},

		{"replay answered by mid alone", "a phone restored from a backup", inLedger(func(l syncer.PushLedger, _ *wire.Push) syncer.PushLedger { return byMidAlone{l} }), copies},
		{"edit over an unseen value applied silently", "last write wins", inRooms(func(r *rooms.Rooms, tx *pbstore.Tx) { r.Changes = overwriteUnseen{r.Changes, tx} }), ""},
		{"edit names the newest base, not what was seen", "a form open during a pull", onPhone(phoneBug{newest: true}), ""},
		{"refused reading mutes its alarm", "validation before judgement", inRooms(func(r *rooms.Rooms, _ *pbstore.Tx) {
			r.TakeIn.Judge, r.Judge.Store = muteRefused{r.TakeIn.Judge}, noDoubts{r.Judge.Store}
		}), staffing},
		{"arrival order decides supersession", "judging by receipt", inRooms(func(r *rooms.Rooms, tx *pbstore.Tx) { r.Judge.Next = judgeByArrival{r.Judge.Next, tx.Now()} }), ""},
		{"revoke takes a record that another scope brings", "scopes as owners", onPages(revokeTakesShared), ""},
		{"revoke leaves a record that no scope brings", "scope lists that only grow", onPages(scopesPileUp), ""},
		{"base from before a restore trusted", "numbers without an epoch", inRooms(func(r *rooms.Rooms, _ *pbstore.Tx) { r.TakeIn.Store = trustOldBase{r.TakeIn.Store} }), restores},

		{"pages applied as they come", "no staging", onPages(swapEachPage), ""},
		{"last_mid trusted after a restore", "numbers without an epoch", onPhone(phoneBug{line: trustLastMid}), disaster},
		{"outbox dropped by mid alone", "a phone restored from a backup", onPhone(phoneBug{line: byMid}), copies},
		{"no retry without a new change", "PowerSync swift #179", onPhone(phoneBug{noTimer: true}), ""},
	}, slices.Concat(faultsOfWideDays(), faultsOfMerges())...)
}

// With returns the options of a run with the fault switched on.
func (f Fault) With(o Options) Options {
	f.set(&o)
	return o
}
