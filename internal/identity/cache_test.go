package identity

import (
	"testing"
	"time"
)

func TestCache_is_bounded_and_drops_what_was_used_longest_ago(t *testing.T) {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	c := newCache(2)
	for i := range byte(3) {
		c.put(tokenHash{i}, Session{Device: string('a' + rune(i))}, now, now.Add(time.Minute), 0)
		if _, _, _, ok := c.get(tokenHash{0}, now); !ok && i < 2 {
			t.Fatalf("%d: the first went too soon", i)
		}
	}
	if _, _, _, ok := c.get(tokenHash{1}, now); ok || len(c.byToken) != 2 || c.order.Len() != 2 {
		t.Fatalf("kept %d", len(c.byToken))
	}
	if _, _, _, ok := c.get(tokenHash{0}, now.Add(time.Minute)); ok || len(c.byToken) != 1 {
		t.Fatal("expired, but kept")
	}
	c.revoke("c")
	if len(c.byToken) != 0 {
		t.Fatal("revoked, but kept")
	}
	c.put(tokenHash{9}, Session{}, now, now.Add(time.Minute), 0)
	if len(c.byToken) != 0 {
		t.Fatal("kept what was read before the revocation")
	}
}
