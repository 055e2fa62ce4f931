package care

import (
	"slices"
	"testing"
)

// U17, U13. What somebody types to find a person is read as it is shown to them.
func TestWhatIsTypedToFindSomebodyIsReadAsItIsShown(t *testing.T) {
	for _, c := range []struct {
		typed  string
		words  []string
		number string
	}{
		{"", nil, ""},
		{"  novák  iva ", []string{"novák", "iva"}, ""},
		{"NOVAKOVA, Albert", []string{"NOVAKOVA", "Albert"}, ""},
		{"1950-04-12", []string{"1950-04-12"}, ""},
		{"1950-4-2", []string{"1950-04-02"}, ""},
		{"12/04/1950", []string{"1950-04-12"}, ""},
		{"12.4.1950", []string{"1950-04-12"}, ""},
		{"12-04-1950", []string{"1950-04-12"}, ""},
		{"12 April 1950", []string{"1950-04-12"}, ""},
		{"ames 2 sept. 1950", []string{"ames", "1950-09-02"}, ""},
		{"31/02/1950", []string{"31/02/1950"}, ""},
		{"999 000 0018", nil, "9990000018"},
		{"999-000-0018", nil, "9990000018"},
		{" 9990000018 ", []string{"9990000018"}, ""},
		{"12 34", []string{"12", "34"}, ""},
		{"one two three four five", []string{"one", "two", "three", "four"}, ""},
	} {
		words, number := Sought(c.typed, 4)
		if !slices.Equal(words, c.words) || number != c.number {
			t.Errorf("%q: %q and number %q, want %q and %q", c.typed, words, number, c.words, c.number)
		}
	}
	if got := Folded("Ångström NOVÁK Ŵyn"); got != "angstrom novak wyn" {
		t.Errorf("folded: %q", got)
	}
}
