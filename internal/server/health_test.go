package server_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"testing"
	"time"

	"doorstep/internal/health"
	"doorstep/internal/httpapi"
	"doorstep/internal/server"
)

func TestHealth_fails_when_deadlines_are_not_looked_at_or_nothing_can_be_stored(t *testing.T) {
	s := start(t, server.Options{Manual: true})
	s.app.Patient(t, "Secretname", nil)

	ask := func() (int, health.Report) {
		t.Helper()
		response, err := http.Get(s.listener.URL + httpapi.HealthPath)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		var h health.Report
		if err := json.NewDecoder(response.Body).Decode(&h); err != nil {
			t.Fatal(err)
		}
		return response.StatusCode, h
	}
	expect := func(when string, status int, problems ...string) health.Report {
		t.Helper()
		got, h := ask()
		if got != status || !slices.Equal(h.Problems, problems) || (h.Status == "ok") != (status == 200) {
			t.Errorf("%s: %d %+v, want %d %v", when, got, h, status, problems)
		}
		return h
	}
	readOnly := func(on string) {
		t.Helper()
		if _, err := s.app.NonconcurrentDB().NewQuery("PRAGMA query_only = " + on).Execute(); err != nil {
			t.Fatal(err)
		}
	}

	if h := expect("just started", 200); h.Escalation.LastRun != nil || h.Epoch != "e1" || h.Queue.Limit != 512 {
		t.Errorf("just started: %+v", h)
	}
	s.clock.Pass(2*time.Minute - time.Millisecond)
	expect("the job has not run yet, which may be", 200)
	s.clock.Pass(time.Millisecond)
	expect("the job never ran", 503, "escalation_late")
	if err := s.srv.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	if h := expect("the job ran", 200); h.Escalation.LastRun == nil || *h.Escalation.LastRun != "2026-03-02T08:02:00.000Z" || h.Head == 0 {
		t.Errorf("the job ran: %+v", h)
	}

	readOnly("1")
	expect("within five seconds of the last test", 200)
	s.clock.Pass(5 * time.Second)
	expect("the disk takes no writes", 503, "store")
	readOnly("0")
	expect("nobody can make it write all the time", 503, "store")
	s.clock.Pass(5 * time.Second)
	expect("the disk is well again", 200)
	s.clock.Pass(3 * time.Minute)
	readOnly("1")
	expect("both", 503, "escalation_late", "store")
	readOnly("0")
}

func TestAskHealth_is_an_error_unless_the_server_is_well(t *testing.T) {
	s := start(t, server.Options{Manual: true})
	var out bytes.Buffer
	if err := httpapi.AskHealth(t.Context(), s.listener.URL, &out); err != nil || !bytes.Contains(out.Bytes(), []byte(`"status":"ok"`)) {
		t.Errorf("well: %v, %s", err, &out)
	}
	s.clock.Pass(time.Hour)
	if err := httpapi.AskHealth(t.Context(), s.listener.URL, &out); err == nil {
		t.Error("not well, but no error")
	}
	s.listener.Close()
	if err := httpapi.AskHealth(t.Context(), s.listener.URL, &out); err == nil {
		t.Error("nobody answers, but no error")
	}
}
