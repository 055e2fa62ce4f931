package sim

import (
	"math/rand/v2"
	"testing"
	"time"
)

func TestBootTimes(t *testing.T) {
	at := time.Now()
	town, err := theTown()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("town built in %s", time.Since(at))
	for name, b := range town.disk {
		t.Logf("%s %d kB", name, len(b)>>10)
	}
	m := &machine{root: t.TempDir(), clock: &Clock{now: start}, entropy: rand.NewChaCha8([32]byte{8})}
	for range 3 {
		at = time.Now()
		if err := m.boot(town.disk); err != nil {
			t.Fatal(err)
		}
		t.Logf("booted in %s", time.Since(at))
		at = time.Now()
		if err := m.crash(); err != nil {
			t.Fatal(err)
		}
		t.Logf("crashed in %s", time.Since(at))
		at = time.Now()
		if err := m.shut(); err != nil {
			t.Fatal(err)
		}
		t.Logf("shut in %s", time.Since(at))
	}
}
