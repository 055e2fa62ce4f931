package collections

import (
	"strings"

	"doorstep/internal/care"
)

// signedIn lets every active member of staff through. The token alone is not enough: PocketBase
// reads the row of its holder at each request, so a leaver is out at once.
const signedIn = `@request.auth.collectionName = "staff" && @request.auth.inactive_since = ""`

// onCaseload lets a record through whose person has a caseload row that holds now and names the
// reader, or a team of the reader whose role reaches its team's people. PERSON stands for the
// path to the person, TEAMROLES for the test of the role.
//
// NB! All conditions must use the any-of operators (?=), or each would be free to pick a caseload
// row of its own. An empty team must be ruled out before it is compared: PocketBase takes an
// empty value and a missing one for the same, and a reader without teams would match.
const onCaseload = `(PERSONcaseload_via_patient.from ?= "" || PERSONcaseload_via_patient.from ?<= @now)
 && (PERSONcaseload_via_patient.to ?= "" || PERSONcaseload_via_patient.to ?> @now)
 && (PERSONcaseload_via_patient.staff ?= @request.auth.id
  || (TEAMROLES && PERSONcaseload_via_patient.team ?!= "" && PERSONcaseload_via_patient.team ?= @request.auth.teams:each))`

// CareRecordRule is the rule of the built-in reads of a care record: an active member of staff
// whose role sees clinical content and may read that collection, on their own caseload. Person is
// the path from the record to the person, "" for patients themselves.
func CareRecordRule(collection, person string) string {
	var all, team []string
	for _, d := range care.Duties() {
		if d.View != care.Clinical || !d.May(care.Read, collection) || d.Reach == care.Nobody {
			continue
		}
		test := `@request.auth.role = "` + string(d.Role) + `"`
		all = append(all, test)
		if d.Reach == care.TeamPeople {
			team = append(team, test)
		}
	}
	held := strings.NewReplacer("PERSON", person, "TEAMROLES", anyOf(team)).Replace(onCaseload)
	return signedIn + "\n && " + anyOf(all) + "\n && " + held
}

func anyOf(tests []string) string { return "(" + strings.Join(tests, " || ") + ")" }
