package webui

import "path"

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
