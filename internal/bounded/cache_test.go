package bounded

import (
	"strings"
	"testing"
)

func texts(most int) *Cache[int, string] {
	return New[int](most, func(s string) int { return len(s) })
}

func TestWhatWasAskedForLastIsKeptAndWhatNobodyAskedForGoes(t *testing.T) {
	c := texts(1000)
	for n := range 100 {
		c.Add(n, "ten bytes.")
	}
	if _, ok := c.Get(0); !ok {
		t.Fatal("there was room for all of them")
	}
	c.Add(100, "ten bytes.")
	for n, kept := range map[int]bool{0: true, 1: false, 2: true, 100: true} {
		if _, ok := c.Get(n); ok != kept {
			t.Errorf("%d is kept: %t, want %t", n, ok, kept)
		}
	}
}

func TestBytesAreCountedWhateverComesAndGoes(t *testing.T) {
	const most = 64 << 10
	c := texts(most)
	for n := range 5000 {
		if n%7 == 0 {
			c.Remove(n * 5 % 90)
		}
		c.Add(n%90, strings.Repeat("n", n*37%9000))
		sum := 0
		for _, v := range c.kept.Values() {
			sum += max(1, len(v.value))
		}
		if c.Bytes() != sum || sum > most {
			t.Fatalf("after %d: %d bytes are counted, there are %d of %d", n, c.Bytes(), sum, most)
		}
	}
	c.Forget()
	if c.Bytes() != 0 || c.kept.Len() != 0 {
		t.Errorf("%d bytes in %d values are left", c.Bytes(), c.kept.Len())
	}
}

func TestWhatTakesAnEighthOfAllIsNotKeptNorWhatItWasBefore(t *testing.T) {
	c := texts(800)
	c.Add(1, "short")
	c.Add(1, strings.Repeat("n", 101))
	if v, ok := c.Get(1); ok {
		t.Errorf("%d bytes are kept", len(v))
	}
	if c.Bytes() != 0 {
		t.Errorf("%d bytes are counted", c.Bytes())
	}
}
