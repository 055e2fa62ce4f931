package catcher

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"slices"
)

// Path is where the page is.
const Path = "/caught/"

//go:embed page.html
var pageText string

//go:embed page.css
var pageStyle []byte

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// policy lets the page have its style sheet, and nothing else.
const policy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Page shows what came, the newest first.
func (c *Catcher) Page() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+Path+"page.css", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		_, _ = w.Write(pageStyle) // to whoever is still there
	})
	mux.HandleFunc("GET "+Path+"{$}", c.show)
	return mux
}

func (c *Catcher) show(w http.ResponseWriter, _ *http.Request) {
	list := c.Caught()
	slices.Reverse(list)
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, list); err != nil {
		http.Error(w, "The page could not be made.", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	_, _ = w.Write(b.Bytes()) // to whoever is still there
}
