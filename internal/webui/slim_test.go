package webui_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
)

const commented = `// Why it is so.
/** @param {string} text in two
 * lines */
export function shout(text) {
  return text + ' // not a comment' // but this is
}
`

func TestPages_scripts_go_without_comments_and_everything_else_as_it_is(t *testing.T) {
	const libraryNotice = "/* @license BSD */ export {}\n"
	p := serve(t, fstest.MapFS{
		"pb_public/app/index.html": {Data: []byte(`<!-- kept --><script src="/app/main.js"></script>`)}, "pb_public/app/main.js": {Data: []byte(commented)},
		"pb_public/app/sw.js": {Data: []byte("// The worker.\n")}, "pb_public/vendor/lit.js": {Data: []byte(libraryNotice)},
		"pb_public/shared/wrong.mjs": {Data: []byte("// wrong\nexport const = 1\n")}, "pb_public/app/app.css": {Data: []byte("/* why */ a { }\n")}, "docs/a.md": {Data: []byte("// a")},
	})
	main := get(p, http.MethodGet, "/app/main.js").Body.String()
	for _, gone := range []string{"Why it", "@param", "but this", "\n"} {
		if strings.Contains(main, gone) {
			t.Errorf("main.js still says %q: %s", gone, main)
		}
	}
	for _, stays := range []string{"function shout(", "' // not a comment'"} {
		if !strings.Contains(strings.ReplaceAll(main, `"`, "'"), stays) {
			t.Errorf("main.js lost %q: %s", stays, main)
		}
	}
	for address, want := range map[string]string{"/app/": "<!-- kept -->", "/app/sw.js": "// The worker.\n", "/vendor/lit.js": libraryNotice,
		"/shared/wrong.mjs": "// wrong\nexport const = 1\n", "/app/app.css": "/* why */ a { }\n", "/docs/a.md": "// a"} {
		if got := get(p, http.MethodGet, address).Body.String(); !strings.Contains(got, want) {
			t.Errorf("%s: %q lacks %q", address, got, want)
		}
	}
}
