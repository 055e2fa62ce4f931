package measures

// Person is what the figures go by of one person: nothing of who they are.
type Person struct {
	Died      bool         `json:"x,omitzero"` // what was planned and not made is then nothing that anybody failed to do
	Lead      string       `json:"n,omitzero"` // the member of staff who is named as theirs, "" = nobody
	Visits    []Visit      `json:"v,omitempty"`
	Handovers []Handover   `json:"h,omitempty"`
	Goals     []Goal       `json:"g,omitempty"`
	Lists     []Membership `json:"l,omitempty"`
}

// Counts are what one person adds to the counts of all.
func (p Person) Counts() Counts {
	c := Counts{}
	p.countContinuity(c)
	p.countRepeats(c)
	p.countPlanned(c)
	p.countHandovers(c)
	p.countGoals(c)
	p.countLists(c)
	return c
}

// Note says that somebody is behind a number that is not as it should be.
type Note struct {
	Week                 Week
	Measure, Team, Value string
}

// Notes are those of one person's counts, for whoever may see who they are.
func (c Counts) Notes() map[Note]bool {
	notes := map[Note]bool{}
	for k, n := range c {
		if n > 0 && k.noted() {
			notes[Note{k.Week, k.Measure, k.Team, k.Value}] = true
		}
	}
	return notes
}

// noted: something did not reach them, or not in time.
func (k Key) noted() bool {
	switch k.Measure {
	case InTime, SameDay, Recorded:
		return k.Value != yes && k.Value != leftOut
	case Repeated, ManyFaces, SentOn:
		return k.Value == yes
	case Referred:
		return k.Value == OutcomeOpen || k.Value == OutcomeUnanswered || k.Value == OutcomeDeclined
	}
	return false
}
