package identifier

import (
	"fmt"
	"log/slog"
	"strings"
)

// NHSNumber is ten ASCII digits, without spaces, that pass [ParseNHSNumber]. It is text,
// never an integer: a leading zero matters.
type NHSNumber string

const nhsNumberLength = 10

// ParseNHSNumber reads an NHS number as people write it: ASCII spaces and hyphens are
// dropped anywhere, everything else must be ten ASCII digits. Full-width or
// Arabic-Indic digits, tabs and no-break spaces are refused. The rules, in the order
// they are tried, with the code of the *Error: digits, length, placeholder (one digit
// ten times passes modulus 11 but is nobody's number), check_digit (NHS Data
// Dictionary, NHS NUMBER, modulus 11).
//
// Every range is accepted, the Scottish, Irish and test ranges too; ask
// [NHSNumber.Synthetic] where a real person must be meant.
func ParseNHSNumber(text string) (NHSNumber, error) {
	var digits strings.Builder
	for i := range len(text) {
		switch c := text[i]; {
		case c == ' ' || c == '-':
		case c < '0' || c > '9':
			return "", refuse(KindNHSNumber, CodeDigits, "An NHS number holds digits only.")
		default:
			digits.WriteByte(c)
		}
	}
	number := digits.String()
	switch {
	case len(number) != nhsNumberLength:
		return "", refuse(KindNHSNumber, CodeLength, "An NHS number has ten digits.")
	case strings.Count(number, number[:1]) == nhsNumberLength:
		return "", refuse(KindNHSNumber, CodePlaceholder, "One digit ten times is not anyone's NHS number.")
	}
	if want, ok := checkDigit(number[:nhsNumberLength-1]); !ok || number[nhsNumberLength-1] != want {
		return "", refuse(KindNHSNumber, CodeCheckDigit, "The NHS number is mistyped: its last digit does not fit the others.")
	}
	return NHSNumber(number), nil
}

// checkDigit works out the tenth digit from the first nine: weights 10 down to 2,
// modulus 11, subtracted from 11; 11 is written 0, and for 10 no number exists
// (NHS Data Dictionary, NHS NUMBER).
func checkDigit(nine string) (digit byte, exists bool) {
	sum := 0
	for i := range len(nine) {
		sum += int(nine[i]-'0') * (nhsNumberLength - i)
	}
	switch c := 11 - sum%11; c {
	case 11:
		return '0', true
	case 10:
		return 0, false
	default:
		return byte('0' + c), true
	}
}

// Display writes the number in groups of 3, 3 and 4, as it must be shown to people
// (ISB 0149). Anything that is not ten characters comes back as it is.
func (n NHSNumber) Display() string {
	if len(n) != nhsNumberLength {
		return string(n)
	}
	return string(n[:3] + " " + n[3:6] + " " + n[6:])
}

// syntheticPrefix marks 999 000 0000 to 999 999 9999, never issued and kept for
// synthetic data.
const syntheticPrefix = "999"

// Synthetic reports whether the number is in the range kept for invented people.
func (n NHSNumber) Synthetic() bool {
	return len(n) == nhsNumberLength && strings.HasPrefix(string(n), syntheticPrefix)
}

// LogValue keeps the number out of structured logs.
func (n NHSNumber) LogValue() slog.Value { return slog.StringValue("[NHS number]") }

// SyntheticNHSNumbers is how many invented people [SyntheticNHSNumber] can number.
const SyntheticNHSNumbers = syntheticBlocks * perBlock

const (
	// Nine-digit stems are taken in blocks of ten that differ in the ninth digit. At most
	// one stem of a block has no check digit, so each block yields nine numbers or ten, and
	// taking nine finds the n-th number without counting up to it. The last block is left
	// out: it holds the placeholder 999 999 9999.
	syntheticBlocks = 99_999
	perBlock        = 9
)

// SyntheticNHSNumber returns the n-th invented number, from 0: 999 000 0018, 999 000
// 0026 and so on, always valid, always rising, never the same twice. It is an error to
// ask for n below 0 or from [SyntheticNHSNumbers] up.
func SyntheticNHSNumber(n int) (NHSNumber, error) {
	if n < 0 || n >= SyntheticNHSNumbers {
		return "", fmt.Errorf("make synthetic NHS number %d: only 0 to %d exist", n, SyntheticNHSNumbers-1)
	}
	block, nth := fmt.Sprintf("%s%05d", syntheticPrefix, n/perBlock), n%perBlock
	for last := '0'; last <= '9'; last++ {
		stem := block + string(last)
		digit, exists := checkDigit(stem)
		if !exists {
			continue
		}
		if nth == 0 {
			return NHSNumber(stem + string(rune(digit))), nil
		}
		nth--
	}
	return "", fmt.Errorf("make synthetic NHS number %d: no number in block %s", n, block)
}
