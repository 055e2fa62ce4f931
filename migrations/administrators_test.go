package migrations_test

import (
	"slices"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/testkit/pbtest"
)

// B8. An older database has addresses with capitals, and no administrator of the whole server.
func TestAnOlderDatabaseLearnsOfServerAdministratorsAndFoldsAddresses(t *testing.T) {
	app := pbtest.New(t)
	for name, email := range map[string]string{"Ann": "Ann.Lee@Example.org", "Bob": "bob@example.org", "Cat": "cat@example.org", "Other Cat": "Cat@example.org"} {
		who := app.Staff(t, care.DistrictNurse, name)
		if _, err := app.NonconcurrentDB().NewQuery(`UPDATE staff SET email = '` + email + `' WHERE id = '` + who.Id + `'`).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	c, err := app.FindCollectionByNameOrId(care.StaffName)
	if err != nil {
		t.Fatal(err)
	}
	role := c.Fields.GetByName("role").(*core.SelectField)
	role.Values = slices.DeleteFunc(role.Values, func(v string) bool { return v == string(care.ServerAdministrator) })
	if err := app.Save(c); err != nil {
		t.Fatal(err)
	}
	if _, err := app.NonconcurrentDB().NewQuery(`DELETE FROM _migrations WHERE file = '1796036000_administrators.go'`).Execute(); err != nil {
		t.Fatal(err)
	}
	if err := app.RunAllMigrations(); err != nil {
		t.Fatal(err)
	}
	app.Staff(t, care.ServerAdministrator, "Root")
	var got []string
	if err := app.DB().NewQuery(`SELECT email FROM staff ORDER BY name`).Column(&got); err != nil {
		t.Fatal(err)
	}
	if want := []string{"ann.lee@example.org", "bob@example.org", "cat@example.org", "Cat@example.org", "root@example.org"}; !slices.Equal(got, want) {
		t.Errorf("addresses are %v, want %v", got, want)
	}
}
