package care

import "testing"

// B8
func TestAnEmailAddressIsTheSameHoweverItWasTyped(t *testing.T) {
	for _, c := range [][2]string{
		{"benedict.lumb@demo.example", "benedict.lumb@demo.example"},
		{"Benedict.Lumb@demo.example", "benedict.lumb@demo.example"},
		{" benedict.lumb@DEMO.example \t", "benedict.lumb@demo.example"},
		{"Zoe\u0308.O'Neil@demo.example\n", "zo\u00eb.o'neil@demo.example"},
		{"", ""},
	} {
		typed, want := c[0], c[1]
		if got := FoldEmail(typed); got != want {
			t.Errorf("%q folds to %q, want %q", typed, got, want)
		}
	}
}
