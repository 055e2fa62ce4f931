package desk

import (
	"time"

	"doorstep/internal/care"
	"doorstep/internal/worktime"
)

// ContactListsName is what the audit calls lists of people to keep in touch with.
const ContactListsName = "contact_lists"

// Who may know that somebody is on a list, beside the desks of the team that keeps it.
const (
	ShownAtDesk   = "desk"     // nobody
	ShownClinical = "clinical" // the phones of whoever cares for the person
	ShownToAll    = "all"      // those of voluntary services that the person agreed to too, by the name that is safe to share
)

// ContactList is a list of people to keep in touch with: kept by hand, or by a rule over the records of whoever is on the
// caseload of its team.
type ContactList struct {
	ID, Team   string
	Name       string
	SafeName   string // what voluntary services read in place of its name
	Rule       string // "" = kept by hand
	EveryDays  int    // how often somebody on it is to be contacted, where their caseload says nothing else
	ReviewDays int    // how often their plan is to be reviewed; 0 = not asked for
	Shown      string
	MadeBy     string
	MadeAt     time.Time
	ChangedAt  time.Time
	EndedAt    time.Time // zero = it is kept
	// JudgedOn is the day on which all of it was worked out last, "" = it is to be; JudgedTo the last person of a run that
	// has begun. Broke is at how many people the rule could not be worked out in that run, and BrokeWhy why the last time.
	JudgedOn, JudgedTo string
	Broke              int
	BrokeWhy           string
}

// ByRule says whether a rule keeps the list.
func (l *ContactList) ByRule() bool { return l.Rule != "" }

// Why somebody is on a list no more.
const (
	LeftByHand   = "by_hand"
	LeftCaseload = "caseload" // the team has them no more
	LeftRule     = "rule"     // the rule does not hold any more
	LeftDied     = "died"
	LeftMerged   = "merged" // their registration was made one with another
	LeftEnded    = "list_ended"
)

// Listed is somebody on a list, or who was.
type Listed struct {
	List, Patient string
	Since         worktime.Date
	By            string // "" = by the rule
	Reason        string // of whoever put them on it
	LeftAt        time.Time
	LeftBy        string // "" = the server
	LeftWhy       string
	EveryDays     int
	LastAt        time.Time // when they were contacted last; zero = never, as far as is known
	LastStaff     string
	LastTeam      string
	Due           worktime.Date // the last day on which they are to be contacted next
	ReviewedOn    string        // when their plan was reviewed last, "" = never
	ReviewedBy    string
}

// On says whether they are on it.
func (l *Listed) On() bool { return l.LeftAt.IsZero() }

// PersonContact is a contact with somebody: they were seen.
type PersonContact struct {
	At      time.Time
	Staff   string
	Team    string
	Checkin bool
}

// ContactFacts are what it depends on when somebody is to be contacted.
type ContactFacts struct {
	Patient string
	// Contacts are the last visit at which they were seen and, of each team, the last check-in.
	Contacts []PersonContact
}

// ListVerdict is what the rule of a list says of somebody.
type ListVerdict struct {
	Holds bool
	Broke string // why it could not be worked out, "" = it was
}

// ContactRows reads and writes lists and who is on them.
type ContactRows interface {
	// ContactList is a list; nil when there is none.
	ContactList(id string) (*ContactList, error)
	SaveContactList(*ContactList) error
	// ContactListsOf counts the lists that a team keeps.
	ContactListsOf(team string) (int, error)
	// Listed is what is known of somebody on a list; nil when they were never on it.
	Listed(list, patient string) (*Listed, error)
	// ListedOf is all that is known of somebody, by list.
	ListedOf(patient string) ([]Listed, error)
	SaveListed(*Listed) error
	// ContactWaits notes that it is to be worked out anew when somebody is to be contacted.
	ContactWaits(patient string) error
}

// ContactRecords reads and writes what else lists depend on.
type ContactRecords interface {
	Clock
	// Patient returns a person's record, nil when there is none.
	Patient(id string) (*care.Record, error)
	// Teams lists the teams on whose caseload a person is now.
	Teams(patient string) []string
	CaseloadOf(patient string) ([]care.CaseloadRow, error)
	// Voluntary says whether a team is of a voluntary service; Service is the organisation of a team.
	Voluntary(team string) bool
	Service(team string) string
	// Next gives a number to a change, and Update stores fields of rec, which was read as old.
	Next() int64
	Update(rec, old *care.Record, fields []string) error
	Audit(actor, device, action, collection, record, patient string, detail any) error
}

// Lister decides about lists of people to keep in touch with.
type Lister struct {
	Lead    Lead
	Rows    ContactRows
	Records ContactRecords
	// RuleFault says why a rule cannot run, "" where it can.
	RuleFault func(source string) string
}
