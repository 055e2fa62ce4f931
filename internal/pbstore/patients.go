package pbstore

const whoHasNumber = `SELECT coalesce(min(id), '') FROM patients WHERE nhs_number = ? AND nhs_number <> '' AND retracted = '' AND id <> ?`

// WhoHasNumber implements takein.Reference and desk.Register.
func (tx *Tx) WhoHasNumber(number, but string) (person string, err error) {
	err = tx.row(whoHasNumber, number, but).Scan(&person)
	return person, err
}
