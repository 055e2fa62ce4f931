package care

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

var (
	soughtYearFirst = regexp.MustCompile(`\b(\d{4})-(\d{1,2})-(\d{1,2})\b`)
	soughtDayFirst  = regexp.MustCompile(`\b(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\b`)
	soughtMonth     = regexp.MustCompile(`(?i)\b(\d{1,2})\s+(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+(\d{4})\b`)
	soughtNumber    = regexp.MustCompile(`^[\d\s-]+$`)
)

var months = map[string]time.Month{"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12}

// Sought reads what somebody typed to find a person or a text: words that must all be found, at most so many. A date
// however it is written (1950-04-12, 12/04/1950, 12 April 1950) is one word, written as a Date is stored; a comma only
// parts words. Number is a number of at least six digits written in groups, such as 999 000 0018; then there are no
// words.
func Sought(text string, most int) (words []string, number string) {
	dated := soughtYearFirst.ReplaceAllStringFunc(text, func(s string) string {
		m := soughtYearFirst.FindStringSubmatch(s)
		return soughtDate(s, m[1], m[2], m[3])
	})
	dated = soughtDayFirst.ReplaceAllStringFunc(dated, func(s string) string {
		m := soughtDayFirst.FindStringSubmatch(s)
		return soughtDate(s, m[3], m[2], m[1])
	})
	dated = soughtMonth.ReplaceAllStringFunc(dated, func(s string) string {
		m := soughtMonth.FindStringSubmatch(s)
		return soughtDate(s, m[3], strconv.Itoa(int(months[strings.ToLower(m[2])])), m[1])
	})
	digits := strings.NewReplacer(" ", "", "-", "").Replace(strings.TrimSpace(dated))
	if dated == text && soughtNumber.MatchString(dated) && len(digits) >= 6 && digits != strings.TrimSpace(dated) && !isDay(dated) {
		return nil, digits
	}
	words = strings.FieldsFunc(dated, func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == ';' })
	return words[:min(len(words), most)], ""
}

func isDay(text string) bool {
	_, err := time.Parse(time.DateOnly, strings.TrimSpace(text))
	return err == nil
}

// soughtDate is a day as it is stored, or what was typed where there is no such day.
func soughtDate(typed, year, month, day string) string {
	y, _ := strconv.Atoi(year) // digits, by the pattern
	m, _ := strconv.Atoi(month)
	d, _ := strconv.Atoi(day)
	at := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	if at.Year() != y || int(at.Month()) != m || at.Day() != d {
		return typed
	}
	return at.Format(time.DateOnly)
}

// Folded is a text in small letters without accents: how people search.
func Folded(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	for _, r := range norm.NFD.String(text) {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}
