package internal_test

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// straight are the folders whose files must have an order in which they hardly use what comes later: under a
// tenth of the arrows between files may point backwards. Nobody can say of a folder where everything uses
// everything what a change to one file can break.
var straight = []string{"internal/arrange", "internal/handover", "internal/judge", "internal/pbstore", "internal/takein"}

// tenth is the share of arrows that may run back.
const tenth = 0.10

// TestFilesOfARoomHaveAnOrder: an arrow is one file using something that another declares.
func TestFilesOfARoomHaveAnOrder(t *testing.T) {
	for _, dir := range straight {
		arrows := fileArrows(t, filepath.Join("..", dir))
		order := bestOrder(arrows)
		back := backArrows(arrows, order)
		share := float64(len(back)) / float64(max(1, len(arrows)))
		t.Logf("%s: %d of %d arrows run back (%.0f %%)", dir, len(back), len(arrows), 100*share)
		if share >= tenth {
			t.Errorf("%s: %d of %d arrows between files run back in the best order, %s; these do:\n\t%s", dir, len(back), len(arrows),
				strings.Join(order, " "), strings.Join(back, "\n\t"))
		}
	}
}

func TestTheBestOrderIsFound(t *testing.T) {
	for _, c := range []struct {
		name   string
		arrows string
		back   int
	}{
		{"a chain", "a>b b>c a>c", 0},
		{"a chain told backwards", "c>b b>a", 0},
		{"a circle of two", "a>b b>a", 1},
		{"a circle of three and a chain", "a>b b>c c>a c>d d>e", 1},
		{"two circles", "a>b b>a c>d d>c a>c", 2},
	} {
		arrows := map[arrow]bool{}
		for _, text := range strings.Fields(c.arrows) {
			from, to, _ := strings.Cut(text, ">")
			arrows[arrow{from, to}] = true
		}
		if back := backArrows(arrows, bestOrder(arrows)); len(back) != c.back {
			t.Errorf("%s: %v, want %d", c.name, back, c.back)
		}
	}
}

// arrow: from uses what to declares.
type arrow struct{ from, to string }

// fileArrows are those between the files of a folder, tests apart. Imports are not followed: what matters is
// declared in the folder itself.
func fileArrows(t *testing.T, dir string) map[arrow]bool {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	if len(files) == 0 {
		t.Fatalf("%s holds no Go file", dir)
	}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{}}
	check := types.Config{Importer: nothing{}, Error: func(error) {}}
	own, _ := check.Check(dir, fset, files, info) // what hangs on an import is not known, and not asked for
	arrows := map[arrow]bool{}
	for ident, used := range info.Uses {
		if used.Pkg() != own || !used.Pos().IsValid() || used.Parent() != own.Scope() && !member(used) {
			continue
		}
		from, to := fset.Position(ident.Pos()).Filename, fset.Position(used.Pos()).Filename
		if from != to {
			arrows[arrow{filepath.Base(from), filepath.Base(to)}] = true
		}
	}
	return arrows
}

// member says whether something is a method or a field.
func member(o types.Object) bool {
	switch o := o.(type) {
	case *types.Var:
		return o.IsField()
	case *types.Func:
		return true
	}
	return false
}

// nothing is an importer that knows no package's content.
type nothing struct{}

func (nothing) Import(path string) (*types.Package, error) {
	p := types.NewPackage(path, filepath.Base(path))
	p.MarkComplete()
	return p, nil
}

// bestOrder puts files into an order in which few arrows run back: each file is moved to its best place until no move
// helps. It starts from several orders, always the same.
func bestOrder(arrows map[arrow]bool) []string {
	seen := map[string]int{} // uses minus being used: who uses much comes early
	for a := range arrows {
		seen[a.from]++
		seen[a.to]--
	}
	start := slices.Sorted(maps.Keys(seen))
	slices.SortStableFunc(start, func(a, b string) int { return cmp.Compare(seen[b], seen[a]) })
	best := start
	for turn := range len(start) {
		order := settle(arrows, append(slices.Clone(start[turn:]), start[:turn]...))
		if turn == 0 || len(backArrows(arrows, order)) < len(backArrows(arrows, best)) {
			best = order
		}
	}
	return best
}

func settle(arrows map[arrow]bool, order []string) []string {
	for better := true; better; {
		better = false
		for _, name := range slices.Clone(order) {
			at := slices.Index(order, name)
			to, gain := bestPlace(arrows, order, at)
			if gain > 0 {
				order = slices.Insert(slices.Delete(order, at, at+1), to, name)
				better = true
			}
		}
	}
	return order
}

// bestPlace says where a file stands best when the others keep their order, and how many arrows that turns forward.
func bestPlace(arrows map[arrow]bool, order []string, at int) (to, gain int) {
	name, sum := order[at], 0
	to = at
	for i := at - 1; i >= 0; i-- { // before order[i]: what it uses there runs forward, what uses it runs back
		sum += weigh(arrows, name, order[i])
		if sum > gain {
			to, gain = i, sum
		}
	}
	sum = 0
	for i := at + 1; i < len(order); i++ {
		sum += weigh(arrows, order[i], name)
		if sum > gain {
			to, gain = i, sum
		}
	}
	return to, gain
}

// weigh is what is gained when first stands before second instead of after it.
func weigh(arrows map[arrow]bool, first, second string) (gain int) {
	if arrows[arrow{first, second}] {
		gain++
	}
	if arrows[arrow{second, first}] {
		gain--
	}
	return gain
}

// backArrows are those that run against an order.
func backArrows(arrows map[arrow]bool, order []string) (back []string) {
	place := map[string]int{}
	for i, name := range order {
		place[name] = i
	}
	for a := range arrows {
		if place[a.from] > place[a.to] {
			back = append(back, a.from+" uses "+a.to)
		}
	}
	slices.Sort(back)
	return back
}
