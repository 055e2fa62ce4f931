package measures

import (
	"fmt"
	"testing"
	"time"
)

var now = time.Date(2026, 3, 2, 18, 0, 0, 0, time.UTC)

// daily are contacts on the days before now, one a day, the last letter yesterday.
func daily(staff string) (list []Contact) {
	for i, s := range staff {
		list = append(list, Contact{string(s), now.AddDate(0, 0, i-len(staff))})
	}
	return list
}

func index(x *float64) string {
	if x == nil {
		return "–"
	}
	return fmt.Sprintf("%.4f", *x)
}

// The worked examples with which continuity is explained.
func TestContinuityOfTheWorkedExamples(t *testing.T) {
	for _, c := range []struct{ contacts, upc, coc string }{
		{"", "–", "–"},
		{"A", "–", "–"}, // one contact is left out: it is no continuity
		{"AA", "1.0000", "–"},
		{"AAB", "0.6667", "0.3333"},
		{"ABC", "0.3333", "0.0000"},
		{"AABB", "0.5000", "0.3333"},
		{"AAABBB", "0.5000", "0.4000"},
		{"AAAABBBB", "0.5000", "0.4286"},
		{"AAAABCDE", "0.5000", "0.2143"},
		{"AAABBBBC", "0.5000", "0.3214"},
		{"AAAA", "1.0000", "1.0000"},
	} {
		got := ContinuityOf(daily(c.contacts), now)
		if index(got.UPC) != c.upc || index(got.COC) != c.coc || got.Contacts != len(c.contacts) {
			t.Errorf("%s: UPC %s, COC %s of %d, want %s and %s", c.contacts, index(got.UPC), index(got.COC), got.Contacts, c.upc, c.coc)
		}
	}
}

func TestWhoCountsAsAFace(t *testing.T) {
	at := func(staff string, ago time.Duration) Contact { return Contact{staff, now.Add(-ago)} }
	const day = 24 * time.Hour
	for _, c := range []struct {
		name            string
		contacts        []Contact
		contactsN, face int
		usual           string
	}{
		{"nobody came", nil, 0, 0, ""},
		{"on the 28th day and the day before it", []Contact{at("ann", 28*day), at("bob", 29*day)}, 2, 1, "ann"},
		{"90 days ago, and earlier", []Contact{at("ann", 90*day), at("bob", 90*day+time.Minute)}, 1, 0, "ann"},
		{"two at once are one contact and two faces, and the first of them leads", []Contact{at("ann", day), at("bob", day-30*time.Minute)}, 1, 2, "ann"},
		{"half an hour and a minute later is another contact", []Contact{at("ann", day), at("bob", day-31*time.Minute)}, 2, 2, "bob"},
		{"three one after the other are not one for ever", []Contact{at("ann", day), at("bob", day-20*time.Minute), at("cid", day-40*time.Minute)}, 2, 3, "cid"},
		{"a contact of nobody, and one that is to come", []Contact{at("", day), at("ann", -time.Hour)}, 0, 0, ""},
		{"of two who came as often the one who came last", []Contact{at("ann", 4*day), at("ann", 3*day), at("bob", 2*day), at("bob", day)}, 4, 2, "bob"},
	} {
		if got := ContinuityOf(c.contacts, now); got.Contacts != c.contactsN || got.Faces != c.face || got.Usual != c.usual {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}
