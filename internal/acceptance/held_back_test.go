package acceptance

import (
	"encoding/json"
	"net/http"
	"testing"

	"doorstep/internal/care"
	"doorstep/internal/phone"
	"doorstep/internal/testkit/pbtest"
	"doorstep/internal/wire"
)

// U19. Whoever decides about a change that is held back reads beside it what others have recorded of the record.
func TestADeskReadsBesideAHeldChangeTheRecordAsItStands(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ann := w.phoneOf(w.ann)
	visit := w.record(ann, care.Visits, w.visit(w.ada, "Wound clean"))
	w.sync(ann)
	otto, net := w.phoneOn(w.otto) // who has not got her
	held := pushed(w, otto, net, `[{"op":"update","collection":"visits","id":"`+visit+`","patient":"`+w.ada.Id+`","set":{"note":"Wound open"},"was":{"note":null}}]`)
	if held.Status != care.Quarantined {
		t.Fatalf("it ended %+v", held)
	}
	hana := w.Staff(t, care.TeamLead, "Hana", w.others)
	w.tick()
	for who, sees := range map[string]bool{w.Token(t, w.lea): true, w.Token(t, hana): false} {
		answer := pbtest.Call(t, w.http, http.MethodGet, "/api/care/v1/issues/"+held.Issues[0].ID, who, nil)
		var detail struct {
			Issue struct {
				Stored []struct {
					ID     string
					Fields map[string]struct {
						Value any
						By    *care.Named
					}
				} `json:"stored_records"`
			}
		}
		ok(t, json.Unmarshal(answer.Body, &detail))
		if !sees {
			if answer.Status == http.StatusOK && len(detail.Issue.Stored) > 0 {
				t.Errorf("somebody whose issue it is not reads %s", answer.Body)
			}
			continue
		}
		if answer.Status != http.StatusOK || len(detail.Issue.Stored) != 1 || detail.Issue.Stored[0].ID != visit {
			t.Fatalf("the lead reads %d %s", answer.Status, answer.Body)
		}
		note := detail.Issue.Stored[0].Fields["note"]
		if note.Value != "Wound clean" || note.By == nil || note.By.Name != "Ann" {
			t.Errorf("the note is %+v", note)
		}
		if _, there := detail.Issue.Stored[0].Fields["safeguarding"]; there {
			t.Error("what is for the safeguarding lead is there")
		}
	}
}

// pushed sends one change of a phone's, whose ops are the given text, as the first of its numbering.
func pushed(w *world, p *phone.Phone, net *link, ops string) wire.Result {
	w.t.Helper()
	body := `{"client":"` + p.Client() + `","epoch":"` + p.Epoch() + `","schema":1,"mutations":[{"mid":1,"key":"` + w.id() + `","author":"` + p.Staff() +
		`","authored_at":"` + care.Stamp(w.now()) + `","ops":` + ops + `}]}`
	answer := w.call(net.bearer, http.MethodPost, "/push", []byte(body))
	var pushed wire.PushResponse
	if answer.Status != http.StatusOK || json.Unmarshal(answer.Body, &pushed) != nil || len(pushed.Results) != 1 {
		w.t.Fatalf("%d %s", answer.Status, answer.Body)
	}
	return pushed.Results[0]
}
