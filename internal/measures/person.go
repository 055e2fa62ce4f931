package measures

// Person is what the figures go by of one person: nothing of who they are.
type Person struct {
	Died      bool // what was planned and not made is then nothing that anybody failed to do
	Visits    []Visit
	Handovers []Handover
	Goals     []Goal
	Lists     []Membership
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
