package measures

import (
	"cmp"
	"slices"
	"time"
)

// Definitions of continuity for care at home. The window is 90 days because a year dilutes what somebody with several
// visits a week lives through; COC is unstable with few contacts.
const (
	// Window is how far back contacts count for continuity.
	Window = 90 * 24 * time.Hour
	// FacesWindow is how far back different faces are counted.
	FacesWindow = 28 * 24 * time.Hour
	// leastForUPC and leastForCOC are the contacts without which an index says nothing: one contact is no continuity.
	leastForUPC, leastForCOC = 2, 3
	// together: whoever comes within half an hour of another makes one contact with them; the first leads it.
	together = 30 * time.Minute
)

// Contact is a visit at which somebody was seen at home.
type Contact struct {
	Staff string // who was there
	At    time.Time
}

// Continuity is how far a person sees the same people.
type Continuity struct {
	// Contacts of the window, double-ups counted once.
	Contacts int `json:"contacts"`
	// Faces are different people who came in within FacesWindow, in double-ups each of them.
	Faces int `json:"faces"`
	// Usual came most often, and Times says how often; of several the one who came last.
	Usual string `json:"usual,omitempty"`
	Times int    `json:"times"`
	// UPC is the share of contacts with the usual provider, COC the index of Bice and Boxerman, both from 0 to 1; nil
	// where there are too few contacts.
	UPC *float64 `json:"upc"`
	COC *float64 `json:"coc"`
	// same are the pairs of contacts that were with the same person, each counted both ways: Σ n_j² − n.
	same int
	// with is how many of the contacts each member of staff led.
	with map[string]int
}

// ContinuityOf works out the continuity of one person's contacts until a moment: UPC = max n_j / n, and
// COC = (Σ n_j² − n) / (n(n−1)), where n are the contacts and n_j those with j (Bice and Boxerman, Medical Care 1977).
func ContinuityOf(contacts []Contact, now time.Time) Continuity {
	contacts = slices.DeleteFunc(slices.Clone(contacts), func(c Contact) bool {
		return c.Staff == "" || c.At.After(now) || now.Sub(c.At) > Window
	})
	slices.SortStableFunc(contacts, func(a, b Contact) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Staff, b.Staff)) })
	var c Continuity
	faces, with, last := map[string]bool{}, map[string]int{}, map[string]time.Time{}
	var led time.Time // when the contact that is counted began
	for _, one := range contacts {
		if now.Sub(one.At) <= FacesWindow {
			faces[one.Staff] = true
		}
		if c.Contacts > 0 && one.At.Sub(led) <= together {
			continue
		}
		led = one.At
		c.Contacts++
		with[one.Staff]++
		last[one.Staff] = one.At
	}
	c.Faces, c.with = len(faces), with
	squares := 0
	for staff, n := range with {
		squares += n * n
		if n > c.Times || n == c.Times && last[staff].After(last[c.Usual]) {
			c.Usual, c.Times = staff, n
		}
	}
	n := c.Contacts
	c.same = squares - n
	if n >= leastForUPC {
		upc := float64(c.Times) / float64(n)
		c.UPC = &upc
	}
	if n >= leastForCOC {
		coc := float64(c.same) / float64(n*(n-1))
		c.COC = &coc
	}
	return c
}
