package demo

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/news2"
)

func TestTheStoryHappensOnWorkingDays(t *testing.T) {
	for today, want := range map[string]string{
		"2026-03-05": "2026-03-04 2026-03-05", // Thursday
		"2026-03-08": "2026-03-05 2026-03-06", // Sunday
		"2026-03-09": "2026-03-06 2026-03-09", // Monday
		"2026-04-06": "2026-04-01 2026-04-02", // Easter Monday
		"2027-12-28": "2027-12-23 2027-12-24", // Boxing Day's substitute
	} {
		day, err := time.Parse(time.DateOnly, today)
		if err != nil {
			t.Fatal(err)
		}
		first, second, err := storyDays(day.Add(20 * time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		if got := first.Format(time.DateOnly) + " " + second.Format(time.DateOnly); got != want {
			t.Errorf("%s: %s, want %s", today, got, want)
		}
	}
}

func TestTheClockNeverGoesBackAndRunsOnWhenLetGo(t *testing.T) {
	c := newClock(thursday)
	c.set(thursday.Add(-time.Hour))
	if !c.Now().Equal(thursday) {
		t.Error("the clock went back")
	}
	c.set(thursday.Add(time.Hour))
	c.letGo()
	if now := c.Now(); now.Before(thursday.Add(time.Hour)) || now.After(thursday.Add(2*time.Hour)) {
		t.Errorf("it reads %s", now)
	}
}

func TestTheAgendaKeepsItsOrder(t *testing.T) {
	a, got := &agenda{}, ""
	for _, x := range []struct {
		word   string
		minute int
	}{{"b", 2}, {"c", 2}, {"a", 1}, {"late", 9}} {
		a.add(thursday.Add(time.Duration(x.minute)*time.Minute), func(context.Context) error { got += x.word; return nil })
	}
	for {
		next, ok := a.next(thursday.Add(5 * time.Minute))
		if !ok {
			break
		}
		if err := next.do(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	if got != "abc" {
		t.Errorf("it happened as %s", got)
	}
}

func TestInventedReadingsScoreWhatTheyShould(t *testing.T) {
	r := stream(9, 9)
	for i := range 400 {
		p := &person{age: 70, retains: i%4 == 0}
		if well := wellReadings(r, p).score(p); well.Status != news2.StatusComplete || well.FloorTotal != 0 {
			t.Fatalf("a set of somebody well scores %s", sum(well))
		}
		for _, row := range care.Readings() {
			if wellReadings(r, p)[row.Name] == nil {
				t.Fatalf("an invented set lacks %s", row.Name)
			}
		}
		want := 5 + i%2
		if p.retains {
			want = 5 // 89 % is right for them
		}
		ill := illReadings(r, p, 5+i%2).score(p)
		if ill.FloorTotal != want || ill.SingleThree {
			t.Fatalf("a set meant for %d scores %s", want, sum(ill))
		}
	}
}

func TestWordsAndNumbers(t *testing.T) {
	for got, want := range map[string]string{
		thousands(0): "0", thousands(999): "999", thousands(1234567): "1,234,567", thousands(-1234): "-1,234",
		counted(1, "push", "pushes"): "1 push", counted(2, "push", "pushes"): "2 pushes", counted(3000, "visit"): "3,000 visits",
		spell(3*time.Hour + 8*time.Minute): "3\u00a0h\u00a08\u00a0min", spell(2 * time.Hour): "2\u00a0h", spell(61 * time.Second): "1\u00a0min", spell(40 * time.Second): "40\u00a0s",
		strings.Join(wrap("one two three", 7), "|"):       "one two|three",
		strings.Join(wrap("one two\u00a0three", 7), "|"):  "one|two\u00a0three",
		strings.Join(wrap("unbreakableword two", 5), "|"): "unbreakableword|two",
		median([]time.Duration{3, 1, 2}).String():         "2ns",
		median(nil).String():                              "0s",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// echo answers with a body, and counts.
type echo struct{ served atomic.Int64 }

func (e *echo) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	e.served.Add(1)
	_, _ = io.WriteString(w, strings.Repeat("all is well. ", 20)) // a reader that went away is what is tested
}

func TestAFlakyServerDoesEverythingItSays(t *testing.T) {
	e := &echo{}
	f := &flaky{next: e}
	var waits atomic.Int64
	f.sleep = func(_ *http.Request, d time.Duration) {
		if d > 0 {
			waits.Add(1)
		}
		if d < 0 || d > 2*time.Second {
			t.Errorf("it waits %s", d)
		}
	}
	s := httptest.NewServer(f)
	defer s.Close()
	if got := asked(t, s, "/api/sync/v1/pull"); got != "whole" {
		t.Errorf("off, it answers %s", got)
	}
	f.turnOn(5)
	counts := map[string]int{}
	before := e.served.Load()
	for range 400 {
		counts[asked(t, s, "/api/sync/v1/pull")]++
	}
	for _, kind := range []string{"whole", "busy", "lost", "half"} {
		if counts[kind] < 5 {
			t.Errorf("%s came %d times: %v", kind, counts[kind], counts)
		}
	}
	if done := int(e.served.Load() - before); done != 400-counts["busy"] {
		t.Errorf("%d requests were done, %d refused: what is refused must not be done, what is lost must", done, counts["busy"])
	}
	if n := waits.Load(); n < 100 || n > 220 {
		t.Errorf("%d of 400 waited", n)
	}
	for _, path := range []string{"/", signInPath} {
		for range 50 {
			if got := asked(t, s, path); got != "whole" {
				t.Fatalf("%s is flaky too: %s", path, got)
			}
		}
	}
	for range 50 {
		if got := asked(t, s, "/api/sync/v1/stream"); got != "whole" && got != "busy" {
			t.Fatalf("a stream was %s", got)
		}
	}
}

// asked says what became of a request.
func asked(t *testing.T, s *httptest.Server, path string) string {
	t.Helper()
	// A connection of its own: a client repeats what was lost on one it used before.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Get(s.URL + path)
	if err != nil {
		return "lost"
	}
	defer answer.Body.Close()
	switch _, err := io.ReadAll(answer.Body); {
	case err != nil:
		return "half"
	case answer.StatusCode == http.StatusServiceUnavailable && answer.Header.Get("Retry-After") != "":
		return "busy"
	}
	return "whole"
}

// counting is a transport that counts.
type counting struct{ bodies []string }

func (c *counting) RoundTrip(r *http.Request) (*http.Response, error) {
	raw, err := io.ReadAll(r.Body)
	c.bodies = append(c.bodies, string(raw))
	return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader("ok"))}, err
}

func TestALinkLosesRepeatsAndIsDark(t *testing.T) {
	c, clock := &counting{}, newClock(thursday)
	l := &link{next: c, clock: clock, rng: stream(1, 1), counts: &traffic{}}
	push := func() error {
		r, err := http.NewRequest(http.MethodPost, "http://x/api/sync/v1/push", strings.NewReader("body"))
		if err != nil {
			t.Fatal(err)
		}
		answer, err := l.Do(r)
		if err == nil {
			err = answer.Body.Close()
		}
		return err
	}
	l.goDark(thursday.Add(-time.Minute), thursday.Add(time.Minute))
	if push() == nil || len(c.bodies) != 0 {
		t.Error("a request left a dead spot")
	}
	clock.set(thursday.Add(time.Minute))
	l.loseNext = 1
	if push() == nil || len(c.bodies) == 0 {
		t.Error("a lost reply was heard, or its request never arrived")
	}
	c.bodies = nil
	l.repeatNext = 1
	if err := push(); err != nil || !slices.Equal(c.bodies, []string{"body", "body"}) {
		t.Errorf("repeated as %q, %v", c.bodies, err)
	}
	l.goDark(clock.Now(), clock.Now().Add(time.Hour))
	l.stepOut()
	if l.isDark() {
		t.Error("outside it is still dark")
	}
}

func TestTheEndNamesALoginForEveryRoleAndASecondReceptionist(t *testing.T) {
	h, err := invent(1, thursday, smallHood)
	if err != nil {
		t.Fatal(err)
	}
	roles := map[string]care.Role{}
	for _, w := range h.workers {
		roles[w.email] = w.role
	}
	have := map[care.Role]int{}
	for _, row := range h.logins() {
		have[roles[row[0]]]++
		if row[1] != firstPage(roles[row[0]]) || !strings.Contains(row[2], ", ") || strings.HasPrefix(row[2], ",") {
			t.Errorf("a row reads %v", row)
		}
	}
	for _, d := range care.Duties() {
		want := 1
		if d.Role == care.Reception {
			want = 2
		}
		if have[d.Role] != want {
			t.Errorf("%s can be %d people, want %d", d.Role, have[d.Role], want)
		}
	}
	if len(have) != len(care.Duties()) {
		t.Errorf("%d roles are named, there are %d", len(have), len(care.Duties()))
	}
}
