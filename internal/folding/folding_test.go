package folding

import (
	"encoding/json"
	"os"
	"slices"
	"testing"
)

type vectors struct {
	Folded [][2]string
	People []map[string]string
	Find   []found
}

// found is what is typed and whom it finds.
type found struct {
	typed string
	ids   []string
}

func (f *found) UnmarshalJSON(text []byte) error {
	return json.Unmarshal(text, &[]any{&f.typed, &f.ids})
}

func read(t *testing.T) (v vectors) {
	t.Helper()
	text, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &v); err != nil || len(v.Folded) < 10 || len(v.People) < 8 || len(v.Find) < 100 {
		t.Fatal(err, len(v.Find))
	}
	return v
}

func document(p map[string]string) Document {
	return Person{FamilyName: p["family_name"], GivenName: p["given_name"], PreferredName: p["preferred_name"], Address: p["address"],
		Postcode: p["postcode"], Phone: p["phone"], DateOfBirth: p["date_of_birth"], NHSNumber: p["nhs_number"]}.Document()
}

func TestATextIsTheSameHoweverItIsWritten(t *testing.T) {
	for _, v := range read(t).Folded {
		if got := Text(v[0]); got != v[1] {
			t.Errorf("%q is folded to %q, not %q", v[0], got, v[1])
		}
	}
}

// B7, U17, U13.
func TestEveryUsualWayOfTypingFindsWhomItMeansAndNobodyElse(t *testing.T) {
	v := read(t)
	for _, f := range v.Find {
		sought := Read(f.typed, 8)
		var ids []string
		for _, p := range v.People {
			if _, ok := sought.Find(document(p)); ok {
				ids = append(ids, p["id"])
			}
		}
		slices.Sort(ids)
		if !slices.Equal(ids, f.ids) {
			t.Errorf("%q finds %q, not %q: sought %q", f.typed, ids, f.ids, sought)
		}
	}
}

func TestWhatWasFoundIsSaid(t *testing.T) {
	sian := document(read(t).People[0])
	for _, c := range []struct {
		typed string
		by    []Part
	}{
		{"", nil},
		{"o'madeup", []Part{Name}},
		{"sian 0161 496 0123", []Part{Name, Telephone}},
		{"3/2/44", []Part{Born}},
		{"999 002", []Part{Number}},
		{"m41 5bu omadeup", []Part{Name, Address}},
	} {
		by, ok := Read(c.typed, 8).Find(sian)
		if !ok || !slices.Equal(by, c.by) {
			t.Errorf("%q: found %v by %q, not by %q", c.typed, ok, by, c.by)
		}
	}
}

func TestWhatIsNotOnesToSearchFindsNobody(t *testing.T) {
	sian := document(read(t).People[0])
	for typed, want := range map[string]bool{"sian": true, "0161 496 0123": true, "999 002 0000": false, "1944-02-03": false, "sian 1944-02-03": false} {
		if _, ok := Read(typed, 8).Within(Name, Address, Telephone).Find(sian); ok != want {
			t.Errorf("%q: found %v", typed, ok)
		}
	}
}

func TestWhoseAddressIsSensitiveIsNotFoundByIt(t *testing.T) {
	p := Person{FamilyName: "Madeup", Address: "14 Oak Street", Postcode: "M41 5BU", Phone: "0161 496 0123", AddressHidden: true}
	for typed, want := range map[string]bool{"madeup": true, "oak": false, "m415bu": false, "0161 496 0123": false} {
		for view, document := range map[string]Document{"clinical": p.Document(), "limited": {Address: p.Limited()[Address], Telephone: p.Limited()[Telephone]}} {
			if _, ok := Read(typed, 8).Find(document); ok != (want && view == "clinical") {
				t.Errorf("%q, %s: found %v", typed, view, ok)
			}
		}
	}
}

func TestOneSearchHasSoManyTermsAndNoMore(t *testing.T) {
	if got := Read("a b c d e 1 2 3 4 5 1944-02-03", 4); len(got) != 4 {
		t.Errorf("%q", got)
	}
}

func TestNumbersAndAddressesOfMail(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Digits("999 002-0000"), "9990020000"},
		{Digits("９９９"), "999"},
		{Phone("+44 (0)161 496 0123"), "01614960123"},
		{Phone("0044 7700 900123"), "07700900123"},
		{Phone("447700900123"), "07700900123"},
		{Phone("01632 960001"), "01632960001"},
		{Phone("4470"), "4470"},
		{phones("01632 960001 or +44 7700 900123 (daughter)"), "01632960001 07700900123"},
		{Person{FamilyName: "Ó Briain", GivenName: "Séamus"}.SortedBy(), "o briain seamus"},
	} {
		if c.got != c.want {
			t.Errorf("%q, not %q", c.got, c.want)
		}
	}
}
