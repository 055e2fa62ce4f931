package webui_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/andybalholm/brotli"

	"doorstep/internal/webui"
)

const plainText = "text/plain; charset=utf-8"

// script is long enough to be compressed, and slim as it is.
var script = `import{view}from"./view.js";export*from"../shared/sync/client.mjs";import"/vendor/lit/lit-html.js";const later=()=>import("./later.js");export const visit=[` +
	strings.Repeat(`"recorded at the door",`, 50) + `later,view]`

func files() fstest.MapFS {
	put := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	return fstest.MapFS{
		"pb_public/index.html": put("<h1>Front</h1>"), "pb_public/desk/index.html": put("Desk"), "pb_public/style.css": put("a{}"),
		"pb_public/app/index.html": put(`<link rel="manifest" href="/app/app.webmanifest"><link rel="icon" href="icon.svg"><link href="/app/icon.png"><link rel="stylesheet" href="app.css"><script type="module" src="/app/main.js"></script><a href="#top">App</a>`),
		"pb_public/app/main.js":    put(script), "pb_public/app/view.js": put("import '../shared/words.json'\nimport { a } from './main.js'\nexport const view = a\n"),
		"pb_public/app/app.css": put("@font-face{src:url('../shared/font.woff2')}"), "pb_public/app/later.js": put("export const later = 1\n"), "pb_public/app/nobody.js": put("export {}"), "pb_public/app/sw.js": put("self.skip();\n"),
		"pb_public/app/app.webmanifest": put("{}"), "pb_public/app/icon.svg": put("<svg/>"), "pb_public/app/icon.png": put(strings.Repeat("\x89PNG", 500)),
		"pb_public/shared/sync/client.mjs": put("export {}"), "pb_public/shared/words.json": put("{}"), "pb_public/shared/font.woff2": put("wOF2"),
		"pb_public/vendor/lit/lit-html.js": put("export {}"), "pb_public/vendor/lit/LICENSE": put("BSD"), "pb_public/vendor/idb/license.txt": put("ISC"),
		"pb_public/vendor/idb/README.md": put("idb"), "pb_public/vendor/VENDOR.json": put("{}"),
		"docs/openapi.yaml": put("openapi: 3.1.0"), "docs/odd.bin": put("\x00"), "secret/key": put("no"),
	}
}

func serve(t *testing.T, fsys fstest.MapFS) *webui.Pages {
	t.Helper()
	p, err := webui.New(fsys, map[string]string{"": "pb_public", "docs/": "docs"})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func pages(t *testing.T) *webui.Pages { t.Helper(); return serve(t, files()) }

func get(p http.Handler, method, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
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
		{"/app/main.js", "text/javascript; charset=utf-8", script, 200},
		{"/shared/sync/client.mjs", "text/javascript; charset=utf-8", "export {}", 200},
		{"/shared/words.json", "application/json", "{}", 200},
		{"/shared/font.woff2", "font/woff2", "wOF2", 200},
		{"/app/app.webmanifest", "application/manifest+json", "{}", 200},
		{"/app/icon.svg", "image/svg+xml", "<svg/>", 200},
		{"/app/icon.png", "image/png", strings.Repeat("\x89PNG", 500), 200},
		{"/vendor/idb/license.txt", plainText, "ISC", 200},
		{"/docs/openapi.yaml", plainText, "openapi: 3.1.0", 200},
		{"/docs/odd.bin", "application/octet-stream", "\x00", 200},
	} {
		w := get(p, http.MethodGet, c.path)
		if w.Code != c.status || w.Header().Get("Content-Type") != c.media || w.Body.String() != c.body {
			t.Errorf("%s: %d %s %q", c.path, w.Code, w.Header().Get("Content-Type"), w.Body)
		}
		if got := w.Header().Get("Cache-Control"); got != "no-cache" {
			t.Errorf("%s: Cache-Control: %s", c.path, got)
		}
	}
}

// A service worker would keep a page that came in place of a script for good.
func TestPages_what_is_not_there_is_404_and_never_another_page(t *testing.T) {
	p := pages(t)
	for _, path := range []string{"/app/missing.js", "/app/missing", "/missing/", "/index.html", "/docs", "/docs/", "/vendor/", "/secret/key",
		"/../main.go", "/app/../../main.go", "/app/%2e%2e/%2e%2e/main.go", "/app/..%2fsecret/key", "//app", "/app//", "/APP/", "/app/main.js/", "/pb_public/style.css"} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			w := get(p, method, path, "Accept", "text/html", "Accept-Encoding", "gzip")
			want := "There is no page at this address.\n"
			if method == http.MethodHead {
				want = ""
			}
			if w.Code != http.StatusNotFound || w.Header().Get("Content-Type") != plainText || w.Body.String() != want ||
				w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("Etag") != "" {
				t.Errorf("%s %s: %d %v %q", method, path, w.Code, w.Header(), w.Body)
			}
		}
	}
}

func TestPages_a_folder_without_its_slash_leads_to_the_folder(t *testing.T) {
	p := pages(t)
	for path, want := range map[string]string{"/app": "/app/", "/desk": "/desk/", "/app?code=a&staff=b": "/app/?code=a&staff=b"} {
		if w := get(p, http.MethodGet, path); w.Code != http.StatusMovedPermanently || w.Header().Get("Location") != want {
			t.Errorf("%s: %d %s", path, w.Code, w.Header().Get("Location"))
		}
	}
}

func TestPages_every_answer_is_protected(t *testing.T) {
	p := pages(t)
	for _, path := range []string{"/", "/app/main.js", "/app/sw.js", "/app/shell.json", "/app", "/missing.js", "/docs/openapi.yaml"} {
		header := get(p, http.MethodGet, path).Header()
		for name, parts := range map[string][]string{
			"Content-Security-Policy": {"default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data: blob:", "font-src 'self'",
				"connect-src 'self'", "manifest-src 'self'", "worker-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
				"require-trusted-types-for 'script'", "trusted-types lit-html app"},
			"Permissions-Policy":           {"camera=(self)", "microphone=()", "geolocation=()"},
			"X-Content-Type-Options":       {"nosniff"},
			"Referrer-Policy":              {"no-referrer"},
			"Cross-Origin-Opener-Policy":   {"same-origin"},
			"Cross-Origin-Resource-Policy": {"same-origin"},
		} {
			have := strings.FieldsFunc(header.Get(name), func(r rune) bool { return r == ';' || r == ',' })
			for i := range have {
				have[i] = strings.TrimSpace(have[i])
			}
			for _, part := range parts {
				if !slices.Contains(have, part) {
					t.Errorf("%s: %s lacks %q: %q", path, name, part, header.Get(name))
				}
			}
			if strings.Contains(header.Get(name), "unsafe") || strings.Contains(header.Get(name), "*") {
				t.Errorf("%s: %s: %q", path, name, header.Get(name))
			}
		}
	}
}

func TestPages_what_did_not_change_is_not_sent_again(t *testing.T) {
	p := pages(t)
	for _, encoding := range []string{"identity", "gzip", "br"} {
		first := get(p, http.MethodGet, "/app/main.js", "Accept-Encoding", encoding)
		tag := first.Header().Get("Etag")
		if len(tag) < 34 || !strings.HasPrefix(tag, `"`) {
			t.Fatalf("ETag %q", tag)
		}
		for _, condition := range []string{tag, "W/" + tag, `"other", ` + tag, "*"} {
			again := get(p, http.MethodGet, "/app/main.js", "Accept-Encoding", encoding, "If-None-Match", condition)
			if again.Code != http.StatusNotModified || again.Body.Len() != 0 || again.Header().Get("Etag") != tag ||
				again.Header().Get("Vary") != "Accept-Encoding" || again.Header().Get("Content-Encoding") != "" {
				t.Errorf("%s, If-None-Match %s: %d, %d bytes, %v", encoding, condition, again.Code, again.Body.Len(), again.Header())
			}
		}
		if other := get(p, http.MethodGet, "/desk/", "If-None-Match", tag); other.Code != http.StatusOK {
			t.Errorf("another page under the same tag: %d", other.Code)
		}
		head := get(p, http.MethodHead, "/app/main.js", "Accept-Encoding", encoding)
		if head.Code != http.StatusOK || head.Body.Len() != 0 || head.Header().Get("Etag") != tag || head.Header().Get("Content-Length") != strconv.Itoa(first.Body.Len()) {
			t.Errorf("%s, HEAD: %d, %d bytes, %v", encoding, head.Code, head.Body.Len(), head.Header())
		}
	}
	changed := files()
	changed["pb_public/app/main.js"].Data = append(changed["pb_public/app/main.js"].Data, ";1"...)
	before, after := get(p, http.MethodGet, "/app/main.js").Header().Get("Etag"), get(serve(t, changed), http.MethodGet, "/app/main.js").Header().Get("Etag")
	if before == after {
		t.Errorf("one statement more, and the ETag is %s still", after)
	}
}

func TestPages_text_is_compressed_for_who_takes_it(t *testing.T) {
	p := pages(t)
	plain := get(p, http.MethodGet, "/app/main.js")
	if plain.Header().Get("Vary") != "Accept-Encoding" || plain.Header().Get("Content-Encoding") != "" {
		t.Errorf("plain: %v", plain.Header())
	}
	tags := map[string]string{}
	for accept, coding := range map[string]string{"gzip": "gzip", "br, gzip;q=0.5": "br", "gzip, deflate, br, zstd": "br", "BR": "br", "gzip, br;q=0": "gzip", "GZIP": "gzip", "*": "gzip",
		"*;q=0, gzip": "gzip", "deflate, *;q=0.1": "gzip", "": "", "zstd": "", "gzip;q=0": "", "*, gzip; q=0.0": "", "gzip;q=much": "", "*;q=0": ""} {
		w := get(p, http.MethodGet, "/app/main.js", "Accept-Encoding", accept)
		if got := w.Header().Get("Content-Encoding"); got != coding {
			t.Errorf("Accept-Encoding %q: packed as %q, want %q", accept, got, coding)
			continue
		}
		if w.Header().Get("Content-Length") != strconv.Itoa(w.Body.Len()) {
			t.Errorf("Accept-Encoding %q: Content-Length %s of %d", accept, w.Header().Get("Content-Length"), w.Body.Len())
		}
		tags[w.Header().Get("Etag")] = coding
		if coding == "" {
			continue
		}
		if w.Body.Len() > len(script)/5 {
			t.Errorf("%d of %d bytes left", w.Body.Len(), len(script))
		}
		var z io.Reader = brotli.NewReader(w.Body)
		if coding == "gzip" {
			var err error
			if z, err = gzip.NewReader(w.Body); err != nil {
				t.Fatal(err)
			}
		}
		if body, err := io.ReadAll(z); err != nil || string(body) != script {
			t.Errorf("Accept-Encoding %q: %v, %d bytes", accept, err, len(body))
		}
	}
	if len(tags) != 3 || tags[plain.Header().Get("Etag")] != "" {
		t.Errorf("each of three representations has one ETag of its own: %v", tags)
	}
	for _, path := range []string{"/app/icon.png", "/shared/font.woff2", "/style.css"} { // packed already, and too short
		if w := get(p, http.MethodGet, path, "Accept-Encoding", "gzip"); w.Header().Get("Content-Encoding") != "" || w.Header().Get("Vary") != "" {
			t.Errorf("%s: %v", path, w.Header())
		}
	}
}

// Many phones of one team begin a shift at once: brotli is made once and read by all of them.
func TestPages_who_asks_first_at_once_gets_the_same_as_who_asks_later(t *testing.T) {
	p := pages(t)
	got := make([]string, 8)
	var all sync.WaitGroup
	for i := range got {
		all.Go(func() { got[i] = get(p, http.MethodGet, "/app/main.js", "Accept-Encoding", "br").Body.String() })
	}
	all.Wait()
	for _, body := range append(got, get(p, http.MethodGet, "/app/main.js", "Accept-Encoding", "br").Body.String()) {
		if body == "" || body != got[0] {
			t.Errorf("%d bytes, and the first got %d", len(body), len(got[0]))
		}
	}
}

func TestPages_that_pack_nothing_are_the_same_pages(t *testing.T) {
	p := pages(t)
	p.PackNothing()
	w := get(p, http.MethodGet, "/app/main.js", "Accept-Encoding", "gzip, br")
	if w.Header().Get("Content-Encoding") != "" || w.Body.String() != script {
		t.Errorf("%v, %d bytes", w.Header(), w.Body.Len())
	}
}

func TestPages_part_of_a_file_can_be_had(t *testing.T) {
	w := get(pages(t), http.MethodGet, "/app/icon.png", "Range", "bytes=4-7")
	if w.Code != http.StatusPartialContent || w.Body.String() != "\x89PNG" || w.Header().Get("Content-Length") != "4" {
		t.Errorf("%d %v %q", w.Code, w.Header(), w.Body)
	}
}

func TestNew_says_which_folder_cannot_be_read(t *testing.T) {
	_, err := webui.New(fstest.MapFS{}, map[string]string{"docs/": "docs"})
	if err == nil || !strings.Contains(err.Error(), "/docs/") {
		t.Errorf("got %v", err)
	}
}
