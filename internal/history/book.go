package history

import "doorstep/internal/care"

// History is one life of a server on one database.
type History struct {
	// Number counts the histories of a database from 1.
	Number int64
	// After is the last number of the sequence before it.
	After int64
	Name  Name
}

// Epoch is an unbroken line of histories; a restore that was noticed begins another.
type Epoch struct {
	Name string
	// Fork is the last number of the epoch before that is still true.
	Fork int64
}

// Book is what a database knows of histories: its own, those that parted from it, and its epochs. It does
// not change: when a history begins or parts, the database is read again.
type Book struct {
	own    []History // by number, from 1 without gaps
	places map[Name]int
	lost   map[Name]int64 // histories of other copies, and where they parted
	epochs []Epoch        // in order; the first epoch, e1, is not among them
	past   string
}

// firstEpoch is the epoch a database is born in.
const firstEpoch = "e1"

// NewBook makes a book of what a database has stored: its histories by number, the points at which others
// parted, and its epochs in order.
func NewBook(own []History, lost map[Name]int64, epochs []Epoch) *Book {
	b := &Book{own: own, places: make(map[Name]int, len(own)), lost: lost, epochs: epochs}
	for i, h := range own {
		b.places[h.Name] = i
	}
	b.past = b.encode()
	return b
}

// after finds the epoch that followed another; false when none did.
func (b *Book) after(epoch string) (int, bool) {
	next := 0
	if epoch != firstEpoch {
		next = len(b.epochs)
		for i, e := range b.epochs {
			if e.Name == epoch {
				next = i + 1
			}
		}
	}
	return next, next < len(b.epochs)
}

// Current is the history that runs now; the zero History before the first.
func (b *Book) Current() History {
	if len(b.own) == 0 {
		return History{}
	}
	return b.own[len(b.own)-1]
}

// Has says whether a history is one of this database.
func (b *Book) Has(name Name) bool {
	_, ok := b.places[name]
	return ok
}

// Lost says whether a history is known to be another copy's.
func (b *Book) Lost(name Name) bool {
	_, ok := b.lost[name]
	return ok
}

// Reaches says whether a point of a history is part of this database, whose sequence stands at head.
func (b *Book) Reaches(name Name, seq, head int64) bool {
	place, ok := b.places[name]
	return ok && seq <= b.end(place, head)
}

// end is the last number of a history of this database: where the next began. The one that runs has none
// yet, and head stands for it.
func (b *Book) end(place int, head int64) int64 {
	if place+1 < len(b.own) {
		return b.own[place+1].After
	}
	return head
}

// Seen turns what an author saw into a number of this database, whose sequence stands at head in the epoch
// named. What was seen of a history that is ours counts up to its end; of one that parted, up to there; of
// an epoch without a history, up to the fork. Of anything else nothing counts as seen.
func (b *Book) Seen(base care.Base, epoch string, head int64) int64 {
	if base.History != "" {
		name := Name(base.History)
		if place, ok := b.places[name]; ok {
			return min(base.Seq, b.end(place, head))
		}
		return min(base.Seq, b.lost[name])
	}
	if base.Epoch == epoch {
		return min(base.Seq, head)
	}
	next, ok := b.after(base.Epoch)
	if !ok {
		return 0
	}
	seq := base.Seq
	for _, e := range b.epochs[next:] {
		seq = min(seq, e.Fork)
	}
	return seq
}
