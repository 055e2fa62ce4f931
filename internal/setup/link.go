package setup

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// LinkLifetime is how long after the start of an empty server its link can be used.
const LinkLifetime = 30 * time.Minute

const (
	secretBytes = 24
	// freeTries are how many wrong links are looked at before each further try waits tryEvery, whoever tries.
	freeTries = 8
	tryEvery  = 15 * time.Second
)

// ErrLink is a link that is not, or not any more, that of this start.
var ErrLink = errors.New("the set-up link is unknown, used or over")

// TooManyTries is the error of a try that came too soon after wrong ones.
type TooManyTries struct{ Wait time.Duration }

// Error implements error.
func (e *TooManyTries) Error() string {
	return fmt.Sprintf("too many wrong set-up links, wait %s", e.Wait)
}

// Link lets whoever started an empty server set it up, once. It lives in memory: the next start knows nothing of it. It
// is safe for concurrent use.
type Link struct {
	Expires time.Time

	clock  func() time.Time
	hash   [sha256.Size]byte
	doing  sync.Mutex // one set-up at a time
	mu     sync.Mutex
	used   bool
	wrongs *rate.Limiter
}

// NewLink makes a link and the secret in it, which is told once and kept nowhere.
func NewLink(clock func() time.Time, random io.Reader) (*Link, string, error) {
	if random == nil {
		random = rand.Reader
	}
	raw := make([]byte, secretBytes)
	if _, err := io.ReadFull(random, raw); err != nil {
		return nil, "", fmt.Errorf("read random bytes for the set-up link: %w", err)
	}
	secret := base64.RawURLEncoding.EncodeToString(raw)
	return &Link{Expires: clock().Add(LinkLifetime), clock: clock, hash: sha256.Sum256([]byte(secret)),
		wrongs: rate.NewLimiter(rate.Every(tryEvery), freeTries)}, secret, nil
}

// Check says whether a secret is that of the link and it can still be used. Errors: *TooManyTries, ErrLink. A nil link,
// that of a server that needs none, takes nothing.
func (l *Link) Check(secret string) error {
	if l == nil {
		return ErrLink
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock()
	if l.wrongs.TokensAt(now) < 1 {
		turn := l.wrongs.ReserveN(now, 1)
		wait := turn.DelayFrom(now)
		turn.CancelAt(now)
		return &TooManyTries{wait}
	}
	hash := sha256.Sum256([]byte(secret))
	if subtle.ConstantTimeCompare(hash[:], l.hash[:]) != 1 {
		l.wrongs.AllowN(now, 1)
		return ErrLink
	}
	if l.used || !now.Before(l.Expires) {
		return ErrLink
	}
	return nil
}

// Use runs set-up behind the link. The link is used up when that succeeds, and whoever comes meanwhile waits and finds
// it used. Errors: those of Check, and of set-up, after which the link can be used again.
func (l *Link) Use(secret string, setUp func() error) error {
	if err := l.Check(secret); err != nil {
		return err
	}
	l.doing.Lock()
	defer l.doing.Unlock()
	if err := l.Check(secret); err != nil {
		return err
	}
	if err := setUp(); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.used = true
	return nil
}
