package pbpages

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"

	"doorstep/internal/access"
	"doorstep/internal/columns"
)

// What is closed is listed in closed_handovers, which triggers fill when a handover closes; see
// collections.FileClosed. It has a row for each holder: "to:<team>" for a team that had it or had a part in it,
// "from:<team>" for the one that sent it, "by:<staff>:<team>" for who sent it, "of:<staff>" for who had it in hand. A
// page walks the rows of its reader's holders from the latest back, so that it costs its own length, however much a
// team has closed.

// How a team comes to have a closed handover in its list; the triggers write the same numbers.
const (
	partStands    = 1 // it was with the team when it closed
	partEscalated = 2 // it was escalated away from the team, which could still answer it
	partGiven     = 3 // the team had handed it on, or declined it
)

// What one holder has of what is closed, the latest first: ?1 is the holder, ?2 and ?3 the place before which it begins,
// ?4 the earliest moment, ?5 states, ?6 a class or "", ?7 other holders of which one must have it too, ?8 how many.
const (
	closedFrom = `SELECT c.handover, c.at, c.how, c."by" FROM closed_handovers c WHERE c.holder = ?1 AND (c.at, c.handover) < (?2, ?3)
		AND c.at >= ?4 AND c.state IN (SELECT value FROM json_each(?5)) AND (?6 = '' OR c.class = ?6) AND `
	closedOrder = ` ORDER BY c.at DESC, c.handover DESC LIMIT +?8`

	closedOfHolder = closedFrom + `?7 IS NOT NULL` + closedOrder
	closedOfBoth   = closedFrom + `EXISTS (SELECT 1 FROM closed_handovers o WHERE o.handover = c.handover AND o.holder IN (SELECT value FROM json_each(?7)))` + closedOrder
)

// mostLookedAt is how many closed handovers one request looks through for those that match.
const mostLookedAt = 1000

// lastMoment is after every moment as it lies in a column.
const lastMoment = "9999"

// closedKey is a closed handover in the list of a holder.
type closedKey struct {
	id, at, by string
	how        int
}

// holders are those whose closed handovers a query is about.
func (q *InboxQuery) holders() []string {
	teams, own := q.reach()
	list := make([]string, 0, len(teams)+len(own))
	for _, t := range teams {
		if q.Side == access.Sent {
			list = append(list, "from:"+t)
		} else {
			list = append(list, "to:"+t)
		}
	}
	for _, t := range own {
		if q.Side == access.Sent && !slices.Contains(teams, t) {
			list = append(list, "by:"+q.Access.Staff+":"+t)
		}
	}
	return list
}

// closed adds to a page what it holds of what is closed.
func (v Pages) closed(q *InboxQuery, states []string, page *InboxPage) error {
	room := q.Limit - len(page.Rows)
	look := room
	if q.Match != nil {
		look = mostLookedAt
	}
	keys, err := v.closedKeys(q, states, look+1)
	if err != nil {
		return err
	}
	page.More = len(keys) > look
	keys = keys[:min(len(keys), look)]
	const atOnce = 200
	for len(keys) > 0 && room > 0 {
		some := keys[:min(len(keys), atOnce)]
		rows, err := v.closedRows(some)
		if err != nil {
			return err
		}
		looked := len(some) // a handover that was deleted past us has no row, and is passed over
		for i := range rows {
			if q.Match != nil && !q.Match(&rows[i]) {
				continue
			}
			page.Rows = append(page.Rows, rows[i])
			if room--; room == 0 {
				looked = 1 + slices.IndexFunc(some, func(k closedKey) bool { return k.id == rows[i].Key.ID })
				break
			}
		}
		last := some[looked-1]
		page.Last = InboxKey{Closed: 1, At: last.at, ID: last.id}
		keys = keys[looked:]
	}
	page.More = page.More || len(keys) > 0
	return nil
}

// closedKeys reads the latest of a query, each once, at most so many.
func (v Pages) closedKeys(q *InboxQuery, states []string, most int) ([]closedKey, error) {
	var keys []closedKey
	take := func(r *sql.Rows) error {
		var k closedKey
		err := r.Scan(&k.id, &k.at, &k.how, &k.by)
		keys = append(keys, k)
		return err
	}
	holders := q.holders()
	if q.Mine {
		if err := v.Each(closedOfBoth, take, q.closedArgs("of:"+q.Access.Staff, holders, states, most)...); err != nil {
			return nil, err
		}
		holders = nil
	}
	for _, h := range holders {
		if err := v.Each(closedOfHolder, take, q.closedArgs(h, nil, states, most)...); err != nil {
			return nil, err
		}
	}
	// Of two teams of one reader that had it, the one counts that had more to do with it.
	slices.SortFunc(keys, func(a, b closedKey) int {
		return cmp.Or(cmp.Compare(b.at, a.at), cmp.Compare(b.id, a.id), cmp.Compare(a.how, b.how))
	})
	keys = slices.CompactFunc(keys, func(a, b closedKey) bool { return a.id == b.id })
	return keys[:min(len(keys), most)], nil
}

func (q *InboxQuery) closedArgs(holder string, others, states []string, most int) []any {
	at, id, from := lastMoment, "", ""
	if !q.To.IsZero() {
		at = columns.Stamp(q.To)
	}
	if q.After != nil && q.After.Closed == 1 {
		at, id = q.After.At, q.After.ID
	}
	if !q.From.IsZero() {
		from = columns.Stamp(q.From)
	}
	return []any{holder, at, id, from, jsonList(states), q.Class, jsonList(others), most}
}

// closedRows reads what keys name, in their order.
func (v Pages) closedRows(keys []closedKey) ([]InboxRow, error) {
	ids := make([]string, len(keys))
	place := make(map[string]int, len(keys))
	for i, k := range keys {
		ids[i], place[k.id] = k.id, i
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	rows := make([]InboxRow, 0, len(keys))
	err = v.Each(inboxRows(), func(r *sql.Rows) error {
		row, err := v.scanInbox(r)
		if err != nil {
			return err
		}
		k := keys[place[row.Record.ID]]
		row.Given, row.ClosedAt, row.ClosedBy = k.how == partGiven, strings.Replace(k.at, " ", "T", 1), k.by
		row.Key = InboxKey{Closed: 1, At: k.at, ID: k.id}
		rows = append(rows, row)
		return nil
	}, string(list))
	slices.SortFunc(rows, func(a, b InboxRow) int { return cmp.Compare(place[a.Key.ID], place[b.Key.ID]) })
	return rows, err
}
