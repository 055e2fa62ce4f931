package commonwords_test

import (
	"testing"

	"doorstep/internal/commonwords"

	"github.com/trustelem/zxcvbn/matching"
)

func TestCommonWords_NoDictionaryIsHeldFromTheStart(t *testing.T) {
	for _, found := range matching.Omnimatch("dragon", nil) {
		if found.Pattern == "dictionary" {
			t.Errorf("%q is found in %s: the lists were taken too late", found.Token, found.DictionaryName)
		}
	}
}

func TestCommonWords_TheListsAreThere(t *testing.T) {
	words := 0
	for _, list := range commonwords.Lists {
		words += len(list)
	}
	if len(commonwords.Lists) != 6 || words < 90_000 {
		t.Errorf("%d lists of %d words", len(commonwords.Lists), words)
	}
}
