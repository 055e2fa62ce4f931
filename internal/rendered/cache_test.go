package rendered

import (
	"fmt"
	"strings"
	"testing"

	"doorstep/internal/care"
)

func visit(n int) Key {
	return Key{Record: fmt.Sprintf("visit %d", n), Version: 7, View: care.Clinical}
}

func note(bytes int) Row { return Row{Data: []byte(strings.Repeat("n", bytes)), Author: "nurse"} }

func TestWhatWasPushedLastIsKeptAndWhatNobodyAskedForGoes(t *testing.T) {
	c := New(100 * note(744).size())
	for n := range 100 {
		c.Add(visit(n), note(744))
	}
	if _, ok := c.Get(visit(0)); !ok {
		t.Fatal("there was room for all of them")
	}
	c.Add(visit(100), note(744))
	for n, kept := range map[int]bool{0: true, 1: false, 2: true, 100: true} {
		if _, ok := c.Get(visit(n)); ok != kept {
			t.Errorf("visit %d is kept: %t, want %t", n, ok, kept)
		}
	}
}

func TestOneVersionForOneKindOfViewerIsKept(t *testing.T) {
	c := New(1 << 20)
	c.Add(visit(1), note(10))
	later, limited := visit(1), visit(1)
	later.Version, limited.View = 8, care.Limited
	for _, k := range []Key{later, limited} {
		if _, ok := c.Get(k); ok {
			t.Errorf("%+v was never kept", k)
		}
	}
}

func TestBytesAreCountedWhateverComesAndGoes(t *testing.T) {
	c := New(64 << 10)
	for n := range 5000 {
		c.Add(visit(n%90), note(n*37%9000))
		sum := 0
		for _, r := range c.rows.Values() {
			sum += r.size()
		}
		if c.bytes != sum || sum > 64<<10 {
			t.Fatalf("after %d: %d bytes are counted, there are %d", n, c.bytes, sum)
		}
	}
	c.Forget()
	if c.bytes != 0 || c.rows.Len() != 0 {
		t.Errorf("%d bytes in %d rows are left", c.bytes, c.rows.Len())
	}
}
