package folding

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// MightBe says by what two registrations might be of the same person, in the order of Parts; nil where they are not alike.
// They are alike by the same NHS number; by a name that is spelt alike with the same birthday, or with one of birthday and
// number but for a slip; by the same birthday with the family name, or with one name and the same address or telephone; and,
// where a birthday is not known, by the name with the same address or telephone. Twins may be alike: it is for people to
// look, and decides nothing.
func (p Person) MightBe(o Person) (by []Part) {
	number, nearNumber := sameNumber(p.NHSNumber, o.NHSNumber)
	born, nearBorn := sameDay(p.DateOfBirth, o.DateOfBirth)
	given, family := p.namedAlike(o)
	address, telephone := p.livesAlike(o), p.rungAlike(o)
	whole := given && family
	switch {
	case number:
	case whole && (born || nearBorn || nearNumber):
	case born && family && (p.NHSNumber == "" || o.NHSNumber == ""): // Hal and Harold; two numbers would tell them apart
	case born && nearNumber, born && (address || telephone) && (given || family):
	case whole && (p.DateOfBirth == "" || o.DateOfBirth == "") && (address || telephone):
	default:
		return nil
	}
	for _, part := range []struct {
		name  Part
		alike bool
	}{{Name, whole || family || given}, {Address, address}, {Born, born || nearBorn}, {Number, number || nearNumber}, {Telephone, telephone}} {
		if part.alike {
			by = append(by, part.name)
		}
	}
	return by
}

// Candidates are searches of which each finds some of those whom a person might be; see MightBe.
func (p Person) Candidates() (searches []Sought) {
	add := func(part Part, texts ...string) {
		var term Term
		for _, text := range texts {
			if utf8.RuneCountInString(text) >= shortestNumber {
				term = append(term, Piece{text, []Part{part}})
			}
		}
		if term != nil {
			searches = append(searches, Sought{term})
		}
	}
	add(Number, Digits(p.NHSNumber))
	if day := Digits(p.DateOfBirth); len(day) == len("19410506") {
		add(Born, day, day[:4]+day[6:]+day[4:6])
	}
	for _, number := range strings.Fields(phones(p.Phone)) {
		add(Telephone, number)
	}
	var named Sought
	for _, word := range strings.Fields(Text(p.FamilyName) + " " + Text(p.GivenName)) {
		named = append(named, Term{wordPiece(word)})
	}
	if len(named) > 0 {
		searches = append(searches, named)
	}
	return searches
}

// namedAlike says whether the given and the family names of two people are spelt alike: one of each is enough, for
// people have several, and they may stand in each other's place. Whoever is known by one name alone is alike by that.
func (p Person) namedAlike(o Person) (given, family bool) {
	g1, f1 := names(p.GivenName, p.PreferredName), names(p.FamilyName)
	g2, f2 := names(o.GivenName, o.PreferredName), names(o.FamilyName)
	given, family = anySpelt(g1, g2), anySpelt(f1, f2)
	if (!given || !family) && anySpelt(names(p.GivenName), f2) && anySpelt(f1, names(o.GivenName)) {
		return true, true // family name first
	}
	return given || family && (len(g1) == 0 || len(g2) == 0), family
}

// names are the words of names, and each name as one word.
func names(each ...string) (words []string) {
	for _, name := range each {
		folded := Text(name)
		words = append(words, strings.Fields(folded)...)
		if joined := strings.ReplaceAll(folded, " ", ""); joined != folded {
			words = append(words, joined)
		}
	}
	return words
}

func anySpelt(a, b []string) bool {
	return slices.ContainsFunc(a, func(x string) bool {
		return slices.ContainsFunc(b, func(y string) bool { return speltAlike(x, y) })
	})
}

// The fewest letters of a name that may be written with one slip, with two, or short.
const (
	oneSlip  = 4
	twoSlips = 8
	short    = 3
)

// speltAlike says whether two words are the same name but for a slip, or one is the other in short: Sian and Siân, Jon and
// Jonathan, Novakova and Novokova. An initial is the name that begins with it.
func speltAlike(a, b string) bool {
	x, y := []rune(a), []rune(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	switch n := len(x); {
	case a == b:
		return true
	case n == 1:
		return x[0] == y[0]
	case n >= short && strings.HasPrefix(string(y), string(x)):
		return true
	case n >= twoSlips:
		return slips(x, y, 2) <= 2
	case n >= oneSlip:
		return slips(x, y, 1) <= 1
	}
	return false
}

// slips counts the letters that are added, left out, mistaken or exchanged with their neighbour between two words; what
// is more than most is most and one.
func slips(a, b []rune, most int) int {
	if len(b)-len(a) > most || len(a)-len(b) > most {
		return most + 1
	}
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	row := make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			other := 1
			if a[i-1] == b[j-1] {
				other = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+other)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return min(last[len(b)], most+1)
}

// sameNumber says whether two NHS numbers are one, or one but for a slip.
func sameNumber(a, b string) (same, near bool) {
	x, y := Digits(a), Digits(b)
	if x == "" || y == "" {
		return false, false
	}
	return x == y, x != y && slips([]rune(x), []rune(y), 1) == 1
}

// sameDay says whether two days are one, or one but for a slip: day and month exchanged, or a digit.
func sameDay(a, b string) (same, near bool) {
	x, y := Digits(a), Digits(b)
	if len(x) != len("19410506") || len(y) != len(x) {
		return false, false
	}
	return x == y, x != y && (x[:4] == y[:4] && x[4:6] == y[6:] && x[6:] == y[4:6] || slips([]rune(x), []rune(y), 1) == 1)
}

// livesAlike says whether two people live at the same postcode, or, where one has none, at the same address.
func (p Person) livesAlike(o Person) bool {
	if p.AddressHidden || o.AddressHidden {
		return false
	}
	joined := func(text string) string { return strings.ReplaceAll(Text(text), " ", "") }
	x, y := joined(p.Postcode), joined(o.Postcode)
	if x == "" || y == "" {
		x, y = joined(p.Address), joined(o.Address)
	}
	return x != "" && x == y
}

// rungAlike says whether two people are rung at the same number.
func (p Person) rungAlike(o Person) bool {
	if p.AddressHidden || o.AddressHidden {
		return false
	}
	theirs := strings.Fields(phones(o.Phone))
	return slices.ContainsFunc(strings.Fields(phones(p.Phone)), func(n string) bool { return slices.Contains(theirs, n) })
}
