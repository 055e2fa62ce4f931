package pbrecords_test

import (
	"bytes"
	"crypto/rand"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/importer"
	"doorstep/internal/pbrecords"
	"doorstep/internal/testkit"
	"doorstep/internal/testkit/pbtest"
)

// staffIn runs the command on a file and returns what it prints.
func staffIn(t *testing.T, app *pbtest.App, file string, args ...string) (string, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "staff.csv")
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	accounts := pbrecords.NewAccounts(app.BaseApp, func() time.Time { return testkit.Monday }, rand.Reader)
	c := importer.StaffCommand(func() (importer.StaffStore, func() error, error) {
		return pbrecords.NewStaffImport(accounts, func() (string, error) { return pbtest.ID(), nil }), func() error { return nil }, nil
	})
	var out bytes.Buffer
	c.SetOut(&out)
	c.SetErr(&out)
	c.SetArgs(append(args, path))
	err := c.ExecuteContext(t.Context())
	return out.String(), err
}

const theirStaff = `E-mail Address,Job role,First name,Surname,Organisation,Team,NMC PIN
Nia.Evans@Trust.example,District Nurse,Nia,Evans,rx1,North; night,99X0001E
lea@trust.example,team_lead,Lea,Marsh,Riverside Trust,North,
`

func aTrust(t *testing.T) (app *pbtest.App, trust *core.Record) {
	t.Helper()
	app = pbtest.New(t)
	trust = app.Put(t, care.Organisations, map[string]any{"kind": "community_trust", "name": "Riverside Trust", "ods_code": "RX1"})
	app.Team(t, trust, "nursing", "North")
	app.Team(t, trust, "nursing", "Night")
	return app, trust
}

func TestStaffComeFromAFileRowByRowAndTwiceChangesNothing(t *testing.T) {
	app, trust := aTrust(t)
	codes := filepath.Join(t.TempDir(), "codes.csv")
	out, err := staffIn(t, app, theirStaff, "--codes", codes)
	if err != nil || !strings.Contains(out, "2 rows: 2 created") {
		t.Fatalf("%v\n%s", err, out)
	}
	nia, err := app.FindAuthRecordByEmail(care.StaffName, "nia.evans@trust.example")
	if err != nil {
		t.Fatal(err)
	}
	if nia.GetString("name") != "Nia Evans" || nia.GetString("role") != "district_nurse" || nia.GetString("organisation") != trust.Id || len(nia.GetStringSlice("teams")) != 2 ||
		nia.GetString("registration_number") != "99X0001E" || !nia.Verified() {
		t.Errorf("%v", nia.PublicExport())
	}
	written, err := os.ReadFile(codes)
	if err != nil || strings.Count(string(written), "\n") != 3 || !strings.Contains(string(written), "Nia Evans,nia.evans@trust.example,") {
		t.Errorf("%v\n%s", err, written)
	}
	if info, err := os.Stat(codes); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("whoever likes reads the codes: %v", info)
	}
	before := app.Hashes(t)
	out, err = staffIn(t, app, theirStaff)
	if err != nil || !strings.Contains(out, "2 rows: 0 created, 0 updated, 2 unchanged") {
		t.Errorf("%v\n%s", err, out)
	}
	for table, hash := range app.Hashes(t) {
		if hash != before[table] {
			t.Errorf("%s changed", table)
		}
	}
	if _, err := staffIn(t, app, theirStaff, "--codes", codes); err == nil {
		t.Error("a file of codes that stands was written over")
	}
}

func TestStaffThatDifferAreLeftAloneUnlessSaidOtherwise(t *testing.T) {
	app, _ := aTrust(t)
	if _, err := staffIn(t, app, theirStaff); err != nil {
		t.Fatal(err)
	}
	other := strings.ReplaceAll(strings.ReplaceAll(theirStaff, "Marsh", "March"), "North; night", "Night")
	out, err := staffIn(t, app, other)
	if err != nil || !strings.Contains(out, "2 differs") || !strings.Contains(out, "differs   teams") || !strings.Contains(out, "differs   name") {
		t.Errorf("%v\n%s", err, out)
	}
	out, err = staffIn(t, app, other, "--update")
	if err != nil || !strings.Contains(out, "2 updated") {
		t.Errorf("%v\n%s", err, out)
	}
	lea, err := app.FindAuthRecordByEmail(care.StaffName, "lea@trust.example")
	if err != nil || lea.GetString("name") != "Lea March" {
		t.Errorf("%v %v", lea, err)
	}
	line := ""
	if err := app.DB().NewQuery(`SELECT detail FROM audit WHERE action = 'set_up_changed' AND record = {:id}`).Bind(map[string]any{"id": lea.Id}).Row(&line); err != nil || line != `{"after":{"name":"Lea March"},"before":{"name":"Lea Marsh"}}` {
		t.Errorf("the audit: %s %v", line, err)
	}
}

func TestABadRowOfStaffIsRefusedByItsLineAndKeepsNoOtherOut(t *testing.T) {
	app, _ := aTrust(t)
	app.Put(t, care.Organisations, map[string]any{"kind": "practice", "name": "Two of a Name"})
	app.Put(t, care.Organisations, map[string]any{"kind": "practice", "name": "two of a name"})
	out, err := staffIn(t, app, `email,role,name,organisation,team
good@trust.example,volunteer,Good,RX1,
nobody,volunteer,No Address,RX1,
,volunteer,Nothing,RX1,
wizard@trust.example,wizard,Wizard,RX1,
GOOD@trust.example,volunteer,Again,RX1,
lost@trust.example,volunteer,Lost,RX9,
team@trust.example,volunteer,Team,RX1,South
none@trust.example,volunteer,,RX1,
whose@trust.example,volunteer,Whose,,North
two@trust.example,volunteer,Two,Two of a Name,
fault@trust.example,volunteer,#N/A,RX1,
last@trust.example,gp,Last,,
`, "--brief")
	if err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("%v", err)
	}
	for _, want := range []string{"line 3", "email: This is not an e-mail address", "line 4", "email: missing", "line 5", "role: This must be one of", "line 6", "line 2 has the same one",
		"line 7", "organisation: There is none", "line 8", "team: There is none", "line 9", "name: This is missing", "line 10", "not known whose teams", "line 11", "several of this name", "line 12", "fault of the spreadsheet",
		"12 rows: 2 created, 0 updated, 0 unchanged, 0 differs, 10 refused"} {
		if !strings.Contains(out, want) {
			t.Errorf("lacks %q:\n%s", want, out)
		}
	}
	if strings.Contains(out, "wizard@") || strings.Contains(out, "line 2 ") && !strings.Contains(out, "line 2 has") {
		t.Errorf("says more than it should:\n%s", out)
	}
	for _, bad := range []string{"", "{}", "name,team\nx,y\n", "email,role,shoe size\na@b.example,volunteer,5\n"} {
		if out, err := staffIn(t, app, bad); err == nil {
			t.Errorf("%q: %s", bad, out)
		}
	}
}

func TestWhoHasLeftIsNotTakenBackInByAFile(t *testing.T) {
	app, _ := aTrust(t)
	if _, err := staffIn(t, app, theirStaff); err != nil {
		t.Fatal(err)
	}
	lea, err := app.FindAuthRecordByEmail(care.StaffName, "lea@trust.example")
	if err != nil {
		t.Fatal(err)
	}
	lea.Set("inactive_since", "2026-01-01 00:00:00.000Z")
	if err := app.Save(lea); err != nil {
		t.Fatal(err)
	}
	out, err := staffIn(t, app, theirStaff, "--update")
	if err != nil || !slices.ContainsFunc(strings.Split(out, "\n"), func(l string) bool {
		return strings.HasPrefix(l, "line 3") && strings.Contains(l, "has left, and stays so")
	}) {
		t.Errorf("%v\n%s", err, out)
	}
}
