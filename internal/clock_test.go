package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// measures are what a test would assert a time, a rate, a profile or luck with, by package. A test takes
// its time from a clock that it turns itself and waits for what must come: internal/testkit has both.
var measures = map[string][]string{
	"time":                        {"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"},
	"context":                     {"WithTimeout", "WithTimeoutCause", "WithDeadline", "WithDeadlineCause"},
	"runtime":                     {"NumGoroutine", "Gosched", "ReadMemStats", "NumCgoCall"},
	"runtime/pprof":               {"StartCPUProfile", "Lookup", "Profiles", "WriteHeapProfile"},
	"runtime/metrics":             {"Read"},
	"testing":                     {"Benchmark", "AllocsPerRun"},
	"github.com/stretchr/testify": {"Eventually", "EventuallyWithT", "Never"},
	"math/rand":                   {"Seed"},
	"math/rand/v2":                {"N", "Int", "IntN", "Int64", "Int64N", "Uint32", "Uint64", "Float64", "Perm", "Shuffle"}, // without a seed
}

// excused are the files that may, and why.
var excused = map[string]struct {
	what []string
	why  string
}{
	"collections/access_test.go":      {[]string{"time.Now"}, "PocketBase's rules go by real time; the nearest edge is an hour away"},
	"hooks/doors_test.go":             {[]string{"time.Now"}, "the deadline of a connection is a time of the machine; it is compared to the minute"},
	"internal/httpapi/sse_test.go":    {[]string{"time.Sleep"}, "in a bubble of testing/synctest, whose time passes when nothing else can happen"},
	"internal/server/gently_test.go":  {[]string{"time.AfterFunc", "time.Now", "time.Sleep", "time.Since"}, "in a bubble of testing/synctest, whose time passes when nothing else can happen"},
	"internal/httpapi/body_test.go":   {[]string{"runtime.ReadMemStats"}, "what a bomb makes the process allocate is counted in bytes; unpacked it is sixteen times the bar"},
	"internal/rules/property_test.go": {[]string{"testing.AllocsPerRun"}, "allocations are counted, on one processor, and not timed"},
	"internal/server/bench_test.go":   {[]string{"runtime.ReadMemStats"}, "a benchmark: it prints a figure and asserts none"},
}

// TestNoTestAssertsATimeOrLuck: what goes by the clock of a busy machine is red by chance, and hides what
// is red for a reason. Figures are for make bench and the benchmarks.
func TestNoTestAssertsATimeOrLuck(t *testing.T) {
	used := map[string][]string{}
	for _, files := range sources(t) {
		for _, f := range files {
			if !f.test {
				continue
			}
			for _, found := range measured(t, filepath.Join("..", filepath.FromSlash(f.name)), nil) {
				if slices.Contains(excused[f.name].what, found.what) {
					used[f.name] = append(used[f.name], found.what)
					continue
				}
				t.Errorf("%s: %s: a test turns its own clock (testkit.Clock), waits with testkit.Receive or testkit.Until, and asserts no time", found.at, found.what)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(excused)) {
		for _, what := range excused[name].what {
			if !slices.Contains(used[name], what) {
				t.Errorf("%s is excused for %s, which it does not use: take the excuse out", name, what)
			}
		}
	}
}

func TestMeasuresAreSeen(t *testing.T) {
	for _, c := range []struct {
		imports, body string
		want          string
	}{
		{`"time"`, `began := time.Now(); _ = time.Since(began)`, "time.Now time.Since"},
		{`"time"`, `f := time.Now; _ = f`, "time.Now"},
		{`clock "time"`, `clock.Sleep(1)`, "time.Sleep"},
		{`"time"`, `_ = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC).Add(time.Hour)`, ""},
		{`"github.com/stretchr/testify/require"`, `require.Eventually(t, nil, 1, 1)`, "github.com/stretchr/testify.Eventually"},
		{`"math/rand/v2"`, `_ = rand.IntN(3)`, "math/rand/v2.IntN"},
		{`"math/rand/v2"`, `_ = rand.New(rand.NewPCG(1, 2)).IntN(3)`, ""},
		{`"strings"`, `time := w{}; time.Now()`, ""},
	} {
		source := []byte("package p\nimport " + c.imports + "\nfunc f() {\n" + c.body + "\n}\n")
		var got []string
		for _, found := range measured(t, "p.go", source) {
			got = append(got, found.what)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %s", c.body, got, c.want)
		}
	}
}

type finding struct{ at, what string }

// measured lists where a file names one of the measures.
func measured(t *testing.T, file string, source []byte) (list []finding) {
	t.Helper()
	files := token.NewFileSet()
	var src any
	if source != nil {
		src = source
	}
	tree, err := parser.ParseFile(files, file, src, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	under := map[string]string{} // the measures' package by the name it has in this file
	for _, spec := range tree.Imports {
		imported := strings.Trim(spec.Path.Value, `"`)
		for known := range measures {
			if imported != known && (!strings.Contains(known, ".") || !strings.HasPrefix(imported, known+"/")) {
				continue
			}
			name := imported[strings.LastIndex(imported, "/")+1:]
			if name == "v2" {
				name = "rand"
			}
			if spec.Name != nil {
				name = spec.Name.Name
			}
			under[name] = known
		}
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		s, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := s.X.(*ast.Ident); ok && slices.Contains(measures[under[x.Name]], s.Sel.Name) {
			list = append(list, finding{files.Position(s.Pos()).String(), under[x.Name] + "." + s.Sel.Name})
		}
		return true
	})
	return list
}
