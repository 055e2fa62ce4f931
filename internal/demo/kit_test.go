package demo

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"doorstep/internal/testkit/pbtest"
)

// A Thursday and the Wednesday before it.
var thursday = time.Date(2026, 3, 5, 16, 0, 0, 0, time.UTC)

// lived is a small neighbourhood after its two days, and what was printed of them.
type lived struct {
	town *town
	text string
	kept bool
	log  *safeBuffer // what the server logged
}

// logBegins is the first line of the log: whoever looks through it knows by it that there is one.
const logBegins = "the days begin"

// safeBuffer is a buffer that goroutines write to.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func live(seed int, today time.Time, sz size) (*lived, error) {
	var out bytes.Buffer
	p := newPage(&out)
	dir, err := os.MkdirTemp(pbtest.Scratch(), "doorstep-demo-test-")
	if err != nil {
		return nil, err
	}
	log := &safeBuffer{}
	logger := slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	logger.Debug(logBegins)
	t, err := build(options{seed: seed, size: sz, today: today, page: p, house: houseOptions{dir: dir, address: "127.0.0.1:0", log: logger}})
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	t.house.temp = dir // goes when the house is closed
	kept, err := t.liveBoth(context.Background(), p)
	if err != nil {
		return nil, err
	}
	return &lived{t, out.String(), kept, log}, nil
}

// shared is one small neighbourhood for every test that only reads it. TestMain closes it.
var shared = sync.OnceValues(func() (*lived, error) {
	l, err := live(1, thursday, smallHood)
	if err == nil {
		opened = append(opened, l.town)
	}
	return l, err
})

var opened []*town

func TestMain(m *testing.M) {
	code := m.Run()
	for _, t := range opened {
		if err := t.house.close(); err != nil {
			slog.Error("close the neighbourhood", "error", err)
			code = 1
		}
	}
	os.Exit(code)
}

func sharedTown(t *testing.T) *lived {
	t.Helper()
	l, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return l
}
