package care

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// FoldEmail is the one form in which an e-mail address is stored and looked for. Servers of e-mail treat capitals
// alike, and phones put one at the beginning of what is typed.
func FoldEmail(address string) string {
	return strings.ToLower(norm.NFC.String(strings.TrimSpace(address)))
}
