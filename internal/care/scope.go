package care

import (
	"slices"
	"strings"
)

// A scope is a set of records that are granted and revoked together. Its id is also its name
// on the wire.
const (
	DirectoryScope  = "all"    // names and phones of partners: every member of staff
	clinicalPrefix  = "pc:"    // one person, clinical projection
	limitedPrefix   = "pv:"    // one person, limited projection
	staffPrefix     = "staff:" // what concerns one member of staff
	teamPrefix      = "team:"  // what a team sent
	deskPrefix      = "desk:"  // what a team's lead must decide
	destinationPref = "dest:"  // what was handed to a team
)

// ClinicalScope is a person's scope for clinical viewers.
func ClinicalScope(patient string) string { return clinicalPrefix + patient }

// LimitedScope is a person's scope for volunteers and other limited viewers.
func LimitedScope(patient string) string { return limitedPrefix + patient }

// StaffScope is the scope of what concerns one member of staff.
func StaffScope(staff string) string { return staffPrefix + staff }

// TeamScope is the scope of the handovers a team sent.
func TeamScope(team string) string { return teamPrefix + team }

// DeskScope is the scope of what a team's lead must decide.
func DeskScope(team string) string { return deskPrefix + team }

// DestinationScope is the scope of the handovers that stand with a team.
func DestinationScope(team string) string { return destinationPref + team }

// PatientOf returns the person of a patient scope, "" for other scopes.
func PatientOf(scope string) string {
	if p, ok := strings.CutPrefix(scope, clinicalPrefix); ok {
		return p
	}
	p, _ := strings.CutPrefix(scope, limitedPrefix)
	if p == scope {
		return ""
	}
	return p
}

// ScopeFields lists, by collection, the fields that decide in which scopes a record is.
var ScopeFields = map[string][]string{
	Neighbourhoods: {}, Organisations: {}, Teams: {},
	Patients:       {},
	Visits:         {"patient"},
	Observations:   {"patient"},
	Checkins:       {"patient", "staff", "team"}, // the patient first: see pbstore
	Goals:          {"patient"},
	GoalSteps:      {"patient"},
	LoneStays:      {"team", "closed_at"},
	Handovers:      {"from_staff", "from_team", "to_team"},
	HandoverEvents: {"from_staff", "from_team", "team"},
	Conflicts:      {"kept_by", "lost_by", "owner_team", "patient", "collection"},
	Quarantine:     {"author", "owner_team"},
}

// ScopesOf lists the scopes a record belongs to, from its id, its author and the values of its
// ScopeFields. The order is stable and there are no doubles.
func ScopesOf(collection, id, author string, value func(field string) string) []string {
	var scopes []string
	add := func(prefix, key string) {
		if key == "" {
			return
		}
		s := prefix + key
		for _, have := range scopes {
			if have == s {
				return
			}
		}
		scopes = append(scopes, s)
	}
	switch collection {
	case Neighbourhoods, Organisations, Teams:
		return []string{DirectoryScope}
	case Patients:
		return []string{ClinicalScope(id), LimitedScope(id)}
	case Visits, Observations:
		add(clinicalPrefix, value("patient"))
	case Checkins:
		add(clinicalPrefix, value("patient"))
		add(staffPrefix, author)
		add(staffPrefix, value("staff"))
		add(deskPrefix, value("team"))
	case Goals, GoalSteps:
		add(clinicalPrefix, value("patient"))
		add(limitedPrefix, value("patient")) // for those whose service helps; see access.Rights.Sees
	case LoneStays:
		if value("closed_at") == "" { // what is over leaves the phones
			add(staffPrefix, author)
			add(deskPrefix, value("team"))
		}
	case Handovers:
		add(staffPrefix, value("from_staff"))
		add(teamPrefix, value("from_team"))
		add(destinationPref, value("to_team"))
	case HandoverEvents:
		add(staffPrefix, value("from_staff"))
		add(teamPrefix, value("from_team"))
		add(destinationPref, value("team"))
	case Conflicts:
		add(staffPrefix, value("kept_by"))
		add(staffPrefix, value("lost_by"))
		add(deskPrefix, value("owner_team"))
		if about := value("collection"); about == Patients || about == Visits || about == Goals { // whoever reads the record reads that it is disputed
			add(clinicalPrefix, value("patient"))
		}
	case Quarantine:
		add(staffPrefix, value("author"))
		add(deskPrefix, value("owner_team"))
	}
	return scopes
}

// Stands says whether a row of the feed, that of a record in a scope at a number, brings anything yet. It does not where
// the record is gone: deleted (nil), retracted, a settled issue, or out of the scope; nor where it has a later row
// there. Only a limited patient scope may stand at an older number than its record.
func Stands(rec *Record, scope string, seq int64) bool {
	if rec == nil || !rec.Retracted.IsZero() || !slices.Contains(ScopesOf(rec.Collection.Name, rec.ID, rec.Author, rec.Text), scope) {
		return false
	}
	switch rec.Collection.Name {
	case Conflicts, Quarantine:
		return seq >= rec.Version && AsIssue(rec).IsOpen()
	case Patients:
		return seq >= rec.Version || scope == LimitedScope(rec.ID)
	}
	return seq >= rec.Version
}
