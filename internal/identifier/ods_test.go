package identifier

import (
	"regexp"
	"testing"
)

func TestReadAnODSCode(t *testing.T) {
	for _, c := range []struct {
		name, text string
		code       Code
	}{
		{"one character", "A", ""},
		{"nine characters", "Z99999001", ""},
		{"digits only", "123", ""},
		{"nothing", "", CodeLength},
		{"ten characters", "Z999990011", CodeLength},
		{"lower case", "z99999", CodeCharacters},
		{"a space", "Z 9999", CodeCharacters},
		{"a space behind", "Z99999 ", CodeCharacters},
		{"a hyphen", "Z-9999", CodeCharacters},
		{"just below A", "@", CodeCharacters},
		{"just above Z", "[", CodeCharacters},
		{"just below 0", "/", CodeCharacters},
		{"just above 9", ":", CodeCharacters},
		{"a full-width letter", "Ｚ999", CodeCharacters},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := ParseODSCode(c.text)
			if codeOf(err) != c.code || err == nil && string(got) != c.text || err != nil && got != "" {
				t.Errorf("got %q, %v; want %q", got, err, c.code)
			}
		})
	}
}

func TestShapeOfAnODSCode(t *testing.T) {
	for code, want := range map[ODSCode]Shape{
		"Z99999": ShapePractice, "Y99999": ShapePractice, "Z99999001": ShapeBranch, "Z9999900": ShapeUnknown,
		"RZ9": ShapeTrust, "RZ902": ShapeTrustSite, "RZ90": ShapeUnknown,
		"VZZZZ": ShapeCareSite, "V9999": ShapeCareSite, "V99999": ShapePractice,
		"V81996": ShapePractice, "V81997": ShapeNoPractice, "V81998": ShapeNoPractice, "V81999": ShapeNoPractice,
		"FZZ99": ShapePharmacy, "F9999": ShapePharmacy, "G9999999": ShapeGP, "G999999": ShapeUnknown,
		"QZ9": ShapeICB, "U99999": ShapePCN, "U9999": ShapeUnknown, "999": ShapeLocalAuthority, "9999": ShapeUnknown,
		"": ShapeUnknown, "ZZZZZZZZZ": ShapeUnknown,
	} {
		if got := code.Shape(); got != want {
			t.Errorf("%s looks like %s, want %s", code, got, want)
		}
	}
}

// FuzzParseODSCode: exactly what the pattern of the directory says.
func FuzzParseODSCode(f *testing.F) {
	pattern := regexp.MustCompile(`\A[A-Z0-9]{1,9}\z`)
	f.Fuzz(func(t *testing.T, text string) {
		got, err := ParseODSCode(text)
		if (err == nil) != pattern.MatchString(text) || err == nil && string(got) != text {
			t.Fatalf("%q: %q, %v", text, got, err)
		}
		_ = ODSCode(text).Shape()
	})
}
