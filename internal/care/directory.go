package care

import "doorstep/internal/worktime"

// Collection names, for code that must name one.
const (
	Neighbourhoods = "neighbourhoods"
	Organisations  = "organisations"
	Teams          = "teams"
	StaffName      = "staff"
	Patients       = "patients"
	Caseload       = "caseload"
	Visits         = "visits"
	Observations   = "observations"
	Checkins       = "checkins"
	Goals          = "goals"
	GoalSteps      = "goal_steps"
	Handovers      = "handovers"
	HandoverEvents = "handover_events"
	HandoverRules  = "handover_rules"
	Devices        = "devices"
	Conflicts      = "conflicts"
	Quarantine     = "quarantine"
	// SyncIssues is the wire name under which conflicts and quarantine reach a phone.
	SyncIssues = "sync_issues"
)

// VoluntaryKind is the kind of an organisation, and of a team, whose people read only what is safe to share.
const VoluntaryKind = "voluntary"

// Kinds of organisation and of team.
var (
	OrganisationKinds = []string{"practice", "community_trust", "mental_health", "social_care", VoluntaryKind}
	TeamKinds         = []string{"nursing", "practice", "mental_health", "social_care", VoluntaryKind, "safeguarding", "coordination"}
)

// The directory: partners whose names and phones all staff may see. Written by administrators,
// coordinators and the import, never by a push.
var neighbourhoods = &Collection{Name: Neighbourhoods, Synced: true, Fields: []Field{
	{Name: "name", Kind: Text, Max: 200, Limited: true},
}}

var organisations = &Collection{Name: Organisations, Synced: true, Fields: []Field{
	{Name: "name", Kind: Text, Max: 200, Limited: true},
	{Name: "kind", Kind: Enum, Values: OrganisationKinds, Limited: true},
	{Name: "ods_code", Kind: Text, Max: 9, Rule: "ods"},
	{Name: "phone", Kind: Text, Max: 40, Limited: true},
	{Name: "address", Kind: Text, Max: 500},
	{Name: "postcode", Kind: Text, Max: 10},
	{Name: "opening_hours", Kind: Object, Shape: openingHours}, // a day that is not in it is closed; null = core hours
	{Name: "nation", Kind: Enum, Values: worktime.Nations},     // whose bank holidays it keeps; null = England's
	{Name: "special_days", Kind: Object, Shape: specialDays},   // days with hours of their own
	{Name: "out_of_hours", Kind: Text, Max: 200},
	{Name: "closed_on", Kind: Date},                          // a closed practice receives nothing; its people go to "no destination"
	{Name: "templates", Kind: Object, Shape: templatesShape}, // what its nurses are asked at a visit, in place of what ships
	// What the phones of its staff must know, volunteers' too.
	{Name: "recovery_key", Kind: Object, Rule: "p256", Shape: jsonWebKey, Limited: true}, // public half, a JSON Web Key; null = unsent work on a phone whose passphrase is forgotten is lost
	{Name: "shift_pin", Kind: Bool, Limited: true},                                       // true = a six-digit PIN may open a phone for one shift
	{Name: "offline_lease_hours", Kind: Int, Min: 1, Max: 24 * 30, Limited: true},        // without the server for so long a phone shows nobody's data; null = 72
}}

var teams = &Collection{Name: Teams, Synced: true, Fields: []Field{
	{Name: "name", Kind: Text, Max: 200, Limited: true},
	{Name: "organisation", Kind: Ref, Ref: Organisations, Limited: true},
	{Name: "neighbourhood", Kind: Ref, Ref: Neighbourhoods},
	{Name: "kind", Kind: Enum, Values: TeamKinds, Limited: true},
	{Name: "phone", Kind: Text, Max: 40, Limited: true},
	{Name: "route", Kind: Enum, Values: []string{"inbox", "phone"}}, // phone: "call needed" until a call is recorded
	{Name: "registrant_on_call", Kind: Ref, Ref: StaffName},
	{Name: "not_here", Kind: Object, Shape: notHere},                        // what it takes elsewhere than in its inbox; null = nothing
	{Name: "lone_working", Kind: Object, Shape: loneWorking, Limited: true}, // who is told of somebody who is alone, and when; null = as usual
}}

// staff is PocketBase's auth collection; these are the fields beside e-mail and password.
var staff = &Collection{Name: StaffName, Fields: []Field{
	{Name: "name", Kind: Text, Max: 200},
	{Name: "role", Kind: Enum, Values: roleNames()},
	{Name: "organisation", Kind: Ref, Ref: Organisations},
	{Name: "teams", Kind: List, Ref: Teams},
	{Name: "registration_number", Kind: Text, Max: 40},
	{Name: "inactive_since", Kind: Time}, // null = active
}}

var devices = &Collection{Name: Devices, Fields: []Field{
	{Name: "staff", Kind: Ref, Ref: StaffName},
	{Name: "client", Kind: ID}, // the outbox numbered on this device
	{Name: "public_key", Kind: Object, Shape: jsonWebKey},
	{Name: "locked_key", Kind: Text, Max: 2048}, // public half of the key it signs in with while it is locked; "" = none
	{Name: "name", Kind: Text, Max: 200},
	{Name: "platform", Kind: Text, Max: 40},
	{Name: "app_version", Kind: Text, Max: 40},
	{Name: "schema", Kind: Int, Max: 1 << 20},
	{Name: "last_seen", Kind: Time},
	{Name: "outbox_count", Kind: Int, Max: 1 << 40},
	{Name: "outbox_oldest", Kind: Time},
	{Name: "clock_offset_ms", Kind: Int, Min: -1 << 50, Max: 1 << 50}, // server minus device; null = never measured
	{Name: "clock_steady_since", Kind: Time},                          // server time since which the offset held within five minutes
	{Name: "state", Kind: Enum, Values: DeviceStates},
	{Name: "state_since", Kind: Time},
}}

// DeviceStates: active; draining may push but never pull; lost is wiped at its next contact;
// revoked is refused.
var DeviceStates = []string{"active", "draining", "lost", "revoked"}
