package webui_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"doorstep/internal/webui"
)

func pages(t *testing.T) *webui.Pages {
	t.Helper()
	p, err := webui.New(fstest.MapFS{
		"pb_public/index.html": {Data: []byte("<h1>Front</h1>")}, "pb_public/desk/index.html": {Data: []byte("Desk")}, "pb_public/style.css": {Data: []byte("a{}")},
		"docs/openapi.yaml": {Data: []byte("openapi: 3.1.0")}, "docs/odd.bin": {Data: []byte{0}}, "secret/key": {Data: []byte("no")},
	}, map[string]string{"": "pb_public", "docs/": "docs"})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func get(p http.Handler, method, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return w
}

func TestPages_each_is_served_as_what_it_is(t *testing.T) {
	p := pages(t)
	for _, c := range []struct {
		path, media, body string
		status            int
	}{
		{"/", "text/html; charset=utf-8", "<h1>Front</h1>", 200},
		{"/desk/", "text/html; charset=utf-8", "Desk", 200},
		{"/style.css", "text/css; charset=utf-8", "a{}", 200},
		{"/docs/openapi.yaml", "text/plain; charset=utf-8", "openapi: 3.1.0", 200},
		{"/docs/odd.bin", "application/octet-stream", "\x00", 200},
		{"/index.html", "text/plain; charset=utf-8", "There is no page at this address.\n", 404},
		{"/docs", "text/plain; charset=utf-8", "There is no page at this address.\n", 404},
		{"/secret/key", "text/plain; charset=utf-8", "There is no page at this address.\n", 404},
		{"/../main.go", "text/plain; charset=utf-8", "There is no page at this address.\n", 404},
	} {
		w := get(p, http.MethodGet, c.path)
		if w.Code != c.status || w.Header().Get("Content-Type") != c.media || w.Body.String() != c.body {
			t.Errorf("%s: %d %s %q", c.path, w.Code, w.Header().Get("Content-Type"), w.Body)
		}
		if !strings.Contains(w.Header().Get("Content-Security-Policy"), "default-src 'self'") || w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: headers %v", c.path, w.Header())
		}
	}
}

func TestPages_what_did_not_change_is_not_sent_again(t *testing.T) {
	p := pages(t)
	first := get(p, http.MethodGet, "/")
	tag := first.Header().Get("Etag")
	if tag == "" {
		t.Fatal("no ETag")
	}
	if again := get(p, http.MethodGet, "/", "If-None-Match", tag); again.Code != http.StatusNotModified || again.Body.Len() != 0 {
		t.Errorf("same page: %d, %d bytes", again.Code, again.Body.Len())
	}
	if other := get(p, http.MethodGet, "/desk/", "If-None-Match", tag); other.Code != http.StatusOK {
		t.Errorf("another page under the same tag: %d", other.Code)
	}
	if head := get(p, http.MethodHead, "/"); head.Body.Len() != 0 || head.Header().Get("Etag") != tag {
		t.Errorf("HEAD: %d bytes, %v", head.Body.Len(), head.Header())
	}
}

func TestNew_says_which_folder_cannot_be_read(t *testing.T) {
	_, err := webui.New(fstest.MapFS{}, map[string]string{"docs/": "docs"})
	if err == nil || !strings.Contains(err.Error(), "/docs/") {
		t.Errorf("got %v", err)
	}
}
