// Package webui serves the pages that are built into the program: from memory, with an ETag
// each, and with headers that let a page load nothing from elsewhere.
package webui

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

// policy lets pages use what this server serves, and nothing else.
const policy = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// media are the types of what is served; anything else is bytes. Text that a browser would
// offer to save is shown instead.
var media = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".json": "application/json",
	".svg":  "image/svg+xml",
	".png":  "image/png",
	".txt":  "text/plain; charset=utf-8",
	".md":   "text/plain; charset=utf-8",
	".yaml": "text/plain; charset=utf-8",
}

// page is one file.
type page struct {
	etag, media string
	body        []byte
}

// Pages serves files read once.
type Pages struct{ pages map[string]page }

// New reads folders of files. The key of each is the path it is served under, "" or ending in a
// slash. A folder's index.html answers for the folder.
func New(files fs.FS, folders map[string]string) (*Pages, error) {
	p := &Pages{pages: map[string]page{}}
	for prefix, folder := range folders {
		err := fs.WalkDir(files, folder, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			body, err := fs.ReadFile(files, name)
			if err != nil {
				return err
			}
			p.add(prefix+strings.TrimPrefix(name, folder+"/"), body)
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("read the pages under /%s: %w", prefix, err)
		}
	}
	return p, nil
}

func (p *Pages) add(name string, body []byte) {
	sum := sha256.Sum256(body)
	kind := media[path.Ext(name)]
	if kind == "" {
		kind = "application/octet-stream"
	}
	name = strings.TrimSuffix(name, "index.html")
	p.pages["/"+name] = page{etag: `"` + hex.EncodeToString(sum[:16]) + `"`, media: kind, body: body}
}

// ServeHTTP answers GET and HEAD; what is not there gets a 404 in plain text.
func (p *Pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Security-Policy", policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	found, ok := p.pages[r.URL.Path]
	if !ok {
		http.Error(w, "There is no page at this address.", http.StatusNotFound)
		return
	}
	header.Set("Content-Type", found.media)
	header.Set("Cache-Control", "no-cache") // ask each time; the ETag makes that cheap
	header.Set("Etag", found.etag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(found.body))
}
