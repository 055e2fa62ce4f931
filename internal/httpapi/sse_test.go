package httpapi

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// scripted is a client at the other end of a stream, in the hands of a test.
type scripted struct {
	wake   chan struct{}
	left   time.Duration // how long it may listen, asked anew each time; 0: not any more
	told   int           // how often it was asked for news
	quiet  int           // how often it was asked what to send without news
	change chan struct{}
}

func (s *scripted) woken() <-chan struct{}   { return s.wake }
func (s *scripted) changed() <-chan struct{} { return s.change }
func (s *scripted) mayListen(context.Context) (time.Duration, *event, bool) {
	return s.left, nil, s.left > 0
}
func (s *scripted) news() ([]event, bool) { s.told++; return []event{{eventPoke, nothing}}, true }
func (s *scripted) idle() []event         { s.quiet++; return nil }

// sink takes what is written, however slowly anybody reads.
type sink struct{ *httptest.ResponseRecorder }

func (sink) SetWriteDeadline(time.Time) error { return nil }

// stream runs a stream to a client in a time of its own, in which nothing takes any, while the test does what
// it wants; it returns what was sent.
func stream(t *testing.T, client *scripted, do func()) (sent string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		client.wake, client.change = make(chan struct{}), make(chan struct{})
		a := &API{}
		ctx, hangUp := context.WithCancel(t.Context())
		defer hangUp()
		to := sink{httptest.NewRecorder()}
		e := &core.RequestEvent{}
		e.Response, e.Request = to, httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil)
		waiting, err := a.waiting.admit(ctx, "somebody", 1)
		if err != nil {
			t.Fatal(err)
		}
		defer waiting.release()
		ended := make(chan error, 1)
		go func() { ended <- a.sendEvents(e, client, waiting) }()
		synctest.Wait()
		do()
		synctest.Wait()
		hangUp()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		sent = to.Body.String()
	})
	return sent
}

// What comes within a moment is told once, and what comes after it once more.
func TestStream_ManyChangesWithinAMomentAreOnePoke(t *testing.T) {
	client := &scripted{left: time.Hour}
	sent := stream(t, client, func() {
		client.wake <- struct{}{}
		for range 20 { // while it gathers it does not even listen for more
			select {
			case client.wake <- struct{}{}:
				t.Error("it was woken again while it gathered")
			default:
			}
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Second)
		client.wake <- struct{}{}
		time.Sleep(time.Second)
	})
	if n := strings.Count(sent, "event: poke"); n != 2 || client.told != 2 {
		t.Errorf("%d pokes, asked %d times for news; want 2:\n%s", n, client.told, sent)
	}
}

func TestStream_ShowsThatItLivesWhileNothingComes(t *testing.T) {
	client := &scripted{left: time.Hour}
	sent := stream(t, client, func() { time.Sleep(80 * time.Second) }) // 25 seconds lie between two signs
	if n := strings.Count(sent, ":\n\n"); n != 4 || client.quiet != 3 {
		t.Errorf("%d signs of life with the first, asked %d times; want 4 and 3:\n%q", n, client.quiet, sent)
	}
}

func TestStream_EndsWhenTheClientMayNotListenAnyMore(t *testing.T) {
	client := &scripted{left: 10 * time.Second}
	stream(t, client, func() {
		time.Sleep(9 * time.Second)
		client.left = 0
		time.Sleep(2 * time.Second)
		synctest.Wait()
		select {
		case client.wake <- struct{}{}:
			t.Error("it goes on")
		default:
		}
	})
}
