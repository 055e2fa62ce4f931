package httpapi_test

import (
	"strings"
	"testing"
	"time"

	"doorstep/internal/testkit/pbtest"
)

// X14: whoever guesses for hours writes two lines a minute: the first at once, and how many followed.
func TestSignIn_RepeatedFailuresOfAnAccountAreCountedInOneLine(t *testing.T) {
	w := newTown(t)
	lines := func() string {
		return w.column(`SELECT coalesce(group_concat(action || ' ' || role || ' ' || detail, char(10)), '') FROM (SELECT * FROM audit WHERE action LIKE 'sign_in%' ORDER BY id)`)
	}
	says := func(when string, want ...string) {
		t.Helper()
		if got := lines(); got != strings.Join(want, "\n") {
			t.Errorf("%s the audit says\n%s\nwant\n%s", when, got, strings.Join(want, "\n"))
		}
	}
	fold := func() {
		t.Helper()
		if err := w.api.FoldSignIns(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	first, other := `sign_in_failed team_lead {"why":"password"}`, `sign_in_failed  {"why":"unknown"}`
	for range 5 {
		w.signIn(signInHere, w.lea.Email(), "wrong-password")
		w.signIn(signInThere, "Nobody@example.org ", "wrong-password")
	}
	fold()
	says("within the minute", first, other)
	w.pass(time.Minute)
	fold()
	says("after it", first, other, `sign_in_failed  {"why":"unknown","again":4}`, `sign_in_failed team_lead {"why":"password","again":4}`)
	fold()
	w.signIn(signInHere, w.lea.Email(), "wrong-password")
	w.signIn(signInHere, w.lea.Email(), "wrong-password")
	w.signIn(signInHere, w.lea.Email(), pbtest.Password)
	says("when the right password comes", first, other, `sign_in_failed  {"why":"unknown","again":4}`, `sign_in_failed team_lead {"why":"password","again":4}`,
		first, `sign_in_failed team_lead {"why":"password","again":1}`, `sign_in team_lead {}`)
}

// X14
func TestStaffAndDevices_ReadingTheListIsInTheAudit(t *testing.T) {
	w := newTown(t)
	token := w.Token(t, w.lea)
	for path, collection := range map[string]string{"/staff": "staff", "/devices": "devices"} {
		if a := w.do(t, "GET", "/api/care/v1"+path, token, nil); a.status != 200 {
			t.Fatalf("%s: %d %s", path, a.status, a.body)
		}
		if n := w.column(`SELECT count(*) FROM audit WHERE action = 'list' AND collection = '` + collection + `' AND actor = '` + w.lea.Id + `'`); n != "1" {
			t.Errorf("%s is in the audit %s times", path, n)
		}
	}
}
