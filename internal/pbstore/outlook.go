package pbstore

import (
	"slices"
	"sort"

	"doorstep/internal/care"
	"doorstep/internal/pipeline"
	"doorstep/internal/wire"
)

// Outlook is what a viewer has to be told between two numbers of the sequence: which scopes came,
// went or moved. It is made from memory alone.
type Outlook struct {
	Events []wire.ScopeEvent
	Ranges []Range // by scope id
	scopes map[string]bool
}

// Range is the part of one scope that is to be read: numbers above From.
type Range struct {
	Scope int64 `json:"s"`
	From  int64 `json:"f"`
}

// Holds says whether a scope is the viewer's at the end of the outlook.
func (o *Outlook) Holds(scope string) bool { return o.scopes[scope] }

// ownScopes are a viewer's scopes that are not people.
func ownScopes(v pipeline.Viewer) []string {
	duty := care.DutyOf(v.Role)
	scopes := []string{care.DirectoryScope, care.StaffScope(v.Staff)}
	for _, t := range v.Teams {
		if duty.View != care.NoRecords || duty.Inbox {
			scopes = append(scopes, care.DestinationScope(t))
		}
		if duty.View == care.Clinical || duty.Desk {
			scopes = append(scopes, care.TeamScope(t))
		}
		if duty.Desk {
			scopes = append(scopes, care.DeskScope(t))
		}
	}
	if v.Role == care.Volunteer {
		return scopes[:2]
	}
	return scopes
}

func patientScope(view care.View, patient string) string {
	if view == care.Clinical {
		return care.ClinicalScope(patient)
	}
	return care.LimitedScope(patient)
}

// NothingNew says, without SQL, whether a viewer at a number has nothing to pull; head is the
// number up to which that is true.
func (s *Store) NothingNew(v pipeline.Viewer, client *Client, since int64) (quiet bool, head int64) {
	m := s.mem
	m.mu.RLock()
	defer m.mu.RUnlock()
	if client.LastSeq > since {
		return false, m.head
	}
	if known := m.clients[client.ID]; known != nil && known.LastSeq > since {
		return false, m.head
	}
	if member := m.staff[v.Staff]; member == nil || member.resetSeq > since {
		return false, m.head
	}
	for _, name := range ownScopes(v) {
		if m.heads[m.scopes[name]] > since {
			return false, m.head
		}
	}
	limited := care.DutyOf(v.Role).View == care.Limited
	for _, name := range viewerHolders(v) {
		h := m.holders[name]
		if h == nil {
			continue
		}
		if h.head > since || (limited && h.newsLimited > since) || (!limited && h.news > since) {
			return false, m.head
		}
	}
	return true, m.head
}

// Outlook looks from one number to another.
func (s *Store) Outlook(v pipeline.Viewer, since, until int64) *Outlook {
	m := s.mem
	m.mu.RLock()
	defer m.mu.RUnlock()
	o := &Outlook{scopes: map[string]bool{}}
	if member := m.staff[v.Staff]; since > 0 && member != nil && member.resetSeq > since && member.resetSeq <= until {
		since = 0
		o.Events = append(o.Events, wire.ScopeEvent{ID: "*", Op: "reset"})
	}
	for _, name := range ownScopes(v) {
		o.scopes[name] = true
		if since == 0 {
			o.Events = append(o.Events, wire.ScopeEvent{ID: name, Op: "add"})
		}
		o.read(m, name, since)
	}
	o.people(m, v, since, until)
	sort.Slice(o.Ranges, func(i, j int) bool { return o.Ranges[i].Scope < o.Ranges[j].Scope })
	sort.Slice(o.Events, func(i, j int) bool { return o.Events[i].ID < o.Events[j].ID })
	return o
}

// people compares, person by person, what the viewer held at the one number and holds at the other.
func (o *Outlook) people(m *memory, v pipeline.Viewer, since, until int64) {
	view := care.DutyOf(v.Role).View
	holders := viewerHolders(v)
	seen := map[string]bool{}
	for _, name := range holders {
		h := m.holders[name]
		if h == nil {
			continue
		}
		for patient := range h.grants {
			if seen[patient] {
				continue
			}
			if len(holders) > 1 {
				seen[patient] = true
			}
			var before, after, now bool
			for _, g := range m.people[patient] {
				if !slices.Contains(holders, g.holder) {
					continue
				}
				before = before || (since > 0 && g.openAt(since))
				after = after || g.openAt(until)
				now = now || g.toSeq == 0
			}
			scope := patientScope(view, patient)
			switch {
			case after && now:
				o.scopes[scope] = true
				from := since
				if !before {
					from = 0
					o.Events = append(o.Events, wire.ScopeEvent{ID: scope, Op: "add"})
				}
				o.read(m, scope, from)
			case before && !after:
				o.Events = append(o.Events, wire.ScopeEvent{ID: scope, Op: "revoke"})
			}
		}
	}
}

func (o *Outlook) read(m *memory, scope string, from int64) {
	if id, ok := m.scopes[scope]; ok && m.heads[id] > from {
		o.Ranges = append(o.Ranges, Range{Scope: id, From: from})
	}
}

// Drop forgets, from the first page's outlook, the scopes before the one a walk has reached and
// moves that one's start to where the walk stopped.
func (o *Outlook) Drop(scope, seq int64) {
	i := sort.Search(len(o.Ranges), func(i int) bool { return o.Ranges[i].Scope >= scope })
	o.Ranges = o.Ranges[i:]
	if len(o.Ranges) > 0 && o.Ranges[0].Scope == scope {
		o.Ranges[0].From = max(o.Ranges[0].From, seq)
	}
}

// scopeName names a scope by its number.
func (s *Store) scopeName(id int64) string {
	s.mem.mu.RLock()
	defer s.mem.mu.RUnlock()
	if id < int64(len(s.mem.names)) {
		return s.mem.names[id]
	}
	return ""
}
