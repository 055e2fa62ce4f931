package commonwords_test

import (
	"slices"
	"strings"
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
		for _, word := range list {
			if word != strings.ToLower(word) {
				t.Errorf("%q is not in lower case: no password would be found to hold it", word)
			}
		}
	}
	if len(commonwords.Lists) != 6 || words < 90_000 {
		t.Errorf("%d lists of %d words", len(commonwords.Lists), words)
	}
}

func TestCommonWords_WhatAPasswordMayHoldStandsInItsPlace(t *testing.T) {
	for _, c := range []struct {
		password, word string
		want           bool
	}{
		{"Dragon", "dragon", true}, {"nogard", "dragon", true}, {"Dr4gon", "dragon", true}, {"dra9on!", "dragon", true},
		{"Drgon", "dragon", false}, {"tractor", "dragon", false}, {"pa$$w0rd", "password", true}, {"", "password", false},
	} {
		at := slices.Index(commonwords.In(c.password), c.word)
		found := at >= 0
		if found && !slices.ContainsFunc(commonwords.Lists, func(all []string) bool {
			stood := slices.Index(all, c.word)
			return stood >= 0 && stood <= at && at <= stood+len(commonwords.Lists)
		}) {
			t.Errorf("%q: %q stands elsewhere, at %d", c.password, c.word, at)
		}
		if found != c.want {
			t.Errorf("%q may hold %q: %v", c.password, c.word, found)
		}
	}
}
