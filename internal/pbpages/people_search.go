package pbpages

import (
	"database/sql"
	"fmt"
	"strings"

	"doorstep/internal/care"
	"doorstep/internal/columns"
	"doorstep/internal/desk"
	"doorstep/internal/pbstore"
)

// The columns a search looks in, and the name it sorts by; see desk.Sought.
var (
	clinicalSearch = []string{"family_name", "given_name", "preferred_name", "nhs_number", "date_of_birth", "postcode", "address", "phone"}
	limitedSearch  = []string{pbstore.CalledName, "postcode", "address", "phone"}
)

const (
	clinicalOrder = `p.family_name || ' ' || p.given_name`
	limitedOrder  = pbstore.CalledName

	holdersNow = `SELECT DISTINCT c.patient, c.team, c.staff FROM caseload c WHERE c.patient IN (SELECT value FROM json_each(?1))
		AND c."from" <= ?4 AND (c."to" = '' OR c."to" > ?4) AND (?2 OR ` + heldByThem + `) ORDER BY c.team, c.staff`
)

// foundPeople reads the people that some holders have at ?4, by name after ?1 and id after ?2, at most ?3, of the teams
// ?5 and the staff ?6. Each further parameter is a pattern: as many as words, which match in any of the columns that
// the search looks in, then that of a number.
func foundPeople(limited bool, words int, number bool) string {
	within, order := clinicalSearch, clinicalOrder
	if limited {
		within, order = limitedSearch, limitedOrder
	}
	last := 6
	var match strings.Builder
	for range words {
		last++
		either := make([]string, len(within))
		for i, c := range within {
			either[i] = fmt.Sprintf(`%s LIKE ?%d ESCAPE '\'`, c, last)
		}
		match.WriteString(` AND (` + strings.Join(either, ` OR `) + `)`)
	}
	if number {
		fmt.Fprintf(&match, ` AND p.nhs_number LIKE ?%d ESCAPE '\'`, last+1)
	}
	return `SELECT p.id, ` + order + ` AS o FROM patients p WHERE p.retracted = '' AND p.id IN (
		SELECT c.patient FROM caseload c WHERE (` + heldByThem + `) AND c."from" <= ?4 AND (c."to" = '' OR c."to" > ?4))` + match.String() + `
		AND (o, p.id) > (?1, ?2) ORDER BY o, p.id LIMIT ?3`
}

// FindPeople implements desk.PeopleSearch.
func (v Pages) FindPeople(s desk.Sought) (found []desk.PersonKey, more bool, err error) {
	args := []any{s.After.Name, s.After.ID, s.Limit + 1, columns.Stamp(v.Now()), jsonList(s.By.Teams), jsonList(s.By.Staff)}
	for _, w := range s.Words {
		args = append(args, likePattern(w))
	}
	if s.Number != "" {
		args = append(args, likePattern(s.Number))
	}
	err = v.Each(foundPeople(s.Limited, len(s.Words), s.Number != ""), func(r *sql.Rows) error {
		var k desk.PersonKey
		err := r.Scan(&k.ID, &k.Name)
		found = append(found, k)
		return err
	}, args...)
	if more = len(found) > s.Limit; more {
		found = found[:s.Limit]
	}
	return found, more, err
}

// HoldersNow implements desk.PeopleSearch.
func (v Pages) HoldersNow(patients []string, only *desk.Holders) (rows []care.CaseloadRow, err error) {
	var by desk.Holders
	if only != nil {
		by = *only
	}
	err = v.Each(holdersNow, func(r *sql.Rows) error {
		var row care.CaseloadRow
		err := r.Scan(&row.Patient, &row.Team, &row.Staff)
		rows = append(rows, row)
		return err
	}, jsonList(patients), only == nil, 0, columns.Stamp(v.Now()), jsonList(by.Teams), jsonList(by.Staff))
	return rows, err
}

// likePattern finds a word anywhere; what LIKE would read as a wildcard stands for itself.
func likePattern(word string) string {
	return `%` + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(word) + `%`
}
