package httpapi_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
)

type imported struct {
	Lines []struct {
		Where, Subject, Outcome, Reason string
		Notes                           []string
		Cells                           map[string]string
	}
	More             bool
	LeftOut          map[string]int `json:"left_out"`
	Remarks, Missing []string
	Problem          string
	Unknown          []string
}

// takeIn sends a file to the desk's import.
func (w *town) takeIn(who *core.Record, file string, more map[string]any) imported {
	w.t.Helper()
	body := map[string]any{"kind": "people", "file": base64.StdEncoding.EncodeToString([]byte(file)), "team": w.nurses.Id}
	for k, v := range more {
		body[k] = v
	}
	answered := w.send(who, "/imports", body)
	return into[imported](w.t, answered, http.StatusOK)
}

func TestImport_RowsComeInOrComeBackToBeMended(t *testing.T) {
	w := newTown(t)
	got := w.takeIn(w.cora, "NHS Number;Surname;DOB\n9990000026;Birtles;03/02/1950\n9990000027;Mistyped;01/01/1950\n", nil)
	if len(got.Lines) != 2 || got.Lines[0].Outcome != "created" || got.Lines[1].Outcome != "refused" || got.Lines[1].Cells["nhs_number"] != "9990000027" || got.More {
		t.Fatalf("got %+v", got)
	}
	equal(t, "on the caseload", w.column("SELECT count(*) FROM caseload WHERE patient = ? AND team = ?", got.Lines[0].Subject, w.nurses.Id), "1")
	mended := w.takeIn(w.cora, "nhs_number,family_name,date_of_birth\n9990000034,Mistyped,01/01/1950\n", nil)
	equal(t, "mended", mended.Lines[0].Outcome, "created")
	again := w.takeIn(w.cora, "NHS Number;Surname;DOB\n9990000026;Birtles;03/02/1950\n", nil)
	equal(t, "again", again.Lines[0].Outcome, "unchanged")
	if got := w.takeIn(w.cora, "family_name,Ethnicity\nBirtles,A\n", nil); got.Problem == "" || len(got.Unknown) != 1 || len(got.Lines) != 0 {
		t.Errorf("a column nobody knows: %+v", got)
	}
	if got := w.takeIn(w.cora, "family_name,date_of_birth,Ethnicity\nBirtles,1950-02-03,A\n", map[string]any{"leave_out": []string{"Ethnicity"}}); got.Problem != "" || len(got.Lines) != 1 {
		t.Errorf("a column that is left out: %+v", got)
	}
}

func TestImport_PlansComeInAndTheirVisitsAreOnThePhone(t *testing.T) {
	w := newTown(t)
	const header = "nhs_number,purpose,days,from,to,minutes,staff\n"
	got := w.takeIn(w.cora, header+"9990000018,insulin,daily,09:00,09:30,30,Ann\n9990000018,wound_care,daily,09:00,09:30,30,Ann\n9990000018,tea,daily,10:00,11:00,30,\n", map[string]any{"kind": "plan"})
	if len(got.Lines) != 3 || got.Lines[0].Outcome != "created" || got.Lines[0].Subject != w.ada.Id {
		t.Fatalf("got %+v", got)
	}
	for i, want := range map[int]string{1: "staff: Ann would have 60 minutes of visits between 09:00 and 09:30", 2: "purpose: Say what the visit is for"} {
		if line := got.Lines[i]; line.Outcome != "refused" || !strings.HasPrefix(line.Reason, want) || line.Cells["days"] != "daily" {
			t.Errorf("got %+v", line)
		}
	}
	ann := w.phoneOf(w.ann)
	w.sync(ann)
	equal(t, "visits on Ann's phone", len(heldBy(t, ann, care.Visits)), 13)
	equal(t, "the board", rounds(w.board(w.cora, w.nurses, w.dayAhead(1))), "nobody: ; Ann: 09:00 Ada insulin")
	equal(t, "again", w.takeIn(w.cora, header+"9990000018,insulin,daily,09:00,09:30,30,Ann\n", map[string]any{"kind": "plan"}).Lines[0].Outcome, "unchanged")
}

func TestImport_PlansAreForOwnPeopleAndTeamsAlone(t *testing.T) {
	w := newTown(t)
	far := w.Put(t, care.Neighbourhoods, map[string]any{"name": "Far away"})
	away := w.Put(t, care.Teams, map[string]any{"organisation": w.nurses.GetString("organisation"), "kind": "nursing", "name": "Away Nurses", "route": "inbox", "neighbourhood": far.Id})
	stranger := w.Patient(t, "Stranger", w.practice)
	w.save(stranger, map[string]any{"nhs_number": "9990000026"})
	w.Caseload(t, stranger, away)
	w.tick()
	got := w.takeIn(w.cora, "nhs_number,team,purpose,days,from,to,minutes\n9990000026,,insulin,daily,09:00,10:00,30\n9990000026,Away Nurses,insulin,daily,09:00,10:00,30\n", map[string]any{"kind": "plan"})
	for i, want := range []string{"There is no such person or team for you", "is none of yours"} {
		if got.Lines[i].Outcome != "refused" || !strings.Contains(got.Lines[i].Reason, want) {
			t.Errorf("got %+v", got.Lines[i])
		}
	}
	equal(t, "visits", w.column("SELECT count(*) FROM visits WHERE patient = ?", stranger.Id), "0")
}

func TestImport_AnAskerReachesTheirOwnPeopleAndTeamsAlone(t *testing.T) {
	w := newTown(t)
	far := w.Put(t, care.Neighbourhoods, map[string]any{"name": "Far away"})
	away := w.Put(t, care.Teams, map[string]any{"organisation": w.nurses.GetString("organisation"), "kind": "nursing", "name": "Away Nurses", "route": "inbox", "neighbourhood": far.Id})
	stranger := w.Patient(t, "Stranger", w.practice)
	w.save(stranger, map[string]any{"nhs_number": "9990000026"})
	w.Caseload(t, stranger, away)
	w.tick()
	got := w.takeIn(w.cora, "nhs_number,family_name,address,team\n9990000026,Stranger,1 New Road,\n9990000034,Newcomer,,Away Nurses\n", map[string]any{"update": true})
	for i, want := range []string{"with no team of yours", "is none of yours"} {
		if got.Lines[i].Outcome != "refused" || !strings.Contains(got.Lines[i].Reason, want) {
			t.Errorf("got %+v", got.Lines[i])
		}
	}
	equal(t, "the address", w.column("SELECT address FROM patients WHERE id = ?", stranger.Id), "")
	equal(t, "ada is theirs", w.takeIn(w.cora, "nhs_number,family_name,phone\n9990000018,Testpatient,0161 496 0101\n", map[string]any{"update": true}).Lines[0].Outcome, "updated")
}

// B5
func TestImport_TheSafeguardingLeadLearnsOfSomebodyWhoIsRestricted(t *testing.T) {
	w := newTown(t)
	file := `{"resourceType":"Patient","meta":{"security":[{"code":"R"}]},"identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9990000026"}],` +
		`"name":[{"family":"Hidden"}],"address":[{"line":["1 Refuge Road"]}],"telecom":[{"system":"phone","value":"0161 496 0101"}]}`
	got := w.takeIn(w.cora, file, nil)
	if len(got.Lines) != 1 || got.Lines[0].Outcome != "created" {
		t.Fatalf("got %+v", got)
	}
	w.tick()
	id := w.column("SELECT id FROM handovers WHERE patient = ?", got.Lines[0].Subject)
	read := w.read(w.sara, id)
	if !strings.Contains(read.Situation, "restricted") || strings.Contains(fmt.Sprintf("%+v", read), "Refuge") {
		t.Errorf("she reads %+v", read)
	}
	equal(t, "where it is", w.column("SELECT to_team FROM handovers WHERE id = ?", id), w.safeguarding.Id)
	w.takeIn(w.cora, file, map[string]any{"update": true})
	w.tick()
	equal(t, "handovers", w.column("SELECT count(*) FROM handovers WHERE patient = ?", got.Lines[0].Subject), "1")
	equal(t, "address and phone", w.column("SELECT address || phone FROM patients WHERE id = ?", got.Lines[0].Subject), "")
}

func TestImport_ALargeFileComesInAPartAtATime(t *testing.T) {
	w := newTown(t)
	var file strings.Builder
	file.WriteString("family_name,given_name,date_of_birth\n")
	for i := range 450 {
		fmt.Fprintf(&file, "Madeup,Number %d,1950-02-03\n", i)
	}
	first := w.takeIn(w.cora, file.String(), nil)
	if len(first.Lines) != 400 || !first.More {
		t.Fatalf("%d rows, more is %v", len(first.Lines), first.More)
	}
	rest := w.takeIn(w.cora, file.String(), map[string]any{"from": 400})
	if len(rest.Lines) != 50 || rest.More || rest.Lines[49].Where != "line 451" {
		t.Fatalf("%d rows, more is %v", len(rest.Lines), rest.More)
	}
	equal(t, "people", w.column("SELECT count(*) FROM patients WHERE family_name = 'Madeup'"), "450")
}
