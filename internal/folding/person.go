package folding

import "strings"

// Part is something about a person by which they are found.
type Part string

// The parts of a person.
const (
	Name      Part = "name"
	Preferred Part = "preferred_name"
	Address   Part = "address"
	Born      Part = "date_of_birth"
	Number    Part = "nhs_number"
	Telephone Part = "phone"
)

// Parts are all of them, in the order in which people are told; LimitedParts are those of a person who is known by what
// they are called, which is their name then.
var (
	Parts        = []Part{Name, Preferred, Address, Born, Number, Telephone}
	LimitedParts = []Part{Name, Address, Telephone}
)

// inWords are the parts in which words are looked for.
var inWords = []Part{Name, Preferred, Address}

// Document is what is searched of somebody, folded, by part.
type Document map[Part]string

// Person is what is known of somebody by which they are found, as it is stored.
type Person struct {
	FamilyName, GivenName, PreferredName string
	Address, Postcode, Phone             string
	DateOfBirth                          string // 1941-05-06
	NHSNumber                            string
	// AddressHidden: they are not to be found by where they live or how they are rung.
	AddressHidden bool
}

// Document is what is searched of a person. Each text stands in it with its spaces and without.
func (p Person) Document() Document {
	d := Document{Name: texts(p.FamilyName, p.GivenName), Preferred: texts(p.PreferredName), Number: Digits(p.NHSNumber)}
	if !p.AddressHidden {
		d[Address], d[Telephone] = texts(p.Address, p.Postcode), phones(p.Phone)
	}
	if day := Digits(p.DateOfBirth); len(day) >= len("19410506") {
		d[Born] = bornOn(day[:4], day[4:6], day[6:8])
	}
	return d
}

// SortedBy is a name as lists are sorted by it: family name, then the other.
func (p Person) SortedBy() string { return Text(p.FamilyName) + " " + Text(p.GivenName) }

// bornOn is a day in the two orders in which its digits are typed in one go.
func bornOn(year, month, day string) string { return year + month + day + " " + day + month + year }

func texts(each ...string) string {
	var all []string
	for _, text := range each {
		folded := Text(text)
		if folded == "" {
			continue
		}
		all = append(all, folded)
		if joined := Joined(text); joined != folded {
			all = append(all, joined)
		}
	}
	return strings.Join(all, "\n")
}

// Called is the name somebody is called by.
func (p Person) Called() string {
	if p.PreferredName != "" {
		return p.PreferredName
	}
	return p.GivenName
}

// Limited is what is searched of somebody by who learns only what they are called, and where and how they are reached.
func (p Person) Limited() Document {
	d := p.Document()
	return Document{Name: texts(p.Called()), Address: d[Address], Telephone: d[Telephone]}
}
