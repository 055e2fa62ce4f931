package collections

import (
	"fmt"
	"strings"

	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// PeopleUnindexed is the table of people who are to be written into the index by which they are found, because they are
// new, gone, or somebody changed what they are found by. It is no collection.
const PeopleUnindexed = "people_unindexed"

// foundBy are the fields by which people are found.
var foundBy = []string{"family_name", "given_name", "preferred_name", "address", "postcode", "date_of_birth", "nhs_number", "phone", "address_hidden"}

// peopleTriggers note whom the index of people does not know as they are, whoever writes. They fold nothing, and cost a
// row where such a field is written: what a phone records of a visit does not touch them.
//
// NB! No OR IGNORE: in a trigger the OR of the statement that fires it counts, and the engine writes UPDATE OR FAIL.
func peopleTriggers(app core.App, c *core.Collection) map[string]string {
	if c.Name != care.Patients {
		return nil
	}
	made := map[string]string{}
	note := func(op, on, row string) {
		made["people_unindexed_"+op] = fmt.Sprintf(`CREATE TRIGGER "people_unindexed_%[1]s" AFTER %[2]s ON "patients" BEGIN
INSERT INTO people_unindexed SELECT %[3]s.id WHERE NOT EXISTS (SELECT 1 FROM people_unindexed WHERE patient = %[3]s.id);
END`, op, on, row)
		if !app.HasTable(PeopleUnindexed) {
			made["people_unindexed_"+op] = ""
		}
	}
	note("insert", "INSERT", "NEW")
	note("update", "UPDATE OF "+strings.Join(present(c, foundBy), ", "), "NEW")
	note("delete", "DELETE", "OLD")
	return made
}
