package folding

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Sought is what somebody typed to find a person or a text: each of its terms must be found.
type Sought []Term

// Term is a word or a number that was typed: one of its pieces must be found.
type Term []Piece

// Piece is a folded text that stands anywhere in one of some parts.
type Piece struct {
	Text string
	In   []Part
}

// shortestNumber is the fewest digits that are looked for in numbers and dates.
const shortestNumber = 3

// longestNumber is the most digits of one number: a telephone number with 00 and the code of the country.
const longestNumber = 14

// The names of months, and days as they are written: numbers first by year, then by day, with the month in words.
const (
	monthName = `(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)`
	ordinal   = `(?:st|nd|rd|th)?`
)

var days = []struct {
	form             *regexp.Regexp
	year, month, day int // which group of the form
}{
	{regexp.MustCompile(`\b(\d{4})[-./](\d{1,2})[-./](\d{1,2})\b`), 1, 2, 3},
	{regexp.MustCompile(`\b(\d{1,2})[-./](\d{1,2})[-./](\d{4}|\d{2})\b`), 3, 2, 1},
	{regexp.MustCompile(`\b(\d{1,2})` + ordinal + `[-./\s]*(?:of\s+)?` + monthName + `[-./,\s]*(\d{4}|\d{2})\b`), 3, 2, 1},
	{regexp.MustCompile(`\b` + monthName + `[.\s]*(\d{1,2})` + ordinal + `[,\s]+(\d{4})\b`), 3, 1, 2},
	{regexp.MustCompile(`\b` + monthName + `[-./,\s]*(\d{4})\b`), 2, 1, 0},
	{regexp.MustCompile(`\b(\d{1,2})[-./](\d{4})\b`), 2, 1, 0},
}

// daySpaced are the digits of a day with spaces between them, or with none.
var daySpaced = regexp.MustCompile(`^(?:(\d{1,2}) (\d{1,2}) (\d{4}|\d{2})|(\d{2})(\d{2})(\d{2}))$`)

// dayAndMonth may also be a number of a house.
var dayAndMonth = regexp.MustCompile(`^(\d{1,2})/(\d{1,2})$`)

// Read is what somebody typed, at most so many terms of it. A day may be typed in any usual form; digits are looked for
// in numbers, in days of birth and in words, in whatever groups they came.
func Read(text string, most int) Sought {
	var s Sought
	rest := plain(text)
	for _, form := range days {
		rest = form.form.ReplaceAllStringFunc(rest, func(typed string) string {
			m := form.form.FindStringSubmatch(typed)
			day := ""
			if form.day > 0 {
				day = m[form.day]
			}
			born := bornPieces(m[form.year], m[form.month], day)
			if born == nil {
				return typed
			}
			s = append(s, born)
			return " "
		})
	}
	var run []string
	for _, word := range strings.Fields(rest) {
		if m := dayAndMonth.FindStringSubmatch(word); m != nil && len(run) == 0 {
			for _, half := range m[1:] {
				// The day stands second among the digits of a birthday; see bornOn.
				s = append(s, append(Term{{Text: " " + two(m[1]) + two(m[2]), In: []Part{Born}}}, wordPiece(half)))
			}
			continue
		}
		for _, w := range strings.Fields(spaced(word)) {
			if strings.Trim(w, "0123456789") == "" {
				run = append(run, w)
				continue
			}
			s = append(s, numberTerms(run)...)
			run = nil
			s = append(s, Term{wordPiece(w)})
		}
	}
	s = append(s, numberTerms(run)...)
	return s[:min(len(s), most)]
}

func wordPiece(word string) Piece { return Piece{word, inWords} }

// numberTerms are the terms of digits that were typed one after the other: they are one number in groups, or words of an
// address, or where they are too many for one number each is one by itself.
func numberTerms(run []string) (terms []Term) {
	together, joined := numberPieces(strings.Join(run, " ")), strings.Join(run, "")
	for _, digits := range run {
		term := append(slices.Clone(together), wordPiece(digits))
		if len(digits) < len(joined) && len(joined) > longestNumber {
			term = append(term, numberPieces(digits)...)
		}
		terms = append(terms, term)
	}
	return terms
}

// numberPieces look for digits in numbers and in days of birth.
func numberPieces(typed string) (pieces Term) {
	digits := strings.ReplaceAll(typed, " ", "")
	if len(digits) < shortestNumber {
		return nil
	}
	if m := daySpaced.FindStringSubmatch(typed); m != nil {
		pieces = bornPieces(m[3]+m[6], m[2]+m[5], m[1]+m[4])
	}
	pieces = append(pieces, Piece{digits, []Part{Number, Born, Telephone}})
	phone := Phone(digits)
	if rest, ok := strings.CutPrefix(digits, "44"); ok && phone == digits {
		phone = strings.TrimLeft(rest, "0") // the beginning of a number with the code of its country
	}
	if whole := strings.TrimLeft(phone, "0"); len(phone) >= shortestWhole-1 {
		phone = whole // a spreadsheet takes the first 0 away
	}
	if phone != digits && len(phone) >= shortestNumber {
		pieces = append(pieces, Piece{phone, []Part{Telephone}})
	}
	return pieces
}

// bornPieces find whoever was born on a day, or in a month where the day is ""; nil where there is no such day. A year of
// two digits is one of this century or of the last.
func bornPieces(year, month, day string) (pieces Term) {
	m := monthOf(month)
	first := day
	if first == "" {
		first = "1"
	}
	centuries := []string{""}
	if len(year) == 2 {
		centuries = []string{"19", "20"}
	}
	for _, c := range centuries {
		written := c + year + "-" + two(m) + "-" + two(first)
		if at, err := time.Parse(time.DateOnly, written); err != nil || at.Year() < 1800 {
			continue
		}
		text := c + year + two(m)
		if day != "" {
			text += two(day)
		}
		pieces = append(pieces, Piece{text, []Part{Born}})
	}
	return pieces
}

// monthOf is the number of a month that was typed as one, or as its name.
func monthOf(typed string) string {
	const names = "janfebmaraprmayjunjulaugsepoctnovdec"
	if at := strings.Index(names, typed[:min(3, len(typed))]); at >= 0 && typed[0] > '9' {
		return strconv.Itoa(at/3 + 1)
	}
	return typed
}

func two(digits string) string {
	if len(digits) == 1 {
		return "0" + digits
	}
	return digits
}

// Within is what may be found in some parts alone. A term that is left with nothing finds nobody.
func (s Sought) Within(parts ...Part) Sought {
	within := make(Sought, len(s))
	for i, term := range s {
		for _, p := range term {
			p.In = slices.DeleteFunc(slices.Clone(p.In), func(in Part) bool { return !slices.Contains(parts, in) })
			if len(p.In) > 0 {
				within[i] = append(within[i], p)
			}
		}
	}
	return within
}

// Find says whether all that is sought is found, and in which parts: each term in the first that holds it.
func (s Sought) Find(in Document) (by []Part, found bool) {
	for _, term := range s {
		i := slices.IndexFunc(Parts, func(part Part) bool { return term.standsIn(part, in[part]) })
		if i < 0 {
			return nil, false
		}
		by = append(by, Parts[i])
	}
	slices.SortFunc(by, func(a, b Part) int { return slices.Index(Parts, a) - slices.Index(Parts, b) })
	return slices.Compact(by), true
}

// standsIn says whether one of the pieces of a term stands in the text of a part.
func (t Term) standsIn(part Part, text string) bool {
	return slices.ContainsFunc(t, func(p Piece) bool { return slices.Contains(p.In, part) && strings.Contains(text, p.Text) })
}

// Words are the words that were typed, as a name may begin with them.
func (s Sought) Words() (words []string) {
	for _, term := range s {
		for _, p := range term {
			if slices.Contains(p.In, Name) {
				words = append(words, p.Text)
			}
		}
	}
	return words
}

// Short says whether a term has a piece of fewer characters than an index of three at a time can find.
func (t Term) Short() bool {
	return slices.ContainsFunc(t, func(p Piece) bool { return utf8.RuneCountInString(p.Text) < 3 })
}
