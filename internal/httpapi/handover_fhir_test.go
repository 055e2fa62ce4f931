package httpapi_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
)

// bundle is a bundle as a receiver reads it.
type bundle struct {
	Type  string `json:"type"`
	Entry []struct {
		Resource map[string]any `json:"resource"`
	} `json:"entry"`
}

// of are its resources of a kind.
func (b *bundle) of(kind string) (found []map[string]any) {
	for _, e := range b.Entry {
		if e.Resource["resourceType"] == kind {
			found = append(found, e.Resource)
		}
	}
	return found
}

func (w *town) bundle(who *core.Record, id string) (b bundle, raw []byte) {
	w.t.Helper()
	got := w.get(who, "/handovers/"+id+"/fhir")
	if got.status != http.StatusOK || got.header.Get("Content-Type") != "application/fhir+json" || !strings.Contains(got.header.Get("Content-Disposition"), `"handover-`+id+`.fhir.json"`) {
		w.t.Fatalf("%d %v: %s", got.status, got.header, got.body)
	}
	must(w.t, json.Unmarshal(got.body, &b))
	return b, got.body
}

func TestInbox_AHandoverAsFHIRSaysWhatItsReaderSeesAndNoMore(t *testing.T) {
	w := newTown(t)
	w.save(w.ada, map[string]any{"address": "14 Oak Street", "postcode": "M41 5BU", "phone": "0161 496 0123", "address_hidden": true})
	w.save(w.practice, map[string]any{"ods_code": "A00001"})
	p := w.phoneOf(w.ann)
	_, err := p.Create(care.Observations, w.news2Of8())
	must(t, err)
	w.sync(p)
	w.tick()
	w.sync(p)
	id := p.List(care.Handovers)[0].ID

	b, raw := w.bundle(w.guy, id)
	if _, again := w.bundle(w.guy, id); !bytes.Equal(raw, again) {
		t.Error("twice the same handover gives two files")
	}
	equal(t, "type", b.Type, "collection")
	equal(t, "observations", len(b.of("Observation")), 8)
	equal(t, "sheets", len(b.of("Binary"))+len(b.of("DocumentReference")), 2)
	task, person := b.of("Task")[0], b.of("Patient")[0]
	equal(t, "id", task["id"], any(id))
	equal(t, "priority", task["priority"], any("stat"))
	if numbers := toJSON(t, person["identifier"]); !strings.Contains(numbers, `"9990000018"`) || !strings.Contains(toJSON(t, b.of("Organization")), `"A00001"`) {
		t.Errorf("who it is: %s, %v", numbers, b.of("Organization"))
	}
	// Ann visits, so the address is hers to see; in a file that goes on to others it is for nobody.
	for _, reader := range []*core.Record{w.guy, w.rita, w.ann} {
		if _, raw := w.bundle(reader, id); bytes.Contains(raw, []byte("Oak Street")) || bytes.Contains(raw, []byte("M41 5BU")) || bytes.Contains(raw, []byte("496 0123")) {
			t.Errorf("a sensitive address is in the file that %s takes", reader.GetString("name"))
		}
	}
	if got := w.get(w.elmer, "/handovers/"+id+"/fhir"); got.status != http.StatusNotFound {
		t.Errorf("another practice is answered %d", got.status)
	}
	w.act(w.guy, id, "accept", nil)
	b, _ = w.bundle(w.guy, id)
	equal(t, "status", b.of("Task")[0]["status"], any("accepted"))
	equal(t, "lines in the audit", w.count(t, `SELECT count(*) FROM audit WHERE record = '`+id+`' AND action = 'export_fhir' AND actor = '`+w.guy.Id+`'`), 4)

	concern := w.raise(care.Safeguarding, nil, map[string]any{"situation": "Bruises on both arms"})
	if _, raw := w.bundle(w.ann, concern); bytes.Contains(raw, []byte("Bruises")) {
		t.Error("a safeguarding concern leaves with somebody whom it is not for")
	}
	if _, raw := w.bundle(w.sara, concern); !bytes.Contains(raw, []byte("Bruises")) {
		t.Error("the safeguarding lead does not read the concern")
	}
	toVisitors := w.raise(care.Routine, w.visitors, map[string]any{"safe_note": "Please look in"})
	b, raw = w.bundle(w.vera, toVisitors)
	if bytes.Contains(raw, []byte("Diabetic")) || !bytes.Contains(raw, []byte("Please look in")) || slices.ContainsFunc(b.of("Patient"), func(p map[string]any) bool { return p["birthDate"] != nil }) {
		t.Errorf("a voluntary service reads %s", raw)
	}
}
