package pbpages

import (
	"database/sql"
	"strings"

	"doorstep/internal/care"
	"doorstep/internal/columns"
	"doorstep/internal/desk"
	"doorstep/internal/folding"
)

// columnsOf are the columns of the index of people in which a part of a person is searched: what the clinical and what
// the limited projection holds of it. See desk.Sought.
var columnsOf = map[bool]map[folding.Part]string{
	false: {folding.Name: "name", folding.Preferred: "preferred_name", folding.Address: "address", folding.Born: "date_of_birth",
		folding.Number: "nhs_number", folding.Telephone: "phone"},
	true: {folding.Name: "called", folding.Address: "address", folding.Telephone: "phone"},
}

const (
	holdersNow = `SELECT DISTINCT c.patient, c.team, c.staff FROM caseload c WHERE c.patient IN (SELECT value FROM json_each(?1))
		AND c."from" <= ?4 AND (c."to" = '' OR c."to" > ?4) AND (?2 OR ` + heldByThem + `) ORDER BY c.team, c.staff`

	// tooShort: every term of ?8 that the index cannot find stands somewhere, as one of its pieces.
	tooShort = `(?8 = '[]' OR NOT EXISTS (SELECT 1 FROM json_each(?8) term WHERE NOT EXISTS (SELECT 1 FROM json_each(term.value) piece
		WHERE instr(CASE piece.value ->> 0 WHEN 'name' THEN people_text.name WHEN 'preferred_name' THEN people_text.preferred_name
			WHEN 'called' THEN people_text.called WHEN 'address' THEN people_text.address WHEN 'phone' THEN people_text.phone
			WHEN 'nhs_number' THEN people_text.nhs_number ELSE people_text.date_of_birth END, piece.value ->> 1) > 0)))`

	// beginFirst: whose name begins with one of the words ?9 stands before the others.
	beginFirst = `(NOT EXISTS (SELECT 1 FROM json_each(?9) word WHERE substr(%name, 1, length(word.value)) = word.value)) || %name`
)

// foundPeople reads the people that some holders have at ?4, in their order after ?1 and id after ?2, at most ?3, of the
// teams ?5 and the staff ?6; of these, those that the index finds by the expression ?7. Who is known only as the limited
// projection shows must be theirs by a grant, of the holders ?10: without consent it is not even told that they are there.
func foundPeople(limited, indexed bool) string {
	name, from, where := "s.name", `people_sorted s CROSS JOIN people_text ON people_text.rowid = s.n CROSS JOIN patients p ON p.id = s.patient`, ""
	if indexed {
		from = `people_text CROSS JOIN people_sorted s ON s.n = people_text.rowid CROSS JOIN patients p ON p.id = s.patient`
		where = `people_text MATCH ?7 AND `
	}
	if limited {
		name = "s.called"
		where += `p.id IN (SELECT g.patient FROM sync_grants g WHERE g.to_seq IS NULL AND g.holder IN (SELECT value FROM json_each(?10))) AND `
	}
	return `SELECT p.id, ` + strings.ReplaceAll(beginFirst, "%name", name) + ` AS o FROM ` + from + ` WHERE ` + where + `s.patient IN (
		SELECT c.patient FROM caseload c WHERE (` + heldByThem + `) AND c."from" <= ?4 AND (c."to" = '' OR c."to" > ?4))
		AND p.retracted = '' AND ` + tooShort + ` AND (o, p.id) > (?1, ?2) ORDER BY o, p.id LIMIT +?3`
}

// FindPeople implements desk.PeopleSearch.
func (v Pages) FindPeople(s desk.Sought) (found []desk.PersonKey, more bool, err error) {
	match, short := inIndex(s.Terms, columnsOf[s.Limited])
	args := []any{s.After.Name, s.After.ID, s.Limit + 1, columns.Stamp(v.Now()), jsonList(s.By.Teams), jsonList(s.By.Staff),
		match, string(care.JSON(short)), jsonList(s.Terms.Words())}
	if s.Limited {
		args = append(args, jsonList(s.Grants))
	}
	err = v.Each(foundPeople(s.Limited, match != ""), func(r *sql.Rows) error {
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

// inIndex is what is sought as FTS5 is asked for it, and the terms with pieces that are too short for it: an index of
// three characters at a time finds nothing shorter. Each of these is a list of columns and texts.
func inIndex(sought folding.Sought, column map[folding.Part]string) (match string, short [][][2]string) {
	var all []string
	short = [][][2]string{}
	for _, term := range sought {
		if term.Short() {
			pieces := [][2]string{}
			for _, p := range term {
				for _, part := range p.In {
					pieces = append(pieces, [2]string{column[part], p.Text})
				}
			}
			short = append(short, pieces)
			continue
		}
		var either []string
		for _, p := range term {
			in := make([]string, len(p.In))
			for i, part := range p.In {
				in[i] = column[part]
			}
			either = append(either, `{`+strings.Join(in, " ")+`} : "`+strings.ReplaceAll(p.Text, `"`, `""`)+`"`)
		}
		if len(either) == 0 { // of what was typed nothing is theirs to search by
			short = append(short, [][2]string{})
			continue
		}
		all = append(all, `(`+strings.Join(either, " OR ")+`)`)
	}
	return strings.Join(all, " AND "), short
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
