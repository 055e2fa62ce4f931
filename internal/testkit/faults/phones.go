//go:build linux

package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/phone"
	"doorstep/internal/testkit/town"
)

// journal has every acknowledgement that reached a phone: the key of the change.
type journal struct {
	mu    sync.Mutex
	acked map[string]bool
	file  *os.File
	dark  bool // the power is gone: no answer reaches anybody
}

// power says whether answers still reach phones.
func (j *journal) power(on bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.dark = !on
}

var errDark = errors.New("the power is gone")

// add notes keys; false when the power has failed before the answer got out.
func (j *journal) add(keys []string) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.dark {
		return false
	}
	for _, key := range keys {
		j.acked[key] = true
		fmt.Fprintln(j.file, time.Now().UTC().Format(time.RFC3339Nano), key)
	}
	return true
}

func (j *journal) count() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.acked)
}

// observed is the network of a phone; it writes what was acknowledged into the journal.
type observed struct {
	journal *journal
	client  *http.Client
}

// Do implements phone.Doer.
func (o observed) Do(r *http.Request) (*http.Response, error) {
	resp, err := o.client.Do(r)
	if err != nil || !strings.HasSuffix(r.URL.Path, "/push") || resp.StatusCode != http.StatusOK {
		return resp, err
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil {
		return nil, err
	}
	var answer struct {
		Results []struct {
			Key string `json:"key"`
		} `json:"results"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, err
	}
	var keys []string
	for _, result := range answer.Results {
		keys = append(keys, result.Key)
	}
	if !o.journal.add(keys) {
		return nil, errDark
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// crew are phones that push, each from a goroutine of its own.
type crew struct {
	journal *journal
	phones  []*handset
	stop    context.CancelFunc
	running sync.WaitGroup
}

// handset is a phone with what its nurse has recorded on it.
type handset struct {
	*phone.Phone
	name    string
	patient string
	visits  map[string]string // note by id of the visit
}

// nurses are who has whom among the people of the town.
var nurses = []struct{ short, person string }{{"nia", "Ames"}, {"ned", "Birch"}, {"sam", "Gage"}, {"sue", "Calder"}, {"lea", "Dunne"}, {"lou", "Hale"}}

// enrol makes the phones and signs them in.
func enrol(address string, t *town.Town, j *journal) (*crew, error) {
	c := &crew{journal: j}
	for _, n := range nurses {
		p, err := phone.New(phone.Options{Server: "http://" + address, HTTP: observed{j, &http.Client{Timeout: 10 * time.Second}}, Now: time.Now, Entropy: rand.Reader,
			Name: "phone of " + n.short, Platform: "faults"})
		if err != nil {
			return nil, err
		}
		if err := p.SignIn(context.Background(), n.short+"@example.org", town.Password); err != nil {
			return nil, fmt.Errorf("sign in %s: %w", n.short, err)
		}
		if err := p.Sync(context.Background()); err != nil {
			return nil, fmt.Errorf("sync %s: %w", n.short, err)
		}
		c.phones = append(c.phones, &handset{Phone: p, name: n.short, patient: t.People[n.person], visits: map[string]string{}})
	}
	return c, nil
}

// run lets phones record and sync until halt.
func (c *crew) run(phones ...*handset) {
	ctx, cancel := context.WithCancel(context.Background())
	c.stop = cancel
	for _, h := range phones {
		c.running.Go(func() {
			for ctx.Err() == nil {
				if n, _ := h.Unsent(); n < 20 {
					h.record()
				}
				if err := h.Sync(ctx); err != nil {
					pause(ctx, 30*time.Millisecond)
				}
				pause(ctx, 5*time.Millisecond)
			}
		})
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// halt stops the phones where they are.
func (c *crew) halt() {
	c.stop()
	c.running.Wait()
}

// record is a visit with a note that there is once in the world.
func (h *handset) record() {
	note := fmt.Sprintf("%s visit %d", h.name, len(h.visits)+1)
	id, err := h.Create(care.Visits, map[string]any{"patient": h.patient, "status": "completed", "started_at": care.Stamp(time.Now()), "note": note})
	if err == nil {
		h.visits[id] = note
	}
}

// settle has every phone hand in all that it holds.
func settle(phones []*handset) error {
	var last error
	for late := time.Now().Add(patience); time.Now().Before(late); {
		open := 0
		for _, h := range phones {
			h.RequestDigest()
			if err := h.Sync(context.Background()); err != nil {
				last = fmt.Errorf("%s: %w", h.name, err)
				open++
			} else if h.Pending() > 0 {
				open++
			}
		}
		if open == 0 {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return errors.Join(errors.New("phones cannot hand in what they hold"), last)
}

// lacks says what a phone does not show of its own work.
func (h *handset) lacks() (missing []string) {
	for id, note := range h.visits {
		if seen, ok := h.View(care.Visits, id); !ok || seen.Text("note") != note {
			missing = append(missing, note)
		}
	}
	return missing
}
