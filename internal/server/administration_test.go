package server_test

import (
	"crypto/rand"
	"errors"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/phone"
	"doorstep/internal/server"
	"doorstep/internal/settings"
	"doorstep/internal/testkit/pbtest"
)

// administered is a server with both listeners, until the test ends.
func administered(t *testing.T) (s *started, admin string) {
	t.Helper()
	s = start(t, server.Options{Manual: true, AdminHTTP: "127.0.0.1:0", Version: "test"})
	handler, err := s.app.Handler()
	if err != nil {
		t.Fatal(err)
	}
	web, listener, err := s.srv.Administration(&http.Server{Handler: handler})
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = web.Serve(listener) }() // it ends with the test
	t.Cleanup(func() { web.Close() })
	return s, "http://" + web.Addr
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

func TestAdministration_MetricsAndProfilesAreOnItsListenerAlone(t *testing.T) {
	s, admin := administered(t)
	for path, want := range map[string]string{"/metrics": "doorstep_info{version=\"test\"} 1", "/debug/pprof/": "goroutine", "/debug/pprof/heap?debug=1": "heap profile", "/debug/pprof/goroutine?debug=1": "goroutine profile"} {
		if status, body := get(t, admin+path); status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s on the listener for administration = %d %.200s", path, status, body)
		}
		for _, tricked := range []string{path, "/" + path, path + "/", "/x/.." + path, strings.Replace(path, "/", "/%2e/", 1), strings.ToUpper(path), "/api" + path, "/_" + path} {
			if status, body := get(t, s.listener.URL+tricked); status == http.StatusOK || strings.Contains(body, want) {
				t.Errorf("%s on the public listener = %d %.200s", tricked, status, body)
			}
		}
	}
	if status, _ := get(t, admin+"/debug/pprof/cmdline"); status == http.StatusOK {
		t.Error("the command line, which names files, is told to everybody who can reach the listener")
	}
	if status, _ := get(t, admin+"/api/settings"); status != http.StatusUnauthorized {
		t.Errorf("the dashboard's routes answer %d there to who has not signed in", status)
	}
}

// What a nurse's phone does shows in the metrics, and nothing of her or of the person is in them.
func TestAdministration_MetricsTellWhatHappensAndNothingOfAnybody(t *testing.T) {
	s, admin := administered(t)
	trust, practice := s.app.Org(t, "community_trust", "Riverside Trust"), s.app.Org(t, "practice", "Elm Row Surgery")
	nurses := s.app.Team(t, trust, "nursing", "Nurses")
	s.app.Team(t, practice, "practice", "Elm Row inbox")
	ann, ada := s.app.Staff(t, care.DistrictNurse, "Annabel", nurses), s.app.Patient(t, "Testpatient", practice)
	s.app.Caseload(t, ada, nurses)
	if err := s.srv.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	p, err := phone.New(phone.Options{Server: s.listener.URL, HTTP: http.DefaultClient, Now: s.clock.Now, Entropy: rand.Reader, Name: "Annabel's phone", Platform: "test"})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(p.SignIn(t.Context(), ann.Email(), pbtest.Password), p.Sync(t.Context())); err != nil {
		t.Fatal(err)
	}
	visit, err := p.Create(care.Visits, map[string]any{"patient": ada.Id, "team": nurses.Id, "status": "completed", "note": "Breathless"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Create(care.Observations, map[string]any{"patient": ada.Id, "visit": visit, "respiration_rate": 28, "spo2": 85, "on_oxygen": false, "systolic": 85, "pulse": 135, "acvpu": "V", "temperature": 39.4}); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Create(care.Visits, map[string]any{"patient": pbtest.ID(), "status": "completed", "note": "Nobody we know"}); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(p.Sync(t.Context()), p.Sync(t.Context()), s.srv.Tick(t.Context())); err != nil {
		t.Fatal(err)
	}
	s.clock.Pass(2 * time.Hour)
	_, body := get(t, admin+"/metrics")
	for _, want := range []string{`doorstep_changes_total{outcome="applied"} 2`, `doorstep_changes_total{outcome="quarantined"} 1`, `doorstep_quarantine_open 1`, `doorstep_quarantine_oldest_seconds 72`,
		`doorstep_devices{last_seen="under_4h"} 1`, `doorstep_read 1`, `doorstep_job_failed{job="due"} 0`} {
		if !strings.Contains(body, want) {
			t.Errorf("the metrics do not say %q", want)
		}
	}
	if !regexp.MustCompile(`doorstep_handovers_unacknowledged\{age="under_4h",class="(E|U2)"\} [1-9]`).MatchString(body) {
		t.Errorf("nothing urgent waits in\n%s", body)
	}
	for _, pattern := range []string{`doorstep_commit_seconds_count [1-9]`, `doorstep_pull_changes_count [1-9]`} {
		if !regexp.MustCompile(pattern).MatchString(body) {
			t.Errorf("the metrics do not say %s", pattern)
		}
	}
	for _, secret := range []string{"Annabel", "Testpatient", "Riverside", "Elm Row", ann.Id, ada.Id, nurses.Id, visit, p.Device(), p.Client(), "Breathless", "@"} {
		if strings.Contains(body, secret) {
			t.Errorf("the metrics tell %q", secret)
		}
	}
}

// Reading metrics writes nothing: what is read is asked of the database beside the writer.
func TestAdministration_ReadingMetricsWritesNothing(t *testing.T) {
	s, admin := administered(t)
	before := s.app.Hashes(t)
	ran := s.srv.Store.StatementsRun()
	if status, body := get(t, admin+"/metrics"); status != http.StatusOK || !strings.Contains(body, "doorstep_read 1") {
		t.Fatalf("%d %s", status, body)
	}
	pbtest.Unchanged(t, "reading metrics", before, s.app.Hashes(t))
	if after := s.srv.Store.StatementsRun(); after != ran {
		t.Errorf("the writer ran %d statements for it", after-ran)
	}
}

// Two servers on one machine: the second goes without a listener for administration where nobody chose its address, and says
// so where somebody did.
func TestAdministration_AnAddressThatIsTaken(t *testing.T) {
	taken, err := net.Listen("tcp", settings.DefaultAdminHTTP)
	if err == nil {
		defer taken.Close()
	} // else it is taken by whoever else runs here, which serves as well
	s := start(t, server.Options{Manual: true, AdminHTTP: settings.DefaultAdminHTTP})
	if web, listener, err := s.srv.Administration(&http.Server{}); web != nil || listener != nil || err != nil {
		t.Errorf("at the usual address that is taken it gives %v, %v, %v", web, listener, err)
	}
	chosen, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer chosen.Close()
	s = start(t, server.Options{Manual: true, AdminHTTP: chosen.Addr().String()})
	if _, _, err := s.srv.Administration(&http.Server{}); err == nil || !strings.Contains(err.Error(), "--admin-http") {
		t.Errorf("at a chosen address that is taken it says %v", err)
	}
}
