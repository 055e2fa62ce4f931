package httpapi_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"doorstep/internal/httpapi"
	"doorstep/internal/testkit"
	"doorstep/internal/wire"
)

// heard is one event; a comment has the name ":".
type heard struct{ name, data string }

// ear listens to a stream, as a client does, until the test ends.
type ear struct {
	events chan heard // closed when the stream ends
	status int
	header http.Header
	hangUp context.CancelFunc
}

// listen opens a stream on a connection of its own.
func (h *house) listen(t *testing.T, path, token string) *ear {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, h.server.URL+path, nil)
	must(t, err)
	request.Header.Set("Authorization", token)
	transport := &http.Transport{}
	response, err := transport.RoundTrip(request) //nolint:bodyclose // closed below, by the goroutine that reads it
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	e := &ear{events: make(chan heard, 1000), status: response.StatusCode, header: response.Header, hangUp: cancel}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer close(e.events)
		defer response.Body.Close()
		var now heard
		lines := bufio.NewScanner(response.Body)
		for lines.Scan() {
			switch name, value, _ := strings.Cut(lines.Text(), ": "); name {
			case "event":
				now.name = value
			case "data":
				now.data = value
			case ":":
				now.name = ":"
			case "":
				e.events <- now
				now = heard{}
			}
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-done
		transport.CloseIdleConnections()
	})
	return e
}

// next waits for the next event.
func (e *ear) next(t *testing.T) heard {
	t.Helper()
	return testkit.Receive(t, e.events, "the next event of the stream")
}

// expect waits for an event that must be the next.
func (e *ear) expect(t *testing.T, name, data string) {
	t.Helper()
	if got := e.next(t); got != (heard{name, data}) {
		t.Fatalf("heard %v, want %s %s", got, name, data)
	}
}

// poke waits for a poke, which must be the next, and returns its head.
func (e *ear) poke(t *testing.T) int64 {
	t.Helper()
	got := e.next(t)
	var p wire.Poke
	if got.name != "poke" || json.Unmarshal([]byte(got.data), &p) != nil || p.Head == 0 {
		t.Fatalf("heard %v, want a poke", got)
	}
	return p.Head
}

// ends waits until the server ends the stream, and nothing may come before.
func (e *ear) ends(t *testing.T) {
	t.Helper()
	if h, open := testkit.ReceiveOrEnd(t, e.events, "the end of the stream"); open {
		t.Fatalf("heard %v, but the stream was to end", h)
	}
}

// quick are times that do not keep a test waiting.
var quick = httpapi.StreamTimes{Gather: time.Millisecond}

// phoneStream opens a phone's stream at a cursor.
func (w *town) phoneStream(p *phone, token, cursor string) *ear {
	w.t.Helper()
	e := w.listen(w.t, base+"/stream?cursor="+cursor, "Bearer "+token)
	if e.status != http.StatusOK || e.header.Get("Content-Type") != "text/event-stream" || e.header.Get("Cache-Control") != "no-store" {
		w.t.Fatalf("the stream of %s: %d %v", p.Device, e.status, e.header)
	}
	e.expect(w.t, ":", "")
	return e
}

// pullOf pulls to the end.
func (w *town) pullOf(p *phone, token string) wire.PullResponse {
	w.t.Helper()
	var page wire.PullResponse
	for more := true; more; more = page.More {
		page = into[wire.PullResponse](w.t, w.do(w.t, http.MethodGet, base+"/pull?client="+p.Client+"&cursor="+page.Cursor, "Bearer "+token, nil), http.StatusOK)
	}
	return page
}

// tokenFor is a staff token that expires after its life, which may be over.
func tokenFor(staff *core.Record, life time.Duration) (string, error) {
	return security.NewJWT(jwt.MapClaims{core.TokenClaimType: core.TokenTypeAuth, core.TokenClaimId: staff.Id, core.TokenClaimCollectionId: staff.Collection().Id,
		core.TokenClaimRefreshable: true}, staff.TokenKey()+staff.Collection().AuthToken.Secret, life)
}

// stall opens a stream, sees it begin and reads no more.
func stall(t *testing.T, address, path, token string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	must(t, err)
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		t.Fatalf("%T", conn)
	}
	must(t, tcp.SetReadBuffer(2<<10))
	_, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: doorstep\r\nAuthorization: Bearer %s\r\n\r\n", path, token)
	must(t, err)
	status, err := bufio.NewReaderSize(conn, 16).ReadString('\n')
	must(t, err)
	if !strings.Contains(status, "200") {
		t.Fatal(status)
	}
	return conn
}

// narrow gives connections that hold next to nothing for a reader.
type narrow struct{ net.Listener }

func (n narrow) Accept() (net.Conn, error) {
	conn, err := n.Listener.Accept()
	if tcp, ok := conn.(*net.TCPConn); ok {
		err = errors.Join(err, tcp.SetWriteBuffer(2<<10))
	}
	return conn, err
}
