package pbpages

import (
	"database/sql"
	"strings"

	"doorstep/internal/care"
	"doorstep/internal/columns"
)

// mostOpenAbout is how many open handovers of one person are read.
const mostOpenAbout = 100

// openAbout reads the handovers of a person that may change: the open ones are among them, and few, whatever their history.
func openAbout() string {
	list := make([]string, len(handovers.Names))
	for i, name := range handovers.Names {
		list[i] = columns.Quote(name)
	}
	return `SELECT ` + strings.Join(list, ", ") + ` FROM handovers WHERE patient = ? AND (` + care.SQLMayChange + `) LIMIT +?`
}

// OpenAbout are the open handovers of a person, to whomever.
func (v Pages) OpenAbout(patient string) (list []*care.Record, err error) {
	err = v.Each(openAbout(), func(r *sql.Rows) error {
		rec, err := handovers.Scan(r)
		if rec != nil && care.AsHandover(rec).State().Open() {
			v.NoticeUnreadable(rec)
			list = append(list, rec)
		}
		return err
	}, patient, mostOpenAbout)
	return list, err
}
