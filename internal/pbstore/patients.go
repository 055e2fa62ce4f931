package pbstore

const nhsNumberKnown = `SELECT count(*) FROM (SELECT 1 FROM patients WHERE nhs_number = ? AND nhs_number <> '' AND retracted = '' LIMIT 1)`

// HasNHSNumber implements desk.Register.
func (tx *Tx) HasNHSNumber(number string) (bool, error) {
	var n int
	err := tx.row(nhsNumberKnown, number).Scan(&n)
	return n > 0, err
}
