package pbstore

import (
	"cmp"
	"slices"

	"doorstep/internal/care"
)

// A Subscription is woken after a commit that moved something its owner follows, and by nothing
// else: a thousand phones sleep through the writes of other teams. Being woken carries nothing;
// what moved is for a pull to say.
type Subscription struct {
	// C receives when something moved since it was last emptied, however much that was.
	C      chan struct{}
	mem    *memory
	topics []topic
}

// topic is something that moves.
type topic struct {
	kind topicKind
	name string
}

type topicKind uint8

const (
	scopeMoved     topicKind = iota // a scope that is no person's, by name
	clinicalHeld                    // the clinical scope of anybody a holder has, or who they have; by holder
	limitedHeld                     // the limited one
	holdingMoved                    // who a holder has, or who works in that team; by holder
	memberMoved                     // what a member of staff may do, by id
	attentionMoved                  // who looks at what stands with a team, by team
)

// follow makes s a subscriber of these topics and of no others.
func (s *Subscription) follow(topics []topic) {
	if slices.Equal(topics, s.topics) {
		return
	}
	m := s.mem
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, t := range s.topics {
		delete(m.followers[t], s)
		if len(m.followers[t]) == 0 {
			delete(m.followers, t)
		}
	}
	s.topics = topics
	for _, t := range topics {
		if m.followers[t] == nil {
			m.followers[t] = map[*Subscription]struct{}{}
		}
		m.followers[t][s] = struct{}{}
	}
}

// Close ends it. C is not closed.
func (s *Subscription) Close() { s.follow(nil) }

// Wake says that something moved.
func (s *Subscription) Wake() {
	select {
	case s.C <- struct{}{}:
	default:
	}
}

// Empty forgets that something moved: what moves from here on wakes again.
func (s *Subscription) Empty() {
	select {
	case <-s.C:
	default:
	}
}

// Follow subscribes to what a viewer's phone would pull. Call Refollow when woken: the viewer may
// have changed.
func (s *Store) Follow(v care.Viewer) *Subscription { return s.subscribe(pullTopics(v)) }

// Refollow follows as Follow does what a viewer may see now.
func (s *Store) Refollow(sub *Subscription, v care.Viewer) { sub.follow(pullTopics(v)) }

// FollowPages subscribes to what the inbox and the desk of a viewer show. What phones report of
// themselves in a hello wakes nobody.
func (s *Store) FollowPages(v care.Viewer) *Subscription { return s.subscribe(s.pageTopics(v)) }

// RefollowPages is to FollowPages what Refollow is to Follow.
func (s *Store) RefollowPages(sub *Subscription, v care.Viewer) { sub.follow(s.pageTopics(v)) }

// WakePages tells the pages that show the inboxes of these teams that somebody took up or laid down
// what stands there, which no record says.
func (s *Store) WakePages(teams []string) {
	s.mem.mu.RLock()
	defer s.mem.mu.RUnlock()
	for _, team := range teams {
		s.mem.wake(attentionMoved, team)
	}
}

func (s *Store) subscribe(topics []topic) *Subscription {
	sub := &Subscription{C: make(chan struct{}, 1), mem: s.mem}
	sub.follow(topics)
	return sub
}

// Followers counts the subscriptions that are open.
func (s *Store) Followers() int {
	s.mem.mu.RLock()
	defer s.mem.mu.RUnlock()
	open := map[*Subscription]bool{}
	for _, subs := range s.mem.followers {
		for sub := range subs {
			open[sub] = true
		}
	}
	return len(open)
}

// pullTopics are whatever makes NothingNew say no, but for the client's own work.
func pullTopics(v care.Viewer) []topic {
	topics := []topic{{memberMoved, v.Staff}}
	for _, name := range ownScopes(v) {
		topics = append(topics, topic{scopeMoved, name})
	}
	kind := clinicalHeld
	if care.DutyOf(v.Role).View == care.Limited {
		kind = limitedHeld
	}
	for _, name := range viewerHolders(v) {
		topics = append(topics, topic{kind, name})
	}
	return topics
}

func (s *Store) pageTopics(v care.Viewer) []topic {
	topics := []topic{{memberMoved, v.Staff}, {scopeMoved, care.StaffScope(v.Staff)}, {scopeMoved, care.DirectoryScope}}
	add := func(kind topicKind, name string) { topics = append(topics, topic{kind, name}) }
	inbox := InboxTeams(v)
	for _, team := range inbox {
		add(scopeMoved, care.DestinationScope(team))
		add(attentionMoved, team)
	}
	if len(inbox) > 0 {
		// What was escalated away for want of an answer stands with a coordinator, and is still
		// shown where it came from.
		s.mem.mu.RLock()
		for _, t := range s.mem.directory.sorted {
			if t.Kind == coordinationTeam {
				add(scopeMoved, care.DestinationScope(t.ID))
			}
		}
		s.mem.mu.RUnlock()
	}
	for _, team := range SentTeams(v) {
		add(scopeMoved, care.TeamScope(team))
	}
	for _, team := range s.DeskTeams(v) {
		add(scopeMoved, care.DestinationScope(team))
		add(scopeMoved, care.TeamScope(team))
		add(scopeMoved, care.DeskScope(team))
		add(holdingMoved, care.TeamScope(team))
	}
	slices.SortFunc(topics, func(a, b topic) int { return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.name, b.name)) })
	return slices.Compact(topics)
}

// wake tells whoever follows a topic. It never blocks; call it under the lock.
func (m *memory) wake(kind topicKind, name string) {
	for sub := range m.followers[topic{kind, name}] {
		sub.Wake()
	}
}

// wakeAll tells everybody: the numbers themselves changed.
func (m *memory) wakeAll() {
	for t := range m.followers {
		m.wake(t.kind, t.name)
	}
}

// wakeHolder tells whoever follows a holder that it has other people now.
func (m *memory) wakeHolder(name string) {
	m.wake(clinicalHeld, name)
	m.wake(limitedHeld, name)
	m.wake(holdingMoved, name)
}

// wakeMember tells whoever follows a member of staff, and the desks of their teams.
func (m *memory) wakeMember(of *member) {
	if of == nil {
		return
	}
	m.wake(memberMoved, of.Staff)
	for _, team := range of.Teams {
		m.wake(holdingMoved, care.TeamScope(team))
	}
}
