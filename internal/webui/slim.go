package webui

import (
	"bytes"
	"path"
	"strings"

	"github.com/tdewolff/minify/v2"
	minifier "github.com/tdewolff/minify/v2/js"
	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/js"
)

// slim returns the text that is served in place of a file. Our own scripts go without comments and white
// space and with short names inside functions, more than a third of what a phone would fetch; names
// of functions, classes and fields stay, so that an error report says where it was. Everything else
// stays as it is: libraries keep their notices, the worker is what browsers show to whoever asks what
// runs in the background, and a script that is not understood is left for the browser to complain
// about.
func slim(address string, body []byte) []byte {
	if !isScript(address) || strings.HasPrefix(address, "/vendor/") || address == workerAt {
		return body
	}
	var less bytes.Buffer
	var m minifier.Minifier
	if err := m.Minify(minify.New(), &less, bytes.NewReader(bytes.Clone(body)), nil); err != nil {
		return body
	}
	// Read again: version 2.24.25 makes a lone "export" of "export {}".
	if _, err := js.Parse(parse.NewInputBytes(bytes.Clone(less.Bytes())), js.Options{}); err != nil {
		return body
	}
	return less.Bytes()
}

func isScript(address string) bool {
	end := path.Ext(address)
	return end == ".js" || end == ".mjs"
}
