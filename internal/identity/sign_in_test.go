package identity_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"doorstep/internal/identity"
	"doorstep/internal/testkit"
)

func passwords(t *testing.T) (*identity.Passwords, *testkit.Clock, []byte) {
	t.Helper()
	clock := testkit.NewClock()
	p, err := identity.NewPasswords(clock.Now, bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	hash, err := bcrypt.GenerateFromPassword([]byte("right"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	return p, clock, hash
}

// X9: the work, and with it the time, is the same whether there is such an account or not.
func TestPasswords_AnAccountThatIsNotThereCostsOneComparisonLikeAnyOther(t *testing.T) {
	p, _, hash := passwords(t)
	var costs []int
	p.Comparing(func(hash []byte) {
		cost, err := bcrypt.Cost(hash)
		if err != nil {
			t.Fatal(err)
		}
		costs = append(costs, cost)
	})
	known, unknown := p.Check(t.Context(), "ann@example.org", "wrong", hash), p.Check(t.Context(), "nobody@example.org", "wrong", nil)
	if !errors.Is(known, identity.ErrPassword) || known.Error() != unknown.Error() {
		t.Errorf("a wrong password: %v, no account: %v", known, unknown)
	}
	if fmt.Sprint(costs) != "[4 4]" {
		t.Errorf("hashes of cost %v were compared, want one of 4 for each", costs)
	}
	if err := p.Check(t.Context(), "ann@example.org", "right", hash); err != nil {
		t.Errorf("the right one: %v", err)
	}
}

// X9: slowed down by account, whoever asks, and never shut out.
func TestPasswords_WhoGuessesIsSlowedDownByAccount(t *testing.T) {
	p, clock, hash := passwords(t)
	for _, account := range []string{"ann@example.org", "nobody@example.org"} {
		for i := range 8 {
			if err := p.Check(t.Context(), account, "wrong", hash); !errors.Is(err, identity.ErrPassword) {
				t.Fatalf("try %d for %s: %v", i+1, account, err)
			}
		}
		tooMany := new(identity.TooManyTries)
		if err := p.Check(t.Context(), " "+account[:1]+account[1:]+" ", "right", hash); !errors.As(err, &tooMany) || tooMany.Wait != 15*time.Second {
			t.Fatalf("the ninth try for %s: %v", account, err)
		}
	}
	if err := p.Check(t.Context(), "bob@example.org", "right", hash); err != nil {
		t.Errorf("somebody else: %v", err)
	}
	clock.Pass(15 * time.Second)
	if err := p.Check(t.Context(), "ANN@example.org", "wrong", hash); !errors.Is(err, identity.ErrPassword) {
		t.Errorf("after the wait: %v", err)
	}
	if err := p.Check(t.Context(), "ann@example.org", "right", hash); err == nil {
		t.Error("one wait allowed two tries")
	}
	clock.Pass(15 * time.Second)
	if err := p.Check(t.Context(), "ann@example.org", "right", hash); err != nil {
		t.Errorf("the right password after the wait: %v", err)
	}
	for i := range 8 { // and the account begins anew
		if err := p.Check(t.Context(), "ann@example.org", "wrong", hash); !errors.Is(err, identity.ErrPassword) {
			t.Fatalf("try %d after a sign-in: %v", i+1, err)
		}
	}
}

// Guesses at the same moment do not slip past the count.
func TestPasswords_TriesAtOnceAreCountedBeforeTheyAreCompared(t *testing.T) {
	p, _, hash := passwords(t)
	results := make(chan error, 40)
	for range cap(results) {
		go func() { results <- p.Check(context.WithoutCancel(t.Context()), "ann@example.org", "wrong", hash) }()
	}
	compared := 0
	for range cap(results) {
		if err := testkit.Receive(t, results, "the answer to a guess"); errors.Is(err, identity.ErrPassword) {
			compared++
		}
	}
	if compared > 8 {
		t.Errorf("%d guesses at once were compared, want at most 8", compared)
	}
}

// X9: anybody can make the server hash; half of its processors stay free for phones.
func TestPasswords_WhoDoesNotGetATurnIsToldThatManySignIn(t *testing.T) {
	p, _, hash := passwords(t)
	inside, release := make(chan struct{}), make(chan struct{})
	p.Comparing(func([]byte) { inside <- struct{}{}; <-release })
	slots := p.Slots()
	for i := range slots {
		go func() { _ = p.Check(context.Background(), fmt.Sprint("busy", i), "wrong", hash) }()
		testkit.Receive(t, inside, "a comparison that has begun")
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if err := p.Check(ended, "ann@example.org", "right", hash); !errors.Is(err, identity.ErrBusy) {
		t.Errorf("got %v, want ErrBusy", err)
	}
	close(release)
}
