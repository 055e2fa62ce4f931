package sim

import (
	"doorstep/internal/pbstore"
	"doorstep/internal/phone"
	"doorstep/internal/rooms"
	"doorstep/internal/syncer"
)

// Fault is a design bug that is switched on to prove that a run notices it.
type Fault struct {
	Name string
	// From says where the bug was seen, or why one would make it.
	From string
	set  func(*Options)
	// theme is the kind of day on which it shows.
	theme string
	// shows is how many seeds are known to pass before it does: they are left out.
	shows uint64
}

func onServer(set func(*syncer.Faults)) func(*Options) {
	return func(o *Options) { set(&o.Server) }
}

func onPhone(set func(*phone.Faults)) func(*Options) {
	return func(o *Options) { set(&o.Phone) }
}

// Faults are the bugs a run must notice.
func Faults() []Fault {
	return []Fault{
		{"push ack advances pull cursor", "Legend-State #383", onPhone(func(f *phone.Faults) { f.AckMovesCursor = true }), "", 0},
		{"no left row on scope exit", "PocketBase #2522, PouchDB #7720", onServer(func(f *syncer.Faults) { f.NoLeft = true }), staffing, 0},
		{"no backfill on grant", "WatermelonDB #1264", onServer(func(f *syncer.Faults) { f.NoBackfill = true }), "", 0},
		{"no purge on revoke, server", "RxDB #4830", onServer(func(f *syncer.Faults) { f.NoRevoke = true }), "", 0},
		{"no purge on revoke, phone", "RxDB #4830", onPhone(func(f *phone.Faults) { f.KeepRevoked = true }), "", 0},
		{"short page treated as end, server", "RxDB", onServer(func(f *syncer.Faults) { f.ShortPageEnds = true }), "", 0},
		{"short page treated as end, phone", "RxDB", onPhone(func(f *phone.Faults) { f.ShortPageEnds = true }), "", 0},
		{"no mid dedupe", "no ids on mutations", onServer(func(f *syncer.Faults) { f.NoMidDedupe = true }), "", 0},
		{"last_mid outside the tx", "two commits where one was meant", func(o *Options) { o.Tear = true }, "", 0},
		{"outbox dropped on HTTP 200", "the first thing one would write", onPhone(func(f *phone.Faults) { f.DropOnOK = true }), "", 0},
		{"invalid mutation does not advance last_mid", "a poison pill", onServer(func(f *syncer.Faults) { f.InvalidHoldsLastMid = true }), "", 0},
		{"cursor jumps to head while more", "an obvious shortcut", onServer(func(f *syncer.Faults) { f.CursorJumpsToHead = true }), "", 0},

		{"replay answered by mid alone", "a phone restored from a backup", onServer(func(f *syncer.Faults) { f.ReplayByMidAlone = true }), copies, 0},
		{"edit over an unseen value applied silently", "last write wins", inRooms(func(r *rooms.Rooms, tx *pbstore.Tx) { r.Changes = overwriteUnseen{r.Changes, tx} }), "", 0},
		{"edit names the newest base, not what was seen", "a form open during a pull", onPhone(func(f *phone.Faults) { f.BaseFollowsPull = true }), "", 0},
		{"refused reading mutes its alarm", "validation before judgement", inRooms(func(r *rooms.Rooms, _ *pbstore.Tx) {
			r.TakeIn.Judge, r.Judge.Store = muteRefused{r.TakeIn.Judge}, noDoubts{r.Judge.Store}
		}), staffing, 0},
		{"arrival order decides supersession", "judging by receipt", inRooms(func(r *rooms.Rooms, tx *pbstore.Tx) { r.Judge.Next = judgeByArrival{r.Judge.Next, tx.Now()} }), "", 0},
		{"revoke takes a record that another scope brings", "scopes as owners", onPhone(func(f *phone.Faults) { f.RevokeTakesShared = true }), staffing, 0},
		{"revoke leaves a record that no scope brings", "scope lists that only grow", onPhone(func(f *phone.Faults) { f.ScopesPileUp = true }), "", 0},
		{"base from before a restore trusted", "numbers without an epoch", inRooms(func(r *rooms.Rooms, _ *pbstore.Tx) { r.TakeIn.Store = trustOldBase{r.TakeIn.Store} }), restores, 0},

		{"pages applied as they come", "no staging", onPhone(func(f *phone.Faults) { f.SwapEachPage = true }), "", 0},
		{"last_mid trusted after a restore", "numbers without an epoch", onPhone(func(f *phone.Faults) { f.TrustLastMid = true }), disaster, 0},
		{"outbox dropped by mid alone", "a phone restored from a backup", onPhone(func(f *phone.Faults) { f.DropByMidAlone = true }), copies, 0},
		{"no retry without a new change", "PowerSync swift #179", onPhone(func(f *phone.Faults) { f.NoTimer = true }), "", 0},
	}
}

// faultSteps make a longer day than usual: a bug has to meet the trouble in which it shows.
const faultSteps = 240

// without is a run on the kind of day on which the fault would show, if it were switched on.
func (f Fault) without(run uint64) Options {
	return Options{Seed: f.shows + run, Steps: faultSteps, Theme: f.theme}
}

// With returns the options of a run with the fault switched on.
func (f Fault) With(o Options) Options {
	f.set(&o)
	return o
}
