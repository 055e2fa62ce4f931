package server_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"doorstep/internal/httpapi"
	"doorstep/internal/server"
	"doorstep/internal/webui"
)

func TestMount_pages_and_routes_keep_out_of_each_others_way(t *testing.T) {
	pages, err := webui.New(fstest.MapFS{"p/index.html": {Data: []byte("Front")}, "p/app/index.html": {Data: []byte("App")}, "p/app/main.js": {Data: []byte("1")}},
		map[string]string{"": "p"})
	if err != nil {
		t.Fatal(err)
	}
	url := mount(t, server.Options{Pages: pages}).url
	const ours = "default-src 'none'"
	for _, c := range []struct {
		method, path string
		status       int
		media        string
		policy       string // how the Content-Security-Policy begins
		body         string
	}{
		{"GET", "/", 200, "text/html; charset=utf-8", ours, "Front"},
		{"HEAD", "/", 200, "text/html; charset=utf-8", ours, ""},
		{"GET", "/app", 301, "text/html; charset=utf-8", ours, ""},
		{"GET", "/app/", 200, "text/html; charset=utf-8", ours, "App"},
		{"GET", "/app/missing.js", 404, "text/plain; charset=utf-8", ours, "There is no page"},
		{"GET", "/app/%2e%2e/%2e%2e/etc/passwd", 404, "text/plain; charset=utf-8", ours, "There is no page"},
		{"GET", "/api/nothing", 404, "application/json", "", "{"},
		{"GET", httpapi.BasePath + "/nothing", 404, "application/json", "", "{"},
		{"POST", "/app/main.js", 404, "application/json", "", "{"},
		{"GET", "/_/", 404, "application/json", "", "{"},
	} {
		got := ask(t, c.method, url+c.path)
		policy := got.header.Get("Content-Security-Policy")
		if got.status != c.status || got.header.Get("Content-Type") != c.media || !strings.HasPrefix(policy, c.policy) || c.policy == "" && policy != "" ||
			!strings.Contains(got.body, c.body) {
			t.Errorf("%s %s: %d %v %.80q", c.method, c.path, got.status, got.header, got.body)
		}
	}
}

// PocketBase alone lets a page of any server read every answer.
func TestMount_only_named_origins_may_call_the_API(t *testing.T) {
	const named, other = "https://app.example.org", "https://elsewhere.example.org"
	for _, c := range []struct {
		name    string
		origins []string
		allowed map[string]string // by Origin: what is answered
	}{
		{"none is named", nil, map[string]string{named: "", other: "", "null": "", "https://app.example.org.evil.example": ""}},
		{"one is named", []string{named}, map[string]string{named: named, other: "", "null": "", "https://app.example.org.evil.example": "", "http://app.example.org": ""}},
	} {
		url := mount(t, server.Options{Origins: c.origins, Pages: http.NotFoundHandler()}).url
		for origin, want := range c.allowed {
			for _, path := range []string{httpapi.CarePath + "/handovers", httpapi.BasePath + "/pull", "/api/collections/staff/auth-methods", httpapi.HealthPath} {
				got := ask(t, "GET", url+path, "Origin", origin)
				if allowed := got.header.Get("Access-Control-Allow-Origin"); allowed != want {
					t.Errorf("%s: GET %s from %s: %d, Access-Control-Allow-Origin %q, want %q", c.name, path, origin, got.status, allowed, want)
				}
				got = ask(t, "OPTIONS", url+path, "Origin", origin, "Access-Control-Request-Method", "GET", "Access-Control-Request-Headers", "authorization")
				allowed := got.header.Get("Access-Control-Allow-Origin")
				if headers := got.header.Get("Access-Control-Allow-Headers"); allowed != want || (headers == "authorization") != (want != "") {
					t.Errorf("%s: before GET %s from %s: %d, Access-Control-Allow-Origin %q with headers %q, want %q", c.name, path, origin, got.status, allowed, headers, want)
				}
				if got.header.Get("Access-Control-Allow-Credentials") != "" {
					t.Errorf("%s: %s may send cookies to %s", c.name, origin, path)
				}
			}
		}
	}
}
