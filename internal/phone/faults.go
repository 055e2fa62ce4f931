package phone

// Faults are the design errors a client can make. The simulator switches them on, one at a
// time, to prove that it would notice; everywhere else they stay off.
type Faults struct {
	AckMovesCursor    bool // the answer to a push advances the pull cursor
	ShortPageEnds     bool // a page with fewer rows than asked for is taken for the last
	SwapEachPage      bool // pages are applied as they come instead of staged
	DropOnOK          bool // HTTP 200 on a push empties the outbox
	DropByMidAlone    bool // last_key is never compared with our own key at last_mid
	TrustLastMid      bool // after an epoch change last_mid is believed, and former clients are forgotten
	KeepRevoked       bool // a revoke takes nothing away
	RevokeTakesShared bool // a revoke takes records that another held scope still brings
	ScopesPileUp      bool // a delivery adds to a record's scopes instead of replacing them
	BaseFollowsPull   bool // an edit names the newest base, not what its author saw
	NoTimer           bool // a failed round is not tried again before the next local change
}
