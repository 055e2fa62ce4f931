package care

// Survivor is the person who is meant where one is named: the same, or with whose registration theirs was made one.
// Patient reads a person's record, nil for nobody. A registration that others were made one with is never made one with a
// further one, so that there is one step to go.
func Survivor(person string, patient func(id string) (*Record, error)) (string, error) {
	if !IsID(person) {
		return person, nil
	}
	rec, err := patient(person)
	if err != nil || rec == nil {
		return person, err
	}
	if into := AsPatient(rec).MergedInto(); into != "" {
		return into, nil
	}
	return person, nil
}
