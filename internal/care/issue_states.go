package care

// IssueState says whether somebody still has to decide an issue.
type IssueState = string

// The states of an issue.
const (
	IssueOpen      IssueState = "open"
	IssueResolved  IssueState = "resolved"  // decided, or run after all
	IssueDismissed IssueState = "dismissed" // what was refused stays refused, with a reason
)

// ConflictStates and QuarantineStates list them: both sides of a conflict are kept, so that none is dismissed.
var (
	ConflictStates   = []IssueState{IssueOpen, IssueResolved}
	QuarantineStates = []IssueState{IssueOpen, IssueResolved, IssueDismissed}
)

// SQLIssueOpen is a condition in SQL, that of the indexes of open issues: a query that says it is served by them.
const SQLIssueOpen = `state = '` + IssueOpen + `'`

// HeldKind says how much of a change the quarantine keeps.
type HeldKind = string

// The kinds of a quarantine record.
const (
	HeldMutation HeldKind = "mutation" // a whole change that could not be stored
	HeldField    HeldKind = "field"    // one value that was set aside
)

// PolicyLatest is that of a conflict which the later edit won: nobody need decide it.
const PolicyLatest = "latest"

// Policies of conflicts that are about a record as a whole. Any other conflict has the policy of its field; see
// Policy.
const (
	PolicyRetract   = "retract"   // somebody wanted to withdraw what others had changed
	PolicyRetracted = "retracted" // somebody wrote about what had been withdrawn
)

// QuarantineKinds lists them.
var QuarantineKinds = []HeldKind{HeldMutation, HeldField}

// IssueKind is what an issue is to phones and desks, who know conflicts and quarantine as one collection.
type IssueKind = string

// The kinds of an issue.
const (
	IssueConflict    IssueKind = "conflict"    // two values, each with an author
	IssueSetAside    IssueKind = "set_aside"   // one value that could not be stored
	IssueQuarantined IssueKind = "quarantined" // a whole change that could not be stored
)

// IssueKinds lists them, in the order of the desk's filter.
var IssueKinds = []IssueKind{IssueConflict, IssueSetAside, IssueQuarantined}

// IsOpen says whether somebody still has to decide it.
func (r Issue) IsOpen() bool { return r.State() == IssueOpen }

// HoldsChange says whether the quarantine keeps a whole change; of a conflict it is never true.
func (r Issue) HoldsChange() bool { return r.Kind() == HeldMutation }

// HoldsField says whether the quarantine keeps one value; of a conflict it is never true.
func (r Issue) HoldsField() bool { return r.Kind() == HeldField }

// AwaitsDecision says whether somebody has to decide it: all that is open but a conflict which the later edit won.
func (r Issue) AwaitsDecision() bool { return r.IsOpen() && r.Policy() != PolicyLatest }
