package importer

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// What a page says is a sentence for people, whatever a library or the store said.
func TestNoPageIsShownTheTextOfAnInternalError(t *testing.T) {
	broken := seeded()
	broken.fail = func(Write) error { return errors.New("UNIQUE constraint failed: patients.nhs_number (2067)") }
	for _, c := range []struct {
		name, file string
		store      *memory
		says       string
		ours       bool
	}{
		{"a store that fails", "family_name,date_of_birth\nMadeup,1944-02-03\n", broken, "Nothing from line 2 to line 2 went in, because of a fault of the server.", true},
		{"a file that breaks off", read(t, "people/breaks_off.json"), seeded(), "Nothing can be read after byte 193.", false},
		{"a header that says nothing", "a,b\n1,2\n", seeded(), "The header lacks family_name: the first row that names columns must have it.", false},
		{"a column nobody knows", "family_name,Ethnicity\nMadeup,A\n", seeded(), "Not understood: the column \"Ethnicity\".", false},
		{"a spoilt archive", "\x1f\x8b\x08nothing", seeded(), "The file cannot be", false},
		{"nothing at all", "", seeded(), "The file is empty.", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var lines bytes.Buffer
			_, err := People(t.Context(), strings.NewReader(c.file), c.store, options(&lines))
			if err == nil {
				t.Fatal("it came in")
			}
			text, ours := Sentence(err)
			if !strings.HasPrefix(text, c.says) || ours != c.ours || !strings.HasSuffix(text, ".") {
				t.Errorf("it says %q, ours %v", text, ours)
			}
			for _, raw := range []string{"constraint", "invalid character", "unexpected EOF", "gzip", "flate"} {
				if strings.Contains(text, raw) {
					t.Errorf("it says %q", text)
				}
			}
		})
	}
	if text, ours := Sentence(errors.New("look up teams: no such table")); !ours || strings.Contains(text, "table") {
		t.Errorf("it says %q", text)
	}
}
