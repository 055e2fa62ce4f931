package identifier

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// codeOf names the rule that refused, or nothing.
func codeOf(err error) Code {
	var refused *Error
	if errors.As(err, &refused) {
		return refused.Code
	}
	return ""
}

func TestReadAnNHSNumber(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       NHSNumber
		code       Code
	}{
		{"as stored", "9990000018", "9990000018", ""},
		{"as printed on a letter", "999 000 0018", "9990000018", ""},
		{"with hyphens", "999-000-0018", "9990000018", ""},
		{"spaces in odd places", " 99 90-0000 18- ", "9990000018", ""},
		{"check digit 0, from a remainder of 0", "9990000050", "9990000050", ""},
		{"check digit 1, from a remainder of 10", "9990000131", "9990000131", ""},
		{"a leading zero is kept", "0000000019", "0000000019", ""},

		{"one digit too few", "999000001", "", CodeLength},
		{"one digit too many", "99900000180", "", CodeLength},
		{"nothing", "", "", CodeLength},
		{"only separators", " - - ", "", CodeLength},
		{"ten characters, nine digits", "999 000 01", "", CodeLength},

		{"a letter O for a zero", "999000O018", "", CodeDigits},
		{"full-width digits", "９９９００００018", "", CodeDigits},
		{"Arabic-Indic digits", "٩٩٩٠٠٠٠٠١٨", "", CodeDigits},
		{"a no-break space from a web page", "999\u00a0000\u00a00018", "", CodeDigits},
		{"a tab from a spreadsheet", "999\t0000018", "", CodeDigits},
		{"an en dash", "999–000–0018", "", CodeDigits},
		{"a sign", "+9990000018", "", CodeDigits},
		{"an exponent", "9.99e9", "", CodeDigits},

		{"last digit one up", "9990000019", "", CodeCheckDigit},
		{"last digit one down", "9990000017", "", CodeCheckDigit},
		{"two digits swapped", "9900900018", "", CodeCheckDigit},
		{"printed as an example, never valid", "9991234567", "", CodeCheckDigit},
		{"another example, never valid", "9991234560", "", CodeCheckDigit},
		{"counting down happens to fit", "9876543210", "9876543210", ""},
		{"printed as an example, last digit one out", "9876543211", "", CodeCheckDigit},
		{"counting up", "1234567890", "", CodeCheckDigit},
		{"first of the synthetic range has no check digit", "9990000000", "", CodeCheckDigit},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := ParseNHSNumber(c.text)
			if got != c.want || codeOf(err) != c.code {
				t.Errorf("got %q %q, want %q %q", got, codeOf(err), c.want, c.code)
			}
		})
	}
}

func TestPlaceholdersAreNobody(t *testing.T) {
	for digit := range 10 {
		text := strings.Repeat(fmt.Sprint(digit), 10)
		if want, ok := checkDigit(text[:9]); !ok || want != text[9] {
			t.Errorf("%s should pass modulus 11: that is why it needs a rule of its own", text)
		}
		if _, err := ParseNHSNumber(text); codeOf(err) != CodePlaceholder {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestCheckDigitOfEveryStem works modulus 11 out a second way: the weighted sum of all
// ten digits is a multiple of 11.
func TestCheckDigitOfEveryStem(t *testing.T) {
	without := 0
	for stem := 400_000_000; stem < 400_002_200; stem++ {
		text := fmt.Sprint(stem)
		var fits []byte
		for last := byte('0'); last <= '9'; last++ {
			sum := int(last - '0')
			for i := range 9 {
				sum += (10 - i) * int(text[i]-'0')
			}
			if sum%11 == 0 {
				fits = append(fits, last)
			}
		}
		got, exists := checkDigit(text)
		if !exists {
			without++
		}
		if exists != (len(fits) == 1) || exists && got != fits[0] {
			t.Fatalf("%s: %c %v, want %q", text, got, exists, fits)
		}
	}
	if without != 201 {
		t.Errorf("%d of 2200 stems have no number, want about one in eleven, 201", without)
	}
}

func TestOneMistypedDigitIsAlwaysCaught(t *testing.T) {
	for n := range 200 {
		good, err := SyntheticNHSNumber(n)
		if err != nil {
			t.Fatal(err)
		}
		for i := range good {
			for d := byte('0'); d <= '9'; d++ {
				bad := []byte(good)
				if bad[i] == d {
					continue
				}
				bad[i] = d
				if _, err := ParseNHSNumber(string(bad)); codeOf(err) != CodeCheckDigit {
					t.Fatalf("%s mistyped as %s: %v", good, bad, err)
				}
			}
		}
	}
}

func TestShowAnNHSNumber(t *testing.T) {
	for n, want := range map[NHSNumber]string{"9990000018": "999 000 0018", "": "", "123": "123"} {
		if got := n.Display(); got != want {
			t.Errorf("%q is shown as %q, want %q", n, got, want)
		}
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("visit", "person", NHSNumber("9990000018"))
	if strings.Contains(log.String(), "9990000018") {
		t.Errorf("the number reached the log: %s", log.String())
	}
}

func TestARefusalNeverRepeatsTheNumber(t *testing.T) {
	for _, text := range []string{"9990000019", "99900000", "999000001x", "8888888888"} {
		if _, err := ParseNHSNumber(text); err == nil || strings.Contains(err.Error(), text[:6]) {
			t.Errorf("%v", err)
		}
	}
}

func TestSyntheticRange(t *testing.T) {
	for n, want := range map[NHSNumber]bool{
		"9990000018": true, "9999999999": true, "9989999999": false, "4444444444": false, "999": false, "": false,
	} {
		if n.Synthetic() != want {
			t.Errorf("%s synthetic: %v", n, !want)
		}
	}
}

func TestInventedPeople(t *testing.T) {
	last := NHSNumber("9990000000")
	for n := 0; n < SyntheticNHSNumbers; n += 1 + n/5000 {
		got, err := SyntheticNHSNumber(n)
		if err != nil {
			t.Fatal(err)
		}
		if parsed, err := ParseNHSNumber(string(got)); err != nil || parsed != got || !got.Synthetic() || got <= last {
			t.Fatalf("number %d is %s after %s: %v", n, got, last, err)
		}
		last = got
	}
	first := []NHSNumber{"9990000018", "9990000026", "9990000034"}
	for n, want := range first {
		if got, _ := SyntheticNHSNumber(n); got != want {
			t.Errorf("number %d is %s, want %s", n, got, want)
		}
	}
	if _, err := SyntheticNHSNumber(SyntheticNHSNumbers - 1); err != nil {
		t.Error(err)
	}
	for _, n := range []int{-1, SyntheticNHSNumbers} {
		if got, err := SyntheticNHSNumber(n); err == nil {
			t.Errorf("number %d is %s, want an error", n, got)
		}
	}
}

// FuzzParseNHSNumber: what is accepted comes back the same from every form.
func FuzzParseNHSNumber(f *testing.F) {
	f.Fuzz(func(t *testing.T, text string) {
		got, err := ParseNHSNumber(text)
		if err != nil {
			if got != "" || codeOf(err) == "" {
				t.Fatalf("%q: %q with %v", text, got, err)
			}
			return
		}
		sum := 0
		for i, d := range []byte(got) {
			sum += (10 - i) * int(d-'0')
		}
		if len(got) != 10 || sum%11 != 0 {
			t.Fatalf("%q was accepted as %q", text, got)
		}
		for _, form := range []string{string(got), got.Display(), strings.ReplaceAll(got.Display(), " ", "-")} {
			if again, err := ParseNHSNumber(form); err != nil || again != got {
				t.Fatalf("%q read back as %q, %v", form, again, err)
			}
		}
	})
}
