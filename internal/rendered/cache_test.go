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

func TestARowIsCountedWithAllItsTexts(t *testing.T) {
	c := New(64 << 10)
	r := Row{Retracted: "r", Author: "author", Patient: "patient", Data: []byte("{}"), Values: []string{"team", "service"}}
	c.Add(visit(1), r)
	if want := overhead + len("rauthorpatient{}teamservice"); c.Bytes() != want {
		t.Errorf("it is counted as %d bytes, want %d", c.Bytes(), want)
	}
}
