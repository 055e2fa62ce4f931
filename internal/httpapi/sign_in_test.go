package httpapi_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/testkit/pbtest"
)

const (
	signInHere = base + "/sign-in"
	// signInThere is where older phones and the PocketBase SDK sign in.
	signInThere = "/api/collections/staff/auth-with-password"
)

// signIn asks with an e-mail address and a password.
func (w *town) signIn(path, email, password string) answer {
	return w.post(w.t, path, "", map[string]string{"identity": email, "password": password})
}

func TestSignIn_GivesATokenForPagesAndPhonesAtBothAddresses(t *testing.T) {
	w := newTown(t)
	for _, path := range []string{signInHere, signInThere} {
		got := into[struct {
			Token  string
			Record struct {
				ID, Name, Email, Role, Organisation string
				Teams                               []string
				CollectionName                      string
			}
		}](t, w.signIn(path, w.lea.Email(), pbtest.Password), http.StatusOK)
		if r := got.Record; r.ID != w.lea.Id || r.Name != "Lea" || r.Role != "team_lead" || len(r.Teams) != 1 || r.Email != w.lea.Email() || r.CollectionName != "staff" {
			t.Errorf("%s: %+v", path, got)
		}
		if a := w.do(t, http.MethodGet, "/api/care/v1/queues", got.Token, nil); a.status != http.StatusOK {
			t.Errorf("%s: the token opens the desk with %d: %s", path, a.status, a.body)
		}
	}
	form := url.Values{"identity": {w.lea.Email()}, "password": {pbtest.Password}}.Encode()
	if a := w.do(t, http.MethodPost, signInThere, "", []byte(form), "Content-Type", "application/x-www-form-urlencoded"); a.status != http.StatusOK {
		t.Errorf("a form at PocketBase's address: %d %s", a.status, a.body)
	}
}

// B8
func TestSignIn_AnAddressIsFoundHoweverItIsTyped(t *testing.T) {
	w := newTown(t)
	w.Staff(t, care.DistrictNurse, "Benedict Lumb", w.nurses)
	for _, typed := range []string{"benedict.lumb@example.org", "Benedict.Lumb@example.org", " benedict.lumb@EXAMPLE.ORG\t"} {
		for _, path := range []string{signInHere, signInThere} {
			if a := w.signIn(path, typed, pbtest.Password); a.status != http.StatusOK {
				t.Errorf("%q at %s: %d %s", typed, path, a.status, a.body)
			}
		}
	}
}

// X9
func TestSignIn_AnAccountThatIsNotThereAndAWrongPasswordAnswerAlike(t *testing.T) {
	w := newTown(t)
	for _, path := range []string{signInHere, signInThere} {
		known, unknown := w.signIn(path, w.lea.Email(), "wrong-password"), w.signIn(path, "nobody@example.org", "wrong-password")
		if known.status != http.StatusBadRequest || string(known.body) != string(unknown.body) || known.status != unknown.status {
			t.Errorf("%s: a wrong password: %d %s; no account: %d %s", path, known.status, known.body, unknown.status, unknown.body)
		}
		if !strings.Contains(string(known.body), `"sign_in_failed"`) {
			t.Errorf("%s: %s", path, known.body)
		}
	}
	if a := w.signIn(signInHere, "no e-mail address' OR 1=1", "wrong-password"); a.status != http.StatusBadRequest {
		t.Errorf("%d %s", a.status, a.body)
	}
}

// X9: guesses at one address count at the other.
func TestSignIn_GuessesAreSlowedDownAtBothAddresses(t *testing.T) {
	w := newTown(t)
	for i := range 8 {
		path := []string{signInHere, signInThere}[i%2]
		if a := w.signIn(path, w.lea.Email(), "wrong-password"); a.status != http.StatusBadRequest {
			t.Fatalf("try %d: %d %s", i+1, a.status, a.body)
		}
	}
	for _, path := range []string{signInHere, signInThere} {
		a := w.signIn(path, w.lea.Email(), pbtest.Password)
		if a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") != "15" {
			t.Errorf("%s: %d, Retry-After %q: %s", path, a.status, a.header.Get("Retry-After"), a.body)
		}
	}
	if a := w.signIn(signInHere, w.ann.Email(), pbtest.Password); a.status != http.StatusOK {
		t.Errorf("a colleague at the same address of the network: %d %s", a.status, a.body)
	}
	w.pass(15 * time.Second)
	if a := w.signIn(signInHere, w.lea.Email(), pbtest.Password); a.status != http.StatusOK {
		t.Errorf("after the wait: %d %s", a.status, a.body)
	}
}

// X9, X14
func TestSignIn_EveryTryIsInTheAuditWithoutWhatWasTyped(t *testing.T) {
	w := newTown(t)
	w.signIn(signInHere, w.lea.Email(), pbtest.Password)
	w.signIn(signInThere, w.lea.Email(), "secret-typed")
	w.signIn(signInHere, "secret-typed@example.org", "secret-typed")
	w.save(w.bob, map[string]any{"inactive_since": w.now().Add(-time.Hour)})
	w.tick()
	if a := w.signIn(signInHere, w.bob.Email(), pbtest.Password); a.status != http.StatusForbidden {
		t.Errorf("who has left: %d %s", a.status, a.body)
	}
	got := w.column(`SELECT group_concat(action || ' ' || role || ' ' || detail, char(10)) FROM (SELECT * FROM audit WHERE action LIKE 'sign_in%' ORDER BY id)`)
	want := strings.Join([]string{`sign_in team_lead {}`, `sign_in_failed team_lead {"why":"password"}`, `sign_in_failed  {"why":"unknown"}`,
		`sign_in_failed district_nurse {"why":"inactive"}`}, "\n")
	if got != want {
		t.Errorf("the audit says\n%s\nwant\n%s", got, want)
	}
	if n := w.column(`SELECT count(*) FROM audit WHERE detail LIKE '%secret%' OR actor LIKE '%secret%' OR record LIKE '%secret%'`); n != "0" {
		t.Error("what was typed is in the audit")
	}
}

// X15
func TestSignIn_WhoWillLeaveOnALaterDayWorksUntilThen(t *testing.T) {
	w := newTown(t)
	w.save(w.ann, map[string]any{"inactive_since": w.now().AddDate(0, 0, 3)})
	w.tick()
	if a := w.signIn(signInHere, w.ann.Email(), pbtest.Password); a.status != http.StatusOK {
		t.Errorf("three days before: %d %s", a.status, a.body)
	}
	w.pass(3 * 24 * time.Hour)
	if a := w.signIn(signInHere, w.ann.Email(), pbtest.Password); a.status != http.StatusForbidden {
		t.Errorf("on the day: %d %s", a.status, a.body)
	}
}

func TestSignIn_RefusesWhatIsNoSignIn(t *testing.T) {
	w := newTown(t)
	for body, want := range map[string]int{`{}`: 400, `{"identity":"a@example.org"}`: 400, `{"identity":"a@example.org","password":"` + strings.Repeat("x", 256) + `"}`: 400,
		`[]`: 400, `{"identity":1,"password":2}`: 400, `{"identity":"a","identity":"b","password":"c"}`: 400, strings.Repeat(" ", 65<<10): 413} {
		for _, path := range []string{signInHere, signInThere} {
			if a := w.do(t, http.MethodPost, path, "", []byte(body)); a.status != want {
				t.Errorf("%s %.40s: %d %s", path, body, a.status, a.body)
			}
		}
	}
}

// X9, X14: whoever administers is slowed down and written down as well; PocketBase does the rest.
func TestSignIn_ASuperusersTriesAreCountedAndWrittenDown(t *testing.T) {
	w := newTown(t)
	w.Superuser(t)
	accounts, err := w.FindAllRecords("_superusers")
	must(t, err)
	email := accounts[len(accounts)-1].Email()
	const path = "/api/collections/_superusers/auth-with-password"
	if a := w.signIn(path, email, pbtest.Password); a.status != http.StatusOK {
		t.Fatalf("the right password: %d %s", a.status, a.body)
	}
	for range 8 {
		if a := w.signIn(path, email, "wrong-password"); a.status != http.StatusBadRequest {
			t.Errorf("a wrong password: %d %s", a.status, a.body)
		}
	}
	if a := w.signIn(path, email, pbtest.Password); a.status != http.StatusTooManyRequests {
		t.Errorf("the ninth try: %d %s", a.status, a.body)
	}
	if a := w.signIn(path, "nobody@example.org", "wrong-password"); a.status != http.StatusBadRequest {
		t.Errorf("no account: %d %s", a.status, a.body)
	}
	got := w.column(`SELECT group_concat(n || ' ' || action || ' ' || detail, char(10)) FROM (SELECT count(*) AS n, action, detail FROM audit WHERE role = 'superuser' GROUP BY action, detail ORDER BY action, detail)`)
	if want := "1 sign_in {}\n8 sign_in_failed {\"why\":\"password\"}\n1 sign_in_failed {\"why\":\"unknown\"}"; got != want {
		t.Errorf("the audit says\n%s\nwant\n%s", got, want)
	}
}
