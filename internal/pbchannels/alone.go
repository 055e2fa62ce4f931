package pbchannels

import (
	"doorstep/internal/care"
	"doorstep/internal/channel"
	"doorstep/internal/channel/webpush"
	"doorstep/internal/pbstore"
)

const (
	// stillAlone is where an alarm of a stay s is still to be told by a delivery d: nobody has taken it, or the manager was told all
	// the same, and it is not over.
	stillAlone = `s.team = d.team AND s.retracted = '' AND s.closed_at = '' AND s.coordinator_at <> '' AND (s.taken_by = '' OR s.manager_at <> '')`
	ofStays    = `SELECT id, key, handover, team, route, channel, class, attempts, state, due_at, until, last_error, done_at, whole FROM deliveries
		WHERE handover IN (SELECT value FROM json_each(?)) ORDER BY id DESC LIMIT +?`
)

// mostOfStays is how many deliveries of all stays of a list are read.
const mostOfStays = 2000

// Alarm lets it leave by the ways of a team that somebody of theirs is alone and wants looking after: when the desk was told, and
// again when the manager was and it is not over. It is as urgent as an emergency, names nobody, and leaves once for each telling,
// however often it is asked. In a delivery the stay stands where a handover does.
func (d *Deliveries) Alarm(tx *pbstore.Tx, stay string) error {
	stays, _ := care.ByName(care.LoneStays)
	rec, err := tx.Record(stays, stay)
	if err != nil || rec == nil || !rec.Retracted.IsZero() {
		return err
	}
	s := care.AsLoneStay(rec)
	if s.Team() == "" || !s.ClosedAt().IsZero() {
		return nil
	}
	own, err := In(tx).RoutesOf(s.Team())
	if err != nil {
		return err
	}
	takes := false
	if d.Takes != nil {
		if takes, err = d.Takes(tx, s.Team()); err != nil {
			return err
		}
	}
	ways := channel.Choose(plain(own), care.Emergency, true)
	if takes {
		ways = append(ways, noticesOf(s.Team()))
	}
	for _, told := range []string{"coordinator", "manager"} {
		at := rec.When(told + "_at")
		if at.IsZero() || told == "coordinator" && s.TakenBy() != "" {
			continue
		}
		for _, way := range ways {
			doors := d.Doors(s.Team())
			if way.Channel == webpush.Name {
				doors = nil
			}
			if err := In(tx).add(channel.LoneKey(stay, told, at)+":"+way.ID, way, stay, care.Emergency, tx.Now(), doors); err != nil {
				return err
			}
		}
	}
	return nil
}

// OfStays are the deliveries of alarms, by stay, the latest first.
func (v Pages) OfStays(stays []string) (map[string][]Delivery, error) {
	list, err := deliveries(v.Each, ofStays, string(care.JSON(stays)), mostOfStays)
	of := map[string][]Delivery{}
	for _, d := range list {
		if !d.Untried() {
			of[d.Handover] = append(of[d.Handover], d)
		}
	}
	return of, err
}
