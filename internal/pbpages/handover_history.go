package pbpages

import (
	"database/sql"
	"strings"

	"doorstep/internal/care"
	"doorstep/internal/columns"
	"doorstep/internal/pbstore"
)

var events = layoutOf(care.HandoverEvents)

// historyOf reads all of the history of a handover, in the order in which it was written.
func historyOf() string {
	list := make([]string, len(events.Names))
	for i, name := range events.Names {
		list[i] = columns.Quote(name)
	}
	return `SELECT ` + strings.Join(list, ", ") + ` FROM handover_events WHERE handover = ? ORDER BY ` + pbstore.WrittenUnder + `, id`
}

// History reads the events of a handover, oldest first.
func (v Pages) History(handover string) (list []*care.Record, err error) {
	err = v.Each(historyOf(), func(r *sql.Rows) error {
		rec, err := events.Scan(r)
		v.NoticeUnreadable(rec)
		list = append(list, rec)
		return err
	}, handover)
	return list, err
}
