package sheet

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func sample() Sheet {
	return Sheet{Title: "Handover: urgent, within 2 hours", Person: "TESTPATIENT, Siân Llŷr. NHS number 999 000 0018, born 3 February 1941", Reference: "Handover 01K9ZZZZ, version 123",
		At: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC), Sections: []Section{
			{Rows: []Row{{"From", "Ann, district nurse, Riverside Nurses"}, {"Situation", "Wound broken down.\nŵ ŷ Ŵ Ŷ â ê î ô û"}, {"Background", ""}}},
			{Title: "Readings, Mon 2 Mar 2026 09:40: NEWS2 8", Lines: []string{"respiration rate 25/min (3)", "pulse 112/min (2)"}},
			{Title: "Empty"},
		}}
}

func pdf(t *testing.T, s Sheet) []byte {
	t.Helper()
	raw, err := s.PDF()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(raw, []byte("%PDF-")) || !bytes.Contains(raw[len(raw)-32:], []byte("%%EOF")) {
		t.Fatalf("this is no PDF: %.20q … %.20q", raw, raw[len(raw)-20:])
	}
	return raw
}

func pages(raw []byte) int { return bytes.Count(raw, []byte("/Type /Page\n")) }

func TestTheSameSheetGivesTheSameBytes(t *testing.T) {
	first := pdf(t, sample())
	if !bytes.Equal(first, pdf(t, sample())) {
		t.Error("twice the same sheet gives two files")
	}
	other := sample()
	other.Sections[0].Rows[1].Text += "."
	if bytes.Equal(first, pdf(t, other)) {
		t.Error("two sheets give one file")
	}
	if pages(first) != 1 {
		t.Errorf("%d pages", pages(first))
	}
}

func TestALongSheetGoesOnOnTheNextPage(t *testing.T) {
	s := sample()
	s.Sections[0].Rows[1].Text = strings.Repeat("It is a long story, and all of it matters.\n", 120)
	for range 30 {
		s.Sections[1].Lines = append(s.Sections[1].Lines, "pulse 112/min (2)")
	}
	if n := pages(pdf(t, s)); n < 3 || n > 5 {
		t.Errorf("%d pages", n)
	}
}

// What the letters lack is said, and nothing that steers a reader of the file gets in.
func TestCharactersThatCannotBePrintedAreSaid(t *testing.T) {
	for text, want := range map[string]string{
		"Siân Llŷr Ŵyn â ê î ô û": "Siân Llŷr Ŵyn â ê î ô û", "Łódź, Ștefan, Αθήνα, Жанна": "Łódź, Ștefan, Αθήνα, Жанна", "38.4 °C – 2 µg, “well”": "38.4 °C – 2 µg, “well”",
		"王 and 🙂": "□ and □", "a\x1b[31mb\x00\u200b": "a[31mb", "a\tb\r\nc": "a b\nc",
	} {
		p := &page{}
		got := p.known(text)
		if got != want || p.lost != strings.Contains(want, "□") {
			t.Errorf("%q: %q, lost %v", text, got, p.lost)
		}
	}
}
