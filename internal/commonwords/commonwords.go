// Package commonwords holds the lists of passwords, words and names that people choose from, most frequent first.
//
// They are those of zxcvbn, which makes dictionaries of nine megabytes of them at each start, to be held for ever, though
// a password is set now and then. This package takes the lists away before: Go initialises what is ready in the order
// of import paths, and this one comes before github.com/trustelem/zxcvbn/matching.
package commonwords

import "github.com/trustelem/zxcvbn/frequency"

// Lists are the lists.
var Lists [][]string

func init() {
	for _, list := range frequency.FrequencyLists {
		Lists = append(Lists, list)
	}
	frequency.FrequencyLists = nil
}
