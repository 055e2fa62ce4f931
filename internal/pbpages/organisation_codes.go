package pbpages

import "database/sql"

const organisationCodes = `SELECT id, coalesce(name, ''), coalesce(ods_code, ''), coalesce(phone, '') FROM organisations WHERE id IN (SELECT value FROM json_each(?))`

// Coded is an organisation with its ODS code, "" where nobody wrote it down.
type Coded struct{ ID, Name, ODSCode, Phone string }

// OrganisationCodes finds organisations by their ids.
func (v Pages) OrganisationCodes(ids []string) (map[string]Coded, error) {
	found := map[string]Coded{}
	err := v.Each(organisationCodes, func(r *sql.Rows) error {
		var c Coded
		err := r.Scan(&c.ID, &c.Name, &c.ODSCode, &c.Phone)
		found[c.ID] = c
		return err
	}, jsonList(ids))
	return found, err
}
