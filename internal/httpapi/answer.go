package httpapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"

	"github.com/klauspost/compress/gzhttp"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pocketbase/pocketbase/core"
)

// compressFrom is the size, in bytes, from which an answer is compressed for a client that accepts
// it.
const compressFrom = 1 << 10

// keepBuffer is the largest buffer, in bytes, that goes back to the pool: a full page of visits
// and the room it grew into.
const keepBuffer = 4 << 20

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// compressed chooses zstd, gzip or neither by Accept-Encoding, zstd when the client likes both
// alike, and sets Vary. It wraps one answer at a time, so that it never meets a stream of events.
var compressed = newCompressed()

func newCompressed() func(http.Handler) http.HandlerFunc {
	wrap, err := gzhttp.NewWrapper(gzhttp.MinSize(compressFrom), gzhttp.CompressionLevel(gzip.BestSpeed),
		gzhttp.EnableZstd(true), gzhttp.PreferZstd(true), gzhttp.ZstdCompressionLevel(int(zstd.SpeedFastest)))
	if err != nil {
		panic(fmt.Errorf("set up compression: %w", err)) //nolint:forbidigo // at start, and only for options that do not exist
	}
	return wrap
}

func buffer() *bytes.Buffer {
	b := buffers.Get().(*bytes.Buffer)
	b.Reset()
	return b
}

func release(b *bytes.Buffer) {
	if b.Cap() <= keepBuffer {
		buffers.Put(b)
	}
}

// appender writes its own JSON, which is faster where most of it is JSON already.
type appender interface {
	AppendJSON(b []byte) []byte
}

// writeJSON answers with v as JSON.
func writeJSON(e *core.RequestEvent, status int, v any) error {
	b := buffer()
	defer func() { release(b) }()
	if own, ok := v.(appender); ok {
		body := own.AppendJSON(b.AvailableBuffer())
		b = bytes.NewBuffer(body) // which may have grown: the pool gets the larger one
		return writeBody(e, status, mediaJSON, body)
	}
	encoder := json.NewEncoder(b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return fmt.Errorf("encode %T: %w", v, err)
	}
	return writeBody(e, status, mediaJSON, b.Bytes())
}

// writeBody answers with a body that is ready, compressed when it is worth it and the client
// accepts it. The answer forbids every cache on the way to keep it.
func writeBody(e *core.RequestEvent, status int, media string, body []byte) error {
	finishBody(e)
	header := e.Response.Header()
	header.Set("Content-Type", media)
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Length", strconv.Itoa(len(body)))
	var err error
	compressed(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		if r.Method != http.MethodHead {
			_, err = w.Write(body)
		}
	})).ServeHTTP(e.Response, e.Request)
	return err
}
