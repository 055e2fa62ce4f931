package pbrecords_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/identifier"
	"doorstep/internal/importer"
	"doorstep/internal/pbrecords"
	"doorstep/internal/testkit/pbtest"
)

// The import and its store are tested together here, on SQLite; what the import decides has its own
// tests beside it.

func importOptions(lines *bytes.Buffer) importer.Options {
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	ids := identifier.NewMinter(importEntropy())
	return importer.Options{Lines: lines, Now: func() time.Time { return at }, NewID: func() (string, error) {
		id, err := ids.New(at)
		return string(id), err
	}}
}

// importEntropy makes ids the same in every run.
func importEntropy() io.Reader { return rand.NewChaCha8([32]byte{}) }

func practiceTable(t *testing.T) *os.File {
	t.Helper()
	return importFixture(t, "trafford-practices.csv")
}

func importFixture(t *testing.T, name string) *os.File {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "importer", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	return file
}

// waitingToSettle counts the queue of what the engine has to settle, by collection.
func waitingToSettle(t *testing.T, app *pbtest.App) map[string]int {
	t.Helper()
	var rows []struct {
		Collection string `db:"collection"`
		N          int    `db:"n"`
	}
	if err := app.DB().NewQuery("SELECT collection, count(*) AS n FROM sync_dirty GROUP BY collection").All(&rows); err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for _, r := range rows {
		counts[r.Collection] = r.N
	}
	return counts
}

func TestImportOfTheRealDirectoryTwice(t *testing.T) {
	app := pbtest.New(t)
	store := pbrecords.NewImporter(app)
	var lines bytes.Buffer
	report, err := importer.Directory(t.Context(), practiceTable(t), store, importOptions(&lines), nil)
	if err != nil {
		t.Fatal(err)
	}
	if report.Counts[importer.Created] != 26 {
		t.Fatalf("counts are %v\n%s", report.Counts, lines.String())
	}
	want := map[string]int{care.Organisations: 26, care.Teams: 26, care.Neighbourhoods: 4}
	if got := waitingToSettle(t, app); !maps.Equal(got, want) {
		t.Errorf("the engine has %v to settle, want %v", got, want)
	}
	if _, err := app.DB().NewQuery("DELETE FROM sync_dirty").Execute(); err != nil {
		t.Fatal(err)
	}
	report, err = importer.Directory(t.Context(), practiceTable(t), store, importOptions(&lines), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := waitingToSettle(t, app); len(got) != 0 || report.Counts[importer.Unchanged] != 26 {
		t.Errorf("the second run wrote %v and counted %v", got, report.Counts)
	}
}

func TestImportOfPeopleTwiceAndWithUpdate(t *testing.T) {
	app := pbtest.New(t)
	store := pbrecords.NewImporter(app)
	var lines bytes.Buffer
	o := importOptions(&lines)
	directory := strings.NewReader("ods_code,name\nZ90001,Orchard Lane Surgery\n")
	if _, err := importer.Directory(t.Context(), directory, store, o, nil); err != nil {
		t.Fatal(err)
	}
	const header = "nhs_number,family_name,given_name,date_of_birth,phone,practice_ods,team,communication_needs,contact_every_days\n"
	const people = header +
		"9990000018,Ashworth,Ada,1944-02-03,0161 496 0101,Z90001,Orchard Lane Surgery,large print;hearing loop,30\n" +
		",Birtles,Ben,1950-02-03,,,Orchard Lane Surgery,,\n" +
		"9990000027,Mistyped,Mo,1950-02-03,,,Orchard Lane Surgery,,\n"
	run := func(input string, o importer.Options) *importer.Report {
		t.Helper()
		report, err := importer.People(t.Context(), strings.NewReader(input), store, o)
		if err != nil {
			t.Fatal(err)
		}
		return report
	}
	if got := run(people, o); got.Counts[importer.Created] != 2 || got.Counts[importer.Refused] != 1 {
		t.Fatalf("counts are %v\n%s", got.Counts, lines.String())
	}
	if got := waitingToSettle(t, app); got[care.Patients] != 2 || got[care.Caseload] != 2 {
		t.Errorf("the engine has %v to settle", got)
	}
	ada, err := app.FindFirstRecordByData(care.Patients, "nhs_number", "9990000018")
	if err != nil {
		t.Fatal(err)
	}
	practice, err := app.FindFirstRecordByData(care.Organisations, "ods_code", "Z90001")
	if err != nil {
		t.Fatal(err)
	}
	if ada.GetString("practice") != practice.Id || ada.GetString("nhs_number_status") != "unverified" ||
		ada.GetString("communication_needs") != `["hearing loop","large print"]` || ada.GetString("pregnant") != "null" {
		t.Errorf("Ada is %v", ada.FieldsData())
	}
	if _, err := app.DB().NewQuery("DELETE FROM sync_dirty").Execute(); err != nil {
		t.Fatal(err)
	}
	if got := run(people, o); got.Counts[importer.Unchanged] != 2 || len(waitingToSettle(t, app)) != 0 {
		t.Errorf("the second run counted %v and wrote %v\n%s", got.Counts, waitingToSettle(t, app), lines.String())
	}
	const moved = header + "9990000018,Ashworth,Ada,1944-02-03,0161 496 0999,Z90001,Orchard Lane Surgery,,60\n"
	if got := run(moved, o); got.Counts[importer.Differs] != 1 || len(waitingToSettle(t, app)) != 0 {
		t.Errorf("without --update it counted %v and wrote %v", got.Counts, waitingToSettle(t, app))
	}
	o.Update = true
	if got := run(moved, o); got.Counts[importer.Updated] != 1 || !maps.Equal(waitingToSettle(t, app), map[string]int{care.Patients: 1, care.Caseload: 1}) {
		t.Errorf("with --update it counted %v and wrote %v", got.Counts, waitingToSettle(t, app))
	}
	if ada, err = app.FindRecordById(care.Patients, ada.Id); err != nil || ada.GetString("phone") != "0161 496 0999" {
		t.Errorf("Ada's phone is %q, %v", ada.GetString("phone"), err)
	}
}

func TestImportStoreRefusesAndUndoes(t *testing.T) {
	app := pbtest.New(t)
	store := pbrecords.NewImporter(app)
	ids := identifier.NewMinter(importEntropy())
	id := func() string {
		next, err := ids.New(time.Unix(1_795_000_000, 0))
		if err != nil {
			t.Fatal(err)
		}
		return string(next)
	}
	practice := func(code string) importer.Write {
		return importer.Write{Collection: care.Organisations, ID: id(), Create: true,
			Values: map[string]any{"name": "A " + code, "kind": "practice", "ods_code": code}}
	}
	codes := func() []string {
		var got []string
		err := store.Transact(t.Context(), func(tx importer.Tx) error {
			rows, err := tx.All(t.Context(), care.Organisations)
			for _, r := range rows {
				got = append(got, fmt.Sprint(r.Values["ods_code"]))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(got)
		return got
	}
	if err := store.Transact(t.Context(), func(tx importer.Tx) error {
		if err := tx.Save(t.Context(), []importer.Write{practice("Z90001")}); err != nil {
			return err
		}
		var refusal *importer.Refusal
		if err := tx.Save(t.Context(), []importer.Write{practice("Z90001")}); !errors.As(err, &refusal) || !strings.Contains(refusal.Reason, "ods_code") {
			t.Errorf("a code that is taken: %v", err)
		}
		wrong := practice("Z90009")
		wrong.Values["kind"] = "shop"
		if err := tx.Save(t.Context(), []importer.Write{wrong}); !errors.As(err, &refusal) || !strings.Contains(refusal.Reason, "kind") {
			t.Errorf("a kind that does not exist: %v", err)
		}
		return tx.Save(t.Context(), []importer.Write{practice("Z90002")})
	}); err != nil {
		t.Fatal(err)
	}
	if got := codes(); !slices.Equal(got, []string{"Z90001", "Z90002"}) {
		t.Errorf("after refusals there are %v", got)
	}
	spoilt := errors.New("spoilt")
	err := store.Transact(t.Context(), func(tx importer.Tx) error {
		if err := tx.Save(t.Context(), []importer.Write{practice("Z90003")}); err != nil {
			return err
		}
		return spoilt
	})
	if !errors.Is(err, spoilt) || len(codes()) != 2 {
		t.Errorf("after an undone transaction: %v, %v", err, codes())
	}
	err = store.Transact(t.Context(), func(tx importer.Tx) error {
		_, err := tx.Matching(t.Context(), care.Organisations, "ods_code) --", []string{"x"})
		return err
	})
	if err == nil {
		t.Error("a field that does not exist was looked up")
	}
}

func TestImportStopsWhenItsContextEnds(t *testing.T) {
	app := pbtest.New(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var lines bytes.Buffer
	_, err := importer.Directory(ctx, practiceTable(t), pbrecords.NewImporter(app), importOptions(&lines), nil)
	if err == nil {
		t.Error("it went on")
	}
	if got := waitingToSettle(t, app); len(got) != 0 {
		t.Errorf("it wrote %v", got)
	}
}

// Somebody whose registration was made one with another's is found by what a file says of either, and registered no third
// time.
func TestAFileFindsWhoWasMadeOnePerson(t *testing.T) {
	app := pbtest.New(t)
	team := app.Team(t, app.Org(t, "community_trust", "Trust"), "nursing", "North")
	one, other := app.Patient(t, "Testpatient", nil), app.Patient(t, "Testpatent", nil)
	for record, fields := range map[*core.Record]map[string]any{one: {"nhs_number": "9990000018", "date_of_birth": "1941-05-06"},
		other: {"nhs_number": "9990000026", "date_of_birth": "1941-05-06", "merged_into": one.Id, "retracted": "2026-11-01 08:00:00.000Z"}} {
		record.Load(fields)
		if err := app.Save(record); err != nil {
			t.Fatal(err)
		}
	}
	app.Caseload(t, one, team)
	given := one.GetString("given_name")
	var lines bytes.Buffer
	o := importOptions(&lines)
	o.Team = "North"
	report, err := importer.People(t.Context(), strings.NewReader("nhs_number,family_name,given_name,date_of_birth\n9990000026,Testpatent,"+given+",06/05/1941\n,Testpatent,"+given+",06/05/1941\n"), pbrecords.NewImporter(app), o)
	if err != nil || report.Counts[importer.Differs] != 2 || strings.Count(lines.String(), one.Id) != 2 {
		t.Errorf("%v: %v\n%s", err, report.Counts, lines.String())
	}
	var n int
	if err := app.DB().NewQuery(`SELECT count(*) FROM patients`).Row(&n); err != nil || n != 2 {
		t.Errorf("%d people are there (%v)", n, err)
	}
}
