// Package webui serves the pages that are built into the program: from memory, made smaller when first asked for,
// with an ETag each, and with headers that let a page load nothing from elsewhere and turn no
// text into script. For the field app it lists the files that its service worker keeps.
package webui

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// page is one file as it is served.
type page struct {
	sum      [sha256.Size]byte
	media    string
	plain    []byte
	gzipped  []byte        // nil where packing gains nothing
	brotlied func() []byte // made when first asked for
}

// source is one file as it is built in, and the page that is made of it when it is first asked for: most starts of the
// program are for a command, which asks for none.
type source struct {
	body []byte
	page func() page
}

// Pages serves files read once.
type Pages struct {
	pages map[string]source
	plain bool // nothing is packed
}

// PackNothing serves every file as it is, for tests that start many servers, each of which would pack every file again.
// It is called before the first request.
func (p *Pages) PackNothing() { p.plain = true }

// New reads folders of files. The key of each is the path it is served under, "" or ending in a
// slash. A folder's index.html answers for the folder. Where there is an app, its list of files
// is made from them; see shell.go.
func New(files fs.FS, folders map[string]string) (*Pages, error) {
	p := &Pages{pages: map[string]source{}}
	for prefix, folder := range folders {
		err := fs.WalkDir(files, folder, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			body, err := fs.ReadFile(files, name)
			if err != nil {
				return err
			}
			p.add("/"+prefix+strings.TrimPrefix(name, folder+"/"), body)
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("read the pages under /%s: %w", prefix, err)
		}
	}
	p.addShell()
	return p, nil
}

// add takes in the file of an address; index.html is the folder's.
func (p *Pages) add(address string, body []byte) {
	at := address
	if folder, ok := strings.CutSuffix(address, "/index.html"); ok {
		at = folder + "/"
	}
	p.pages[at] = source{body, sync.OnceValue(func() page { return p.make(address, slim(address, body)) })}
}

// make is the page that is served for a text.
func (p *Pages) make(address string, body []byte) page {
	kind := mediaOf(address)
	gzipped, brotlied := p.pack(kind, body)
	return page{sum: sha256.Sum256(body), media: kind.media, plain: body, gzipped: gzipped, brotlied: brotlied}
}

// ServeHTTP answers GET and HEAD. A folder without its slash leads to the folder; what is not
// there gets a 404 in plain text, never another page.
func (p *Pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	protect(header)
	from, ok := p.pages[r.URL.Path]
	if !ok {
		p.missing(w, r)
		return
	}
	found := from.page()
	body, etag := found.plain, hex.EncodeToString(found.sum[:16])
	if found.gzipped != nil {
		header.Add("Vary", "Accept-Encoding")
		var coding string
		if coding, body = found.packedFor(r.Header); coding != "" {
			// Representations of one file, so a tag each (RFC 9110 §8.8.3.3).
			etag += "-" + coding
			header.Set("Content-Encoding", coding)
		}
	}
	header.Set("Content-Type", found.media)
	header.Set("Content-Length", strconv.Itoa(len(body))) // ServeContent leaves it out of encoded content
	header.Set("Cache-Control", "no-cache")               // ask each time; the ETag makes that cheap
	header.Set("Etag", `"`+etag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// missing answers where no file is.
func (p *Pages) missing(w http.ResponseWriter, r *http.Request) {
	if _, ok := p.pages[r.URL.Path+"/"]; ok {
		to := r.URL.Path + "/"
		if r.URL.RawQuery != "" {
			to += "?" + r.URL.RawQuery
		}
		http.Redirect(w, r, to, http.StatusMovedPermanently)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNotFound)
	if r.Method != http.MethodHead {
		_, _ = io.WriteString(w, "There is no page at this address.\n") // a client that hung up needs no answer
	}
}
