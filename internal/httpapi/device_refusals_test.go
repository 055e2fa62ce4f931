package httpapi_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/desk"
	"doorstep/internal/httpapi"
	"doorstep/internal/testkit/pbtest"
)

// failing are the phones that do not sync as somebody at a desk is told: owner and reasons.
func (w *town) failing(who *core.Record) (list []string) {
	w.t.Helper()
	for _, d := range into[listOf[desk.Device]](w.t, w.get(who, "/devices?failing=true"), http.StatusOK).Items {
		text := d.Staff.Name
		for _, r := range d.Reasons {
			text += " " + strings.Join(strings.Fields(fmt.Sprint(r.Code, " ", r.Asks, " ", r.Answer, " ", r.Times)), " ")
		}
		list = append(list, text)
	}
	return list
}

// A phone that the server goes on refusing is on the list of its lead with what it asks for and the answer, until it gets that;
// also when the server was started again meanwhile. What it puts right within ten minutes, and what others ask, is not.
func TestDevices_APhoneThatIsRefusedIsListedWithTheReasonUntilItGetsThrough(t *testing.T) {
	w := newTown(t)
	ann := w.enrol(t, w.ann)
	push := func(client string) int {
		body := fmt.Sprintf(`{"client":%q,"epoch":"e1","schema":1,"mutations":[{"mid":1,"key":%q,"author":%q,"authored_at":"2026-03-02T08:00:00.000Z",`+
			`"ops":[{"op":"create","collection":"visits","id":%q,"set":{"patient":%q,"status":"completed"}}]}]}`, client, pbtest.ID(), w.ann.Id, pbtest.ID(), w.ada.Id)
		return w.do(t, http.MethodPost, base+"/push", "Bearer "+ann.token(t).AccessToken, []byte(body)).status
	}
	pull := func() int {
		return w.do(t, http.MethodGet, base+"/pull?client="+ann.Client, "Bearer "+ann.token(t).AccessToken, nil).status
	}
	anothers := w.enrol(t, w.otto).Client
	w.set(t, care.Devices, ann.Device, map[string]any{"last_seen": w.now()}) // it said hello
	equal(t, "the push of a client that is another's", push(anothers), http.StatusForbidden)
	equal(t, "just now", strings.Join(w.failing(w.lea), "; "), "")
	w.pass(desk.RefusedTooLong)
	push(anothers)
	equal(t, "a pull that goes on", pull(), http.StatusOK)
	told := w.failing(w.lea)
	if len(told) != 1 || !strings.HasPrefix(told[0], "Ann refused push not_your_client 2") {
		t.Fatalf("after ten minutes: %q", told)
	}
	equal(t, "somebody who does not look after her", strings.Join(w.failing(w.vera), "; "), "")
	must(t, w.api.WriteRefusals(t.Context()))
	equal(t, "rows", w.count(t, `SELECT count(*) FROM device_refusals`), 1)

	again := &httpapi.API{App: w.api.App, Identity: w.api.Identity, Sync: w.api.Sync, Store: w.api.Store, Clock: w.api.Clock}
	must(t, again.LoadRefusals(t.Context()))
	equal(t, "known after a start", httpapi.Refused(again, ann.Device), 1)

	equal(t, "a push that gets through", push(ann.Client), http.StatusOK)
	equal(t, "then", strings.Join(w.failing(w.lea), "; "), "")
	must(t, w.api.WriteRefusals(t.Context()))
	equal(t, "rows then", w.count(t, `SELECT count(*) FROM device_refusals`), 0)
	w.pass(25 * time.Hour)
	if told = w.failing(w.lea); len(told) != 1 || told[0] != "Ann silent 0" {
		t.Errorf("a day later: %q", told)
	}
}

// Whoever has no right on phones learns nothing; what is asked badly is answered so.
func TestDevices_AskedForThoseThatFail(t *testing.T) {
	w := newTown(t)
	refused(t, w.get(w.lea, "/devices?failing=maybe"), http.StatusBadRequest, "invalid")
	refused(t, w.get(w.ann, "/devices?failing=true"), http.StatusForbidden, "forbidden")
	for _, who := range []*core.Record{w.lea, w.cora} {
		if list := into[listOf[desk.Device]](t, w.get(who, "/devices?failing=true&limit=1"), http.StatusOK); len(list.Items) > 0 || list.More {
			t.Errorf("%s reads %+v", who.GetString("name"), list)
		}
	}
}
