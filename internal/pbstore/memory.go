package pbstore

import (
	"fmt"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/rules"
	"doorstep/internal/worktime"
)

// memory is what the store itself need not ask SQL for: numberings of clients, clocks of devices,
// rules, who has alarms, what waits. Who may see what is in access.Index, not here. It grows with
// people and devices, never with history. Only publish and load write it, under the lock.
type memory struct {
	mu     sync.RWMutex
	broken func(rules.Broken)

	epochs []epoch
	floor  int64 // below it tombstones may be missing
	minute int64 // the last minute that has a mark

	clients map[string]*Client
	// revoke is told of devices and staff whose standing changed; standingChanged are those of the
	// commit that is being published.
	revoke          func(id string)
	standingChanged []string
	// deviceOfClient has the devices enrolled since the start, by client: they outrank what clients says.
	deviceOfClient map[string]string
	held           map[string]int64            // open quarantine rows, by client
	clocks         map[string]care.DeviceClock // by device

	calendars map[string]*worktime.Schedule // by organisation; "" = core hours
	rules     *rules.Set
	watched   map[string]*watch // people with alarms of the last 30 days or open handovers
	creates   map[string]string // record whose create is in quarantine → that row
	waiting   map[string]int    // record → open rows that wait for it
	patients  *lru.Cache[string, *care.Record]
	outbox    bool // something was put into the outbox since it was last looked at
}

// watch says why even a record that fires nothing must be judged: an open handover it may
// supersede, or a later alarm whose history it is part of.
type watch struct {
	lastAlarm time.Time
	open      int // handovers that are not closed
	issues    int // conflicts and refused changes that are not decided
}

func (m *memory) watch(patient string) *watch {
	w := m.watched[patient]
	if w == nil {
		w = &watch{}
		m.watched[patient] = w
	}
	return w
}

// maxPatients bounds the cache of person records: the one that was used least recently makes room.
const maxPatients = 20000

type epoch struct {
	name  string
	ord   int64
	fork  int64 // last number of the epoch before that is still true
	start int64
}

// Client is one outbox: a device's numbering of mutations.
type Client struct {
	Row         int64
	ID          string
	Device      string
	Staff       string
	LastMid     int64
	LastKey     string
	LastSeq     int64
	PulledMid   int64
	Quarantined int64 // open rows, mutations and fields
}

func newMemory(broken func(rules.Broken)) (*memory, error) {
	if broken == nil {
		broken = func(rules.Broken) {}
	}
	patients, err := lru.New[string, *care.Record](maxPatients)
	if err != nil {
		return nil, fmt.Errorf("make the cache of people: %w", err)
	}
	return &memory{broken: broken, revoke: func(string) {}, clients: map[string]*Client{}, deviceOfClient: map[string]string{}, held: map[string]int64{},
		clocks: map[string]care.DeviceClock{}, watched: map[string]*watch{}, creates: map[string]string{}, waiting: map[string]int{}, patients: patients}, nil
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

// Head is the number up to which memory is complete, and the epoch it belongs to.
func (s *Store) Head() (epoch string, head int64) { return s.Access.Head() }

// Staff returns what is known of a member of staff; false when there is none.
func (s *Store) Staff(id string) (care.Viewer, bool) { return s.Access.Staff(id) }

// OnRevocation has revoke called with the id of every device and member of staff whose standing was
// changed past PocketBase, by the engine or by SQL on any connection, once the engine has settled it.
func (s *Store) OnRevocation(revoke func(id string)) {
	s.mem.mu.Lock()
	defer s.mem.mu.Unlock()
	s.mem.revoke = revoke
}
