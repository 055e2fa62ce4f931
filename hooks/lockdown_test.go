package hooks_test

import (
	"net/http"
	"testing"

	"doorstep/internal/care"
	"doorstep/internal/testkit/pbtest"
)

func TestLockdown_WhatIsGoneFromThePublicListener(t *testing.T) {
	w := newWard(t, false)
	superusers, err := w.FindCollectionByNameOrId("_superusers")
	if err != nil {
		t.Fatal(err)
	}
	signIn := map[string]any{"identity": w.nurse.Email(), "password": pbtest.Password}
	for _, c := range []struct {
		method, path string
		body         any
		want         int
	}{
		{"POST", "/api/batch", map[string]any{}, http.StatusNotFound},
		{"POST", "/api/sql", map[string]any{"query": "SELECT 1"}, http.StatusNotFound},
		{"GET", "/api/backups", nil, http.StatusNotFound},
		{"GET", "/api/backups/latest.zip", nil, http.StatusNotFound},
		{"GET", "/api/settings", nil, http.StatusNotFound},
		{"GET", "/api/logs", nil, http.StatusNotFound},
		{"GET", "/api/crons", nil, http.StatusNotFound},
		{"GET", "/_/", nil, http.StatusNotFound},
		{"GET", "/api/collections", nil, http.StatusNotFound},
		{"GET", "/api/collections/visits", nil, http.StatusNotFound},
		{"PATCH", "/api/collections/visits", map[string]any{}, http.StatusNotFound},
		{"DELETE", "/api/collections/visits/truncate", nil, http.StatusNotFound},
		{"PUT", "/api/collections/import", map[string]any{}, http.StatusNotFound},
		{"GET", "/api/collections/meta/scaffolds", nil, http.StatusNotFound},
		{"POST", "/api/collections/_superusers/auth-with-password", signIn, http.StatusNotFound},
		{"POST", "/api/collections/" + superusers.Id + "/auth-with-password", signIn, http.StatusNotFound},
		{"POST", "/api/collections/staff/impersonate/" + w.nurse.Id, nil, http.StatusNotFound},
		{"POST", "/api/collections/staff/auth-with-password", signIn, http.StatusOK},
		{"GET", "/api/collections/staff/auth-methods", nil, http.StatusOK},
		{"GET", "/api/collections/organisations/records", nil, http.StatusOK},
		{"GET", "/api/health", nil, http.StatusOK},
	} {
		if got := w.call(t, c.method, c.path, "", c.body); got.Status != c.want {
			t.Errorf("%s %s = %d, want %d: %s", c.method, c.path, got.Status, c.want, got.Body)
		}
	}
	if got := w.call(t, "GET", "/api/collections/patients/records", w.superuser, nil).Status; got != http.StatusForbidden {
		t.Errorf("a superuser's token on the public listener = %d, want 403", got)
	}
}

func TestLockdown_AdministrationWhereItIsSwitchedOn(t *testing.T) {
	w := newWard(t, true)
	for path, want := range map[string]int{
		"/api/settings":                    http.StatusOK,
		"/api/collections":                 http.StatusOK,
		"/api/collections/visits":          http.StatusOK,
		"/api/collections/devices/records": http.StatusOK,
	} {
		if got := w.call(t, "GET", path, w.superuser, nil).Status; got != want {
			t.Errorf("GET %s by a superuser = %d, want %d", path, got, want)
		}
		if path == "/api/collections/devices/records" {
			continue
		}
		if got := w.call(t, "GET", path, w.nurseToken, nil).Status; got != http.StatusForbidden {
			t.Errorf("GET %s by a nurse = %d, want 403", path, got)
		}
	}
	if got := w.call(t, "POST", "/api/batch", w.superuser, map[string]any{"requests": []any{}}).Status; got != http.StatusNotFound {
		t.Errorf("batch = %d, want 404", got)
	}
}

func TestLockdown_RelationsCannotBeExpanded(t *testing.T) {
	w := newWard(t, true)
	w.Put(t, care.Visits, map[string]any{"patient": w.person.Id, "staff": w.nurse.Id})
	for method, path := range map[string]string{
		"GET":  "/api/collections/organisations/records?expand=patients_via_practice",
		"POST": "/api/collections/staff/auth-refresh?expand=visits_via_staff.patient",
	} {
		if got := w.call(t, method, path, w.nurseToken, nil).Status; got != http.StatusBadRequest {
			t.Errorf("%s %s = %d, want 400", method, path, got)
		}
	}
	if got := w.call(t, "GET", "/api/collections/visits/records?expand=patient", w.superuser, nil).Status; got != http.StatusOK {
		t.Errorf("a superuser's expand = %d", got)
	}
}
