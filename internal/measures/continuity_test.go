package measures

import (
	"fmt"
	"strings"
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

// The worked examples of groups: people on the list of one clinician, of another, and both together. SLICC is the share of the
// contacts of those on a list that were with its clinician, which is what the board shows of named leads; OPR is the share of
// a clinician's contacts that were with those on their own list. The indices are those of everybody with two contacts or more.
func TestContinuityOfTheWorkedExamplesOfGroups(t *testing.T) {
	lists := map[string][]string{
		"A": {"A", "AA", "AB", "AAB", "ABC", "AABB", "AABC", "AAABBB", "AAAABBBB", "AAAABCDE"},
		"B": {"B", "BB", "AC", "ABB", "ACC", "AABC", "ABBC", "AABBBC", "AAABBBBC", "AABBCCCC"},
	}
	share := func(n, of int) string { return fmt.Sprintf("%d/%d = %.1f", n, of, 100*float64(n)/float64(of)) }
	for _, c := range []struct{ name, leads, slicc, opr, upc, coc string }{
		{"those on A's list", "A", "22/41 = 53.7", "", "0.556", "0.320"},
		{"those on B's list", "B", "17/41 = 41.5", "", "0.593", "0.319"},
		{"all", "AB", "39/82 = 47.6", "A 22/35 = 62.9, B 17/31 = 54.8, both 39/66 = 59.1", "0.574", "0.319"},
	} {
		withLead, all, own, whole := 0, 0, map[string]int{}, map[string]int{}
		var upc, coc []float64
		for _, lead := range strings.Split(c.leads, "") {
			for _, contacts := range lists[lead] {
				p := Person{Lead: lead}
				for i, one := range daily(contacts) {
					p.Visits = append(p.Visits, Visit{ID: fmt.Sprint(i), Team: "t", Staff: one.Staff, Status: "completed", At: one.At})
				}
				for k, n := range p.Counts() {
					if k.Measure == NamedLead && k.Week == WeekOf(now) {
						all += n
						if k.Value == yes {
							withLead += n
						}
					}
				}
				among := ContinuityOf(daily(contacts), now)
				for staff, n := range among.with {
					whole[staff] += n
					if staff == lead {
						own[staff] += n
					}
				}
				if n := among.Contacts; among.UPC != nil {
					upc, coc = append(upc, *among.UPC), append(coc, float64(among.same)/float64(n*(n-1)))
				}
			}
		}
		mean := func(list []float64) string {
			sum := 0.0
			for _, x := range list {
				sum += x
			}
			return fmt.Sprintf("%.3f", sum/float64(len(list)))
		}
		if got := share(withLead, all); got != c.slicc {
			t.Errorf("%s: SLICC %s, want %s", c.name, got, c.slicc)
		}
		if mean(upc) != c.upc || mean(coc) != c.coc {
			t.Errorf("%s: mean UPC %s and COC %s, want %s and %s", c.name, mean(upc), mean(coc), c.upc, c.coc)
		}
		opr := fmt.Sprintf("A %s, B %s, both %s", share(own["A"], whole["A"]), share(own["B"], whole["B"]), share(own["A"]+own["B"], whole["A"]+whole["B"]))
		if c.opr != "" && opr != c.opr {
			t.Errorf("%s: OPR %s, want %s", c.name, opr, c.opr)
		}
	}
}

// Who has nobody named as their lead is left out, contact by contact.
func TestContactsWithNobodyNamedAsLeadAreLeftOut(t *testing.T) {
	p := Person{Visits: []Visit{visit("a", "x", "bloods", day(0)), visit("a", "x", "bloods", day(0).Add(2*time.Hour))}}
	if got := p.Counts()[Key{Week: WeekOf(now), Measure: NamedLead, Team: "a", Value: leftOut}]; got != 2 {
		t.Errorf("%d contacts are left out, want 2", got)
	}
}
