package webui

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
)

// How far a file is packed for browsers that take brotli: as far as it goes, which takes about 3 ms for each kB,
// once, when the file is first asked for.
const packTightly = brotli.BestCompression

// packFrom is the size, in bytes, from which a file is compressed. Small files count: the app has many, and over one
// connection they share packets.
const packFrom = 128

// pack makes the gzip of a file at once and prepares its brotli for whoever asks first; either is nil
// where packing saves less than a tenth, and where nothing is packed.
func (p *Pages) pack(k kind, body []byte) (gzipped []byte, brotlied func() []byte) {
	if p.plain || !k.text || len(body) < packFrom {
		return nil, nil
	}
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil { // of a level that gzip does not have
		return nil, nil
	}
	if gzipped = packed(z, &b, body); gzipped == nil {
		return nil, nil
	}
	return gzipped, sync.OnceValue(func() []byte {
		var b bytes.Buffer
		return packed(brotli.NewWriterLevel(&b, packTightly), &b, body)
	})
}

// packed is nil where the file is sent as well as it is; a buffer takes whatever is written, so there is no other reason.
func packed(z io.WriteCloser, b *bytes.Buffer, body []byte) []byte {
	if _, err := z.Write(body); err != nil || z.Close() != nil || b.Len() > len(body)/10*9 {
		return nil
	}
	return bytes.Clone(b.Bytes())
}

// packedFor chooses what a browser gets of a file that is packed: "br" or "gzip" with the bytes; "" for the plain
// file. Brotli goes to who names it, as browsers do over HTTPS.
func (f page) packedFor(header http.Header) (coding string, body []byte) {
	named, others := taken(header)
	if named["br"] {
		if body := f.brotlied(); body != nil {
			return "br", body
		}
	}
	if wanted, ok := named["gzip"]; wanted || !ok && others {
		return "gzip", f.gzipped
	}
	return "", f.plain
}

// taken reads Accept-Encoding (RFC 9110 §12.5.3): which codings are wanted by name, and whether any other is.
func taken(header http.Header) (named map[string]bool, others bool) {
	named = map[string]bool{}
	for item := range strings.SplitSeq(strings.Join(header.Values("Accept-Encoding"), ","), ",") {
		name, params, _ := strings.Cut(item, ";")
		wanted := true
		if q, ok := strings.CutPrefix(strings.ToLower(strings.ReplaceAll(params, " ", "")), "q="); ok {
			weight, err := strconv.ParseFloat(q, 64)
			wanted = err == nil && weight > 0
		}
		named[strings.ToLower(strings.TrimSpace(name))] = wanted
	}
	return named, named["*"]
}
