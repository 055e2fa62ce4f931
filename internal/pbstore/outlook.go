package pbstore

import (
	"cmp"
	"slices"
	"sort"

	"doorstep/internal/care"
	"doorstep/internal/wire"
)

// Outlook is what a viewer has to be told between two numbers of the sequence: which scopes came,
// went or moved. It is made from memory alone.
type Outlook struct {
	Events []wire.ScopeEvent
	Ranges []Range // by scope id

	mem     *memory
	own     map[string]bool // scopes that are not people
	holders []string
	view    care.View
	until   int64
	first   int64 // scopes before it are done
}

// Range is the part of one scope that is to be read: numbers above From.
type Range struct {
	Scope int64 `json:"s"`
	From  int64 `json:"f"`
}

// Holds says whether a scope is the viewer's at the end of the outlook, and still.
func (o *Outlook) Holds(scope string) bool {
	patient := care.PatientOf(scope)
	if patient == "" {
		return o.own[scope]
	}
	if scope != patientScope(o.view, patient) {
		return false
	}
	o.mem.mu.RLock()
	defer o.mem.mu.RUnlock()
	_, after, now := o.mem.holding(o.holders, patient, 0, o.until)
	return after && now
}

// Scopes lists the scopes the viewer holds at the end of the outlook, sorted.
func (o *Outlook) Scopes() []string {
	list := make([]string, 0, len(o.own))
	for s := range o.own {
		list = append(list, s)
	}
	o.mem.mu.RLock()
	defer o.mem.mu.RUnlock()
	for patient := range o.mem.candidates(o.holders, 0) {
		if _, after, now := o.mem.holding(o.holders, patient, 0, o.until); after && now {
			list = append(list, patientScope(o.view, patient))
		}
	}
	sort.Strings(list)
	return list
}

// ownScopes are a viewer's scopes that are not people.
func ownScopes(v care.Viewer) []string {
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
func (s *Store) NothingNew(v care.Viewer, client *Client, since int64) (quiet bool, head int64) {
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
func (s *Store) Outlook(v care.Viewer, since, until int64) *Outlook {
	return s.OutlookFrom(v, since, until, 0, 0)
}

// OutlookFrom is Outlook for a walk that goes on: without the scopes before the one it has
// reached, and that one from where it stopped.
func (s *Store) OutlookFrom(v care.Viewer, since, until, scope, seq int64) *Outlook {
	m := s.mem
	m.mu.RLock()
	defer m.mu.RUnlock()
	o := &Outlook{mem: m, own: map[string]bool{}, holders: viewerHolders(v), view: care.DutyOf(v.Role).View, until: until, first: scope}
	if member := m.staff[v.Staff]; since > 0 && member != nil && member.resetSeq > since && member.resetSeq <= until {
		since = 0
		o.Events = append(o.Events, wire.ScopeEvent{ID: "*", Op: "reset"})
	}
	for _, name := range ownScopes(v) {
		o.own[name] = true
		if since == 0 {
			o.Events = append(o.Events, wire.ScopeEvent{ID: name, Op: "add"})
		}
		o.read(m, name, since)
	}
	o.people(m, since)
	slices.SortFunc(o.Ranges, func(a, b Range) int { return cmp.Compare(a.Scope, b.Scope) })
	slices.SortFunc(o.Events, func(a, b wire.ScopeEvent) int { return cmp.Compare(a.ID, b.ID) })
	if len(o.Ranges) > 0 && o.Ranges[0].Scope == scope {
		o.Ranges[0].From = max(o.Ranges[0].From, seq)
	}
	return o
}

// people compares, person by person, what the viewer held at the one number and holds at the other.
func (o *Outlook) people(m *memory, since int64) {
	for patient := range m.candidates(o.holders, since) {
		scope := patientScope(o.view, patient)
		if o.first > 0 && m.scopes[scope] < o.first {
			continue
		}
		before, after, now := m.holding(o.holders, patient, since, o.until)
		switch {
		case after && now:
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

// holding compares what the holders have of a person at two numbers, and now.
func (m *memory) holding(holders []string, patient string, since, until int64) (before, after, now bool) {
	for _, g := range m.people[patient] {
		if !slices.Contains(holders, g.holder) {
			continue
		}
		before = before || (since > 0 && g.openAt(since))
		after = after || g.openAt(until)
		now = now || g.toSeq == 0
	}
	return before, after, now
}

// candidates are the people about whom anything can have changed for the holders since a number:
// those that moved, where that far back is remembered, else everybody they hold or held.
func (m *memory) candidates(holders []string, since int64) map[string]bool {
	people := map[string]bool{}
	for _, name := range holders {
		h := m.holders[name]
		switch {
		case h == nil:
		case since > 0 && since >= h.movesFrom:
			for i := len(h.moves) - 1; i >= 0 && h.moves[i].seq > since; i-- {
				people[h.moves[i].patient] = true
			}
		default:
			for patient := range h.grants {
				people[patient] = true
			}
		}
	}
	return people
}

func (o *Outlook) read(m *memory, scope string, from int64) {
	if id, ok := m.scopes[scope]; ok && id >= o.first && m.heads[id] > from {
		o.Ranges = append(o.Ranges, Range{Scope: id, From: from})
	}
}

// Drop forgets the scopes before one and moves that one's start.
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
