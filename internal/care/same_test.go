package care

import "testing"

// Case 14.
func TestATextIsTheSameInEveryFormOfUnicodeAndWithEveryEndOfLine(t *testing.T) {
	for _, c := range []struct {
		name string
		a, b any
		same bool
	}{
		{"one text", "Rose", "Rose", true},
		{"an accent in one code point and in two", "Si\u00e2n", "Sia\u0302n", true},
		{"two marks in another order", "q\u0307\u0323", "q\u0323\u0307", true},
		{"an Ångström sign and a letter", "\u212b", "\u00c5", true},
		{"Hangul as syllables and as letters", "\ud55c", "\u1112\u1161\u11ab", true},
		{"lines that end as on Windows", "one\r\ntwo", "one\ntwo", true},
		{"lines that end as on an old Mac", "one\rtwo", "one\ntwo", true},
		{"both at once", "Si\u00e2n\r\n", "Sia\u0302n\n", true},
		{"nothing and nothing", nil, nil, true},
		{"a number and itself", int64(72), int64(72), true},
		{"a list and itself", NewList([]string{"b", "a"}), NewList([]string{"a", "b"}), true},

		{"another letter", "Sian", "Si\u00e2n", false},
		{"another case", "rose", "Rose", false},
		{"a line more", "one\r\n\r\ntwo", "one\ntwo", false},
		{"a space more", "Rose ", "Rose", false},
		{"full-width letters", "\uff32ose", "Rose", false},
		{"nothing and a text", nil, "Rose", false},
		{"a text and nothing", "Rose", "", false},
		{"a number and its text", int64(72), "72", false},
	} {
		if got := Same(c.a, c.b); got != c.same {
			t.Errorf("%s: the same %t, want %t", c.name, got, c.same)
		}
		if got := Same(c.b, c.a); got != c.same {
			t.Errorf("%s, the other way round: the same %t, want %t", c.name, got, c.same)
		}
	}
}
