package identity

import (
	"context"
	"crypto/sha256"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/crypto/bcrypt"
	"golang.org/x/time/rate"
)

// Limits of signing in with a password. They count by account and never by network address: a whole practice
// shares one, and whoever guesses has many.
const (
	// freeTries are how many passwords may be tried for one account before each further one waits tryEvery.
	freeTries = 8
	tryEvery  = 15 * time.Second
	// accountsTried bounds what is remembered, existing accounts or not; the one tried longest ago goes.
	accountsTried = 16384
	// hashWait is how long a try waits for its turn. Hashing is the one thing anybody can make this server do,
	// so that half of the processors at most do it at a time.
	hashWait = 5 * time.Second
)

// TooManyTries is the error of a try that came too soon after others for the same account.
type TooManyTries struct {
	Wait time.Duration // until the next try is looked at
}

// Error implements error.
func (e *TooManyTries) Error() string { return fmt.Sprintf("too many tries, wait %s", e.Wait) }

// Passwords decides whether a password is the right one, in the same time whether there is such an account or
// not, and slows down whoever guesses. It is safe for concurrent use.
type Passwords struct {
	clock   func() time.Time
	compare func(hash, password []byte) error
	nobodys []byte // what an account that is not there is compared with
	slots   chan struct{}

	mu    sync.Mutex
	tries *lru.Cache[[sha256.Size]byte, *rate.Limiter] // by account
}

// nobodys is a bcrypt hash without its cost; of which password is of no consequence, for it is never the right one.
const nobodys = "$2a$%02d$Uq0v3Zk8d1nWcR5yTf7sLeXo9pAhJm2bGgKiV4wE6rYtQxSzBuNlC"

// NewPasswords makes one that has seen no tries. Cost is that of the hashes of accounts, 0 bcrypt's usual one.
func NewPasswords(clock func() time.Time, cost int) (*Passwords, error) {
	if cost == 0 {
		cost = bcrypt.DefaultCost
	}
	tries, err := lru.New[[sha256.Size]byte, *rate.Limiter](accountsTried)
	if err != nil {
		return nil, fmt.Errorf("make the memory of tries: %w", err)
	}
	return &Passwords{clock: clock, compare: bcrypt.CompareHashAndPassword, nobodys: fmt.Appendf(nil, nobodys, cost),
		slots: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2)), tries: tries}, nil
}

// Check compares a password with the stored hash of an account, nil when there is no such account. Errors, in
// this order: *TooManyTries; ErrBusy when it did not get its turn; ErrPassword, for an account there is not as
// well. The right password forgets the tries before it.
func (p *Passwords) Check(ctx context.Context, account, password string, hash []byte) error {
	key := sha256.Sum256([]byte(strings.ToLower(strings.TrimSpace(account))))
	if err := p.allow(key); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, hashWait)
	defer cancel()
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-ctx.Done():
		return ErrBusy
	}
	known := hash != nil
	if !known {
		hash = p.nobodys
	}
	if err := p.compare(hash, []byte(password)); err != nil || !known {
		return ErrPassword
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tries.Remove(key)
	return nil
}

// allow counts one try for an account. Error: *TooManyTries.
func (p *Passwords) allow(key [sha256.Size]byte) error {
	now := p.clock()
	p.mu.Lock()
	defer p.mu.Unlock()
	limit, ok := p.tries.Get(key)
	if !ok {
		limit = rate.NewLimiter(rate.Every(tryEvery), freeTries)
		p.tries.Add(key, limit)
	}
	turn := limit.ReserveN(now, 1)
	if wait := turn.DelayFrom(now); wait > 0 {
		turn.CancelAt(now)
		return &TooManyTries{wait}
	}
	return nil
}
