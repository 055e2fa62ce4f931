package httpapi

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"doorstep/internal/wire"
)

const (
	mediaJSON = "application/json"
	mediaForm = "application/x-www-form-urlencoded"

	// smallBody is the limit, in bytes after decompression, of bodies that hold no records.
	smallBody = 64 << 10
	// usualBody is the most, in bytes, set aside for a body before it comes.
	usualBody = 64 << 10
	// packedSlack is how many bytes larger than its content a compressed body may be.
	packedSlack = 4 << 10
	// restBody and restTime are how much of a refused body is read to its end, in bytes, and for
	// how long: a push that is too large by far still hears why.
	restBody = 2 * wire.MaxPushBytes
	restTime = 10 * time.Second
	// largeBodyTime is how long a body may take that may be larger than a small one: a day's work over a poor
	// network. Whoever sends one has signed in by then; everything else keeps to BindBodyTime in hooks.
	largeBodyTime = 5 * time.Minute
	// maxWindow bounds what a zstd frame may ask a decoder to remember, in bytes.
	maxWindow = 8 << 20
)

// readBody reads a body of that media type, decompressed, of at most limit bytes. Errors are
// answers: 413 too_large, 415 unsupported_media_type or unsupported_encoding, 400 malformed.
func readBody(e *core.RequestEvent, media string, limit int) ([]byte, error) {
	if err := checkMedia(e.Request.Header.Get("Content-Type"), media); err != nil {
		return nil, err
	}
	encoding, err := encodingOf(e.Request.Header.Values("Content-Encoding"))
	if err != nil {
		return nil, err
	}
	most := int64(limit)
	if encoding != "" {
		most += packedSlack
	}
	if e.Request.ContentLength > most {
		return nil, tooLarge(limit)
	}
	connection := http.NewResponseController(e.Response) // whose deadlines fail only where there is no connection, as in a test
	if limit > smallBody {
		_ = connection.SetReadDeadline(time.Now().Add(largeBodyTime))
	}
	packed := &capped{from: unwrap(e.Request.Body), left: most}
	body, err := unpack(packed, encoding, limit, e.Request.ContentLength)
	switch {
	case err == nil:
		_ = connection.SetReadDeadline(time.Time{}) // or the request would be over when its body's time is
		return body, nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, wire.Fail(wire.CodeTooSlow, "The body took too long to arrive; nothing was taken in, send it again.")
	case errors.Is(packed.ended, errOver), errors.Is(err, errOver), errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return nil, tooLarge(limit)
	}
	return nil, wire.Fail(wire.CodeMalformed, "The body is cut short or cannot be decompressed.")
}

func checkMedia(header, want string) error {
	media, params, err := mime.ParseMediaType(header)
	charset, given := params["charset"]
	if err != nil || media != want || given && !strings.EqualFold(charset, "utf-8") {
		return wire.Fail(wire.CodeUnsupportedMediaType, "Send a body of type %s in UTF-8.", want)
	}
	return nil
}

// encodingOf returns gzip, zstd or "". Layers of compression are not taken: they are how a
// small body hides a very large one.
func encodingOf(headers []string) (string, error) {
	switch encoding := strings.ToLower(strings.TrimSpace(strings.Join(headers, ","))); encoding {
	case "", "identity":
		return "", nil
	case "gzip", "zstd":
		return encoding, nil
	}
	return "", wire.Fail(wire.CodeUnsupportedEncoding, "Compress a body with gzip or zstd, once, or not at all.")
}

func tooLarge(limit int) error {
	return wire.Fail(wire.CodeTooLarge,
		"The body is larger than %d kB after decompression; send less at a time.", limit>>10)
}

// unwrap takes off PocketBase's wrapper, which keeps a copy of all that is read so that it can
// be read again; nothing of ours reads twice.
func unwrap(body io.Reader) io.Reader {
	if twice, ok := body.(*router.RereadableReadCloser); ok {
		return twice.ReadCloser
	}
	return body
}

// finishBody reads what was left of the request's body, most often because it was refused, or sees
// to it that the connection ends with the answer. Call it before the answer is written.
//
// NB! net/http does this itself, but not for a body that was wrapped and closed before the answer
// is flushed; PocketBase does both, and the rest would be read as the next request.
func finishBody(e *core.RequestEvent) {
	if e.Request.Body == nil || e.Request.ContentLength == 0 {
		return
	}
	if e.Request.Header.Get("Expect") == "" { // else reading would ask for what nobody wants
		// It is without a deadline only where there is no connection, as in a test.
		_ = http.NewResponseController(e.Response).SetReadDeadline(time.Now().Add(restTime))
		if n, err := io.CopyN(io.Discard, unwrap(e.Request.Body), restBody); errors.Is(err, io.EOF) && n < restBody {
			return
		}
	}
	e.Response.Header().Set("Connection", "close")
}

var errOver = errors.New("over the limit")

// capped reads at most left bytes and fails on the next. Its end is the end:
//
// NB! A body that PocketBase wrapped begins again after io.EOF, and a decompressor that looks
// for another frame there would read it for ever.
type capped struct {
	from  io.Reader
	left  int64
	ended error
}

func (c *capped) Read(p []byte) (int, error) {
	if c.ended != nil {
		return 0, c.ended
	}
	if int64(len(p)) > c.left+1 {
		p = p[:c.left+1]
	}
	n, err := c.from.Read(p)
	if c.left -= int64(n); c.left < 0 {
		n, err = n-1, errOver
	}
	c.ended = err
	return n, err
}

var (
	gunzips = sync.Pool{New: func() any { return new(gzip.Reader) }}
	unzstds = sync.Pool{New: func() any {
		// One goroutine, the caller's: nothing is left running when the pool lets go of it.
		d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return err
		}
		return d
	}}
)

// unpack reads all of it, decompressed.
func unpack(packed io.Reader, encoding string, limit int, length int64) ([]byte, error) {
	plain := packed
	switch encoding {
	case "gzip":
		z := gunzips.Get().(*gzip.Reader)
		defer gunzips.Put(z)
		if err := z.Reset(packed); err != nil {
			return nil, err
		}
		plain = z
	case "zstd":
		z, ok := unzstds.Get().(*zstd.Decoder)
		if !ok {
			return nil, errors.New("make a zstd decoder")
		}
		defer func() {
			if err := z.Reset(nil); err == nil { // lets go of the request
				unzstds.Put(z)
			}
		}()
		if err := z.Reset(packed); err != nil {
			return nil, err
		}
		plain = z
	}
	room := int64(512)
	if length > 0 {
		// One more, so that the end is seen without growing; but no more than a usual body, for
		// a length is only a promise.
		room = min(length+1, usualBody)
	}
	body := make([]byte, 0, room)
	for {
		n, err := plain.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		if len(body) > limit {
			return nil, errOver
		}
		if err == io.EOF {
			return body, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read body: %w", err)
		}
		if len(body) == cap(body) {
			body = append(body, 0)[:len(body)]
		}
	}
}
