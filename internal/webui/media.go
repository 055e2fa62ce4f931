package webui

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// kind is the media type under which a file is served.
type kind struct {
	media string
	text  bool // worth compressing; what is packed already is not
}

// kinds go by the end of the name; anything else is bytes. Text that a browser would offer to
// save is shown instead.
var kinds = map[string]kind{
	".html":        {"text/html; charset=utf-8", true},
	".css":         {"text/css; charset=utf-8", true},
	".js":          {"text/javascript; charset=utf-8", true},
	".mjs":         {"text/javascript; charset=utf-8", true},
	".json":        {"application/json", true},
	".map":         {"application/json", true},
	".webmanifest": {"application/manifest+json", true},
	".svg":         {"image/svg+xml", true},
	".txt":         {"text/plain; charset=utf-8", true},
	".md":          {"text/plain; charset=utf-8", true},
	".yaml":        {"text/plain; charset=utf-8", true},
	".wasm":        {"application/wasm", true},
	".png":         {"image/png", false},
	".ico":         {"image/x-icon", false},
	".woff2":       {"font/woff2", false},
}

func mediaOf(name string) kind {
	if k, ok := kinds[path.Ext(name)]; ok {
		return k
	}
	return kind{media: "application/octet-stream"}
}

// packFrom is the size, in bytes, from which a file is compressed: a smaller one fills one packet
// either way.
const packFrom = 512

// pack compresses a file as far as gzip goes, once; nil when that saves less than a tenth.
func pack(k kind, body []byte) ([]byte, error) {
	if !k.text || len(body) < packFrom {
		return nil, nil
	}
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(body); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	if b.Len() > len(body)/10*9 {
		return nil, nil
	}
	return bytes.Clone(b.Bytes()), nil
}

// takesGzip reads Accept-Encoding (RFC 9110 §12.5.3).
func takesGzip(header http.Header) bool {
	others := false
	for item := range strings.SplitSeq(strings.Join(header.Values("Accept-Encoding"), ","), ",") {
		name, params, _ := strings.Cut(item, ";")
		wanted := true
		if q, ok := strings.CutPrefix(strings.ToLower(strings.ReplaceAll(params, " ", "")), "q="); ok {
			weight, err := strconv.ParseFloat(q, 64)
			wanted = err == nil && weight > 0
		}
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "gzip":
			return wanted
		case "*":
			others = wanted
		}
	}
	return others
}
