package folding

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// letters that no accent makes, as they are typed where the keyboard has none.
var letters = strings.NewReplacer("ł", "l", "ø", "o", "đ", "d", "ð", "d", "þ", "th", "ß", "ss", "æ", "ae", "œ", "oe", "ı", "i")

// apostrophes, and what is typed in their place. They part no words.
var apostrophes = strings.NewReplacer("'", "", "’", "", "ʼ", "", "‘", "", "`", "", "´", "", "ʻ", "", "′", "")

// plain is a text in small letters without accents and apostrophes, and without signs that nobody sees.
func plain(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	for _, r := range norm.NFKD.String(apostrophes.Replace(text)) {
		if !unicode.In(r, unicode.M, unicode.Cf) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return apostrophes.Replace(letters.Replace(b.String()))
}

// spaced is letters and digits alone, with one space for whatever stood between them.
func spaced(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return !unicode.In(r, unicode.L, unicode.N) }), " ")
}

// Text is a text as it is compared: "O’Connor-Łukasz, Siân" is "oconnor lukasz sian".
func Text(text string) string { return spaced(plain(text)) }

// Joined is Text without its spaces, for whoever compares whole names: "Zoë-Anne", "Zoe Anne" and "ZOEANNE" are one.
func Joined(text string) string { return strings.ReplaceAll(Text(text), " ", "") }

// Digits are the digits of a number however it is grouped: "999 000 0018" is "9990000018".
func Digits(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, norm.NFKD.String(text))
}

// phoneNumber is one of several telephone numbers in a field: "01632 960001 / 07700 900456".
var phoneNumber = regexp.MustCompile(`[0-9][0-9()+.\s-]*`)

// shortestWhole is the fewest digits of a whole telephone number with the code of its country; what has fewer and begins
// like the code is some other number.
const shortestWhole = 11

// Phone is a telephone number as it is dialled in this country: "+44 (0)7700 900123" is "07700900123".
func Phone(text string) string {
	digits := Digits(text)
	rest, abroad := strings.CutPrefix(digits, "00")
	national, ours := strings.CutPrefix(rest, "44")
	if !ours || !abroad && len(digits) < shortestWhole {
		return digits
	}
	return "0" + strings.TrimLeft(national, "0")
}

// phones are the telephone numbers in a field.
func phones(text string) string {
	found := phoneNumber.FindAllString(norm.NFKD.String(text), -1)
	for i := range found {
		found[i] = Phone(found[i])
	}
	return strings.Join(found, " ")
}
