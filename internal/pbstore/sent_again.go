package pbstore

import (
	"encoding/json"

	"doorstep/internal/care"
)

// Conditions on what is sent again about a person, after a record.
const (
	checkinsAbout = `patient = ? AND id > ? AND retracted = '' ORDER BY id LIMIT +?`
	sentAbout     = `patient = ? AND id > ? AND (from_staff <> '' OR from_team <> '') ORDER BY id LIMIT +?`
	openAbout     = `patient = ? AND id > ? AND ` + care.SQLIssueOpen + ` ORDER BY id LIMIT +?`
	namedIn       = `id IN (SELECT value FROM json_each(?)) AND id > ? AND ` + care.SQLIssueOpen + ` ORDER BY id LIMIT +?`
	linesAfter    = `handover = ? AND (kind, id) > (?, ?) AND (from_staff <> '' OR from_team <> '') ORDER BY kind, id LIMIT +?`
)

const (
	sentAgain     = "followed" // what sync_dirty calls a person about whom something is to be sent again
	sentAgainOnce = 100        // records are sent again by one transaction
	heldNaming    = "naming"   // in place of a collection: changes held back that name the person, and are filed under another
	// ofPeopleHeld queues what is to be sent again of everybody whom a holder has.
	ofPeopleHeld = `INSERT INTO sync_dirty (collection, record, op, was) SELECT '` + sentAgain + `', patient, 'update', ?2
		FROM (SELECT DISTINCT patient FROM sync_grants WHERE holder = ?1 AND to_seq IS NULL ORDER BY patient)`
)

// again is what is still to be sent again about a person: records of a collection, and then those of the collections
// that come after it.
type again struct {
	Of    string `json:"of"`
	After string `json:"after,omitempty"` // the last one that was sent
	// Kind and Line are the last line that was sent of the history of that handover.
	Kind string `json:"kind,omitempty"`
	Line string `json:"line,omitempty"`
}

// then is the collection that comes after one.
var then = map[string]string{care.Checkins: care.Handovers, care.Handovers: care.Conflicts, care.Conflicts: care.Quarantine, care.Quarantine: heldNaming}

// everythingAgain is what is to be sent again of somebody who is with others now; limited: check-ins too.
func everythingAgain(limited bool) again {
	return again{Of: map[bool]string{true: care.Checkins, false: care.Handovers}[limited]}
}

func againFrom(was string) again {
	a := again{Of: care.Handovers} // of which alone an earlier program queued some
	_ = json.Unmarshal([]byte(was), &a)
	return a
}

// sendAgain sends again, as it is, what is seen by who has a person, because that is somebody else now: some records at
// a time. What is left is queued with them, so that a restart goes on where it was.
//
//   - Check-ins leave the phones of the volunteers who lost the person, and come to those of whoever got them.
//   - Whoever reported a handover reads it, and its history, while the person is theirs, and else how it stands. See
//     access.Access.SeeSent.
//   - Whoever lost the person keeps knowing of their open issues for a while, but without the content; whoever got the
//     person may read it.
//   - Whoever named the person in a change that is held back, and filed under another, reads it while the person is theirs.
func (tx *Tx) sendAgain(patient string, a again) (err error) {
	for a.Of != "" {
		room := sentAgainOnce - tx.sentAgain
		if room <= 0 {
			tx.unsettled = true
			_, err := tx.exec(goOn, sentAgain, patient, string(care.JSON(a)))
			return err
		}
		if a, err = tx.someAgain(patient, a, room); err != nil {
			return err
		}
	}
	return nil
}

// someAgain sends some records again, and says what is left.
func (tx *Tx) someAgain(patient string, a again, room int) (again, error) {
	var list []*care.Record
	var err error
	switch s := tx.store.tables.byName[a.Of]; a.Of {
	case care.Checkins:
		list, err = tx.records(s, checkinsAbout, patient, a.After, room)
	case care.Handovers:
		var whole bool
		if a, whole, err = tx.linesAgain(a, room); err != nil || !whole {
			return a, err
		}
		room = 1
		list, err = tx.records(s, sentAbout, patient, a.After, room)
	case heldNaming:
		list, err = tx.records(tx.store.tables.byName[care.Quarantine], namedIn, jsonList(tx.naming(patient)), a.After, room)
	default:
		list, err = tx.records(s, openAbout, patient, a.After, room)
	}
	if err == nil {
		err = tx.tell(list)
	}
	if len(list) == room {
		a.After, a.Kind, a.Line = list[room-1].ID, "", ""
		return a, err
	}
	return again{Of: then[a.Of]}, err
}

// linesAgain sends lines of the history of the handover that was sent last, and says whether these were all.
func (tx *Tx) linesAgain(a again, room int) (left again, whole bool, err error) {
	if a.After == "" {
		return a, true, nil
	}
	lines, err := tx.records(tx.store.tables.byName[care.HandoverEvents], linesAfter, a.After, a.Kind, a.Line, room)
	if n := len(lines); n > 0 {
		a.Kind, a.Line = care.AsHandoverEvent(lines[n-1]).Kind(), lines[n-1].ID
	}
	if err == nil {
		err = tx.tell(lines)
	}
	return a, len(lines) < room, err
}

// tell sends records again as they are, under the running number.
func (tx *Tx) tell(records []*care.Record) error {
	tx.sentAgain += len(records)
	for _, old := range records {
		rec := old.Clone()
		rec.SentAgain()
		if err := tx.Update(rec, old, nil); err != nil {
			return err
		}
		if name := rec.Collection.Name; name == care.Conflicts || name == care.Quarantine {
			if err := tx.lapseLater(rec); err != nil {
				return err
			}
		}
	}
	return nil
}
