package pbstore

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"doorstep/internal/access"
	"doorstep/internal/care"
)

// FoundPerson is a person on a desk's caseloads, with the ids of who has them: for a desk with the
// clinical view everybody, for a voluntary service its own only.
type FoundPerson struct {
	ID           string
	Record       *care.Record // nil where there is none
	Teams, Staff []string
}

// PersonKey is a place in the order of a search: by name, as the viewer may know it.
type PersonKey struct {
	Name string `json:"n"`
	ID   string `json:"i"`
}

// PeopleQuery is one page of the people on a desk's own caseloads.
type PeopleQuery struct {
	Access *access.Access
	Text   string // words that must all be found; "" = everybody
	After  PersonKey
	Limit  int
}

// searchWords bounds the words of one search.
const searchWords = 6

// The columns a search looks in, and the name it sorts by. A limited viewer's are those of their
// own projection: what one may not read cannot be found out by searching, either.
var (
	clinicalSearch = []string{"family_name", "given_name", "preferred_name", "nhs_number", "date_of_birth", "postcode", "address", "phone"}
	limitedSearch  = []string{calledName, "postcode", "address", "phone"}
)

const (
	clinicalOrder = `p.family_name || ' ' || p.given_name`
	limitedOrder  = calledName
)

// SearchPeople reads one page of who is on the caseloads of a desk's teams and staff now.
func (v *Snapshot) SearchPeople(q PeopleQuery) (found []FoundPerson, last PersonKey, more bool, err error) {
	teams, staff := jsonList(q.Access.DeskTeams()), jsonList(q.Access.MemberIDs())
	columns, order := clinicalSearch, clinicalOrder
	if !q.Access.Clinical() {
		columns, order = limitedSearch, limitedOrder
	}
	words := strings.Fields(q.Text)
	words = words[:min(len(words), searchWords)]
	args := []any{q.After.Name, q.After.ID, q.Limit + 1, columnStamp(v.store.now()), teams, staff}
	var match strings.Builder
	for _, w := range words {
		args = append(args, likePattern(w))
		var either []string
		for _, c := range columns {
			either = append(either, fmt.Sprintf(`%s LIKE ?%d ESCAPE '\'`, c, len(args)))
		}
		match.WriteString(` AND (` + strings.Join(either, ` OR `) + `)`)
	}
	if n := digitsOf(q.Text); n != "" && slices.Contains(columns, "nhs_number") { // 999 000 0018 is one number
		args = append(args, likePattern(n))
		match.Reset()
		fmt.Fprintf(&match, ` AND p.nhs_number LIKE ?%d ESCAPE '\'`, len(args))
	}
	query := `SELECT p.id, ` + order + ` AS o FROM patients p WHERE p.retracted = '' AND p.id IN (
		SELECT c.patient FROM caseload c WHERE (` + heldByThem + `) AND c."from" <= ?4 AND (c."to" = '' OR c."to" > ?4))` + match.String() + `
		AND (o, p.id) > (?1, ?2) ORDER BY o, p.id LIMIT ?3`
	var keys []PersonKey
	err = v.each(query, func(r *sql.Rows) error {
		var k PersonKey
		err := r.Scan(&k.ID, &k.Name)
		keys = append(keys, k)
		return err
	}, args...)
	if err != nil || len(keys) == 0 {
		return nil, last, false, err
	}
	if more = len(keys) > q.Limit; more {
		keys = keys[:q.Limit]
	}
	last = keys[len(keys)-1]
	if !q.Access.Clinical() { // without consent, not even that they are there
		keys = slices.DeleteFunc(keys, func(k PersonKey) bool { return !q.Access.Holds(k.ID) })
	}
	found, err = v.foundPeople(q.Access, keys, teams, staff)
	return found, last, more, err
}

// foundPeople fills in who the people are, and who has them.
func (v *Snapshot) foundPeople(viewer *access.Access, keys []PersonKey, teams, staff string) ([]FoundPerson, error) {
	ids := make([]string, len(keys))
	at := map[string]int{}
	for i, k := range keys {
		ids[i], at[k.ID] = k.ID, i
	}
	people, err := v.People(ids)
	if err != nil {
		return nil, err
	}
	found := make([]FoundPerson, len(keys))
	for i, id := range ids {
		found[i] = FoundPerson{ID: id, Record: people[id]}
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	who := `c.patient IN (SELECT value FROM json_each(?1)) AND c."from" <= ?4 AND (c."to" = '' OR c."to" > ?4)`
	if !viewer.Clinical() {
		who += ` AND (` + heldByThem + `)`
	}
	err = v.each(`SELECT DISTINCT c.patient, c.team, c.staff FROM caseload c WHERE `+who+` ORDER BY c.team, c.staff`, func(r *sql.Rows) error {
		var patient, team, member string
		if err := r.Scan(&patient, &team, &member); err != nil {
			return err
		}
		f := &found[at[patient]]
		if team != "" {
			f.Teams = append(f.Teams, team)
		}
		if member != "" {
			f.Staff = append(f.Staff, member)
		}
		return nil
	}, string(list), 0, 0, columnStamp(v.store.now()), teams, staff)
	return found, err
}

// likePattern finds a word anywhere; what LIKE would read as a wildcard stands for itself.
func likePattern(word string) string {
	return `%` + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(word) + `%`
}

// digitsOf is a number written in groups, as one; "" when it is something else, or in one group.
func digitsOf(text string) string {
	joined := strings.NewReplacer(" ", "", "-", "").Replace(text)
	if joined == text || len(joined) < 6 || strings.Trim(joined, "0123456789") != "" {
		return ""
	}
	return joined
}
