package pbmeasures

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/klauspost/compress/flate"

	"doorstep/internal/care"
	"doorstep/internal/measures"
	"doorstep/internal/pbstore"
	"doorstep/internal/worktime"
)

const (
	stateOf  = `SELECT seq, n, directory, week FROM measure_state`
	setState = `UPDATE measure_state SET seq = ?, n = ?`

	waitingPeople = `SELECT id, patient FROM measure_waiting WHERE id > 0 ORDER BY id LIMIT +?`
	countedOf     = `SELECT counted FROM measure_people WHERE patient = ?`
	setCounted    = `INSERT INTO measure_people (patient, counted) VALUES (?, ?) ON CONFLICT (patient) DO UPDATE SET counted = excluded.counted`
	forgetCounted = `DELETE FROM measure_people WHERE patient = ?`
	doneWaiting   = `DELETE FROM measure_waiting WHERE id <= ?`
	everybody     = `INSERT INTO measure_waiting (patient) SELECT patient FROM measure_people`

	fedSince = `SELECT f.seq, f.n, f.collection, f.record, s.name FROM sync_feed f CROSS JOIN sync_scopes s ON s.id = f.scope
		WHERE (f.seq, f.n) > (?1, ?2) ORDER BY f.seq, f.n LIMIT +?3`
	ofHandovers = `SELECT patient FROM handovers WHERE id IN (SELECT value FROM json_each(?))`
	ofMoves     = `SELECT patient FROM handover_events WHERE id IN (SELECT value FROM json_each(?))`
	mergedWith  = `SELECT survivor FROM merged_people WHERE dead = ?1 AND undone_at = '' UNION SELECT dead FROM merged_people WHERE survivor = ?1`

	addCount = `INSERT INTO measure_counts (week, measure, team, sender, class, value, n) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (week, measure, team, sender, class, value) DO UPDATE SET n = n + excluded.n`
	dropNone  = `DELETE FROM measure_counts WHERE week = ? AND measure = ? AND team = ? AND sender = ? AND class = ? AND value = ? AND n = 0`
	addNoted  = `INSERT INTO measure_noted (week, measure, team, patient, value) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`
	dropNoted = `DELETE FROM measure_noted WHERE week = ? AND measure = ? AND team = ? AND patient = ? AND value = ?`
	stale     = `INSERT INTO measure_stale (week) VALUES (?) ON CONFLICT DO NOTHING`
)

// How much is done at a time: rows of the feed and people in one reading, counts in one transaction.
const (
	mostRows   = 400
	mostPeople = 40
	mostCounts = 300
)

// Keeper keeps the figures up.
type Keeper struct {
	Store *pbstore.Store
	Now   func() time.Time
	// Do runs work in a transaction of the one writer.
	Do func(context.Context, func(*pbstore.Tx) error) error
	// Gently does a step and leaves the machine to others for a while; nil does the step alone.
	Gently func(ctx context.Context, step func() error) error

	one sync.Mutex // there is one place in the feed
}

// changed is somebody of whom something changed.
type changed struct {
	patient string
	counted []byte // packed; nil = nothing of theirs is counted any more
	was, is measures.Counts
}

// step is what one reading found.
type step struct {
	seq, n  int64 // up to here the feed is counted then
	waiting int64 // up to here those who waited are
	people  []changed
	more    bool
}

// Keep counts what is new, and brings reports up to date.
func (k *Keeper) Keep(ctx context.Context) error {
	k.one.Lock()
	defer k.one.Unlock()
	if err := k.redirected(ctx); err != nil {
		return fmt.Errorf("look whose teams are whose: %w", err)
	}
	for more := true; more; {
		step := func() (err error) { more, err = k.some(ctx); return err }
		if err := k.step(ctx, step); err != nil {
			return fmt.Errorf("count what is new: %w", err)
		}
	}
	if err := k.report(ctx); err != nil {
		return fmt.Errorf("report on weeks: %w", err)
	}
	return nil
}

func (k *Keeper) step(ctx context.Context, step func() error) error {
	if k.Gently == nil {
		return step()
	}
	return k.Gently(ctx, step)
}

// some counts as much as one reading finds.
func (k *Keeper) some(ctx context.Context) (more bool, err error) {
	var s step
	if err := k.Store.Read(ctx, func(v *pbstore.Snapshot) error { s, err = k.look(v); return err }); err != nil {
		return false, err
	}
	if len(s.people) == 0 && s.n == 0 && s.waiting == 0 {
		return false, nil
	}
	for len(s.people) > 0 {
		size, n := 0, 0
		for ; n < len(s.people) && size < mostCounts; n++ {
			size += len(s.people[n].is) + len(s.people[n].was)
		}
		batch := s.people[:n]
		if err := k.Do(ctx, func(tx *pbstore.Tx) error { return write(tx, batch) }); err != nil {
			return false, err
		}
		s.people = s.people[n:]
	}
	// Whoever was written is found as they are if this does not happen: nothing of theirs counts twice.
	return s.more, k.Do(ctx, func(tx *pbstore.Tx) error {
		if _, err := tx.Statements().Exec(doneWaiting, s.waiting); err != nil {
			return err
		}
		_, err := tx.Statements().Exec(setState, s.seq, s.n)
		return err
	})
}

// look reads who changed, and works out what that does to the counts.
func (k *Keeper) look(v *pbstore.Snapshot) (step, error) {
	s, who, err := whoChanged(v)
	if err != nil || len(who) == 0 {
		return s, err
	}
	p, err := k.reading(v)
	if err != nil {
		return s, err
	}
	for _, id := range who {
		c := changed{patient: id}
		var packed []byte
		if err := v.Row(countedOf, id).Scan(&packed); err != nil && !errors.Is(err, sql.ErrNoRows) {
			return s, err
		}
		before, err := unpack(packed)
		if err != nil {
			return s, fmt.Errorf("read what is counted of %s: %w", id, err)
		}
		is, err := p.person(id)
		if err != nil {
			return s, err
		}
		now, err := text(is)
		if err != nil {
			return s, err
		}
		if bytes.Equal(before, now) {
			continue
		}
		var was measures.Person
		if len(before) > 0 {
			if err := json.Unmarshal(before, &was); err != nil {
				return s, fmt.Errorf("read what is counted of %s: %w", id, err)
			}
		}
		if c.counted, err = pack(now); err != nil {
			return s, err
		}
		first := measures.WeekOf(p.since)
		c.was, c.is = fromWeek(was.Counts(), first), fromWeek(is.Counts(), first)
		s.people = append(s.people, c)
	}
	return s, nil
}

// fromWeek leaves out weeks that are not kept any more.
func fromWeek(c measures.Counts, first measures.Week) measures.Counts {
	for key := range c {
		if key.Week != 0 && key.Week < first && !slices.Contains(measures.Running, key.Measure) {
			delete(c, key)
		}
	}
	return c
}

func (k *Keeper) reading(v *pbstore.Snapshot) (people, error) {
	hours, err := worktime.New(worktime.Options{})
	return people{Snapshot: v, directory: k.Store.Access.Directory(), hours: hours, since: measures.WeekOf(v.Now().Add(-kept)).Begins()}, err
}

// whoChanged lists, after the place up to which the feed is counted, the people of whom something entered it.
func whoChanged(v *pbstore.Snapshot) (s step, who []string, err error) {
	var directory string
	var week measures.Week
	var fromSeq, fromN int64
	if err := v.Row(stateOf).Scan(&fromSeq, &fromN, &directory, &week); err != nil {
		return s, nil, err
	}
	s.seq, s.n = fromSeq, fromN
	add := func(patient string) {
		if patient != "" && !slices.Contains(who, patient) {
			who = append(who, patient)
		}
	}
	if err := v.Each(waitingPeople, func(r *sql.Rows) error {
		var patient string
		err := r.Scan(&s.waiting, &patient)
		add(patient)
		return err
	}, mostPeople); err != nil {
		return s, nil, err
	}
	s.more = len(who) >= mostPeople
	var handovers, events []string
	rows := 0
	if err := v.Each(fedSince, func(r *sql.Rows) error {
		var seq, n, collection int64
		var record, scope string
		if err := r.Scan(&seq, &n, &collection, &record, &scope); err != nil || len(who)+len(handovers)+len(events) >= 2*mostPeople {
			s.more = s.more || err == nil
			return err
		}
		s.seq, s.n = seq, n
		rows++
		switch collection {
		case pbstore.CollectionNumber(care.Handovers):
			handovers = append(handovers, record)
		case pbstore.CollectionNumber(care.HandoverEvents):
			events = append(events, record)
		case pbstore.CollectionNumber(care.Visits), pbstore.CollectionNumber(care.Checkins), pbstore.CollectionNumber(care.Goals), pbstore.CollectionNumber(care.Patients):
			add(patientOf(scope))
		}
		return nil
	}, fromSeq, fromN, mostRows); err != nil {
		return s, nil, err
	}
	s.more = s.more || rows == mostRows
	if s.seq == fromSeq && s.n == fromN && s.waiting == 0 {
		s.n, s.seq = 0, 0 // nothing is new
	}
	if len(handovers) > 0 {
		if err := each(v, ofHandovers, add, string(care.JSON(handovers))); err != nil {
			return s, nil, err
		}
	}
	if len(events) > 0 {
		if err := each(v, ofMoves, add, string(care.JSON(events))); err != nil {
			return s, nil, err
		}
	}
	// Records of two registrations that were made one, or parted again, moved from one to the other.
	for _, id := range slices.Clone(who) {
		if err := each(v, mergedWith, add, id); err != nil {
			return s, nil, err
		}
	}
	return s, who, nil
}

func each(v *pbstore.Snapshot, query string, add func(string), args ...any) error {
	return v.Each(query, func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		add(id)
		return err
	}, args...)
}

// write puts what changed of some people into the counts, in one transaction.
func write(tx *pbstore.Tx, list []changed) error {
	exec := func(query string, args ...any) error {
		_, err := tx.Statements().Exec(query, args...)
		return err
	}
	sum, weeks := measures.Counts{}, map[measures.Week]bool{}
	for _, c := range list {
		for key, n := range c.is.Minus(c.was) {
			sum[key] += n
			weeks[key.Week] = true
			if key.Week > 0 && slices.Contains(measures.Running, key.Measure) { // it counts from then on
				for w := max(key.Week, measures.WeekOf(tx.Now().Add(-kept))); w <= measures.WeekOf(tx.Now()); w++ {
					weeks[w] = true
				}
			}
		}
		was, is := c.was.Notes(), c.is.Notes()
		for note := range was {
			if !is[note] {
				if err := exec(dropNoted, note.Week, note.Measure, note.Team, c.patient, note.Value); err != nil {
					return err
				}
			}
		}
		for note := range is {
			if !was[note] {
				if err := exec(addNoted, note.Week, note.Measure, note.Team, c.patient, note.Value); err != nil {
					return err
				}
			}
		}
		var err error
		if c.counted == nil {
			err = exec(forgetCounted, c.patient)
		} else {
			err = exec(setCounted, c.patient, c.counted)
		}
		if err != nil {
			return err
		}
	}
	for key, n := range sum {
		if n == 0 {
			continue
		}
		if err := exec(addCount, key.Week, key.Measure, key.Team, key.With, key.Class, key.Value, n); err != nil {
			return err
		}
		if n < 0 || slices.Contains(measures.Running, key.Measure) { // those who leave are fewer than none
			if err := exec(dropNone, key.Week, key.Measure, key.Team, key.With, key.Class, key.Value); err != nil {
				return err
			}
		}
	}
	for week := range weeks {
		if err := exec(stale, week); err != nil {
			return err
		}
	}
	return nil
}

// text is what is counted of a person, to be stored; nil of nothing.
func text(p measures.Person) ([]byte, error) {
	if len(p.Visits) == 0 && len(p.Handovers) == 0 && len(p.Goals) == 0 && len(p.Lists) == 0 {
		return nil, nil
	}
	return json.Marshal(p)
}

// pack makes a few bytes of a text, without the megabyte that a compressor otherwise keeps for it; nil of nothing.
func pack(text []byte) ([]byte, error) {
	if text == nil {
		return nil, nil
	}
	var b bytes.Buffer
	err := flate.StatelessDeflate(&b, text, true, nil)
	return b.Bytes(), err
}

func unpack(packed []byte) ([]byte, error) {
	if len(packed) == 0 {
		return nil, nil
	}
	return io.ReadAll(flate.NewReader(bytes.NewReader(packed)))
}

// later is how old a report may be of which something is open.
const later = 5 * time.Minute
