package care

// Role is what a person is employed or trusted to do. One person has one role.
type Role string

// The roles. What each may see and do is the table of duties below.
const (
	DistrictNurse        Role = "district_nurse"
	SupportWorker        Role = "support_worker"
	Matron               Role = "matron"
	MentalHealth         Role = "mental_health_practitioner"
	SocialCare           Role = "social_care_practitioner"
	LinkWorker           Role = "link_worker"
	Volunteer            Role = "volunteer"
	VolunteerCoordinator Role = "volunteer_coordinator"
	TeamLead             Role = "team_lead"
	CareCoordinator      Role = "care_coordinator"
	ClinicalLead         Role = "clinical_lead"
	SafeguardingLead     Role = "safeguarding_lead"
	PrivacyOfficer       Role = "privacy_officer"
	Reception            Role = "practice_reception"
	DutyGP               Role = "duty_gp"
	NeighbourhoodLead    Role = "neighbourhood_lead"
	// Administrator sets up their own organisation, ServerAdministrator the whole server.
	Administrator       Role = "administrator"
	ServerAdministrator Role = "server_administrator"
)

// View is the projection of records a role gets.
type View int

const (
	// NoRecords: no care record at all; the directory only.
	NoRecords View = iota
	// Limited: the fields marked Limited, never a clinical one.
	Limited
	// Clinical: the whole record but sealed fields.
	Clinical
)

// Right is what a role may do with a collection.
type Right uint8

// The rights. Read is on records within reach (see Reach), never on all of them.
const (
	Read Right = 1 << iota
	Create
	Update
	Retract
)

// Reach says which of a role's holdings grant it patients.
type Reach int

const (
	// Nobody: no patient scope.
	Nobody Reach = iota
	// OwnPeople: only people named to this member of staff by a caseload row.
	OwnPeople
	// TeamPeople: those and the people on the caseloads of their teams.
	TeamPeople
)

// Administered is what a role sets up: organisations, their teams and accounts.
type Administered int

const (
	// NoOrganisation: sets up nothing.
	NoOrganisation Administered = iota
	// OwnOrganisation: the one they belong to; whoever belongs to none sets up none.
	OwnOrganisation
	// WholeServer: every organisation, and makes new ones.
	WholeServer
)

// Tab is a part of the inbox page.
type Tab string

// The tabs a role's inbox can open on.
const (
	// OpenTab: all that is open; for everybody who is not given another.
	OpenTab Tab = ""
	// ReceiveTab: what has to be received.
	ReceiveTab Tab = "receive"
)

// Duty is one row of the role table: what a role sees and may do.
type Duty struct {
	Role   Role
	View   View
	Reach  Reach
	Rights map[string]Right // by collection
	// Device: may enrol a phone.
	Device bool
	// Inbox: works the inbox of its teams; Answers: may accept, decline and answer there.
	Inbox, Answers bool
	// Desk: decides conflicts, quarantine, caseload and devices of its teams.
	Desk bool
	// Chain: is the end of every escalation and sees the whole neighbourhood's failures.
	Chain bool
	// ReadsConcerns: reads what a safeguarding concern says; anybody else gets a receipt.
	ReadsConcerns bool
	// Registered: a registered clinician, who may be named behind an urgent handover, and may confirm
	// one or stand one down on the side that sent it.
	Registered bool
	// RaisesUrgent: may hand over E or U2 without naming a registrant.
	RaisesUrgent bool
	// SetsScale: may set a person's SpO2 scale.
	SetsScale bool
	// Administers: which organisations they set up, and whose accounts they keep.
	Administers Administered
	// Figures: reads the figures of the neighbourhoods of its teams; Promises: sets targets there, and lets others read them.
	Figures, Promises bool
	// FirstTab is the tab on which the inbox page opens.
	FirstTab Tab
}

const full = Read | Create | Update | Retract

var clinicianRights = map[string]Right{
	Patients: Read | Update, Visits: full, Observations: Read | Create | Retract, Checkins: Read, Goals: full, GoalSteps: full, LoneStays: Read | Create | Update,
	Handovers: Read | Create | Update, HandoverEvents: Read | Create, SyncIssues: Read,
	Organisations: Read, Teams: Read, Neighbourhoods: Read,
}

var leadRights = with(clinicianRights, map[string]Right{Patients: Read | Create | Update, Checkins: full, Caseload: full})

var volunteerRights = map[string]Right{
	Patients: Read, Checkins: full, Goals: Read, GoalSteps: Read | Update, LoneStays: Read | Create | Update, Handovers: Read, HandoverEvents: Read, SyncIssues: Read,
	Organisations: Read, Teams: Read, Neighbourhoods: Read,
}

var directoryOnly = map[string]Right{Organisations: Read, Teams: Read, Neighbourhoods: Read}

var practiceRights = with(directoryOnly, map[string]Right{Handovers: Read, HandoverEvents: Read})

var administratorRights = with(directoryOnly, map[string]Right{StaffName: full, Devices: Read | Update})

// duties is the role table: API rules, projections and route guards are derived from it.
var duties = []Duty{
	{Role: DistrictNurse, View: Clinical, Reach: TeamPeople, Rights: clinicianRights, Device: true, Inbox: true, Answers: true, Registered: true, RaisesUrgent: true},
	{Role: SupportWorker, View: Clinical, Reach: OwnPeople, Rights: clinicianRights, Device: true},
	{Role: Matron, View: Clinical, Reach: TeamPeople, Rights: clinicianRights, Device: true, Inbox: true, Answers: true, Registered: true, RaisesUrgent: true, SetsScale: true},
	{Role: MentalHealth, View: Clinical, Reach: TeamPeople, Rights: clinicianRights, Device: true, Inbox: true, Answers: true, Registered: true, RaisesUrgent: true},
	{Role: SocialCare, View: Clinical, Reach: TeamPeople, Rights: clinicianRights, Device: true, Inbox: true, Answers: true, Registered: true, RaisesUrgent: true},
	{Role: LinkWorker, View: Limited, Reach: TeamPeople, Rights: with(volunteerRights, map[string]Right{Handovers: Read | Create}), Device: true},
	{Role: Volunteer, View: Limited, Reach: OwnPeople, Rights: volunteerRights, Device: true},
	{Role: VolunteerCoordinator, View: Limited, Reach: TeamPeople, Rights: with(volunteerRights, map[string]Right{Handovers: Read | Create}), Device: true, Inbox: true, Answers: true, Desk: true, Figures: true},
	{Role: TeamLead, View: Clinical, Reach: TeamPeople, Rights: leadRights, Device: true, Inbox: true, Answers: true, Desk: true, Registered: true, RaisesUrgent: true, SetsScale: true, Figures: true},
	{Role: CareCoordinator, View: Clinical, Reach: TeamPeople, Rights: leadRights, Device: true, Inbox: true, Answers: true, Desk: true, Chain: true, Registered: true, RaisesUrgent: true, Figures: true, Promises: true},
	{Role: ClinicalLead, View: NoRecords, Rights: with(directoryOnly, map[string]Right{HandoverRules: Read | Create | Update}), Figures: true},
	{Role: SafeguardingLead, View: NoRecords, Rights: practiceRights, Inbox: true, Answers: true, ReadsConcerns: true},
	{Role: PrivacyOfficer, View: NoRecords, Rights: directoryOnly},
	{Role: Reception, View: NoRecords, Rights: practiceRights, Inbox: true, FirstTab: ReceiveTab},
	{Role: DutyGP, View: NoRecords, Rights: practiceRights, Inbox: true, Answers: true},
	{Role: NeighbourhoodLead, View: NoRecords, Rights: directoryOnly, Figures: true, Promises: true},
	{Role: Administrator, View: NoRecords, Rights: administratorRights, Administers: OwnOrganisation},
	{Role: ServerAdministrator, View: NoRecords, Rights: administratorRights, Administers: WholeServer},
}

var byRole = func() map[Role]*Duty {
	m := make(map[Role]*Duty, len(duties))
	for i := range duties {
		m[duties[i].Role] = &duties[i]
	}
	return m
}()

// Duties lists the role table.
func Duties() []Duty { return duties }

// DutyOf returns what a role may do; an unknown role may do nothing.
func DutyOf(r Role) Duty {
	if d, ok := byRole[r]; ok {
		return *d
	}
	return Duty{Role: r}
}

// KnownRole says whether there is such a role.
func KnownRole(r Role) bool { return byRole[r] != nil }

// May says whether the role has that right on the collection.
func (d Duty) May(right Right, collection string) bool { return d.Rights[collection]&right == right }

// FollowsTeam says whether the role follows what its teams sent, a practice what it asked for in an answer. Whoever
// has people by name only follows their own: the rest of the team's people are not theirs.
func (d Duty) FollowsTeam() bool {
	return d.Reach != OwnPeople && (d.View == Clinical || d.Desk || d.Inbox)
}

// KeepsAccounts says whether the role looks after accounts of staff.
func (d Duty) KeepsAccounts() bool { return d.Desk || d.May(Update, StaffName) }

// ConvertsConcerns says whether the role hands what volunteers noticed on to a practice by one action.
func (d Duty) ConvertsConcerns() bool { return d.Desk && d.View == Limited }

func with(base, more map[string]Right) map[string]Right {
	m := make(map[string]Right, len(base)+len(more))
	for k, v := range base {
		m[k] = v
	}
	for k, v := range more {
		m[k] = v
	}
	return m
}

func roleNames() []string {
	names := make([]string, 0, len(duties))
	for _, d := range duties {
		names = append(names, string(d.Role))
	}
	return names
}
