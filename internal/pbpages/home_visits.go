package pbpages

import (
	"database/sql"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/columns"
	"doorstep/internal/measures"
	"doorstep/internal/pbstore"
)

// homeVisits reads the visits at which a person was seen since a moment. Nothing happens after it is received, so that what
// happened since then stands in the feed after the mark of that minute.
const homeVisits = `SELECT iif(v.staff = '', v.author, v.staff), v.clinical_time FROM sync_scopes s CROSS JOIN sync_feed f INDEXED BY sync_feed_scope
	ON f.scope = s.id AND f.seq > coalesce((SELECT m.seq FROM sync_marks m WHERE m.minute <= ?2 ORDER BY m.minute DESC LIMIT 1), 0)
	CROSS JOIN visits v ON v.id = f.record WHERE s.name = ?1 AND f.collection = ?3 AND v.retracted = '' AND v.status = 'completed' AND v.clinical_time >= ?4 LIMIT +?5`

// mostContacts of one person are read for their continuity: several a day.
const mostContacts = 1000

// HomeVisits are the visits at which a person was seen since a moment, by whoever was there.
func (v Pages) HomeVisits(patient string, since time.Time) (list []measures.Contact, err error) {
	return list, v.Each(homeVisits, func(r *sql.Rows) error {
		var c measures.Contact
		var at string
		err := r.Scan(&c.Staff, &at)
		c.At = columns.ParseTime(at)
		list = append(list, c)
		return err
	}, care.ClinicalScope(patient), since.Unix()/60, pbstore.CollectionNumber(care.Visits), columns.Stamp(since), mostContacts)
}
