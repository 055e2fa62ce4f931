package httpapi_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/httpapi"
)

// The desk sees beside a person how many different people came to them, and how far they see the same ones: visits at
// which they were seen count, and nothing else. A voluntary service, which reads no visits, is not told.
func TestCare_ThePageOfAPersonTellsHowFarTheySeeTheSameFaces(t *testing.T) {
	w := newTown(t)
	visited := func(who *core.Record, daysAgo int, status string) {
		at := w.now().AddDate(0, 0, -daysAgo)
		w.Put(t, care.Visits, map[string]any{"patient": w.ada.Id, "team": w.nurses.Id, "staff": who.Id, "status": status, "started_at": at, "ended_at": at, "clinical_time": at})
	}
	for _, days := range []int{1, 2, 40} {
		visited(w.ann, days, "completed")
	}
	visited(w.bob, 3, "completed")
	visited(w.otto, 4, "no_access")
	visited(w.lea, 0, "planned")
	w.tick()
	read := func(who *core.Record) *httpapi.PersonContinuity {
		t.Helper()
		return into[struct {
			Continuity *httpapi.PersonContinuity `json:"continuity"`
		}](t, w.get(who, "/people/"+w.ada.Id+"/timeline"), http.StatusOK).Continuity
	}
	c := read(w.lea)
	if c == nil || c.Faces != 2 || c.Contacts != 4 || c.Usual == nil || c.Usual.Name != "Ann" || c.Times != 3 || c.UPC == nil || *c.UPC != 0.75 || c.COC == nil || *c.COC != 0.5 {
		t.Errorf("continuity %s", toJSON(t, c))
	}
	w.Caseload(t, w.ada, w.visitors)
	w.tick()
	if c := read(w.vera); c != nil {
		t.Errorf("a voluntary service is told %s", toJSON(t, c))
	}
	w.pass(60 * 24 * time.Hour)
	if c := read(w.lea); c.Faces != 0 || c.Contacts != 3 || c.COC == nil {
		t.Errorf("two months later %s", toJSON(t, c))
	}
}
