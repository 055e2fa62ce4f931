package httpapi

import (
	"context"
	"crypto/sha256"
	"slices"
	"strings"
	"sync"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/pbstore"
)

// repeatsFolded is how long failed sign-ins of one account, after the first, are counted before they are written down
// as one line of the audit.
const repeatsFolded = time.Minute

// repeats counts failed sign-ins that follow another of the same account. The first is in the audit at once, so that
// a minute's number at most is lost when the machine stops. What was typed is not kept, only a hash of it.
type repeats struct {
	mu   sync.Mutex
	open map[account]*failedTries
}

// account is a hash of what was typed as an e-mail address, so that one there is not is counted as one there is.
type account [sha256.Size]byte

// failedTries are those of one account, for one reason, since the first, which was written down.
type failedTries struct {
	staff string // "" for an account there is not
	why   string
	since time.Time
	more  int
}

func accountOf(identity, why string) account {
	return sha256.Sum256([]byte(why + " " + strings.ToLower(strings.TrimSpace(identity))))
}

// note counts a failed sign-in; first says that it is the one to write down.
func (r *repeats) note(identity string, f failedTries) (first bool) {
	key := accountOf(identity, f.why)
	r.mu.Lock()
	defer r.mu.Unlock()
	if before := r.open[key]; before != nil && (before.more > 0 || f.since.Sub(before.since) < repeatsFolded) {
		before.more++
		return false
	}
	r.keep(key, f)
	return true
}

func (r *repeats) keep(key account, f failedTries) {
	if r.open == nil {
		r.open = map[account]*failedTries{}
	}
	r.open[key] = &f
}

// take are the numbers that are for writing down, which are counted anew: those of some accounts, or all (nil) that
// began so long ago.
func (r *repeats) take(of []account, began time.Time) map[account]failedTries {
	r.mu.Lock()
	defer r.mu.Unlock()
	due := map[account]failedTries{}
	for key, f := range r.open {
		if of == nil && f.since.After(began) || of != nil && !slices.Contains(of, key) {
			continue
		}
		if delete(r.open, key); f.more > 0 {
			due[key] = *f
		}
	}
	return due
}

// giveBack keeps numbers that could not be written down.
func (r *repeats) giveBack(due map[account]failedTries) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for key, f := range due {
		if before := r.open[key]; before != nil {
			f.more += before.more + 1
		}
		r.keep(key, f)
	}
}

// FoldSignIns writes down, as a line each, how often the password of an account was wrong again within a minute.
func (a *API) FoldSignIns(ctx context.Context) error {
	return a.foldSignIns(ctx, nil, a.Clock().Add(-repeatsFolded))
}

// FoldAllSignIns is FoldSignIns for a server that stops: of what is counted until now.
func (a *API) FoldAllSignIns(ctx context.Context) error { return a.foldSignIns(ctx, nil, a.Clock()) }

// foldSignInsOf writes down what is counted of one account, which somebody has signed in to now.
func (a *API) foldSignInsOf(ctx context.Context, identity string) error {
	return a.foldSignIns(ctx, []account{accountOf(identity, whyUnknown), accountOf(identity, whyPassword), accountOf(identity, whyInactive)}, time.Time{})
}

func (a *API) foldSignIns(ctx context.Context, of []account, began time.Time) error {
	due := a.failed.take(of, began)
	if len(due) == 0 {
		return nil
	}
	lines := make([]failedTries, 0, len(due))
	for _, f := range due {
		lines = append(lines, f)
	}
	slices.SortFunc(lines, func(a, b failedTries) int { return strings.Compare(a.staff+" "+a.why, b.staff+" "+b.why) })
	err := writerFailed(a.Sync.Do(ctx, func(tx *pbstore.Tx) error {
		for _, f := range lines {
			if err := tx.Audit(f.staff, "", actionSignInFailed, care.StaffName, f.staff, "", failedSignIn{Why: f.why, Again: f.more}); err != nil {
				return err
			}
		}
		return nil
	}))
	if err != nil {
		a.failed.giveBack(due)
	}
	return err
}
