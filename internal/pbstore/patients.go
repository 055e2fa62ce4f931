package pbstore

const numberTaken = `SELECT count(*) FROM (SELECT 1 FROM patients WHERE nhs_number = ? AND nhs_number <> '' AND retracted = '' AND id <> ? LIMIT 1)`

// NumberTaken implements takein.Reference and desk.Register.
func (tx *Tx) NumberTaken(number, but string) (bool, error) {
	var n int
	err := tx.row(numberTaken, number, but).Scan(&n)
	return n > 0, err
}
