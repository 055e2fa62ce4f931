package news2

import (
	"strconv"
	"strings"
)

// Tenths is a temperature in whole tenths of a degree Celsius: 37.5 °C is 375.
// The RCP table has no band between 35.0 and 35.1, so a second decimal would have
// no score; whole tenths make that impossible and every comparison exact.
type Tenths int

// The codes of a [DecimalError].
const (
	CodeNotANumber      = "not_a_number"      // not a plain JSON number
	CodeTooManyDecimals = "too_many_decimals" // more than one decimal place
	CodeTooLarge        = "too_large"         // more digits than any temperature has
)

// DecimalError says why a text is not a decimal with at most one place.
type DecimalError struct {
	Code    string // one of the Code constants
	Message string // a plain sentence for the person who typed it
}

// Error returns the sentence for people.
func (e *DecimalError) Error() string { return e.Message }

var (
	errNotANumber      = &DecimalError{CodeNotANumber, "The temperature is not a number such as 37.5."}
	errTooManyDecimals = &DecimalError{CodeTooManyDecimals, "The temperature has more than one decimal place."}
	errTooLarge        = &DecimalError{CodeTooLarge, "The temperature has too many digits."}
)

// maxDigits bounds the whole-number part, far above any temperature.
const maxDigits = 6

// ParseTenths turns a JSON number with at most one decimal place into tenths:
// 37 and 37.0 are 370, 37.5 is 375. It works on the text, never on a float, so
// 36.1 cannot become 36.099. Refused with a *DecimalError: two or more decimal
// places (37.50 too: nobody read that off a thermometer), exponents, quotes,
// spaces, and anything else JSON does not call a number.
func ParseTenths(text string) (Tenths, error) {
	digits, negative := strings.CutPrefix(text, "-")
	whole, fraction, hasPoint := strings.Cut(digits, ".")
	switch {
	case !allDigits(whole) || len(whole) > 1 && whole[0] == '0':
		return 0, errNotANumber
	case hasPoint && !allDigits(fraction):
		return 0, errNotANumber
	case len(fraction) > 1:
		return 0, errTooManyDecimals
	case len(whole) > maxDigits:
		return 0, errTooLarge
	}
	if !hasPoint {
		fraction = "0"
	}
	n, err := strconv.Atoi(whole + fraction)
	if err != nil {
		return 0, errNotANumber
	}
	if negative {
		n = -n
	}
	return Tenths(n), nil
}

// allDigits reports whether s is one or more ASCII digits.
func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// String writes the temperature in degrees with one decimal place always, as a
// nurse would: "37.0".
func (t Tenths) String() string {
	sign, n := "", int64(t)
	if n < 0 {
		sign, n = "-", -n
	}
	return sign + strconv.FormatInt(n/10, 10) + "." + strconv.FormatInt(n%10, 10)
}

// MarshalJSON writes the shortest JSON number, 37 rather than 37.0, so that a value
// that came from a phone goes back byte for byte as a browser would write it.
func (t Tenths) MarshalJSON() ([]byte, error) {
	return []byte(strings.TrimSuffix(t.String(), ".0")), nil
}

// UnmarshalJSON reads a JSON number as [ParseTenths] does. By convention null
// leaves the value alone: use *Tenths where a reading can be missing.
func (t *Tenths) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}
	n, err := ParseTenths(string(data))
	if err != nil {
		return err
	}
	*t = n
	return nil
}
