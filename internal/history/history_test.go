package history

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"doorstep/internal/care"
)

// copyOf is one copy of a database: the starts it has seen and how far its sequence is.
type copyOf struct {
	starts []History
	head   int64
}

var namer = Namer{Key: []byte("a key of the tests"), Chance: rand.NewChaCha8([32]byte{7})}

func (c copyOf) start(t interface{ Fatal(...any) }) copyOf {
	number := int64(len(c.starts)) + 1
	name, err := namer.Name(number)
	if err != nil {
		t.Fatal(err)
	}
	c.starts = append(append([]History(nil), c.starts...), History{Number: number, After: c.head, Name: name})
	return c
}

func (c copyOf) book() *Book { return NewBook(c.starts, nil, nil) }

// common is how much two copies share: what was there when the one was made from the other.
func common(a, b copyOf) (starts int, upTo int64) {
	for starts < len(a.starts) && starts < len(b.starts) && a.starts[starts].Name == b.starts[starts].Name {
		starts++
	}
	upTo = min(a.head, b.head)
	for _, c := range []copyOf{a, b} {
		if starts < len(c.starts) {
			upTo = min(upTo, c.starts[starts].After)
		}
	}
	return starts, upTo
}

// Copies are made, started, written to and put back at random. Of a cursor that one of them gave out, any
// other finds that it is not its own exactly when it holds a number that only the first one knows or was
// given out after the two had parted, and where they parted: never too late, and to the number as long as
// neither was started more often since than a past names one by one.
func TestACopyThatWasPutBackKnowsWhereTheLostOneParted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		copies := []copyOf{copyOf{}.start(t)}
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			c := rapid.IntRange(0, len(copies)-1).Draw(t, "copy")
			switch rapid.IntRange(0, 3).Draw(t, "what") {
			case 0:
				copies[c] = copies[c].start(t)
			case 1: // the file of that moment is put on another machine, and started there
				copies = append(copies, copies[c].start(t))
			default:
				copies[c].head += int64(rapid.IntRange(0, 30).Draw(t, "numbers"))
			}
		}
		lost := rapid.SampledFrom(copies).Draw(t, "lost")
		here := rapid.SampledFrom(copies).Draw(t, "here")
		seen := rapid.Int64Range(0, lost.head).Draw(t, "seen")
		// A phone heard of seen from the start that was running then.
		heard := lost
		for len(heard.starts) > 1 && heard.starts[len(heard.starts)-1].After > seen {
			heard.starts = heard.starts[:len(heard.starts)-1]
		}
		starts, upTo := common(lost, here)
		past, err := ParsePast(heard.book().Past())
		if err != nil {
			t.Fatal(err)
		}
		at, names, parted := here.book().Parting(past, seen, here.head)
		foreign := len(heard.starts) > starts
		if want := foreign || seen > upTo; parted != want {
			t.Fatalf("heard %v up to %d, here %v to %d: parted is %v, want %v", heard.starts, seen, here.starts, here.head, parted, want)
		}
		if !parted {
			return
		}
		if at > upTo {
			t.Fatalf("parted at %d is later than the truth, %d", at, upTo)
		}
		if close := len(heard.starts)-starts < dense; close && at != upTo {
			t.Fatalf("heard %v, here %v: parted at %d, want %d", heard.starts, here.starts, at, upTo)
		}
		// What is remembered of it makes bases of that copy count for what is shared, and no more.
		remembered := map[Name]int64{}
		for _, name := range names {
			remembered[name] = at
		}
		book := NewBook(here.starts, remembered, nil)
		last := heard.starts[len(heard.starts)-1].Name
		if got := book.Seen(care.Base{Epoch: "e1", Seq: seen, History: string(last)}, "e1", here.head); got > min(seen, upTo) {
			t.Fatalf("%d of %s counts as %d, and only %d is shared", seen, last, got, upTo)
		}
	})
}

func TestWhatABaseCountsFor(t *testing.T) {
	db := copyOf{}.start(t)
	db.head = 100
	db = db.start(t)
	db.head = 150
	first, second := string(db.starts[0].Name), string(db.starts[1].Name)
	strange, err := namer.Name(2)
	if err != nil {
		t.Fatal(err)
	}
	epochs := []Epoch{{"e2x", 120}, {"e3y", 1 << 33}}
	book := NewBook(db.starts, map[Name]int64{strange: 110}, epochs)
	const head = 2 << 32
	for _, c := range []struct {
		name string
		base care.Base
		want int64
	}{
		{"nothing seen", care.Base{}, 0},
		{"a number of the present epoch", care.Base{Epoch: "e3y", Seq: 7}, 7},
		{"a number above the head", care.Base{Epoch: "e3y", Seq: 3 << 32}, head},
		{"a number below the fork of an old epoch", care.Base{Epoch: "e1", Seq: 90}, 90},
		{"a number above it", care.Base{Epoch: "e1", Seq: 130}, 120},
		{"a number of the epoch between", care.Base{Epoch: "e2x", Seq: 2 << 33}, 1 << 33},
		{"an epoch nobody knows", care.Base{Epoch: "e9", Seq: 5}, 0},
		{"what our first start said", care.Base{Epoch: "e1", Seq: 90, History: first}, 90},
		{"what it cannot have said", care.Base{Epoch: "e1", Seq: 130, History: first}, 100},
		{"what our second start said, above the fork of its epoch", care.Base{Epoch: "e1", Seq: 130, History: second}, 130},
		{"what a start said that parted", care.Base{Epoch: "e1", Seq: 130, History: string(strange)}, 110},
		{"what it said before", care.Base{Epoch: "e1", Seq: 90, History: string(strange)}, 90},
		{"a start nobody knows", care.Base{Epoch: "e3y", Seq: 90, History: "2-aaaaaaaaaaaaa"}, 0},
	} {
		if got := book.Seen(c.base, "e3y", head); got != c.want {
			t.Errorf("%s: %+v counts as %d, want %d", c.name, c.base, got, c.want)
		}
	}
}

func TestNobodyElseCanNameAHistory(t *testing.T) {
	name, err := namer.Name(17)
	if err != nil {
		t.Fatal(err)
	}
	if number, own := namer.Own(name); !own || number != 17 {
		t.Errorf("%s is not taken for its own name: %d, %v", name, number, own)
	}
	other := Namer{Key: []byte("another key"), Chance: namer.Chance}
	foreign, err := other.Name(17)
	if err != nil {
		t.Fatal(err)
	}
	for what, made := range map[string]Name{"of another server": foreign, "with another number": "18" + name[2:], "with a zero before": "0" + name,
		"cut short": name[:len(name)-1], "longer": name + "a", "without its end": "17-", "empty": "", "with other letters": "17-" + "1" + name[4:]} {
		if _, own := namer.Own(made); own {
			t.Errorf("a name %s is believed: %s", what, made)
		}
	}
}

func TestAPastStaysShortHoweverOftenTheServerStarts(t *testing.T) {
	c := copyOf{}
	for range 5000 {
		c = c.start(t)
		c.head += 1000
	}
	text := c.book().Past()
	past, err := ParsePast(text)
	if err != nil {
		t.Fatal(err)
	}
	if len(text) > 500 || past[0] != c.starts[4999] || past[len(past)-1] != c.starts[0] {
		t.Errorf("%d characters, from %v to %v", len(text), past[0], past[len(past)-1])
	}
	for i, h := range past {
		if h != c.starts[h.Number-1] || i > 0 && h.Number >= past[i-1].Number {
			t.Errorf("place %d is %v", i, h)
		}
	}
}

// FuzzParsePast: whatever is under a seal, reading never panics, and what is taken for a past is one.
func FuzzParsePast(f *testing.F) {
	c := copyOf{}
	for range 20 {
		c = c.start(f)
		c.head += 7
		f.Add(c.book().Past())
	}
	f.Add("AQ")
	f.Add("____________")
	f.Fuzz(func(t *testing.T, text string) {
		past, err := ParsePast(text)
		if err != nil {
			if past != nil {
				t.Fatalf("refused %q and returned %v", text, past)
			}
			return
		}
		for _, h := range past {
			if _, _, ok := split(h.Name); !ok || h.After < 0 {
				t.Fatalf("%q holds %v", text, h)
			}
		}
	})
}
