package worktime

// Schedules are the working times of organisations, by id, and under "" core hours.
type Schedules map[string]*Schedule

// NewSchedules builds them from what organisations say (see [ParseStatement]) and the days that people added or removed.
func NewSchedules(statements map[string]string, days Calendar) (Schedules, error) {
	core, err := New(Options{Calendar: days})
	if err != nil {
		return nil, err
	}
	all := Schedules{"": core}
	for id, raw := range statements {
		if s, ok := ParseStatement(raw, days); ok {
			all[id] = s
		}
	}
	return all, nil
}

// Of is the working time of an organisation: core hours where it states none.
func (all Schedules) Of(organisation string) *Schedule {
	if s := all[organisation]; s != nil {
		return s
	}
	return all[""]
}

// Set says of a day whether it is open; nil: it is as any other.
func (c *Calendar) Set(day Date, open *bool, note string) {
	if c.Extra == nil {
		c.Extra, c.Removed = map[Date]string{}, map[Date]string{}
	}
	delete(c.Removed, day)
	delete(c.Extra, day)
	switch {
	case open == nil:
	case *open:
		c.Removed[day] = note
	default:
		c.Extra[day] = note
	}
}
