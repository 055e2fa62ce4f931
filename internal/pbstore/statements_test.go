package pbstore_test

import (
	"maps"
	"slices"
	"testing"

	"doorstep/internal/pbstore"
	"doorstep/internal/testkit/pbtest"
	"doorstep/internal/testkit/statements"
)

// mayScan are the statements that may read all of a table that grows, with the reason.
var mayScan = map[string]string{
	"scopesWithHeads":   "once, at the start: memory needs every scope",
	"grantsRemembered":  "once, at the start: memory needs who holds whom",
	"lastAlarms":        "once, at the start: memory needs whom an alarm was about lately",
	"openHandovers":     "once, at the start: memory needs whom a handover is open about",
	"openIssues":        "once, at the start, from the indexes of open issues: memory needs them all",
	"heldChanges":       "once, at the start: memory needs what is held back",
	"datedPeople":       "after the clock was set: whose dates it led over",
	"openHandoverIDs":   "after the clock was set: deadlines may lie too far ahead",
	"openIssueIDs":      "after the clock was set, from the indexes of open issues",
	"endSignInCodes":    "after the clock was set: the codes of the last day",
	"standingNow":       "once in the life of a database: when its journal of decisions is begun",
	"anyDirty":          "the first row of a queue that is emptied",
	"dirtyRows":         "the first rows of a queue that is emptied, in the order of its key",
	"dirtySteering":     "the first rows of an index of that queue, in its order",
	"everyTeam":         "what of the directory is still in a queue that is emptied, when the directory is read",
	"everyOrganisation": "what of the directory is still in a queue that is emptied, when the directory is read",
	"lapseOfStaff":      "the indexes of open issues, whole: when somebody leaves a team",
	"undecidedOf":       "once, at the start, from the index of open issues: memory counts what waits",
}

func ours() statements.Package {
	return statements.Package{Built: pbstore.Built(), Conditions: slices.Collect(maps.Keys(pbstore.Conditions())), Least: 140, MayScan: mayScan}
}

func TestEveryStatementSearches(t *testing.T) { ours().Search(t, pbtest.New(t).SecondConnection(t)) }

func TestEveryStatementHasAName(t *testing.T) { ours().Named(t) }

func TestEveryFileHasAStatement(t *testing.T) { ours().Files(t) }
