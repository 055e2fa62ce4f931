package demo

import (
	"bytes"
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/care"
	"doorstep/internal/identifier"
	"doorstep/internal/importer"
	"doorstep/internal/pbrecords"
	"doorstep/internal/phone"
)

// What newcomers see is what operators do: beside the neighbourhood of the demo another one is set up as
// docs/operate/start.md says, while the server runs. Whoever administers the server makes it at the desk, people and plans
// come from files, a nurse sets a password with her code, and her phone has her people and her round, and nobody else's.
func TestASecondNeighbourhoodIsSetUpOnTheRunningDemo(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	town, err := build(options{seed: 3, size: smallHood, today: thursday, page: newPage(&bytes.Buffer{}),
		house: houseOptions{dir: dir, address: "127.0.0.1:0", log: slog.New(slog.DiscardHandler)}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := town.house.close(); err != nil {
			t.Error(err)
		}
	})
	var admin *worker
	for _, w := range town.hood.workers {
		if w.role == care.ServerAdministrator {
			admin = w
		}
	}
	made := func(path string, set map[string]any) string {
		t.Helper()
		var answer struct{ ID string }
		if err := town.counter.call(ctx, admin, http.MethodPost, carePath+path, map[string]any{"set": set}, &answer); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		return answer.ID
	}
	// 2: everything else is set up at the desk.
	hood := made("/neighbourhoods", map[string]any{"name": "Hillside"})
	trust := made("/organisations", map[string]any{"name": "Hillside Community Trust", "kind": "community_trust"})
	teams := map[string]string{}
	for name, kind := range map[string]string{"Hillside Nurses": "nursing", "Hillside Coordination": "coordination", "Hillside Safeguarding": "safeguarding"} {
		teams[name] = made("/organisations/"+trust+"/teams", map[string]any{"name": name, "kind": kind, "neighbourhood": hood})
	}
	password := map[string]string{"lena.ford@hill.example": "tangerine-ladder-cloud", "nora.dale@hill.example": "seventeen-green-kettles"}
	for email, who := range map[string]struct{ name, role string }{"lena.ford@hill.example": {"Lena Ford", "team_lead"}, "nora.dale@hill.example": {"Nora Dale", "district_nurse"}} {
		account := made("/accounts", map[string]any{"name": who.name, "email": email, "role": who.role, "organisation": trust, "teams": []string{teams["Hillside Nurses"]}})
		var invited struct{ Code string }
		if err := town.counter.call(ctx, admin, http.MethodPost, carePath+"/accounts/"+account+"/code", nil, &invited); err != nil {
			t.Fatal(err)
		}
		if err := town.counter.exchange(ctx, "", http.MethodPost, carePath+"/password", map[string]string{"code": invited.Code, "password": password[email]}, nil); err != nil {
			t.Fatal(err)
		}
	}
	// 3: practices, people and the visits that repeat, from files.
	ids := identifier.NewMinter(rand.Reader)
	o := importer.Options{Now: town.clock.Now, Team: "Hillside Nurses", NewID: func() (string, error) {
		id, err := ids.New(town.clock.Now())
		return string(id), err
	}}
	store := pbrecords.NewImporter(town.house.app)
	imported := func(report *importer.Report, err error, rows int) {
		t.Helper()
		if err != nil || report.Counts[importer.Created] != rows {
			t.Fatalf("%v: %+v", err, report)
		}
	}
	report, err := importer.People(ctx, strings.NewReader("nhs_number,family_name,given_name,date_of_birth\n"+numbered(t, 900_000)+",Quillfeather,Peggy,04/03/1940\n"+numbered(t, 900_001)+",Quartermain,Ron,05/03/1941\n"), store, o)
	imported(report, err, 2)
	by, err := pbrecords.OperatorsPlanner(town.house.app, "Lena.Ford@hill.example", town.clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	report, err = importer.Plans(ctx, strings.NewReader("nhs_number,purpose,days,from,to,minutes,staff\n"+numbered(t, 900_000)+",insulin,daily,08:00,10:00,20,Nora Dale\n"), store, by, o)
	imported(report, err, 1)
	if err := town.house.workOff(ctx); err != nil {
		t.Fatal(err)
	}
	nora, err := phone.New(phone.Options{Server: town.house.url, HTTP: http.DefaultClient, Now: town.clock.Now, Entropy: rand.Reader, Name: "Nora's phone", Platform: "test"})
	if err != nil {
		t.Fatal(err)
	}
	if err := nora.SignIn(ctx, "nora.dale@hill.example", password["nora.dale@hill.example"]); err != nil {
		t.Fatal(err)
	}
	if err := nora.Sync(context.WithoutCancel(ctx)); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range nora.List(care.Patients) {
		names = append(names, p.Text("family_name"))
	}
	if strings.Join(names, " ") != "Quillfeather Quartermain" && strings.Join(names, " ") != "Quartermain Quillfeather" {
		t.Errorf("Nora's phone has %v", names)
	}
	if visits := nora.List(care.Visits); len(visits) != 13 {
		t.Errorf("Nora's phone has %d visits", len(visits))
	}
	before, err := town.newHandset(ctx, town.hood.north.nurses[0], 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := before.settle(ctx); err != nil {
		t.Fatal(err)
	}
	for _, p := range before.List(care.Patients) {
		if slices.Contains(names, p.Text("family_name")) {
			t.Errorf("a nurse of the demo has %s", p.Text("family_name"))
		}
	}
}

func numbered(t *testing.T, n int) string {
	t.Helper()
	number, err := identifier.SyntheticNHSNumber(n - 100_000)
	if err != nil {
		t.Fatal(err)
	}
	return string(number)
}
