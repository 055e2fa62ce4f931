package httpapi

import (
	"doorstep/internal/care"
	"slices"
	"sync"
	"time"
)

// How long a look and a claim count after they were last reported. A page that is still open
// reports its look every twenty seconds.
const (
	lookLasts  = 60 * time.Second
	claimLasts = 15 * time.Minute
)

// whoIsLooking knows who has which handover open, so that two people do not work on it unknowingly.
// It is a courtesy and lives in memory: after a restart the open pages report it again within
// seconds. The version that each action names keeps two people from doing the same thing twice.
type whoIsLooking struct {
	mu    sync.Mutex
	looks map[string][]look // by handover
}

// look says that one person has one handover open.
type look struct {
	staff        string
	since, until time.Time
	claimed      bool
	teams        []string // the teams of the handover, which may know of it
}

// add notes that somebody looks at a handover or claims it. When somebody else holds the claim and
// takeOver is false, add changes nothing and returns that claim. News is true when other people
// now see something different; repeating a look or a claim is no news.
func (w *whoIsLooking) add(handover string, l look, takeOver bool, now time.Time) (held *look, news bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sweep(now)
	if w.looks == nil {
		w.looks = map[string][]look{}
	}
	others := slices.DeleteFunc(slices.Clone(w.looks[handover]), func(o look) bool { return o.staff == l.staff })
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
	if before := slices.IndexFunc(w.looks[handover], func(o look) bool { return o.staff == l.staff }); before >= 0 {
		was := w.looks[handover][before]
		l.since, news = was.since, news || l.claimed && !was.claimed
		if was.claimed && !l.claimed { // a look neither gives up a claim nor renews it
			l.claimed, l.until = true, was.until
		} else if l.claimed && !was.claimed {
			l.since = now
		}
	} else {
		news = true
	}
	w.looks[handover] = append(others, l)
	return nil, news
}

// drop notes that somebody closed a handover. With claims false a claim of theirs stays.
func (w *whoIsLooking) drop(handover, staff string, claims bool) (had bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.looks[handover] = slices.DeleteFunc(w.looks[handover], func(l look) bool {
		mine := l.staff == staff && (claims || !l.claimed)
		had = had || mine
		return mine
	})
	if len(w.looks[handover]) == 0 {
		delete(w.looks, handover)
	}
	return had
}

func (w *whoIsLooking) sweep(now time.Time) {
	for handover, looks := range w.looks {
		left := slices.DeleteFunc(looks, func(l look) bool { return !now.Before(l.until) })
		if w.looks[handover] = left; len(left) == 0 {
			delete(w.looks, handover)
		}
	}
}

// attentionView tells a page who has a handover open.
type attentionView struct {
	Handover string      `json:"handover"`
	By       *care.Named `json:"by"`
	Since    string      `json:"since"`
	Until    string      `json:"until"`
	// Claimed: they said that they deal with it; otherwise they only have it open.
	Claimed bool `json:"claimed"`
}
