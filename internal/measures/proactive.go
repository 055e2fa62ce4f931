package measures

import "time"

// Proactive says how far those on lists of people to keep in touch with are kept in touch with. Everybody counts once, on
// however many lists they are: seen are those who are seen as often as each of their lists asks for.
type Proactive struct {
	People int `json:"people"`
	// Seen were contacted within the interval of each of their lists; Overdue were not, Never among them at no time that is
	// known. People = Seen + Overdue.
	Seen    int `json:"seen"`
	Overdue int `json:"overdue"`
	Never   int `json:"never"`
	// Reviewed are those whose plan was reviewed within a year, on one of their lists at least.
	Reviewed int `json:"reviewed"`
}

// ListedContact is somebody on one list.
type ListedContact struct {
	Person   string
	Last     time.Time // when they were contacted last; zero = never
	Due      string    // the last day on which they are to be contacted next: 2006-01-02
	Reviewed string    // the day on which their plan was reviewed last, "" = never
}

// ProactiveOf works it out on a day, 2006-01-02. Somebody new on a list, whom nobody has been with, is not seen yet; they are
// counted once their first contact was due.
func ProactiveOf(list []ListedContact, today time.Time) Proactive {
	day, yearAgo := today.Format(time.DateOnly), today.AddDate(-1, 0, 0).Format(time.DateOnly)
	type state struct{ overdue, never, counted, reviewed bool }
	people := map[string]*state{}
	for _, l := range list {
		s := people[l.Person]
		if s == nil {
			s = &state{}
			people[l.Person] = s
		}
		late := l.Due < day
		s.counted = s.counted || late || !l.Last.IsZero()
		s.overdue = s.overdue || late
		s.never = s.never || late && l.Last.IsZero()
		s.reviewed = s.reviewed || l.Reviewed >= yearAgo && l.Reviewed != ""
	}
	var p Proactive
	for _, s := range people {
		if !s.counted {
			continue
		}
		p.People++
		if s.overdue {
			p.Overdue++
		} else {
			p.Seen++
		}
		if s.never {
			p.Never++
		}
		if s.reviewed {
			p.Reviewed++
		}
	}
	return p
}
