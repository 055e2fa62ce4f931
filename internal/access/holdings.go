package access

import (
	"slices"
	"strings"
	"time"

	"doorstep/internal/care"
)

// Grant is one holding of a person by a team or a member of staff.
type Grant struct {
	ID      int64
	Patient string
	// Holder is the scope name of the team or the member of staff.
	Holder string
	// FromSeq and ToSeq are the numbers at which it opened and closed; ToSeq 0 = open.
	FromSeq, ToSeq int64
	From, To       time.Time
}

func (g *Grant) openAt(seq int64) bool { return g.FromSeq <= seq && (g.ToSeq == 0 || g.ToSeq > seq) }

func (g *Grant) openThen(t time.Time) bool {
	return !t.Before(g.From) && (g.To.IsZero() || t.Before(g.To))
}

// holder is a team or a member of staff with everybody they hold or recently held.
type holder struct {
	grants map[string][]*Grant // by person
	head   int64               // number of the last grant that opened or closed
	// lastChange is the last number in the clinical, and lastLimitedChange in the limited, scope of
	// anybody held: with head it answers "nothing new" without a look at the people one by one.
	lastChange, lastLimitedChange int64
	// recentChanges are the latest numbers at which anybody held moved, oldest first, and recentFrom
	// the number after which they are complete: a short pull looks at these people only.
	recentChanges []change
	recentFrom    int64
}

// change is one number at which a person's scopes or grants changed.
type change struct {
	seq     int64
	patient string
}

// maxRecentChanges of a holder are remembered; half of them are forgotten when there are more.
const maxRecentChanges = 1024

func (h *holder) noteChange(seq int64, patient string) {
	if len(h.recentChanges) == maxRecentChanges {
		for _, gone := range h.recentChanges[:maxRecentChanges/2] {
			h.recentFrom = max(h.recentFrom, gone.seq)
		}
		h.recentChanges = append(h.recentChanges[:0], h.recentChanges[maxRecentChanges/2:]...)
	}
	h.recentChanges = append(h.recentChanges, change{seq, patient})
}

func (ix *Index) holder(name string) *holder {
	h := ix.holders[name]
	if h == nil {
		h = &holder{grants: map[string][]*Grant{}, recentFrom: ix.head}
		ix.holders[name] = h
	}
	return h
}

// Grant adds a holding. Name the scopes of its person before.
func (u *Update) Grant(g *Grant) {
	ix := u.ix
	ix.grants[g.Patient] = append(ix.grants[g.Patient], g)
	h := ix.holder(g.Holder)
	h.grants[g.Patient] = append(h.grants[g.Patient], g)
	h.head = max(h.head, g.FromSeq, g.ToSeq)
	h.lastChange = max(h.lastChange, ix.heads[ix.scopes[care.ClinicalScope(g.Patient)]])
	h.lastLimitedChange = max(h.lastLimitedChange, ix.heads[ix.scopes[care.LimitedScope(g.Patient)]])
	h.noteChange(h.head, g.Patient)
	ix.wakeHolder(g.Holder)
}

// EndGrant ends a holding at a number and a time. Readers see grants only under the lock, so they
// may be changed in place.
func (u *Update) EndGrant(id int64, patient, name string, seq int64, at time.Time) {
	for _, g := range u.ix.grants[patient] {
		if g.ID == id {
			g.ToSeq, g.To = seq, at
		}
	}
	h := u.ix.holder(name)
	h.head = seq
	h.noteChange(seq, patient)
	u.ix.wakeHolder(name)
}

// ForgetGrants drops the holdings that ended before a number and a time: no phone can still speak
// of them.
func (ix *Index) ForgetGrants(floor int64, before time.Time) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	past := func(g *Grant) bool { return g.ToSeq != 0 && g.ToSeq < floor && g.To.Before(before) }
	forget(ix.grants, past)
	for _, h := range ix.holders {
		forget(h.grants, past)
	}
}

func forget(byPerson map[string][]*Grant, past func(*Grant) bool) {
	for patient, grants := range byPerson {
		if kept := slices.DeleteFunc(grants, past); len(kept) > 0 {
			byPerson[patient] = kept
		} else {
			delete(byPerson, patient)
		}
	}
}

// Holds says whether somebody has a person now, and had them at a moment. It is for whoever is not
// the one who asks, such as the author of a change; a request asks its Access.
func (ix *Index) Holds(v care.Viewer, patient string, at time.Time, fresh ...*Grant) (now, then bool) {
	names := holdersOf(v, care.DutyOf(v.Role))
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	return ix.holds(v, names, patient, at, fresh...)
}

func (ix *Index) holds(v care.Viewer, names []string, patient string, at time.Time, fresh ...*Grant) (now, then bool) {
	past := names
	if member := ix.staff[v.Staff]; member != nil {
		was := member.At(at)
		past = holdersOf(was, care.DutyOf(was.Role))
	}
	for _, g := range ix.grantsOf(patient, fresh) {
		now = now || g.ToSeq == 0 && slices.Contains(names, g.Holder)
		then = then || g.openThen(at) && slices.Contains(past, g.Holder)
	}
	return now, then
}

// grantsOf are the grants of a person, with those that the asking transaction has opened itself.
func (ix *Index) grantsOf(patient string, fresh []*Grant) []*Grant {
	list := ix.grants[patient]
	for _, g := range fresh {
		if g.Patient == patient {
			list = append(list[:len(list):len(list)], g)
		}
	}
	return list
}

// TeamsHolding are the teams that have a person now; fresh are grants that the asking transaction has opened.
func (ix *Index) TeamsHolding(patient string, fresh ...*Grant) []string {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	var teams []string
	for _, g := range ix.grantsOf(patient, fresh) {
		if team, ok := strings.CutPrefix(g.Holder, care.TeamScope("")); ok && g.ToSeq == 0 {
			teams = append(teams, team)
		}
	}
	return teams
}

// HeldByTeams says whether one of the teams has a person now.
func (ix *Index) HeldByTeams(patient string, teams []string) bool {
	return slices.ContainsFunc(ix.TeamsHolding(patient), func(t string) bool { return slices.Contains(teams, t) })
}

// held says whether anybody has a person now.
func (ix *Index) held(patient string) bool {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	return slices.ContainsFunc(ix.grants[patient], func(g *Grant) bool { return g.ToSeq == 0 })
}

// StaffUnder lists the staff in service at a time who hold people under one of these names, with
// the view they have of them.
func (ix *Index) StaffUnder(names map[string]bool, at time.Time) map[string]care.View {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	staff := map[string]care.View{}
	for id, m := range ix.staff {
		if !m.InactiveSince.IsZero() && !m.InactiveSince.After(at) {
			continue
		}
		duty := care.DutyOf(m.Role)
		if slices.ContainsFunc(holdersOf(m.Viewer, duty), func(h string) bool { return names[h] }) {
			staff[id] = duty.View
		}
	}
	return staff
}
