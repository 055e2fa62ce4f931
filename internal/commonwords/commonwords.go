// Package commonwords holds the lists of passwords, words and names that people choose from, most frequent first.
//
// They are those of zxcvbn, which makes dictionaries of nine megabytes of them at each start, to be held for ever, though
// a password is set now and then. This package takes the lists away before: Go initialises what is ready in the order
// of import paths, and this one comes before github.com/trustelem/zxcvbn/matching.
package commonwords

import (
	"strings"

	"github.com/trustelem/zxcvbn/frequency"
)

// Lists are the lists, in lower case.
var Lists [][]string

// standIns are the letters in whose place people write figures and signs.
const standIns = "abcegilostxz"

func init() {
	for _, list := range frequency.FrequencyLists {
		Lists = append(Lists, list)
	}
	frequency.FrequencyLists = nil
}

// In returns, most frequent first, the words that a password may hold: those whose letters follow on one another in it,
// forwards or backwards. Each stands where it stood in its list, or right behind another that stood there in theirs, and
// "" where none is left: the place says how soon somebody tries a word.
func In(password string) (words []string) {
	follows := followersIn(password)
	longest := 0
	for _, list := range Lists {
		longest = max(longest, len(list))
	}
	words = make([]string, 0, longest)
	for place := range longest {
		for _, list := range Lists {
			if place >= len(list) || !follows.hold(list[place]) {
				continue
			}
			for len(words) < place {
				words = append(words, "")
			}
			words = append(words, list[place])
		}
	}
	return words
}

// followers says which byte follows on which.
type followers [1 << 16]bool

func followersIn(password string) *followers {
	var f followers
	text := []byte(strings.ToLower(password))
	for i := 1; i < len(text); i++ {
		for _, a := range readAs(text[i-1]) {
			for _, b := range readAs(text[i]) {
				f[int(a)<<8|int(b)], f[int(b)<<8|int(a)] = true, true
			}
		}
	}
	return &f
}

// readAs is what a byte of a password may stand for.
func readAs(c byte) []byte {
	if c < 'a' || c > 'z' {
		return append([]byte(standIns), c)
	}
	return []byte{c}
}

// hold says whether a word may be held. One letter is no word that somebody tries.
func (f *followers) hold(word string) bool {
	for i := 1; i < len(word); i++ {
		if !f[int(word[i-1])<<8|int(word[i])] {
			return false
		}
	}
	return len(word) > 1
}
