package importer

import (
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// Texts as people, registers and spreadsheets write them.

// tidy makes one space of every run of white space, no-break ones too, takes out characters that nobody sees, and
// puts letters with accents into one form.
func tidy(text string) string {
	text = strings.Map(func(r rune) rune {
		if r == '\u200B' || r == '\u2060' || r == '\uFEFF' || r == '\u00AD' || r == '\u200E' || r == '\u200F' {
			return -1
		}
		return r
	}, text)
	return strings.Join(strings.Fields(norm.NFC.String(text)), " ")
}

// spoilt says what was lost of a text before it came here; "" for nothing.
func spoilt(text string) string {
	switch {
	case !utf8.ValidString(text): // care says so, by the name of the field
		return ""
	case strings.ContainsRune(text, utf8.RuneError):
		return "holds a character that was lost on the way here"
	case sheetFault.MatchString(text):
		return "holds a fault of the spreadsheet instead of a value"
	}
	return ""
}

var (
	sheetFault = regexp.MustCompile(`^(#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!)|#{3,})$`)
	rounded    = regexp.MustCompile(`^[0-9](\.[0-9]+)?[eE]\+[0-9]+$`)
	dayNumber  = regexp.MustCompile(`^[0-9]{4,5}(\.0+)?$`)
	midnight   = regexp.MustCompile(`[T ]0?0:00(:00(\.0+)?)?(Z|\+00:00)?$`)
)

// garbled says that a text looks like UTF-8 that was read as Windows-1252: its letters beyond ASCII, written in that,
// are UTF-8.
func garbled(text string) bool {
	plain := true
	for _, r := range text {
		plain = plain && r < utf8.RuneSelf
	}
	if plain {
		return false
	}
	bytes, err := charmap.Windows1252.NewEncoder().String(text)
	return err == nil && utf8.ValidString(bytes) && bytes != text
}

// days are the ways to write one, day first. None has a year of two digits: it could be two.
var days = []string{time.DateOnly, "2006/01/02", "20060102", "2/1/2006", "2-1-2006", "2.1.2006", "2 Jan 2006", "2-Jan-2006", "2 January 2006"}

// parseDay reads a day; a time of midnight behind it says nothing.
func parseDay(text string) (time.Time, bool) {
	text = midnight.ReplaceAllString(tidy(text), "")
	for _, layout := range days {
		if day, err := time.Parse(layout, text); err == nil {
			return day, true
		}
	}
	return time.Time{}, false
}

// monthFirst says that a day can only have been written month first.
func monthFirst(text string) bool {
	text = midnight.ReplaceAllString(tidy(text), "")
	for _, layout := range []string{"1/2/2006", "1-2-2006"} {
		if day, err := time.Parse(layout, text); err == nil && day.Day() > 12 {
			return true
		}
	}
	return false
}

// tidyPhone gives a telephone number with the zero of its area code. Lost: a spreadsheet made a rounded number of it.
func tidyPhone(text string) (phone string, mended, lost bool) {
	text = strings.TrimSuffix(tidy(text), ".0")
	if rounded.MatchString(text) {
		return "", false, true
	}
	digits := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '-' {
			return -1
		}
		return r
	}, text)
	if withoutZero.MatchString(digits) {
		return "0" + text, true, false
	}
	return text, false, false
}

// withoutZero is a British number whose zero is missing: an area code or mobile prefix, ten digits in all (Ofcom,
// National Telephone Numbering Plan).
var withoutZero = regexp.MustCompile(`^[1-37-9][0-9]{9}$`)

var postcodeShape = regexp.MustCompile(`^([A-Z]{1,2}[0-9][A-Z0-9]?) ?([0-9][A-Z]{2})$`)

// tidyPostcode gives a postcode in capitals with one space, and whether it looks like one
// (BS 7666 shape; blank is fine). What does not is given back as it stands.
func tidyPostcode(text string) (string, bool) {
	text = tidy(text)
	if text == "" {
		return "", true
	}
	parts := postcodeShape.FindStringSubmatch(strings.ToUpper(strings.ReplaceAll(text, " ", "")))
	if parts == nil {
		return text, false
	}
	return parts[1] + " " + parts[2], true
}

// sentence fits a parser's sentence behind a field's name.
func sentence(err error) string { return strings.TrimSuffix(err.Error(), ".") }
