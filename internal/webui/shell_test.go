package webui_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

type shell struct {
	Version string
	Files   []string
}

// shellOf reads the list and the worker, which must say the same.
func shellOf(t *testing.T, fsys fstest.MapFS) shell {
	t.Helper()
	p := serve(t, fsys)
	var listed, worker shell
	w := get(p, http.MethodGet, "/app/shell.json")
	if err := json.Unmarshal(w.Body.Bytes(), &listed); err != nil || w.Header().Get("Content-Type") != "application/json" || w.Header().Get("Cache-Control") != "no-cache" {
		t.Fatalf("shell.json: %v, %v", err, w.Header())
	}
	w = get(p, http.MethodGet, "/app/sw.js")
	lines := strings.SplitN(w.Body.String(), "\n", 3)
	if len(lines) != 3 || lines[2] != string(fsys["pb_public/app/sw.js"].Data) || w.Header().Get("Cache-Control") != "no-cache" {
		t.Fatalf("sw.js: %v\n%s", w.Header(), w.Body)
	}
	for i, c := range []struct {
		name string
		into any
	}{{"VERSION", &worker.Version}, {"FILES", &worker.Files}} {
		text := strings.TrimSuffix(strings.TrimPrefix(lines[i], "const "+c.name+" = "), ";")
		if err := json.Unmarshal([]byte(text), c.into); err != nil {
			t.Fatalf("line %d of sw.js: %v: %s", i+1, err, lines[i])
		}
	}
	if listed.Version != worker.Version || !slices.Equal(listed.Files, worker.Files) || len(listed.Version) != 32 {
		t.Fatalf("the list says %v, the worker %v", listed, worker)
	}
	for _, address := range listed.Files {
		if w := get(p, http.MethodGet, address); w.Code != http.StatusOK {
			t.Errorf("%s is listed and answers %d", address, w.Code)
		}
	}
	return listed
}

func TestShell_lists_what_the_app_needs_without_a_network(t *testing.T) {
	want := []string{"/app/", "/app/app.css", "/app/app.webmanifest", "/app/icon.svg", "/app/later.js", "/app/main.js", "/app/view.js", "/shared/font.woff2",
		"/shared/sync/client.mjs", "/shared/words.json", "/vendor/lit/lit-html.js"}
	if got := shellOf(t, files()).Files; !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

// A browser compares the worker byte by byte: any change of the app must show in it, and nothing
// else may, or phones would load everything again for a new word on the desk.
func TestShell_the_version_changes_with_the_app_and_with_nothing_else(t *testing.T) {
	before := shellOf(t, files())
	if again := shellOf(t, files()); again.Version != before.Version {
		t.Errorf("the same files: %s, then %s", before.Version, again.Version)
	}
	for _, c := range []struct {
		name    string
		edit    func(fstest.MapFS)
		changes bool
	}{
		{"a script of the app", func(f fstest.MapFS) { f["pb_public/app/main.js"].Data[0] = 'E' }, true},
		{"something shared", func(f fstest.MapFS) { f["pb_public/shared/words.json"].Data = []byte("[]") }, true},
		{"a library", func(f fstest.MapFS) { f["pb_public/vendor/lit/lit-html.js"].Data = []byte("export{}") }, true},
		{"the worker itself", func(f fstest.MapFS) { f["pb_public/app/sw.js"].Data = []byte("self.wait();\n") }, true},
		{"a file more", func(f fstest.MapFS) {
			f["pb_public/app/new.js"] = &fstest.MapFile{}
			f["pb_public/app/later.js"].Data = []byte("import './new.js'")
		}, true},
		{"a file that nothing reaches", func(f fstest.MapFS) { f["pb_public/app/nobody.js"].Data = []byte("export const no = 1") }, false},
		{"an icon that only installing needs", func(f fstest.MapFS) { f["pb_public/app/icon.png"].Data = []byte("other") }, false},
		{"a comment in a script", func(f fstest.MapFS) {
			f["pb_public/app/view.js"].Data = append([]byte("// why\n"), f["pb_public/app/view.js"].Data...)
		}, false},
		{"a file is gone", func(f fstest.MapFS) { delete(f, "pb_public/app/icon.svg") }, true},
		{"a file is called otherwise", func(f fstest.MapFS) {
			f["pb_public/app/view2.js"] = f["pb_public/app/view.js"]
			delete(f, "pb_public/app/view.js")
			f["pb_public/app/main.js"].Data = []byte(strings.Replace(script, "./view.js", "./view2.js", 1))
		}, true},
		{"the desk", func(f fstest.MapFS) { f["pb_public/desk/index.html"].Data = []byte("New") }, false},
		{"a licence", func(f fstest.MapFS) { f["pb_public/vendor/lit/LICENSE"].Data = []byte("MIT") }, false},
		{"a document", func(f fstest.MapFS) { f["docs/openapi.yaml"].Data = []byte("new") }, false},
	} {
		changed := files()
		c.edit(changed)
		if got := shellOf(t, changed).Version != before.Version; got != c.changes {
			t.Errorf("%s: another version: %v, want %v", c.name, got, c.changes)
		}
	}
}

func TestShell_where_no_app_is_there_is_no_list(t *testing.T) {
	p := serve(t, fstest.MapFS{"pb_public/shared/words.json": {Data: []byte("{}")}, "docs/a.md": {}})
	if w := get(p, http.MethodGet, "/app/shell.json"); w.Code != http.StatusNotFound {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	without := files()
	delete(without, "pb_public/app/sw.js")
	p = serve(t, without)
	if w := get(p, http.MethodGet, "/app/sw.js"); w.Code != http.StatusNotFound {
		t.Errorf("a worker nobody wrote: %d", w.Code)
	}
	if w := get(p, http.MethodGet, "/app/shell.json"); w.Code != http.StatusOK {
		t.Errorf("the list without a worker: %d", w.Code)
	}
}
