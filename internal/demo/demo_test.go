package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	foldersDoctor "doorstep/internal/doctor"
	"doorstep/internal/settings"
)

func defaults(t *testing.T) *settings.Settings {
	t.Helper()
	s, err := settings.FromEnvironment(func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// firstWrite notes whether there was a database yet when something was written first.
type firstWrite struct {
	bytes.Buffer
	dir  string
	late bool
}

func (w *firstWrite) Write(p []byte) (int, error) {
	if w.Len() == 0 {
		_, err := os.Stat(filepath.Join(w.dir, "data.db"))
		w.late = !errors.Is(err, os.ErrNotExist)
	}
	return w.Buffer.Write(p)
}

// The day as `doorstep demo --once` lives it, whole.
func TestDemoDayKeepsItsPromises(t *testing.T) {
	c := Command(defaults(t), nil)
	out := &firstWrite{dir: filepath.Join(t.TempDir(), "kept")}
	c.SetOut(out)
	c.SetArgs([]string{"--once", "--dir", out.dir})
	if err := c.ExecuteContext(context.Background()); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if out.late {
		t.Error("nothing was said before the database was made")
	}
	text := out.String()
	if n := strings.Count(text, "  kept  "); n != len(promises) {
		t.Errorf("%d promises kept, not %d\n%s", n, len(promises), text)
	}
	for _, part := range []string{"NEWS2: an emergency", "3\u00a0h\u00a08\u00a0min late", "answered 13:48", "two days ahead", "300 people", "The 13 weeks before", "safeguarding", "Time to acknowledge, by partner"} {
		if !strings.Contains(text, part) {
			t.Errorf("the output does not say %q", part)
		}
	}
	readable(t, text)
	theWeeksBefore(t, out.dir)
	// Two days in which nearly everything happens leave a folder in which the doctor finds nothing broken.
	report, err := foldersDoctor.Examine(t.Context(), foldersDoctor.Given{Dir: out.dir, Now: thursday})
	if err != nil {
		t.Fatal(err)
	}
	whole := []string{"database", "integrity", "sequence", "feed", "ledger", "values", "orphans", "index", "deadlines", "alarms", "rules", "issues"}
	for _, f := range report.Findings {
		if slices.Contains(whole, f.Check) && f.Severity != foldersDoctor.Note {
			t.Errorf("the doctor finds %s: %s %v", f.Check, f.Found, f.Examples)
		}
	}
}

// readable: fits 100 columns, holds no colour codes and no pictures.
func readable(t *testing.T, text string) {
	t.Helper()
	for _, line := range strings.Split(text, "\n") {
		if n := utf8.RuneCountInString(line); n > width && !strings.Contains(line, "curl") {
			t.Errorf("%d columns: %s", n, line)
		}
		for _, r := range line {
			if r == '\x1b' || r > unicode.MaxLatin1 && !strings.ContainsRune("…–“”’", r) {
				t.Errorf("%q in %q", r, line)
			}
		}
	}
}

// A weekday in winter and one on the day after the clocks changed, years of code apart: the seed
// alone makes the story.
func TestTheSameSeedTellsTheSameStory(t *testing.T) {
	var again *lived
	var err error
	var living sync.WaitGroup
	living.Go(func() { again, err = live(1, time.Date(2026, 3, 31, 9, 0, 0, 0, time.UTC), smallHood) })
	first := sharedTown(t)
	living.Wait()
	if err != nil {
		t.Fatal(err)
	}
	opened = append(opened, again.town)
	if !first.kept || !again.kept {
		t.Errorf("promises broken:\n%s\n%s", first.text, again.text)
	}
	if first.text != again.text {
		a, b := strings.Split(first.text, "\n"), strings.Split(again.text, "\n")
		for i := range min(len(a), len(b)) {
			if a[i] != b[i] {
				t.Fatalf("the stories part at\n%s\n%s", a[i], b[i])
			}
		}
		t.Fatal("one story is longer than the other")
	}
	other, err := invent(2, thursday, smallHood)
	if err != nil {
		t.Fatal(err)
	}
	if other.people[0].name() == first.town.hood.people[0].name() && other.people[1].name() == first.town.hood.people[1].name() {
		t.Error("another seed makes the same people")
	}
}

func TestEverybodyIsInvented(t *testing.T) {
	h, err := invent(3, thursday, wholeHood)
	if err != nil {
		t.Fatal(err)
	}
	numbers := map[string]bool{}
	for _, p := range h.people {
		if !strings.HasPrefix(p.nhs, "999") || numbers[p.nhs] {
			t.Errorf("NHS number %s", p.nhs)
		}
		numbers[p.nhs] = true
		if !strings.HasPrefix(p.postcode, "ZZ") || !strings.HasPrefix(p.phone, "07700 900") {
			t.Errorf("%s, %s", p.postcode, p.phone)
		}
		if p.age < 18 || p.age > 105 || p.born.AddDate(p.age, 0, 0).After(thursday) {
			t.Errorf("born %s, aged %d", p.born, p.age)
		}
	}
	given := map[string]bool{}
	for _, w := range h.workers {
		if given[w.given()] {
			t.Errorf("two people who work there are called %s", w.given())
		}
		given[w.given()] = true
	}
	if len(h.people) != 300 || len(h.surgeries) != 3 || len(h.north.nurses)+len(h.south.nurses) != 12 || len(h.services) != 2 ||
		len(h.services[0].volunteers)+len(h.services[1].volunteers) != 8 {
		t.Error("the neighbourhood is not the size it should be")
	}
}

// Any seed has somebody for every part, with a name of their own.
func TestEverySeedCanBeCast(t *testing.T) {
	for seed := range 120 {
		for _, sz := range []size{wholeHood, smallHood} {
			c, _, err := compose(options{seed: seed, today: thursday, size: sz})
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			names := map[string]int{}
			for _, p := range c.hood.people {
				if p.cast {
					names[p.family]++
				}
			}
			if sz == wholeHood && len(names) < 24 {
				t.Errorf("seed %d: %v play in the story", seed, names)
			}
		}
	}
}

// After the days it serves on in real time, says where to look, and what it prints to try works,
// also over a flaky server.
func TestItServesOnAndItsExamplesWork(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	dir := filepath.Join(t.TempDir(), "kept")
	r := &run{settings: defaults(t), seed: 4, dir: dir, faults: true}
	var out bytes.Buffer
	p := newPage(&out)
	o := options{seed: 4, size: smallHood, today: thursday, page: p, house: houseOptions{dir: dir, address: "127.0.0.1:0", log: slog.New(slog.DiscardHandler)}}
	town, err := build(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.open(town, p); err != nil {
		t.Fatal(err)
	}
	before := town.clock.Now()
	readable(t, out.String())
	tryExamples(t, out.String())
	lookAtWhatLeft(t, out.String())
	if !town.clock.Now().After(before) {
		t.Error("time stands still")
	}
	cancel()
	if err := errors.Join(town.house.wait(ctx), town.house.close()); err != nil {
		t.Errorf("it ended with %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "data.db")); err != nil {
		t.Errorf("the data was not kept: %v", err)
	}
	if _, err := build(o); !errors.Is(err, errUsed) {
		t.Errorf("a folder with data in it is used again: %v", err)
	}
}

func TestATemporaryFolderGoes(t *testing.T) {
	town, err := build(options{seed: 1, size: smallHood, today: thursday, page: newPage(io.Discard), house: houseOptions{address: "127.0.0.1:0", log: slog.New(slog.DiscardHandler)}})
	if err != nil {
		t.Fatal(err)
	}
	dir := town.house.temp
	if _, err := os.Stat(filepath.Join(dir, "data.db")); err != nil {
		t.Error(err)
	}
	taken := options{seed: 1, size: smallHood, today: thursday, page: newPage(io.Discard), house: houseOptions{address: strings.TrimPrefix(town.house.url, "http://"), log: slog.New(slog.DiscardHandler)}}
	if _, err := build(taken); err == nil || !strings.Contains(err.Error(), "--http") {
		t.Errorf("an address in use gives %v", err)
	}
	if err := town.house.close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is still there", dir)
	}
}

var (
	printedURL   = regexp.MustCompile(`(?m)^  (http://127\.0\.0\.1:\d+)$`)
	printedLogin = regexp.MustCompile(`-d identity=(\S+) -d password=(\S+) `)
	printedGet   = regexp.MustCompile(`curl -s (?:-H "Authorization: Bearer \$TOKEN" )?'?(http://[^'\s]+(?:handovers|health)[^'\s]*)`)
	tokenIn      = regexp.MustCompile(`"token":"([^"]*)"`)
)

// tryExamples does what the printed curl lines do, over a server that is flaky by then.
func tryExamples(t *testing.T, text string) {
	t.Helper()
	base, login, gets := printedURL.FindStringSubmatch(text), printedLogin.FindStringSubmatch(text), printedGet.FindAllStringSubmatch(text, -1)
	if base == nil || login == nil || len(gets) != 2 {
		t.Fatalf("the directions lack something:\n%s", text)
	}
	answer, err := http.PostForm(base[1]+"/api/collections/staff/auth-with-password", url.Values{"identity": {login[1]}, "password": {login[2]}})
	if err != nil {
		t.Fatal(err)
	}
	token := tokenIn.FindStringSubmatch(body(t, answer))
	if token == nil {
		t.Fatalf("sign-in answers %s", answer.Status)
	}
	for _, get := range gets {
		if got := insist(t, get[1], token[1]); !strings.Contains(got, `"`) {
			t.Errorf("%s answers %s", get[1], got)
		}
	}
}

// lookAtWhatLeft opens the page that shows what left, where the directions say that it is.
func lookAtWhatLeft(t *testing.T, text string) {
	t.Helper()
	address := regexp.MustCompile(`http://\S+/caught/`).FindString(text)
	if address == "" {
		t.Fatalf("the directions do not say where what left is shown:\n%s", text)
	}
	answer, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	if got := body(t, answer); answer.StatusCode != http.StatusOK || !strings.Contains(got, "What left Doorstep") {
		t.Errorf("%s: %s %s", address, answer.Status, got)
	}
}

// insist asks until a flaky server answers 200.
func insist(t *testing.T, address, token string) string {
	t.Helper()
	last := ""
	for range 30 {
		r, err := http.NewRequest(http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+token)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			continue
		}
		raw, err := io.ReadAll(answer.Body)
		if err = errors.Join(err, answer.Body.Close()); err != nil {
			continue
		}
		if answer.StatusCode == http.StatusOK {
			return string(raw)
		}
		last = fmt.Sprint(answer.StatusCode, " ", string(raw))
	}
	t.Fatalf("%s never answers: %s", address, last)
	return ""
}

func body(t *testing.T, answer *http.Response) string {
	t.Helper()
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
