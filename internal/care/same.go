package care

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Same compares two Go values of the same field as people do. A text is the same whichever form of Unicode and
// whichever ends of lines it is written in: phones and pages change both without anybody having typed anything.
func Same(a, b any) bool {
	x, isText := a.(string)
	y, both := b.(string)
	if isText && both {
		return SameText(x, y)
	}
	return Equal(a, b)
}

// SameText compares two texts; see Same.
func SameText(a, b string) bool { return a == b || len(a) > 0 && len(b) > 0 && folded(a) == folded(b) }

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// folded is a text in one form (NFC; Unicode Standard Annex 15) and with one end of line.
func folded(s string) string {
	if strings.IndexByte(s, '\r') >= 0 {
		s = lineEnds.Replace(s)
	}
	return norm.NFC.String(s)
}
