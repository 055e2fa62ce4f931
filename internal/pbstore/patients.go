package pbstore

const (
	whoHasNumber = `SELECT coalesce(min(id), '') FROM patients WHERE nhs_number = ? AND nhs_number <> '' AND retracted = '' AND id <> ?`
	noteFiled    = `INSERT INTO merged_records SELECT id, ?2, ?3 FROM merged_people WHERE dead = ?1 AND undone_at = '' ON CONFLICT DO NOTHING`
)

// WhoHasNumber implements takein.Reference and desk.Register.
func (tx *Tx) WhoHasNumber(number, but string) (person string, err error) {
	err = tx.row(whoHasNumber, number, but).Scan(&person)
	return person, err
}

// NoteFiled implements takein.Notes.
func (tx *Tx) NoteFiled(dead, collection, record string) error {
	_, err := tx.exec(noteFiled, dead, collection, record)
	return err
}
