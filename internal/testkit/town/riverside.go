package town

import "doorstep/internal/care"

// Organisation, Team, Member and Person are what stands in the tables. Short names are how tests and stories
// call them; they hold within one table.
type (
	Organisation struct{ Short, Name, Kind string }
	Team         struct{ Short, Name, Organisation, Kind, Phone string }
	Member       struct {
		Short, Name string
		Role        care.Role
		Teams       []string
	}
	// Person is somebody in care: where they are registered, who has them on the first day (teams and members
	// of staff), and whether they let the voluntary service in.
	Person struct {
		Family, Given, Practice string
		Holders                 []string
		Consents                bool
	}
)

// Organisations of Riverside.
var Organisations = []Organisation{
	{"elm", "Elm Row Surgery", "practice"}, {"oak", "Oak Street Practice", "practice"}, {"trust", "Riverside Community Trust", "community_trust"},
	{"mental", "Riverside Mental Health", "mental_health"}, {"council", "Riverside Council", "social_care"}, {"friends", "Friends of Riverside", "voluntary"},
}

// Teams of Riverside. Their telephone numbers are of those that Ofcom keeps for fiction.
var Teams = []Team{
	{"north", "North nurses", "trust", "nursing", "01632 960101"}, {"south", "South nurses", "trust", "nursing", "01632 960102"},
	{"desk", "Care coordination", "trust", "coordination", "01632 960103"}, {"safe", "Safeguarding", "trust", "safeguarding", "01632 960104"},
	{"minds", "Community mental health", "mental", "mental_health", "01632 960105"}, {"homes", "Adult social care", "council", "social_care", "01632 960106"},
	{"friends", "Befrienders", "friends", "voluntary", "01632 960107"}, {"elm", "Elm Row Surgery", "elm", "practice", "01632 960108"},
	{"oak", "Oak Street Practice", "oak", "practice", "01632 960109"},
}

// Staff of Riverside. Each one's e-mail is the short name at example.org.
var Staff = []Member{
	{"nia", "Nia Evans", care.DistrictNurse, []string{"north"}}, {"ned", "Ned Okafor", care.DistrictNurse, []string{"north"}},
	{"sam", "Sam Whitlock", care.DistrictNurse, []string{"south"}}, {"sue", "Sue Pargeter", care.SupportWorker, []string{"north"}},
	{"lea", "Lea Brandt", care.TeamLead, []string{"north"}}, {"lou", "Lou Castellan", care.TeamLead, []string{"south"}},
	{"mia", "Mia Rowntree", care.MentalHealth, []string{"minds"}}, {"sol", "Sol Adeyemi", care.SocialCare, []string{"homes"}},
	{"val", "Val Thorne", care.Volunteer, []string{"friends"}}, {"vic", "Vic Marlow", care.Volunteer, []string{"friends"}},
	{"una", "Una Feld", care.VolunteerCoordinator, []string{"friends"}}, {"cora", "Cora Lindqvist", care.CareCoordinator, []string{"desk"}},
	{"guy", "Guy Pemberton", care.DutyGP, []string{"elm"}}, {"rita", "Rita Solanki", care.Reception, []string{"elm"}},
	{"gina", "Gina Ferraro", care.DutyGP, []string{"oak"}}, {"ravi", "Ravi Coombes", care.Reception, []string{"oak"}},
	{"sage", "Sage Holloway", care.SafeguardingLead, []string{"safe"}}, {"ada", "Ada Quince", care.Administrator, []string{"desk"}},
}

// People of Riverside.
var People = []Person{
	{"Ames", "Harold", "elm", []string{"north"}, false}, {"Birch", "Ivy", "oak", []string{"north", "sue", "val"}, true},
	{"Calder", "Mabel", "elm", []string{"north", "sue", "val", "vic", "friends"}, true}, {"Dunne", "Patrick", "oak", []string{"north", "south"}, false},
	{"Eastwood", "Joan", "elm", []string{"south", "north"}, false}, {"Farrow", "Cyril", "oak", []string{"south", "friends", "vic"}, true},
	{"Gage", "Winifred", "elm", []string{"south", "minds"}, false}, {"Hale", "Stanley", "oak", []string{"south"}, false},
}
