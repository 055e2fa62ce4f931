package pbstore

import (
	"doorstep/internal/care"
)

const (
	sentAbout    = `patient = ? AND id > ? AND (from_staff <> '' OR from_team <> '') ORDER BY id LIMIT ?`               // a condition
	historiesOf  = `handover IN (SELECT value FROM json_each(?)) AND (from_staff <> '' OR from_team <> '') ORDER BY id` // a condition
	followed     = "followed"                                                                                           // what sync_dirty calls a person whose handovers are to be sent again
	followedOnce = 50                                                                                                   // handovers are sent again by one transaction
)

// tellHandovers sends the handovers of a person again, with their history, some at a time: whoever reported them reads
// them while the person is theirs, and else how they stand. See access.Access.SeeSent.
func (tx *Tx) tellHandovers(patient, after string) error {
	room := followedOnce - tx.followed
	list, err := tx.records(tx.store.tables.byName[care.Handovers], sentAbout, patient, after, room)
	if err != nil {
		return err
	}
	ids := make([]string, len(list))
	for i, rec := range list {
		ids[i], after = rec.ID, rec.ID
	}
	lines, err := tx.records(tx.store.tables.byName[care.HandoverEvents], historiesOf, jsonList(ids))
	if err != nil {
		return err
	}
	if err := tx.tell(append(list, lines...)); err != nil {
		return err
	}
	if tx.followed += len(ids); len(ids) < room {
		return nil
	}
	tx.unsettled = true
	_, err = tx.exec(goOn, followed, patient, string(care.JSON(map[string]string{"after": after})))
	return err
}
