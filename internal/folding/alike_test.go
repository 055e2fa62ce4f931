package folding

import (
	"encoding/json"
	"os"
	"slices"
	"testing"
)

// pair is two registrations, what they are an example of, and in what they are alike.
type pair struct {
	name string
	a, b map[string]string
	by   []Part
}

func (p *pair) UnmarshalJSON(text []byte) error {
	return json.Unmarshal(text, &[]any{&p.name, &p.a, &p.b, &p.by})
}

func personOf(p map[string]string) Person {
	return Person{FamilyName: p["family_name"], GivenName: p["given_name"], PreferredName: p["preferred_name"], Address: p["address"],
		Postcode: p["postcode"], Phone: p["phone"], DateOfBirth: p["date_of_birth"], NHSNumber: p["nhs_number"]}
}

func pairs(t *testing.T) (all []pair) {
	t.Helper()
	text, err := os.ReadFile("testdata/alike.json")
	if err != nil {
		t.Fatal(err)
	}
	var v struct{ Alike, Unlike []pair }
	if err := json.Unmarshal(text, &v); err != nil || len(v.Alike) < 10 || len(v.Unlike) < 5 {
		t.Fatal(err, len(v.Alike), len(v.Unlike))
	}
	return append(v.Alike, v.Unlike...)
}

func TestWhomSomebodyMightBeAndByWhat(t *testing.T) {
	for _, p := range pairs(t) {
		a, b := personOf(p.a), personOf(p.b)
		if by := a.MightBe(b); !slices.Equal(by, p.by) {
			t.Errorf("%s: by %q, not by %q", p.name, by, p.by)
		}
		if by := b.MightBe(a); !slices.Equal(by, p.by) {
			t.Errorf("%s, the other way round: by %q, not by %q", p.name, by, p.by)
		}
	}
}

// Whoever might be somebody is found by one of the searches for them: by number, birthday, telephone, or all of the name.
func TestWhoIsAlikeIsACandidate(t *testing.T) {
	found := 0
	for _, p := range pairs(t) {
		a, b := personOf(p.a), personOf(p.b)
		if a.MightBe(b) == nil {
			continue
		}
		if slices.ContainsFunc(a.Candidates(), func(s Sought) bool { _, ok := s.Find(b.Document()); return ok }) {
			found++
		} else if _, near := sameDay(a.DateOfBirth, b.DateOfBirth); !near && a.DateOfBirth != "" && b.DateOfBirth != "" {
			t.Errorf("%s: nobody looks for them", p.name)
		}
	}
	if found < 12 {
		t.Errorf("only %d are looked for", found)
	}
}

func TestASensitiveAddressMakesNobodyAlike(t *testing.T) {
	a := Person{FamilyName: "Ames", GivenName: "Harold", Postcode: "M41 5BU", Phone: "0161 496 0123"}
	b := a
	if a.MightBe(b) == nil {
		t.Fatal("they are not alike at all")
	}
	b.AddressHidden = true
	if by := a.MightBe(b); by != nil {
		t.Errorf("alike by %q", by)
	}
}
