package pbstore

import (
	"sync"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/rules"
	"doorstep/internal/worktime"
)

// memory is what every request needs and nobody should ask SQL for. It grows with people,
// staff and devices, never with history. Only publish and load write it, under the lock.
type memory struct {
	mu     sync.RWMutex
	broken func(rules.Broken)

	epoch  string
	epochs []epoch
	head   int64 // every commit up to this number is in this memory
	floor  int64 // below it tombstones may be missing
	minute int64 // the last minute that has a mark
	moved  chan struct{}
	// followers are those to wake, by what they follow.
	followers map[topic]map[*Subscription]struct{}

	scopes  map[string]int64 // id by name
	names   []string         // name by id
	heads   []int64          // last number in a scope, by id
	people  map[string][]*grant
	holders map[string]*holder
	staff   map[string]*member
	clients map[string]*Client
	// revoke is told of devices and staff whose standing changed; restood are those of the commit
	// that is being published.
	revoke  func(id string)
	restood []string
	// speakers are the devices enrolled since the start, by client: they outrank what clients says.
	speakers map[string]string
	held     map[string]int64 // open quarantine rows, by client
	clocks   map[string]Clock // by device

	directory *directory
	calendars map[string]*worktime.Schedule // by organisation; "" = core hours
	rules     *rules.Set
	watched   map[string]*watch // people with alarms of the last 30 days or open handovers
	creates   map[string]string // record whose create is in quarantine → that row
	waiting   map[string]int    // record → open rows that wait for it
	patients  map[string]*care.Record
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

// maxPatients bounds the cache of person records; it is emptied, not aged, when full.
const maxPatients = 20000

type epoch struct {
	name  string
	ord   int64
	fork  int64 // last number of the epoch before that is still true
	start int64
}

// grant is one holding of a person by a team or a member of staff.
type grant struct {
	id             int64
	patient        string
	holder         string
	fromSeq, toSeq int64 // toSeq 0 = open
	from, to       time.Time
}

func (g *grant) openAt(seq int64) bool { return g.fromSeq <= seq && (g.toSeq == 0 || g.toSeq > seq) }

func (g *grant) openThen(t time.Time) bool {
	return !t.Before(g.from) && (g.to.IsZero() || t.Before(g.to))
}

// holder is a team or a member of staff with everybody they hold or recently held.
type holder struct {
	grants map[string][]*grant // by patient
	head   int64               // number of the last grant that opened or closed
	// news is the last number in the clinical, and in the limited, scope of anybody held: with
	// head it answers "nothing new" without a look at the people one by one.
	news, newsLimited int64
	// moves are the latest numbers at which anybody held moved, oldest first, and movesFrom the
	// number after which they are complete: a short pull looks at these people only.
	moves     []move
	movesFrom int64
}

// move is one number at which a person's scopes or grants changed.
type move struct {
	seq     int64
	patient string
}

// maxMoves of a holder are remembered; half of them are forgotten when there are more.
const maxMoves = 1024

func (h *holder) moved(seq int64, patient string) {
	if len(h.moves) == maxMoves {
		for _, gone := range h.moves[:maxMoves/2] {
			h.movesFrom = max(h.movesFrom, gone.seq)
		}
		h.moves = append(h.moves[:0], h.moves[maxMoves/2:]...)
	}
	h.moves = append(h.moves, move{seq, patient})
}

// member is a member of staff: what they may do, and from which number on their scopes are new.
type member struct {
	care.Viewer
	Name     string
	resetSeq int64
	print    string
	past     []pastTeam
}

type pastTeam struct {
	Team  string    `json:"team"`
	Until time.Time `json:"until"`
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

func newMemory(broken func(rules.Broken)) *memory {
	if broken == nil {
		broken = func(rules.Broken) {}
	}
	return &memory{broken: broken, revoke: func(string) {}, moved: make(chan struct{}), followers: map[topic]map[*Subscription]struct{}{}, scopes: map[string]int64{}, people: map[string][]*grant{},
		holders: map[string]*holder{}, staff: map[string]*member{}, clients: map[string]*Client{}, speakers: map[string]string{}, held: map[string]int64{}, clocks: map[string]Clock{},
		watched: map[string]*watch{}, creates: map[string]string{}, waiting: map[string]int{}, patients: map[string]*care.Record{}}
}

func (m *memory) holder(name string) *holder {
	h := m.holders[name]
	if h == nil {
		h = &holder{grants: map[string][]*grant{}, movesFrom: m.head}
		m.holders[name] = h
	}
	return h
}

func (m *memory) addGrant(g *grant) {
	m.people[g.patient] = append(m.people[g.patient], g)
	h := m.holder(g.holder)
	h.grants[g.patient] = append(h.grants[g.patient], g)
	h.head = max(h.head, g.fromSeq, g.toSeq)
	h.moved(h.head, g.patient)
}

func (m *memory) intern(name string, id int64) {
	m.scopes[name] = id
	for int64(len(m.names)) <= id {
		m.names = append(m.names, "")
		m.heads = append(m.heads, 0)
	}
	m.names[id] = name
}

// advance moves the head of a scope, and of everybody who holds it.
func (m *memory) advance(id, seq int64) {
	m.heads[id] = max(m.heads[id], seq)
	name := m.names[id]
	patient := care.PatientOf(name)
	if patient == "" {
		m.wake(scopeMoved, name)
		return
	}
	limited := name == care.LimitedScope(patient)
	held := clinicalHeld
	if limited {
		held = limitedHeld
	}
	for _, g := range m.people[patient] {
		h := m.holders[g.holder]
		h.moved(seq, patient)
		if limited {
			h.newsLimited = max(h.newsLimited, seq)
		} else {
			h.news = max(h.news, seq)
		}
		if g.toSeq == 0 {
			m.wake(held, g.holder)
		}
	}
}

// publish brings a committed transaction into memory and wakes whoever waits for news.
func (m *memory) publish(tx *Tx) {
	revoke, restood := m.bring(tx)
	for _, id := range restood {
		revoke(id)
	}
}

// bring is publish but for telling whose standing changed, which must not wait for others under the lock.
func (m *memory) bring(tx *Tx) (revoke func(id string), restood []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for name, id := range tx.scopes {
		m.intern(name, id)
	}
	for _, change := range tx.after {
		change(m)
	}
	for id, seq := range tx.heads {
		m.advance(id, seq)
	}
	if tx.minute != 0 {
		m.minute = tx.minute
	}
	if tx.seq > m.head {
		m.head = tx.seq
		close(m.moved)
		m.moved = make(chan struct{})
	}
	restood, m.restood = m.restood, nil
	return m.revoke, restood
}

// Head is the number up to which memory is complete, and the epoch it belongs to.
func (s *Store) Head() (epoch string, head int64) {
	s.mem.mu.RLock()
	defer s.mem.mu.RUnlock()
	return s.mem.epoch, s.mem.head
}

// Moved returns a channel that is closed at the next commit that moves the head.
func (s *Store) Moved() <-chan struct{} {
	s.mem.mu.RLock()
	defer s.mem.mu.RUnlock()
	return s.mem.moved
}

// viewerHolders are the names under which a viewer holds people.
func viewerHolders(v care.Viewer) []string {
	switch care.DutyOf(v.Role).Reach {
	case care.OwnPeople:
		return []string{care.StaffScope(v.Staff)}
	case care.TeamPeople:
		names := []string{care.StaffScope(v.Staff)}
		for _, t := range v.Teams {
			names = append(names, care.TeamScope(t))
		}
		return names
	case care.Nobody:
	}
	return nil
}

// holds says whether a viewer has a person now, and had them at a moment.
func (m *memory) holds(v care.Viewer, patient string, at time.Time) (now, then bool) {
	names := viewerHolders(v)
	past := names
	if member := m.staff[v.Staff]; member != nil && len(names) > 0 {
		for _, p := range member.past {
			if at.Before(p.Until) {
				past = append(past, care.TeamScope(p.Team))
			}
		}
	}
	for _, g := range m.people[patient] {
		for i, name := range past {
			if g.holder != name {
				continue
			}
			if i < len(names) && g.toSeq == 0 {
				now = true
			}
			if g.openThen(at) {
				then = true
			}
		}
	}
	return now, then
}

// Holds says whether a viewer has a person on a caseload now.
func (s *Store) Holds(v care.Viewer, patient string) bool {
	s.mem.mu.RLock()
	defer s.mem.mu.RUnlock()
	now, _ := s.mem.holds(v, patient, time.Time{})
	return now
}

// Staff returns what is known of a member of staff; false when there is none.
func (s *Store) Staff(id string) (care.Viewer, bool) {
	s.mem.mu.RLock()
	defer s.mem.mu.RUnlock()
	if m := s.mem.staff[id]; m != nil {
		return m.Viewer, true
	}
	return care.Viewer{}, false
}
