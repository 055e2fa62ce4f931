package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	pprof "github.com/google/pprof/profile"

	"doorstep/internal/testkit/pbtest"
)

// The bench starts its servers by running itself, which in a test is the test's own binary.
func TestMain(m *testing.M) {
	if runChild() {
		return
	}
	os.Exit(m.Run())
}

// Every kind of cell is measured, each as small as it can be: what the figures are is for make bench.
func TestQuickRunMeasuresEverythingWithoutErrors(t *testing.T) {
	usual := quick
	t.Cleanup(func() { quick = usual })
	quick = size{devices: []int{4}, visits: 160, people: 40, warm: 4, rows: 320, scopes: []int{40, 320}, updates: 160, hammer: 20 * time.Millisecond, counted: 20,
		holds: holdsSize{readings: 40, visits: 320, pushed: 160}, turns: turnsSize{phones: 3, every: 50 * time.Millisecond, round: 200 * time.Millisecond}, desk: deskSize{people: 40, searches: 6}}
	var out, progress bytes.Buffer
	file := filepath.Join(t.TempDir(), "bench.json")
	dir, err := os.MkdirTemp(pbtest.Scratch(), "doorstep-bench-test-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := command([]string{"-quick", "-dir", dir, "-json", file}, &out, &progress); err != nil {
		t.Fatalf("%v\n%s", err, progress.String())
	}
	t.Log(out.String())
	for _, want := range []string{"PocketBase, one POST a visit", "/api/batch of 20", "Doorstep push", "bare group commit", "400 a transaction",
		"changed from an old view", "beside a phone that pushes 200", "200 readings more", "nightly clean-up", "what SQL withdrew", "over content", "plans taken in from a file", "visits moved in one action", "a person found by number in groups", "PocketBase list API", "Doorstep pull, 10 new", "/api/health", "sync_feed"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("nothing said about %q", want)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var r report
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	if n := r.errors(); n != 0 {
		t.Errorf("%d errors", n)
	}
	if want := len(quick.devices)*len(peers) + 2; len(r.Push) != want {
		t.Errorf("%d push cells, want %d", len(r.Push), want)
	}
	for _, c := range r.Push {
		if c.Rate <= 0 || c.P99 < c.P50 || c.PeakMB <= 0 { // so little work may end within a tick of the processor's clock
			t.Errorf("a cell without figures: %+v", c)
		}
	}
	if len(r.Copies) != len(copyWays) || len(r.Drills) != 2 {
		t.Errorf("%d ways to copy and %d drills are measured", len(r.Copies), len(r.Drills))
	}
	if len(r.Channels) != len(channelWays) {
		t.Errorf("%d ways to tell the practice are measured", len(r.Channels))
	}
	for _, c := range r.Drills {
		if c.Visits <= 0 || c.MB <= 0 || c.CopyMB <= 0 || c.Files <= 0 || c.Restore <= 0 || c.Serves <= 0 || c.Missing > 0 && c.What == "acknowledged" {
			t.Errorf("a drill without figures, or one that loses what was acknowledged: %+v", c)
		}
	}
	for _, c := range r.Holds {
		if c.Longest <= 0 || c.Worst < c.P99 {
			t.Errorf("a hold without figures: %+v", c)
		}
	}
	for _, c := range r.Digests {
		if most := quick.holds.visits * 19 / 20; c.Records <= 0 || c.Records > most || c.Millis <= 0 { // what was withdrawn is gone
			t.Errorf("a digest without figures: %+v", c)
		}
	}
	for _, c := range r.Desk {
		if c.Size <= 0 || c.Times <= 0 || c.P50 <= 0 {
			t.Errorf("a figure of the desk that is none: %+v", c)
		}
	}
	if len(r.Limits) != 2 { // of which a run so short may hold no sample
		t.Errorf("%d profiles were read, want one of a push and one of a pull: %+v", len(r.Limits), r.Limits)
	}
	for _, f := range r.Footprints {
		if f.Write < 1 || len(f.Rows) == 0 {
			t.Errorf("%s stores nothing: %+v", f.What, f)
		}
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(left) > 0 {
		t.Errorf("databases left behind: %v, %v", left, err)
	}
}

func TestLimitsGiveEachSampleToTheFirstStepThatKnowsIt(t *testing.T) {
	stack := func(nanos int64, functions ...string) *pprof.Sample {
		s := &pprof.Sample{Value: []int64{1, nanos}}
		for _, name := range functions {
			s.Location = append(s.Location, &pprof.Location{Line: []pprof.Line{{Function: &pprof.Function{Name: name}}}})
		}
		return s
	}
	p := &pprof.Profile{Sample: []*pprof.Sample{
		stack(50, "modernc.org/sqlite/lib.step", "doorstep/internal/pbstore.(*Tx).Insert", "doorstep/internal/judge.(*Room).Judge", "doorstep/internal/pbstore.(*Store).Write"),
		stack(30, "modernc.org/sqlite/lib.step", "doorstep/internal/takein.(*input).store", "doorstep/internal/pbstore.(*Store).Write"),
		stack(10, "doorstep/internal/pbstore.(*Store).Write"),
		stack(10, "main.somethingNobodyNamed"),
	}}
	want := []share{{"judging: rules, alarms, handovers", 50}, {"storing visits", 30}, {"everything else", 10}, {"the rest of the group commit", 10}}
	if got := shares(p, pushSteps); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// A step is known by functions of ours, and of others: one of ours that was renamed would take no sample, and
// nobody would see.
func TestEveryStepIsKnownByAFunctionThatExists(t *testing.T) {
	theirs := []string{"sqlite", "_sqlite3Checkpoint", "net/http", "runtime"}
	for _, s := range slices.Concat(pushSteps, pullSteps) {
		for _, mark := range s.marks {
			folder, name, _ := strings.Cut(mark, ".")
			if slices.Contains(theirs, folder) {
				continue
			}
			files, err := filepath.Glob("../internal/" + folder + "/*.go")
			if err != nil {
				t.Fatal(err)
			}
			if !declares(t, files, name) {
				t.Errorf("%s: internal/%s has no function %s", s.name, folder, name)
			}
		}
	}
}

// declares says whether files declare a function, "Name" or "(*Type).Name".
func declares(t *testing.T, files []string, name string) bool {
	t.Helper()
	for _, file := range files {
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range tree.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			full := f.Name.Name
			if f.Recv != nil {
				full = "(" + types.ExprString(f.Recv.List[0].Type) + ")." + full
			}
			if full == name {
				return true
			}
		}
	}
	return false
}

func TestUnknownPeersAreNamed(t *testing.T) {
	if err := command([]string{"-only", "plain,mongodb"}, &bytes.Buffer{}, &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "mongodb") {
		t.Errorf("measured something else instead: %v", err)
	}
}

func TestCallerReadsWhatServersSend(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/long": // longer than one buffer: net/http sends it in chunks
			for range 10 {
				fmt.Fprint(w, strings.Repeat("x", 10_000))
				w.(http.Flusher).Flush()
			}
		case "/refuse":
			http.Error(w, "no", http.StatusForbidden)
		default:
			var body bytes.Buffer
			_, _ = body.ReadFrom(r.Body)
			fmt.Fprintf(w, "%s %s %s %s", r.Method, r.URL.RequestURI(), r.Header.Get("Authorization"), body.String())
		}
	}))
	defer server.Close()
	c, err := dial(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	for _, x := range []struct {
		ask    []byte
		status int
		length int
		want   string
	}{
		{request(server.URL, "/a?b=c", "t", nil), 200, 0, "GET /a?b=c Bearer t "},
		{request(server.URL, "/a", "", []byte(`{}`)), 200, 0, "POST /a  {}"},
		{request(server.URL, "/long", "", nil), 200, 100_000, ""},
		{request(server.URL, "/refuse", "", nil), 403, 0, "no\n"},
		{request(server.URL, "/again", "", nil), 200, 0, "GET /again  "},
	} {
		status, body, err := c.do(x.ask)
		if err != nil || status != x.status || (x.length == 0 && string(body) != x.want) || (x.length > 0 && len(body) != x.length) {
			t.Errorf("%.40q: %d %.60q %v", x.ask, status, body, err)
		}
	}
}

func TestDriveCountsAnswersThatFailTheCheckAndStopsABrokenDevice(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/hang-up" {
			panic(http.ErrAbortHandler)
		}
		fmt.Fprint(w, r.URL.Path)
	}))
	defer server.Close()
	ask := func(paths ...string) (t turn) {
		for _, p := range paths {
			t = append(t, request(server.URL, p, "", nil))
		}
		return t
	}
	o, err := drive(server.URL, [][]turn{
		{ask("/ok", "/bad", "/ok"), ask("/ok")},
		{ask("/ok"), ask("/hang-up"), ask("/ok")},
	}, func(status int, body []byte) error {
		if string(body) != "/ok" {
			return errors.New("not ok")
		}
		return nil
	})
	if err != nil || o.errors != 2 || len(o.turns) != 3 || o.first == nil {
		t.Errorf("%d errors in %d turns, first %v, %v; want 2 in 3", o.errors, len(o.turns), o.first, err)
	}
}

func TestPercentilesAndMedians(t *testing.T) {
	var turns []time.Duration
	for i := 100; i > 0; i-- {
		turns = append(turns, time.Duration(i)*time.Millisecond)
	}
	o := newOutcome(time.Second, turns)
	if a, b := ms(o.percentile(0.50)), ms(o.percentile(0.99)); a != 51 || b != 100 {
		t.Errorf("p50 %v, p99 %v of 1…100", a, b)
	}
	if one := newOutcome(0, []time.Duration{7}); one.percentile(0.99) != 7 || newOutcome(0, nil).percentile(0.5) != 0 {
		t.Error("percentiles of one and of none")
	}
	for _, c := range []struct {
		list []float64
		want float64
	}{{nil, 0}, {[]float64{3}, 3}, {[]float64{9, 1}, 5}, {[]float64{9, 1, 4}, 4}} {
		if got := median(slices.Clone(c.list)); got != c.want {
			t.Errorf("median of %v is %v", c.list, got)
		}
	}
	m := medianCell([]pushCell{{Rate: 1, Errors: 1, FirstErr: "x"}, {Rate: 3}, {Rate: 2, Errors: 2}})
	if m.Rate != 2 || m.Errors != 3 || m.FirstErr != "x" {
		t.Errorf("a median hides errors: %+v", m)
	}
}

func TestStatementsAreSortedByWhatTheyDo(t *testing.T) {
	var c tally
	for _, q := range []string{"SELECT 1", " \n\twith x as (select 1) select * from x", "PRAGMA data_version", "insert into t values (1)", "UPDATE t SET a=1",
		"DELETE FROM t", "REPLACE INTO t VALUES (1)", "SAVEPOINT s", "RELEASE s", "CREATE TABLE t (a)", "BEGIN IMMEDIATE"} {
		c.add(q)
	}
	if got := c.load(); got != (statementCounts{Read: 3, Write: 4, Control: 4}) {
		t.Errorf("%+v", got)
	}
}

func TestVisitsAreTheSameForTheSameSeed(t *testing.T) {
	dev := device{Staff: newID(), Team: newID(), Patients: []string{newID(), newID()}}
	start := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	a, b := newDiary(7, 3, dev, start, afternoon, 200).visits(200), newDiary(7, 3, dev, start, afternoon, 200).visits(200)
	other := newDiary(8, 3, dev, start, afternoon, 200).visits(200)
	size := 0
	for i := range a {
		if a[i].id != b[i].id || !bytes.Equal(a[i].set, b[i].set) {
			t.Fatalf("visit %d differs", i)
		}
		if a[i].id == other[i].id {
			t.Fatalf("visit %d has the id of another seed's", i)
		}
		if i > 0 && a[i].id <= a[i-1].id {
			t.Fatalf("ids are not ordered by time: %s after %s", a[i].id, a[i-1].id)
		}
		size += len(a[i].set)
	}
	if mean := size / len(a); mean < 850 || mean > 950 {
		t.Errorf("a visit has %d bytes, want about 900", mean)
	}
}

func TestDeliveredVisitsIgnoresWhatHandoversReferTo(t *testing.T) {
	id := strings.Repeat("0", 26)
	visit := `{"collection":"visits","id":"` + id + `","version":3,"data":{}}`
	handover := `{"collection":"handovers","id":"` + id + `","version":4,"data":{"evidence":[{"collection":"visits","id":"` + id + `"}]}}`
	for page, want := range map[string]int{`{"changes":[` + visit + `,` + handover + `,` + visit + `]}`: 2, handover: 0, "": 0, visit[:40]: 0} {
		if got := deliveredVisits([]byte(page)); got != want {
			t.Errorf("%d visits in %s", got, page)
		}
	}
}

func TestAimsSayWhetherTheyAreReached(t *testing.T) {
	r := report{
		Push: []pushCell{
			{Peer: "plain", Devices: 200, Rate: 1000, CPU: 1.4}, {Peer: "batch", Devices: 200, Rate: 1500, P99: 1000},
			{Peer: "doorstep", Devices: 200, Rate: 5500, P99: 99, CPU: 0.1, PeakMB: 151}, {Peer: "floor", Devices: 200, Rate: 11_000, CPU: 0.04},
			{Peer: "three", Devices: 200, CPU: 0.07},
		},
		Backfill: []backfillCell{{Peer: "list", Rows: 20_000, Rate: 10}, {Peer: "pull", Rows: 20_000, Rate: 31}, {Peer: "pull", Rows: 200_000, Rate: 1}},
		Polls: []pollCell{{What: "health", Rate: 100}, {What: "pull, nothing new", InScope: 1000, Rate: 60}, {What: "pull, 10 new", InScope: 1000, Rate: 61, Statements: 6},
			{What: "pull, nothing new", InScope: 200_000, Rate: 45}},
	}
	r.judge()
	want := map[string]bool{
		"push against plain PocketBase, 200 device(s)":                        true,
		"push against plain PocketBase, by CPU seconds, 200 device(s)":        false,
		"push against the floor of three rows, by CPU seconds, 200 device(s)": true,
		"push against PocketBase's batch, 200 device(s)":                      false,
		"p99 of a push against the batch, 200 device(s)":                      true,
		"push against the bare group commit, 200 device(s)":                   true,
		"the same by CPU seconds, 200 device(s)":                              false,
		"initial pull against the list API":                                   true,
		"10 new of 1000 against /api/health":                                  true,
		"nothing new of 1000 against /api/health":                             true,
		"nothing new of 200000 against /api/health":                           false,
		"nothing new of 200000 against nothing new of 1000":                   false,
		"peak memory of Doorstep":                                             false,
		"errors in all cells":                                                 true,
		"statements of a pull with nothing new (the watch's own included)":    true,
	}
	for _, a := range r.Aims {
		reached, known := want[a.Text]
		if !known || reached != a.Reached {
			t.Errorf("%s: %v (%v of %v)", a.Text, a.Reached, a.Got, a.Want)
		}
		delete(want, a.Text)
	}
	if len(want) > 0 {
		t.Errorf("not judged: %v", want)
	}
}
