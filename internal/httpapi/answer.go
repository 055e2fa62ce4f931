package httpapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pocketbase/pocketbase/core"
)

// packFrom is the size, in bytes, from which an answer is compressed for who takes it so.
const packFrom = 1 << 10

// keepBuffer is the largest buffer, in bytes, that goes back to the pool: a full page of visits
// and the room it grew into.
const keepBuffer = 4 << 20

var (
	buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}
	gzips   = sync.Pool{New: func() any {
		w, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
		if err != nil {
			return err
		}
		return w
	}}
	// zstds is one encoder: EncodeAll may be called by many at once.
	zstds = sync.OnceValues(func() (*zstd.Encoder, error) {
		return zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(runtime.GOMAXPROCS(0)),
			zstd.WithWindowSize(1<<20), zstd.WithLowerEncoderMem(true))
	})
)

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

// appender is what writes its own JSON, which is faster where most of it is JSON already.
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
// takes it. No answer is kept by anything in between.
func writeBody(e *core.RequestEvent, status int, media string, body []byte) error {
	finishBody(e)
	header := e.Response.Header()
	header.Set("Content-Type", media)
	header.Set("Cache-Control", "no-store")
	header.Add("Vary", "Accept-Encoding")
	if len(body) >= packFrom {
		b := buffer()
		defer release(b)
		encoding, err := pack(b, body, accepted(e.Request.Header.Values("Accept-Encoding")))
		if err != nil {
			return err
		}
		if encoding != "" {
			header.Set("Content-Encoding", encoding)
			body = b.Bytes()
		}
	}
	header.Set("Content-Length", strconv.Itoa(len(body)))
	e.Response.WriteHeader(status)
	if e.Request.Method == http.MethodHead {
		return nil
	}
	_, err := e.Response.Write(body)
	return err
}

// pack compresses body into b and names the encoding; "" leaves it as it is.
func pack(b *bytes.Buffer, body []byte, encoding string) (string, error) {
	switch encoding {
	case "zstd":
		z, err := zstds()
		if err != nil {
			return "", fmt.Errorf("make a zstd encoder: %w", err)
		}
		b.Write(z.EncodeAll(body, b.AvailableBuffer()))
	case "gzip":
		z, ok := gzips.Get().(*gzip.Writer)
		if !ok {
			return "", nil
		}
		defer gzips.Put(z)
		z.Reset(b)
		if _, err := z.Write(body); err != nil {
			return "", fmt.Errorf("compress answer: %w", err)
		}
		if err := z.Close(); err != nil {
			return "", fmt.Errorf("compress answer: %w", err)
		}
	}
	return encoding, nil
}

// accepted picks the encoding the client likes best (RFC 9110 §12.5.3), zstd before gzip when
// it does not mind, "" when it takes neither.
func accepted(headers []string) string {
	weights := map[string]float64{}
	for _, header := range headers {
		for item := range strings.SplitSeq(header, ",") {
			name, params, _ := strings.Cut(item, ";")
			weight := 1.0
			if q, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(params)), "q="); ok {
				parsed, err := strconv.ParseFloat(q, 64)
				if err != nil {
					continue
				}
				weight = parsed
			}
			weights[strings.ToLower(strings.TrimSpace(name))] = weight
		}
	}
	best, most := "", 0.0
	for _, name := range []string{"zstd", "gzip"} {
		weight, named := weights[name]
		if !named {
			weight = weights["*"]
		}
		if weight > most {
			best, most = name, weight
		}
	}
	return best
}
