package care

import "time"

// DueKind says what is to be done when a due row's time has come. What is done is listed in
// internal/server/due.go; a test there holds that every kind of this table is worked off.
type DueKind string

// The kinds of due row, with what their ref names.
const (
	DueCaseload DueKind = "caseload" // a person whose caseload starts or ends then
	DueHandover DueKind = "handover" // a handover whose next answer is due
	DueIssue    DueKind = "issue"    // a conflict or quarantined change that its owner should have decided
	DueLapse    DueKind = "lapse"    // an issue that leaves the phones of those who lost its person
	DueWake     DueKind = "wake"     // a record or a person for whom changes wait, or whose issues go on with them; or where among those it goes on
	DueJudge    DueKind = "judge"    // a person whose refused changes are judged together
	DueClosing  DueKind = "closing"  // an organisation that closes then: what is open with it goes on
	DueDeath    DueKind = "death"    // a person of whom it was recorded that they died, or that they did not: their plans follow
	DueLone     DueKind = "lone"     // a stay at which somebody is alone, of which somebody is to be told next
)

// DueKinds lists them.
var DueKinds = []DueKind{DueCaseload, DueHandover, DueIssue, DueLapse, DueWake, DueJudge, DueClosing, DueDeath, DueLone}

// Earliest returns the earlier of two times; a zero time counts as none.
func Earliest(a, b time.Time) time.Time {
	if a.IsZero() || (!b.IsZero() && b.Before(a)) {
		return b
	}
	return a
}
