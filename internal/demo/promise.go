package demo

import (
	"fmt"
)

// verdict is one promise after it was checked.
type verdict struct {
	promise  string
	evidence int      // how much was looked at
	of       string   // of what
	broken   []string // what is wrong, ids and outcomes only; empty = kept
}

func (v *verdict) kept() bool { return len(v.broken) == 0 }

func (v *verdict) breaks(format string, args ...any) {
	v.broken = append(v.broken, fmt.Sprintf(format, args...))
}

// witnesses is all that the promises are checked with: what people recorded, what their phones
// hold, and what the tables say.
type witnesses struct {
	tape     *tape
	handsets []*handset
	books    *books
	hood     *hood
	seeded   map[string]bool // records that were there before the first phone, as collection/id
	repeats  int             // requests that arrived twice
}

// promises are what Doorstep stands for, each with the check that can prove it wrong.
var promises = []func(*witnesses) *verdict{
	noneLost, noneDoubled, everyLoserFindable, phonesAgree, alarmsOnce, clocksPutRight,
}

// check looks at every promise.
func (w *witnesses) check() []*verdict {
	list := make([]*verdict, 0, len(promises))
	for _, p := range promises {
		list = append(list, p(w))
	}
	return list
}

// short names a record without saying whom it is about.
func short(id string) string {
	if len(id) > 8 {
		return "…" + id[len(id)-8:]
	}
	return id
}
