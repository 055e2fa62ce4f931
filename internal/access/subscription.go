package access

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
	index  *Index
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

// FollowPull subscribes to what the phone of somebody would pull.
func (a *Access) FollowPull() *Subscription { return a.index.subscribe(a.pullTopics()) }

// FollowPages subscribes to what the inbox and the desk of somebody show. What phones report of
// themselves in a hello wakes nobody.
func (a *Access) FollowPages() *Subscription { return a.index.subscribe(a.pageTopics()) }

// Pull follows from here on as FollowPull does. Call it when woken: what its owner may see may
// have changed.
func (s *Subscription) Pull(a *Access) { s.follow(a.pullTopics()) }

// Pages is to FollowPages what Pull is to FollowPull.
func (s *Subscription) Pages(a *Access) { s.follow(a.pageTopics()) }

// Close ends it. C is not closed.
func (s *Subscription) Close() { s.follow(nil) }

// Wake says that something moved. It never blocks.
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

func (ix *Index) subscribe(topics []topic) *Subscription {
	sub := &Subscription{C: make(chan struct{}, 1), index: ix}
	sub.follow(topics)
	return sub
}

// follow makes s a subscriber of these topics and of no others.
func (s *Subscription) follow(topics []topic) {
	if slices.Equal(topics, s.topics) {
		return
	}
	ix := s.index
	ix.mu.Lock()
	defer ix.mu.Unlock()
	for _, t := range s.topics {
		delete(ix.followers[t], s)
		if len(ix.followers[t]) == 0 {
			delete(ix.followers, t)
		}
	}
	s.topics = topics
	for _, t := range topics {
		if ix.followers[t] == nil {
			ix.followers[t] = map[*Subscription]struct{}{}
		}
		ix.followers[t][s] = struct{}{}
	}
}

// Followers counts the subscriptions that are open.
func (ix *Index) Followers() int {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	open := map[*Subscription]bool{}
	for _, subs := range ix.followers {
		for sub := range subs {
			open[sub] = true
		}
	}
	return len(open)
}

// WakePages tells the pages that show the inboxes of these teams that somebody took up or laid down
// what stands there, which no record says.
func (ix *Index) WakePages(teams []string) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	for _, team := range teams {
		ix.wake(attentionMoved, team)
	}
}

// pullTopics are whatever makes NothingNew say no, but for the client's own work.
func (a *Access) pullTopics() []topic {
	topics := []topic{{memberMoved, a.Staff}}
	for _, name := range a.own {
		topics = append(topics, topic{scopeMoved, name})
	}
	kind := clinicalHeld
	if a.Limited() {
		kind = limitedHeld
	}
	for _, name := range a.holders {
		topics = append(topics, topic{kind, name})
	}
	return topics
}

func (a *Access) pageTopics() []topic {
	topics := []topic{{memberMoved, a.Staff}, {scopeMoved, care.StaffScope(a.Staff)}, {scopeMoved, care.DirectoryScope}}
	add := func(kind topicKind, name string) { topics = append(topics, topic{kind, name}) }
	inbox := a.InboxTeams()
	for _, team := range inbox {
		add(scopeMoved, care.DestinationScope(team))
		add(attentionMoved, team)
	}
	if len(inbox) > 0 {
		// What was escalated away for want of an answer stands with a coordinator, and is still
		// shown where it came from.
		for _, t := range a.index.Directory().Teams() {
			if t.Kind == CoordinationTeam {
				add(scopeMoved, care.DestinationScope(t.ID))
			}
		}
	}
	for _, team := range a.SentTeams() {
		add(scopeMoved, care.TeamScope(team))
	}
	for _, team := range a.DeskTeams() {
		add(scopeMoved, care.DestinationScope(team))
		add(scopeMoved, care.TeamScope(team))
		add(scopeMoved, care.DeskScope(team))
		add(holdingMoved, care.TeamScope(team))
	}
	slices.SortFunc(topics, func(a, b topic) int { return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.name, b.name)) })
	return slices.Compact(topics)
}

// wake tells whoever follows a topic. Call it under the lock.
func (ix *Index) wake(kind topicKind, name string) {
	for sub := range ix.followers[topic{kind, name}] {
		sub.Wake()
	}
}

// wakeHolder tells whoever follows a holder that it has other people now.
func (ix *Index) wakeHolder(name string) {
	ix.wake(clinicalHeld, name)
	ix.wake(limitedHeld, name)
	ix.wake(holdingMoved, name)
}

// wakeMember tells whoever follows a member of staff, and the desks of their teams.
func (ix *Index) wakeMember(m *Member) {
	if m == nil {
		return
	}
	ix.wake(memberMoved, m.Staff)
	for _, team := range m.Teams {
		ix.wake(holdingMoved, care.TeamScope(team))
	}
}
