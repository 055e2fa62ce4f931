package phone

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"doorstep/internal/wire"
)

const (
	basePath    = "/api/sync/v1"
	signInPath  = basePath + "/sign-in"
	maxAnswer   = 64 << 20 // bytes of an answer we are ready to read
	gzipFrom    = 1 << 10  // bytes of a body worth compressing
	contentJSON = "application/json"
	contentForm = "application/x-www-form-urlencoded"
)

// request is one request of the protocol.
type request struct {
	method, path string
	query        url.Values
	body         any // url.Values travel as a form, everything else as JSON
	bearer       string
}

// connection is the way to the server, of a phone that is open and of one that is locked.
type connection struct {
	opts     *Options
	trueTime func() time.Time
}

// exchange is that of the connection to the server.
func (p *Phone) exchange(ctx context.Context, r request, into any) error {
	return connection{&p.opts, p.trueTime}.exchange(ctx, r, into)
}

// exchange sends a request and decodes the answer. A status of 300 and above is an
// *wire.Error; an answer that never came, or was cut short, wraps ErrUnreachable.
func (c connection) exchange(ctx context.Context, r request, into any) error {
	req, err := c.build(ctx, r)
	if err != nil {
		return fmt.Errorf("build request for %s: %w", r.path, err)
	}
	resp, err := c.opts.HTTP.Do(req)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	if len(body) > maxAnswer {
		return fmt.Errorf("answer of %s is larger than %d bytes", r.path, maxAnswer)
	}
	if resp.StatusCode >= 300 {
		return c.refusal(resp, body)
	}
	if err := decode(body, into); err != nil {
		return fmt.Errorf("%w: the answer of %s cannot be read: %w", ErrUnreachable, r.path, err)
	}
	return nil
}

func (c connection) build(ctx context.Context, r request) (*http.Request, error) {
	var body []byte
	kind := contentJSON
	switch v := r.body.(type) {
	case nil:
	case url.Values:
		body, kind = []byte(v.Encode()), contentForm
	default:
		b, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		body = b
	}
	packed := c.opts.Gzip && kind == contentJSON && len(body) >= gzipFrom
	if packed {
		var buf bytes.Buffer
		w := gzip.NewWriter(&buf)
		_, err := w.Write(body)
		if err = errors.Join(err, w.Close()); err != nil {
			return nil, err
		}
		body = buf.Bytes()
	}
	address := c.opts.Server + r.path
	if len(r.query) > 0 {
		address += "?" + r.query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, r.method, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if len(body) > 0 {
		req.Header.Set("Content-Type", kind)
	}
	if packed {
		req.Header.Set("Content-Encoding", "gzip")
	}
	if r.bearer != "" {
		req.Header.Set("Authorization", "Bearer "+r.bearer)
	}
	return req, nil
}

// refusal reads the body of an error. A proxy in between may answer with anything.
func (c connection) refusal(resp *http.Response, body []byte) error {
	e := &wire.Error{}
	if err := json.Unmarshal(body, e); err != nil || e.Code == "" {
		e = &wire.Error{Code: "http_" + strconv.Itoa(resp.StatusCode), Message: http.StatusText(resp.StatusCode)}
	}
	e.Status = resp.StatusCode
	e.RetryAfter = retryAfter(resp.Header.Get("Retry-After"), c.trueTime())
	return e
}

// retryAfter reads the header of that name, seconds or a date, as seconds.
func retryAfter(header string, now time.Time) int {
	header = strings.TrimSpace(header)
	if header == "" {
		return 0
	}
	if n, err := strconv.Atoi(header); err == nil {
		return max(n, 0)
	}
	at, err := http.ParseTime(header)
	if err != nil {
		return 0
	}
	return max(int(at.Sub(now).Seconds())+1, 0)
}

// statusOf returns the server's error in err, nil when there is none.
func statusOf(err error) *wire.Error {
	var e *wire.Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}
