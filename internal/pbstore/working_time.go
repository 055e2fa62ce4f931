package pbstore

import (
	"doorstep/internal/care"
	"doorstep/internal/columns"
	"doorstep/internal/handover"
	"doorstep/internal/worktime"
)

// What sync_dirty calls a change of working time: of a day for everybody, of the hours that an organisation states.
// Its row stays until every handover that is due in working time was looked at.
const (
	dayChanged   = "calendar_days"
	hoursChanged = "opening_hours"

	dueInWorkingTime = `SELECT id FROM handovers WHERE state NOT IN ` + care.SQLOffTheClock + ` AND class IN (SELECT value FROM json_each(?))
		AND id > ? ORDER BY id LIMIT +?`
	goOn      = `INSERT INTO sync_dirty (collection, record, op, was) VALUES (?, ?, 'update', ?)`
	movedOnce = 100 // handovers are looked at by one transaction
)

// workingTimeChanged lets deadlines follow working time that somebody changed, some handovers at a time.
func (tx *Tx) workingTimeChanged(in ForeignWrites, d dirty, was columns.Was) error {
	if err := tx.reloadDirectory(); err != nil {
		return err
	}
	before, err := readDirectory(tx.each)
	if err != nil {
		return err
	}
	if hours, ok := was["hours"].(string); ok {
		before.hours[d.record] = hours
	} else if date, err := worktime.ParseDate(d.record); err == nil {
		before.days.Set(date, openIn(was), "")
	}
	schedules, err := worktime.NewSchedules(before.hours, before.days)
	if err != nil {
		return err
	}
	after, _ := was["after"].(string)
	ids, err := texts(tx, dueInWorkingTime, jsonList(tx.Clocks().ByWorkingTime()), after, movedOnce)
	if err != nil || len(ids) == 0 {
		return err
	}
	if err := in.WorkingTimeChanged(ids, func(organisation string) handover.Calendar { return schedules.Of(organisation) }); err != nil {
		return err
	}
	was["after"] = ids[len(ids)-1]
	_, err = tx.exec(goOn, d.collection, d.record, string(care.JSON(was)))
	tx.unsettled = true
	return err
}

// openIn is whether a day was open before it changed; nil: nobody had said.
func openIn(was columns.Was) *bool {
	n, said := was["open"].(int64)
	if !said {
		return nil
	}
	open := n != 0
	return &open
}
