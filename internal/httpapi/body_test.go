package httpapi_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"doorstep/internal/httpapi"
	"doorstep/internal/wire"
)

func gzipped(t *testing.T, body io.Reader) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.Copy(w, body); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zstded(t *testing.T, body io.Reader, options ...zstd.EOption) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := zstd.NewWriter(&b, options...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(w, body); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// zeros is a body of n megabytes of nothing, inside a JSON text.
func zeros(n int64) io.Reader {
	return io.MultiReader(strings.NewReader(`{"text":"`), io.LimitReader(endless{}, n<<20), strings.NewReader(`"}`))
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
	}
	return len(p), nil
}

func TestBody_is_read_however_it_is_packed(t *testing.T) {
	h := newHouse(t)
	text := []byte(`{"text":"hello"}`)
	for encoding, body := range map[string][]byte{"": text, "identity": text, "gzip": gzipped(t, bytes.NewReader(text)), "zstd": zstded(t, bytes.NewReader(text))} {
		for range 3 { // the pooled readers serve more than once
			a := into[httpapi.ProbeAnswer](t, h.do(t, http.MethodPost, base+"/probe/body", "", body, "Content-Encoding", encoding), http.StatusOK)
			if a.Text != "hello" {
				t.Fatalf("%q: %+v", encoding, a)
			}
		}
	}
}

// X11: a small body keeps the time that every body is given; a push or a digest, whose sender has signed in, gets
// more; and a body that came leaves no deadline for the work on it.
func TestBody_ASmallOneKeepsItsTimeAndALargeOneGetsMore(t *testing.T) {
	for _, c := range []struct {
		limit int
		more  bool
	}{{64 << 10, false}, {wire.MaxPushBytes, true}} {
		answer := &timed{ResponseRecorder: httptest.NewRecorder()}
		if _, err := httpapi.ReadBody(answer, httptest.NewRequest(http.MethodPost, "/", strings.NewReader("{}")), c.limit); err != nil {
			t.Fatal(err)
		}
		if n := len(answer.deadlines); (n == 2) != c.more || n == 0 || !answer.deadlines[n-1].IsZero() {
			t.Errorf("%d bytes: the deadlines are %v", c.limit, answer.deadlines)
		}
		late := &timed{ResponseRecorder: httptest.NewRecorder()}
		_, err := httpapi.ReadBody(late, httptest.NewRequest(http.MethodPost, "/", stuck{}), c.limit)
		if said := new(wire.Error); !errors.As(err, &said) || said.Code != string(wire.CodeTooSlow) || said.Status != http.StatusRequestTimeout {
			t.Errorf("a body that does not come: %v", err)
		}
	}
}

// timed notes the deadlines that a body is given.
type timed struct {
	*httptest.ResponseRecorder
	deadlines []time.Time
}

// SetReadDeadline is what http.ResponseController looks for.
func (w *timed) SetReadDeadline(at time.Time) error {
	w.deadlines = append(w.deadlines, at)
	return nil
}

// stuck is a body whose time is over.
type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, os.ErrDeadlineExceeded }

func TestBody_refuses(t *testing.T) {
	h := newHouse(t)
	small := []byte(`{"text":"hello"}`)
	packed := gzipped(t, bytes.NewReader(small))
	packedZ := zstded(t, bytes.NewReader(small))
	exact := []byte(`{"text":"` + strings.Repeat(" ", httpapi.ProbeLimit-11) + `"}`)
	for _, c := range []struct {
		name, encoding, media string
		body                  []byte
		status                int
		code                  string
	}{
		{"a gzip bomb", "gzip", "", gzipped(t, zeros(64)), 413, "too_large"},
		{"a zstd bomb", "zstd", "", zstded(t, zeros(256)), 413, "too_large"},
		{"a zstd bomb with a huge window", "zstd", "", zstded(t, zeros(64), zstd.WithWindowSize(64<<20)), 413, "too_large"},
		{"a bomb in a bomb", "gzip", "", gzipped(t, bytes.NewReader(gzipped(t, zeros(64)))), 400, "malformed"},
		{"layers", "gzip, gzip", "", packed, 415, "unsupported_encoding"},
		{"brotli", "br", "", small, 415, "unsupported_encoding"},
		{"deflate", "deflate", "", small, 415, "unsupported_encoding"},
		{"one byte too many", "", "", append([]byte(" "), exact...), 413, "too_large"},
		{"just fits, but the field is too long", "", "", exact, 400, "invalid"},
		{"gzip that is none", "gzip", "", small, 400, "malformed"},
		{"zstd that is none", "zstd", "", small, 400, "malformed"},
		{"gzip cut short", "gzip", "", packed[:len(packed)-6], 400, "malformed"},
		{"zstd cut short", "zstd", "", packedZ[:len(packedZ)-6], 400, "malformed"},
		{"something after the gzip", "gzip", "", append(bytes.Clone(packed), "more"...), 400, "malformed"},
		{"plain text", "", "text/plain", small, 415, "unsupported_media_type"},
		{"no type", "", " ", small, 415, "unsupported_media_type"},
		{"another alphabet", "", "application/json; charset=utf-16", small, 415, "unsupported_media_type"},
		{"nothing", "", "", nil, 400, "malformed"},
		{"a list", "", "", []byte(`[]`), 400, "malformed"},
		{"a member twice", "", "", []byte(`{"text":"a","text":"b"}`), 400, "malformed"},
		{"a member twice inside", "", "", []byte(`{"any":{"a":1,"a":2}}`), 400, "malformed"},
		{"a wrong type", "", "", []byte(`{"in":{"count":"seven"}}`), 400, "malformed"},
		{"an overflow", "", "", []byte(`{"in":{"count":99999999999999999999}}`), 400, "malformed"},
		{"below the least", "", "", []byte(`{"in":{"count":-1}}`), 400, "invalid"},
		{"not an id", "", "", []byte(`{"id":"UPPERCASE00000000000000000"}`), 400, "invalid"},
		{"bytes that are not UTF-8", "", "", []byte("{\"text\":\"\xff\"}"), 400, "malformed"},
		{"two bodies", "", "", []byte(`{} {}`), 400, "malformed"},
		{"deep", "", "", []byte(`{"any":` + strings.Repeat("[", 13) + strings.Repeat("]", 13) + `}`), 400, "malformed"},
		{"very deep", "gzip", "", gzipped(t, strings.NewReader(`{"any":`+strings.Repeat("[", 60<<10))), 400, "malformed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			headers := []string{"Content-Encoding", c.encoding}
			if c.media != "" {
				headers = append(headers, "Content-Type", c.media)
			}
			refused(t, h.do(t, http.MethodPost, base+"/probe/body", "", c.body, headers...), c.status, c.code)
		})
	}
}

// What is left of a refused body must not be taken for the next request on the connection.
func TestBody_left_unread_ends_with_its_request(t *testing.T) {
	h := newHouse(t)
	tests := []struct {
		name      string
		head      string
		megabytes int64
		kept      bool // the connection serves the next request
	}{
		{"larger than it may be", "", 5, true},
		{"larger than anybody reads to its end", "", 9, false},
		{"asks whether to send", "Expect: 100-continue\r\n", 5, false},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			conn, err := net.Dial("tcp", h.server.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			from := bufio.NewReader(conn)
			fmt.Fprintf(conn, "POST %s/token HTTP/1.1\r\nHost: doorstep\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n",
				base, tc.head, tc.megabytes<<20)
			go func() { _, _ = io.Copy(conn, io.LimitReader(endless{}, tc.megabytes<<20)) }() // ends with the connection
			first, err := http.ReadResponse(from, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer first.Body.Close()
			if _, err := io.Copy(io.Discard, first.Body); err != nil || first.StatusCode != http.StatusUnsupportedMediaType {
				t.Fatalf("%d, %v", first.StatusCode, err)
			}
			if first.Close == tc.kept {
				t.Fatalf("the connection ends: %v", first.Close)
			}
			if !tc.kept {
				return
			}
			fmt.Fprintf(conn, "GET %s/nowhere HTTP/1.1\r\nHost: doorstep\r\n\r\n", base)
			next, err := http.ReadResponse(from, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer next.Body.Close()
			if next.StatusCode != http.StatusNotFound {
				t.Fatalf("the next request: %d", next.StatusCode)
			}
		})
	}
}

func TestBody_names_the_field(t *testing.T) {
	h := newHouse(t)
	for body, field := range map[string]string{
		`{"in":{"count":"seven"}}`: "in.count",
		`{"in":{"count":-1}}`:      "in.count",
		`{"text":"a","text":"b"}`:  "text",
		`{"id":"x"}`:               "id",
	} {
		a := h.do(t, http.MethodPost, base+"/probe/body", "", []byte(body))
		if e := refused(t, a, http.StatusBadRequest, map[bool]string{true: "malformed", false: "invalid"}[strings.Contains(body, `"b"`) || strings.Contains(body, "seven")]); !strings.Contains(e.Message, field+" ") {
			t.Errorf("%s: %q does not name %s", body, e.Message, field)
		}
	}
}

func TestBody_a_bomb_costs_little_memory(t *testing.T) {
	h := newHouse(t)
	bomb := zstded(t, zeros(512))
	h.do(t, http.MethodPost, base+"/probe/body", "", bomb, "Content-Encoding", "zstd") // fills the pools
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 10 {
		refused(t, h.do(t, http.MethodPost, base+"/probe/body", "", bomb, "Content-Encoding", "zstd"), 413, "too_large")
	}
	runtime.ReadMemStats(&after)
	if each := (after.TotalAlloc - before.TotalAlloc) / 10; each > 32<<20 {
		t.Fatalf("%d MB allocated for a bomb of %d bytes", each>>20, len(bomb))
	}
}

func TestAnswer_is_packed_as_the_client_likes(t *testing.T) {
	h := newHouse(t)
	for _, c := range []struct{ accept, want string }{
		{"", ""}, {"gzip", "gzip"}, {"zstd", "zstd"}, {"gzip, zstd", "zstd"}, {"br", ""}, {"*", ""}, // a wildcard names neither
		{"gzip;q=1.0, zstd;q=0.5", "gzip"}, {"gzip;q=0, zstd;q=0.1", "zstd"}, {"gzip;q=0", ""}, {"GZIP", "gzip"}, {"gzip;q=x", ""},
	} {
		for _, size := range []int{10, 5000} {
			a := h.do(t, http.MethodPost, base+"/probe/body", "", fmt.Appendf(nil, `{"more":%d}`, size), "Accept-Encoding", c.accept)
			want := c.want
			if size < 1000 {
				want = ""
			}
			if got := a.header.Get("Content-Encoding"); got != want || a.header.Get("Vary") != "Accept-Encoding" {
				t.Fatalf("Accept-Encoding %q, %d bytes: %q, want %q", c.accept, size, got, want)
			}
			switch want {
			case "gzip":
				r, err := gzip.NewReader(bytes.NewReader(a.body))
				if err != nil {
					t.Fatal(err)
				}
				if a.body, err = io.ReadAll(r); err != nil {
					t.Fatal(err)
				}
			case "zstd":
				r, err := zstd.NewReader(nil)
				if err != nil {
					t.Fatal(err)
				}
				if a.body, err = r.DecodeAll(a.body, nil); err != nil {
					t.Fatal(err)
				}
				r.Close()
			}
			if got := into[httpapi.ProbeAnswer](t, a, http.StatusOK); len(got.Text) != size {
				t.Fatalf("%d bytes of %d", len(got.Text), size)
			}
		}
	}
}
