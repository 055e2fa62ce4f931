package httpapi

import (
	"doorstep/internal/care"
	"slices"
	"sync"
	"time"
)

// How long it is believed that somebody has a handover open, and that they deal with it. A page
// that is still open says so again every twenty seconds.
const (
	lookLasts  = 60 * time.Second
	claimLasts = 15 * time.Minute
)

// attention is who has which handover open, so that two people do not work on it unknowingly. It
// is a courtesy and lives in memory: after a restart the open pages tell it anew within seconds,
// and what keeps two people from doing the same thing twice is the version each action names.
type attention struct {
	mu    sync.Mutex
	looks map[string][]look // by handover
}

// look is one person's attention for one handover.
type look struct {
	staff        string
	since, until time.Time
	claimed      bool
	teams        []string // the handover's, which may know of it
}

// add notes that somebody looks at a handover or claims it. A claim that somebody else has is
// not taken from them unless the claimant says so; then it is returned and nothing is changed.
// News says that others see something else now, which saying it again is not.
func (a *attention) add(handover string, l look, takeOver bool, now time.Time) (held *look, news bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.sweep(now)
	if a.looks == nil {
		a.looks = map[string][]look{}
	}
	others := slices.DeleteFunc(slices.Clone(a.looks[handover]), func(o look) bool { return o.staff == l.staff })
	for i := range others {
		if !l.claimed || !others[i].claimed {
			continue
		}
		if !takeOver {
			return &others[i], false
		}
		news = true
		others[i].claimed = false
		others[i].until = now.Add(lookLasts)
	}
	if before := slices.IndexFunc(a.looks[handover], func(o look) bool { return o.staff == l.staff }); before >= 0 {
		was := a.looks[handover][before]
		l.since, news = was.since, news || l.claimed && !was.claimed
		if was.claimed && !l.claimed { // looking at it gives no claim up, nor renews it
			l.claimed, l.until = true, was.until
		} else if l.claimed && !was.claimed {
			l.since = now
		}
	} else {
		news = true
	}
	a.looks[handover] = append(others, l)
	return nil, news
}

// drop ends somebody's attention: all of it, or what is not claimed.
func (a *attention) drop(handover, staff string, claims bool) (had bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.looks[handover] = slices.DeleteFunc(a.looks[handover], func(l look) bool {
		mine := l.staff == staff && (claims || !l.claimed)
		had = had || mine
		return mine
	})
	if len(a.looks[handover]) == 0 {
		delete(a.looks, handover)
	}
	return had
}

func (a *attention) sweep(now time.Time) {
	for handover, looks := range a.looks {
		left := slices.DeleteFunc(looks, func(l look) bool { return !now.Before(l.until) })
		if a.looks[handover] = left; len(left) == 0 {
			delete(a.looks, handover)
		}
	}
}

// attentionView is who has a handover open, as a page gets it.
type attentionView struct {
	Handover string      `json:"handover"`
	By       *care.Named `json:"by"`
	Since    string      `json:"since"`
	Until    string      `json:"until"`
	// Claimed: they said that they deal with it; otherwise they have it open.
	Claimed bool `json:"claimed"`
}
