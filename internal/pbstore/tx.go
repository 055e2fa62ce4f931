package pbstore

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/judge"
	"doorstep/internal/rooms"
	"doorstep/internal/rules"
	"doorstep/internal/sqlitedb"
	"doorstep/internal/worktime"
)

const (
	sequence     = `SELECT ord, seq FROM sync_meta`
	saveSequence = `UPDATE sync_meta SET seq = ?`
	addMark      = `INSERT INTO sync_marks (minute, seq) VALUES (?, ?) ON CONFLICT DO NOTHING`
)

// Tx is the running write transaction. It implements rooms.Store; what it changes of the
// memory is noted and published by Store.Write after the commit.
type Tx struct {
	store *Store
	db    *sqlitedb.Tx
	now   time.Time

	ord     int64
	seq     int64 // number of the running change
	startAt int64
	n       int64 // running number of feed rows within it
	minute  int64

	// Not yet in memory: what this transaction itself wrote and must see again.
	scopes map[string]int64
	heads  map[int64]int64
	after  []func(*memory)
	// accessAfter is what it changed of who may see what.
	accessAfter []func(*access.Update)
	granted     []*access.Grant     // opened by it
	creates     map[string]string   // "" = let go
	names       map[string][]string // changes held by this transaction that name a person beside others
	waiting     map[string]int
	expected    map[string]bool // records that something it wrote names before they came
	patients    map[string]*care.Record
	watched     map[string]bool // touched by this transaction: judged in any case
	doubted     map[string]int  // people whose issues this transaction touched, and how many more are open
	clients     map[string]*Client
	held        map[string]room // what the rows it opened and closed take, by author

	members      map[string]*access.Member // staff whose standing it changed
	newDirectory *access.Directory         // nil: as it was
	calendars    worktime.Schedules        // nil: as they were
	unsettled    bool                      // something it settles goes on in the next one
	regrant      map[string]bool           // people whose grants it must bring in line before it ends
	sentAgain    int                       // records that it sent again
}

var _ rooms.Store = (*Tx)(nil)

// Write runs one transaction on the write connection. What it changed in memory is published
// after the commit and before Write returns; an error leaves database and memory as they were.
func (s *Store) Write(ctx context.Context, fn func(*Tx) error) error {
	var tx *Tx
	return s.db.Write(ctx, func(db *sqlitedb.Tx) error {
		tx = newTx(s, db)
		if err := tx.begin(); err != nil {
			return err
		}
		if err := fn(tx); err != nil {
			return err
		}
		return tx.finish()
	}, func() { s.publish(tx) })
}

func newTx(s *Store, db *sqlitedb.Tx) *Tx {
	return &Tx{store: s, db: db, now: s.now().UTC().Truncate(time.Millisecond),
		scopes: map[string]int64{}, heads: map[int64]int64{}, creates: map[string]string{}, names: map[string][]string{},
		waiting: map[string]int{}, expected: map[string]bool{}, patients: map[string]*care.Record{}, watched: map[string]bool{}, doubted: map[string]int{}, clients: map[string]*Client{},
		members: map[string]*access.Member{}, regrant: map[string]bool{}, held: map[string]room{}}
}

func (tx *Tx) begin() error {
	if err := tx.row(sequence).Scan(&tx.ord, &tx.seq); err != nil {
		return err
	}
	tx.startAt = tx.seq
	return tx.beginHistory()
}

// finish writes the sequence back, and a mark once a minute, which ties numbers to times.
func (tx *Tx) finish() error {
	if tx.seq == tx.startAt {
		return nil
	}
	if _, err := tx.exec(saveSequence, tx.seq); err != nil {
		return err
	}
	minute := tx.now.Unix() / 60
	tx.store.mem.mu.RLock()
	last := tx.store.mem.minute
	tx.store.mem.mu.RUnlock()
	if minute <= last {
		return nil
	}
	tx.minute = minute
	_, err := tx.exec(addMark, minute, tx.startAt+1)
	return err
}

// publish brings a committed transaction into memory: first what the store itself leans on, then
// the index, whose head tells others that all of it is there.
func (s *Store) publish(tx *Tx) {
	revoke, standingChanged := s.mem.bring(tx)
	s.Access.Publish(access.Commit{Head: tx.seq, Scopes: tx.scopes, Moved: tx.heads, Changes: tx.accessAfter})
	for _, id := range standingChanged { // which must not wait for others under a lock
		revoke(id)
	}
}

func (m *memory) bring(tx *Tx) (revoke func(id string), standingChanged []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, change := range tx.after {
		change(m)
	}
	if tx.minute != 0 {
		m.minute = tx.minute
	}
	standingChanged, m.standingChanged = m.standingChanged, nil
	return m.revoke, standingChanged
}

// Next starts a change of its own: it takes the next number of the sequence.
func (tx *Tx) Next() int64 {
	tx.seq++
	tx.n = 0
	return tx.seq
}

// Savepoint runs fn so that its failure undoes what it wrote and leaves the transaction usable.
// The error of fn comes back as failed; err means that the transaction itself is lost.
func (tx *Tx) Savepoint(fn func() error) (failed, err error) {
	seq, n, noted, notedAccess, granted := tx.seq, tx.n, len(tx.after), len(tx.accessAfter), slices.Clone(tx.granted)
	scopes, heads := maps.Clone(tx.scopes), maps.Clone(tx.heads)
	creates, waiting, names := maps.Clone(tx.creates), maps.Clone(tx.waiting), maps.Clone(tx.names)
	patients, doubted := maps.Clone(tx.patients), maps.Clone(tx.doubted)
	if failed, err = tx.db.Savepoint(fn); failed == nil {
		return nil, err
	}
	tx.seq, tx.n, tx.after, tx.accessAfter, tx.granted = seq, n, tx.after[:noted], tx.accessAfter[:notedAccess], granted
	tx.scopes, tx.heads, tx.creates, tx.waiting, tx.names = scopes, heads, creates, waiting, names
	tx.patients, tx.doubted = patients, doubted // what earlier changes of this transaction made of them stays
	return failed, err
}

// Statements runs statements of other packages within the transaction.
func (tx *Tx) Statements() *sqlitedb.Tx { return tx.db }

func (tx *Tx) exec(query string, args ...any) (int64, error) { return tx.db.Exec(query, args...) }
func (tx *Tx) row(query string, args ...any) *sql.Row        { return tx.db.Row(query, args...) }
func (tx *Tx) each(query string, fn func(*sql.Rows) error, args ...any) error {
	return tx.db.Each(query, fn, args...)
}

func (tx *Tx) note(change func(*memory)) { tx.after = append(tx.after, change) }
func (tx *Tx) noteAccess(change func(*access.Update)) {
	tx.accessAfter = append(tx.accessAfter, change)
}

// Seq implements care.Moment.
func (tx *Tx) Seq() int64 { return tx.seq }

// Now implements care.Moment.
func (tx *Tx) Now() time.Time { return tx.now }

// NewID implements care.Moment: ids are ULIDs, so that they fill indexes in order.
func (tx *Tx) NewID() string {
	id, err := tx.store.ids.New(tx.store.now())
	if err != nil {
		panic("pbstore: no entropy for ids: " + err.Error()) //nolint:forbidigo // the system's random source is gone
	}
	return string(id)
}

// BaseSeq implements takein.Store.
func (tx *Tx) BaseSeq(b care.Base) int64 {
	current, _ := tx.store.Access.Head()
	return tx.store.Histories().Seen(b, current, tx.seq)
}

// Patient implements takein.Reference.
func (tx *Tx) Patient(id string) (*care.Record, error) {
	if rec, ok := tx.patients[id]; ok {
		return rec, nil
	}
	if rec, ok := tx.store.mem.patients.Get(id); ok {
		tx.patients[id] = rec // asked for again by each change about them, and found without a lock
		return rec, nil
	}
	c, _ := care.ByName(care.Patients)
	rec, err := tx.Record(c, id)
	if err != nil {
		return nil, err
	}
	if tx.patients[id] = rec; rec != nil { // that there is none is remembered too: a change may name them in each of its ops
		tx.note(func(m *memory) { m.patients.Add(rec.ID, rec) })
	}
	return rec, nil
}

// Holds implements takein.Reference.
func (tx *Tx) Holds(v care.Viewer, patient string, at time.Time) (now, then bool) {
	return tx.store.Access.Holds(v, patient, at, tx.granted...)
}

// Near implements takein.Reference.
func (tx *Tx) Near(v care.Viewer, patient string) bool { return tx.store.Access.Of(v).Near(patient) }

// Teams implements takein.Reference.
func (tx *Tx) Teams(patient string) []string {
	return tx.store.Access.TeamsHolding(patient, tx.granted...)
}

// Staff implements takein.Reference.
func (tx *Tx) Staff(id string) (care.Viewer, bool) { return tx.store.Staff(id) }

// StandingAt implements takein.Reference.
func (tx *Tx) StandingAt(staff string, at time.Time) (care.Viewer, bool) {
	return tx.store.Access.StandingAt(staff, at)
}

// Rules implements judge.Reference.
func (tx *Tx) Rules() *rules.Set {
	m := tx.store.mem
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.rules
}

// Watch implements judge.Store.
func (tx *Tx) Watch(patient string, since time.Time) judge.Watch {
	known := judge.Watch{Issues: tx.doubted[patient], Open: tx.watched[patient], Later: tx.watched[patient]}
	m := tx.store.mem
	m.mu.RLock()
	defer m.mu.RUnlock()
	if w := m.watched[patient]; w != nil {
		known.Open = known.Open || w.open > 0
		known.Later = known.Later || !since.After(w.lastAlarm)
		known.Issues += w.issues
	}
	return known
}
