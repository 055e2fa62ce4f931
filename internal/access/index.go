package access

import (
	"sync"
	"time"

	"doorstep/internal/care"
)

// Index is what every request needs and nobody should ask a database for. It grows with people,
// staff and teams, never with history. Only [Index.Load] and [Index.Publish] change it, under its
// lock: head, scopes, holders and the last change of each client are always of one commit, so that
// "nothing new" never swallows the confirmation of somebody's own work.
type Index struct {
	now func() time.Time

	mu    sync.RWMutex
	epoch string
	head  int64 // every commit up to this number is in the index
	moved chan struct{}
	// followers are those to wake, by what they follow.
	followers map[topic]map[*Subscription]struct{}

	scopes  map[string]int64 // id by name
	names   []string         // name by id
	heads   []int64          // last number in a scope, by id
	grants  map[string][]*Grant
	holders map[string]*holder
	staff   map[string]*Member
	clients map[string]int64 // number of the last change of a client

	directory *Directory
}

// NewIndex makes an empty index. Now is the server's clock.
func NewIndex(now func() time.Time) *Index {
	ix := &Index{now: now, moved: make(chan struct{}), followers: map[topic]map[*Subscription]struct{}{}, scopes: map[string]int64{},
		grants: map[string][]*Grant{}, holders: map[string]*holder{}, staff: map[string]*Member{}, clients: map[string]int64{},
		directory: NewDirectory(nil, nil)}
	ix.name("", 0) // ids start at 1: an unknown scope has head 0
	return ix
}

// Member is a member of staff: what they may do, and from which number on their scopes are new.
type Member struct {
	care.Viewer
	Name string
	// ResetSeq is the number at which what decides their scopes changed last: role, organisation or teams.
	ResetSeq int64
	// Past is what they were before, oldest first, as long as their unsent work is taken in.
	Past []Past
}

// Commit is what one committed transaction changed.
type Commit struct {
	Head    int64            // the last number it gave out
	Scopes  map[string]int64 // the scopes it named
	Moved   map[int64]int64  // the scopes that moved, by id, and their last number
	Changes []func(*Update)  // whatever else it changed, in order
}

// Publish brings a commit into the index, all of it at once, and wakes whoever waits for news.
func (ix *Index) Publish(c Commit) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	for name, id := range c.Scopes {
		ix.name(name, id)
	}
	u := &Update{ix}
	for _, change := range c.Changes {
		change(u)
	}
	for id, seq := range c.Moved {
		ix.advance(id, seq)
	}
	if c.Head > ix.head {
		ix.head = c.Head
		close(ix.moved)
		ix.moved = make(chan struct{})
	}
}

// Load fills the index. It wakes nobody.
func (ix *Index) Load(fill func(*Update) error) error {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	return fill(&Update{ix})
}

// Update changes the index. It is good only inside Load and Publish, which hold the lock.
type Update struct{ ix *Index }

// Begin states the epoch and head that a load starts from. Call it before anything else.
func (u *Update) Begin(epoch string, head int64) { u.ix.epoch, u.ix.head = epoch, head }

// Epoch begins another history: whoever follows anything is woken.
func (u *Update) Epoch(name string) {
	u.ix.epoch = name
	for t := range u.ix.followers {
		u.ix.wake(t.kind, t.name)
	}
}

// Scope names a scope whose last number is head.
func (u *Update) Scope(name string, id, head int64) {
	u.ix.name(name, id)
	u.ix.heads[id] = head
}

// Client notes the number of a client's last change.
func (u *Update) Client(id string, seq int64) { u.ix.clients[id] = seq }

// Directory replaces who works where.
func (u *Update) Directory(d *Directory) { u.ix.directory = d }

// Member puts a member of staff in the place of what was known of them, and wakes whom that concerns.
func (u *Update) Member(m *Member) {
	u.ix.wakeMember(u.ix.staff[m.Staff])
	u.ix.staff[m.Staff] = m
	u.ix.wakeMember(m)
}

// NoMember forgets a member of staff.
func (u *Update) NoMember(id string) {
	u.ix.wakeMember(u.ix.staff[id])
	delete(u.ix.staff, id)
}

// MovedNowhere wakes those who see what stands with no team: the end of the chain.
func (u *Update) MovedNowhere() { u.ix.wake(scopeMoved, care.DestinationScope("")) }

// IssueOfNobody wakes those who decide what belongs to no team.
func (u *Update) IssueOfNobody() { u.ix.wake(scopeMoved, care.DeskScope("")) }

// ShownAtDesk says that something changed which the desk of a team shows beside an issue.
func (u *Update) ShownAtDesk(team string) { u.ix.wake(scopeMoved, care.DeskScope(team)) }

// Head is the number up to which the index is complete, and the epoch it belongs to.
func (ix *Index) Head() (epoch string, head int64) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	return ix.epoch, ix.head
}

// Moved returns a channel that is closed at the next commit that moves the head.
func (ix *Index) Moved() <-chan struct{} {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	return ix.moved
}

// Member is what is known of a member of staff; nil for nobody. Do not change it.
func (ix *Index) Member(id string) *Member {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	return ix.staff[id]
}

// Staff is a member of staff as a viewer; false when there is none.
func (ix *Index) Staff(id string) (care.Viewer, bool) {
	if m := ix.Member(id); m != nil {
		return m.Viewer, true
	}
	return care.Viewer{}, false
}

// Directory is who works where at this moment.
func (ix *Index) Directory() *Directory {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	return ix.directory
}

// ScopeID is the number of a scope; false when it was never named.
func (ix *Index) ScopeID(name string) (id int64, ok bool) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	id, ok = ix.scopes[name]
	return id, ok
}

// ScopeName is the name of a scope by its number; "" for none.
func (ix *Index) ScopeName(id int64) string {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	if id < int64(len(ix.names)) {
		return ix.names[id]
	}
	return ""
}

func (ix *Index) name(name string, id int64) {
	ix.scopes[name] = id
	for int64(len(ix.names)) <= id {
		ix.names = append(ix.names, "")
		ix.heads = append(ix.heads, 0)
	}
	ix.names[id] = name
}

// advance moves the head of a scope, and of everybody who holds it.
func (ix *Index) advance(id, seq int64) {
	ix.heads[id] = max(ix.heads[id], seq)
	name := ix.names[id]
	patient := care.PatientOf(name)
	if patient == "" {
		ix.wake(scopeMoved, name)
		return
	}
	limited := name == care.LimitedScope(patient)
	held := clinicalHeld
	if limited {
		held = limitedHeld
	}
	for _, g := range ix.grants[patient] {
		h := ix.holders[g.Holder]
		h.noteChange(seq, patient)
		if limited {
			h.lastLimitedChange = max(h.lastLimitedChange, seq)
		} else {
			h.lastChange = max(h.lastChange, seq)
		}
		if g.ToSeq == 0 {
			ix.wake(held, g.Holder)
		}
	}
}
