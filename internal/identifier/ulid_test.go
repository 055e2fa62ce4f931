package identifier

import (
	"bytes"
	"errors"
	"io"
	"math/rand"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"
)

// morning is when these tests happen.
var morning = time.Date(2026, 3, 2, 9, 30, 0, 123_000_000, time.UTC)

// seeded is entropy that is the same in every run.
func seeded() io.Reader { return rand.New(rand.NewSource(1)) }

func TestReadARecordID(t *testing.T) {
	for _, c := range []struct {
		name, text string
		code       Code
	}{
		{"an ordinary id", "01kjpbzp3vfgw6k2m8q0r4t7yz", ""},
		{"the earliest", "00000000000000000000000000", ""},
		{"the latest", "7zzzzzzzzzzzzzzzzzzzzzzzzz", ""},
		{"random part with i, l, o and u", "01kjpbzp3vilouilouilouilou", ""},
		{"one short", "01kjpbzp3vfgw6k2m8q0r4t7y", CodeLength},
		{"one long", "01kjpbzp3vfgw6k2m8q0r4t7yza", CodeLength},
		{"nothing", "", CodeLength},
		{"a UUID", "0198d3a5-4f60-7c5e-9a41-3b2f", CodeLength},
		{"26 bytes, 25 letters", "01kjpbzp3vfgw6k2m8q0r4t7é", CodeCharacters},
		{"upper case", "01KJPBZP3VFGW6K2M8Q0R4T7YZ", CodeCharacters},
		{"one capital in the random part", "01kjpbzp3vfgw6k2m8q0r4t7yZ", CodeCharacters},
		{"a hyphen", "01kjpbzp3v-gw6k2m8q0r4t7yz", CodeCharacters},
		{"a newline behind", "01kjpbzp3vfgw6k2m8q0r4t7y\n", CodeCharacters},
		{"just above z", "01kjpbzp3vfgw6k2m8q0r4t7y{", CodeCharacters},
		{"an l in the time", "0lkjpbzp3vfgw6k2m8q0r4t7yz", CodeTime},
		{"a u as the last of the time", "01kjpbzp3ufgw6k2m8q0r4t7yz", CodeTime},
		{"a u as the first of the random part", "01kjpbzp3vugw6k2m8q0r4t7yz", ""},
		{"a time beyond 48 bits", "80000000000000000000000000", CodeTime},
		{"a time that begins with a letter", "z0000000000000000000000000", CodeTime},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := ParseULID(c.text)
			if codeOf(err) != c.code || err == nil && string(got) != c.text || err != nil && got != "" {
				t.Errorf("got %q, %v; want %q", got, err, c.code)
			}
		})
	}
}

func TestMakeAnID(t *testing.T) {
	a, err := NewULID(morning, seeded())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ParseULID(string(a)); err != nil || !a.Time().Equal(morning) {
		t.Errorf("%s holds %v, %v", a, a.Time(), err)
	}
	if b, _ := NewULID(morning, seeded()); a != b {
		t.Errorf("same time, same entropy: %s and %s", a, b)
	}
	if later, _ := NewULID(morning.Add(time.Millisecond), bytes.NewReader(make([]byte, 10))); later <= a {
		t.Errorf("%s of a millisecond later does not sort after %s", later, a)
	}
	if got := ULID("not an id").Time(); !got.IsZero() {
		t.Errorf("a time from nonsense: %v", got)
	}
	for name, c := range map[string]struct {
		at      time.Time
		entropy string
		want    error
	}{
		"before 1970":  {time.Date(1969, 12, 31, 23, 59, 59, 0, time.UTC), "1234567890", ulid.ErrBigTime},
		"after 10889":  {time.Date(10889, 8, 3, 0, 0, 0, 0, time.UTC), "1234567890", ulid.ErrBigTime},
		"no entropy":   {morning, "", io.EOF},
		"half entropy": {morning, "12345", io.ErrUnexpectedEOF},
	} {
		if got, err := NewULID(c.at, strings.NewReader(c.entropy)); !errors.Is(err, c.want) || got != "" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		if got, err := NewMinter(strings.NewReader(c.entropy)).New(c.at); !errors.Is(err, c.want) || got != "" {
			t.Errorf("minter, %s: %q, %v", name, got, err)
		}
	}
}

func TestMinterRisesWhateverTheClockDoes(t *testing.T) {
	minter := NewMinter(seeded())
	var last ULID
	for i, step := range []time.Duration{0, 0, time.Millisecond, 0, -time.Hour, 0, time.Hour, 999 * time.Microsecond, -time.Nanosecond} {
		id, err := minter.New(morning.Add(step))
		if err != nil {
			t.Fatal(err)
		}
		if id <= last {
			t.Errorf("id %d: %s does not rise above %s", i, id, last)
		}
		last = id
	}
	if want := morning.Add(time.Hour); !last.Time().Equal(want) {
		t.Errorf("the clock went back and the id holds %v, want %v", last.Time(), want)
	}
}

func TestMinterBorrowsWhenAMillisecondIsFull(t *testing.T) {
	full := bytes.Repeat([]byte{0xff}, 10) // the highest random part there is
	minter := NewMinter(io.MultiReader(bytes.NewReader(full), seeded()))
	first, err := minter.New(morning)
	if err != nil {
		t.Fatal(err)
	}
	second, err := minter.New(morning)
	if err != nil || second <= first || !second.Time().Equal(morning.Add(time.Millisecond)) {
		t.Errorf("after %s came %s, %v", first, second, err)
	}
}

func TestMinterServesManyAtOnce(t *testing.T) {
	minter := NewMinter(seeded())
	const workers, each = 8, 500
	made := make([][]ULID, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := range each {
				id, err := minter.New(morning.Add(time.Duration(i%3) * time.Millisecond))
				if err != nil {
					t.Error(err)
					return
				}
				made[w] = append(made[w], id)
			}
		})
	}
	wg.Wait()
	for w := range made {
		if !slices.IsSorted(made[w]) {
			t.Errorf("worker %d saw ids out of order", w)
		}
	}
	all := slices.Concat(made...)
	slices.Sort(all)
	if unique := slices.Compact(all); len(unique) != workers*each {
		t.Errorf("%d different ids of %d", len(unique), workers*each)
	}
}

// FuzzParseULID: what is accepted fits the database's pattern, and its time survives.
func FuzzParseULID(f *testing.F) {
	pattern := regexp.MustCompile(`\A[a-z0-9]{26}\z`)
	f.Fuzz(func(t *testing.T, text string) {
		id, err := ParseULID(text)
		if err != nil {
			if !ULID(text).Time().IsZero() {
				t.Fatalf("%q was refused and has a time", text)
			}
			return
		}
		if !pattern.MatchString(string(id)) {
			t.Fatalf("%q was accepted", text)
		}
		again, err := NewULID(id.Time(), seeded())
		if err != nil || again[:10] != id[:10] {
			t.Fatalf("%q holds %v, which is written %s, %v", id, id.Time(), again, err)
		}
	})
}
