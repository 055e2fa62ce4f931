package pbstore

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/access"
	"doorstep/internal/bounded"
	"doorstep/internal/care"
	"doorstep/internal/delivery"
	"doorstep/internal/history"
	"doorstep/internal/identifier"
	"doorstep/internal/rendered"
	"doorstep/internal/rules"
	"doorstep/internal/sqlitedb"
)

// Options of a Store.
type Options struct {
	// Now is the server's clock.
	Now func() time.Time
	// Entropy feeds the ids of records the server makes.
	Entropy io.Reader
	// Key makes the names of histories; without one anybody could make them up.
	Key []byte
	// IssueRetention is how long an issue is shown to whom it concerns after they lost the person,
	// without content; 0 = thirty days, which is the most.
	IssueRetention time.Duration
	// Journal is told, before they are committed, of decisions that a restored backup would not know; nil
	// drops the word. They were made at that point of the sequence.
	Journal func(at history.History, decided []care.Standing) error
	// Channels names the ways by which a handover leaves; nil is the inbox alone.
	Channels []string
	// Broken is told of handover rules that do not compile, by id; nil drops the word.
	Broken func(rules.Broken)
}

// Open prepares the store of a migrated app and loads what is held in memory.
func Open(app core.App, o Options) (*Store, error) {
	db, err := sqlitedb.Open(app)
	if err != nil {
		return nil, err
	}
	s := &Store{app: app, db: db, tables: newTables(), now: o.Now, ids: identifier.NewMinter(o.Entropy), names: history.Namer{Key: o.Key, Chance: o.Entropy},
		faults: faults{rows: map[string]map[string]bool{}}, Rendered: rendered.New(renderedBytes)}
	if s.names.Chance == nil {
		s.names.Chance = rand.Reader
	}
	if s.channels = o.Channels; s.channels == nil {
		s.channels = []string{delivery.InboxName}
	}
	if s.retention = o.IssueRetention; s.retention == 0 {
		s.retention = defaultIssueRetention
	}
	s.mem = newMemory(o.Broken)
	s.Access = access.NewIndex(o.Now)
	if s.journal = o.Journal; s.journal == nil {
		s.journal = func(history.History, []care.Standing) error { return nil }
	}
	s.bindDevices()
	if err := s.Read(context.Background(), s.load); err != nil {
		return nil, fmt.Errorf("load the sync state: %w", err)
	}
	return s, nil
}

// Close releases the prepared statements, and the connections that are not PocketBase's.
func (s *Store) Close() error {
	s.unbind()
	return s.db.Close()
}

// renderedBytes bounds the cache of records as phones get them: some ten thousand of those that changed last.
const renderedBytes = 16 << 20

// peopleBytes bounds the cache of person records: some ten thousand, the one that was used least recently makes room.
const peopleBytes = 16 << 20

func newMemory(broken func(rules.Broken)) *memory {
	if broken == nil {
		broken = func(rules.Broken) {}
	}
	patients := bounded.New[string](peopleBytes, (*care.Record).Bytes)
	return &memory{broken: broken, revoke: func(string) {}, clients: map[string]*Client{}, deviceOfClient: map[string]string{}, held: map[string]room{},
		clocks: map[string]care.DeviceClock{}, watched: map[string]*watch{}, creates: map[string]string{}, waiting: map[string]int{}, expected: map[string]bool{}, names: map[string][]string{}, patients: patients}
}

const metaAtStart = `SELECT epoch, seq, floor, (SELECT coalesce(max(minute), 0) FROM sync_marks) FROM sync_meta`

// load fills an empty memory and an empty index from one moment of the database.
func (s *Store) load(v *Snapshot) error {
	err := s.Access.Load(func(u *access.Update) error {
		for _, step := range []func(*Snapshot, *access.Update) error{s.mem.loadMeta, loadScopes, loadGrants, loadStaff, s.mem.loadDirectory} {
			if err := step(v, u); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, step := range []func(*Snapshot) error{s.mem.loadRules, s.mem.loadWatched, s.mem.loadHeld, s.mem.loadExpected} {
		if err := step(v); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) loadMeta(v *Snapshot, u *access.Update) error {
	var err error
	if m.book, err = readBook(v); err != nil {
		return err
	}
	var name string
	var head int64
	err = v.row(metaAtStart).Scan(&name, &head, &m.floor, &m.minute)
	u.Begin(name, head)
	return err
}
