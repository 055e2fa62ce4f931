package delivery

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"doorstep/internal/handover"
	"doorstep/internal/testkit"
)

var start = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// box is an outbox in memory. Forget makes it lose the next notes, as a crash would.
type box struct {
	items  map[int64]*Item
	forget int
}

var errCrash = errors.New("the power went")

func (b *box) put(channel string, due time.Time) *Item {
	if b.items == nil {
		b.items = map[int64]*Item{}
	}
	id := int64(len(b.items) + 1)
	h := fmt.Sprintf("h%d", id)
	b.items[id] = &Item{ID: id, Key: Key(h, "practice", channel), Channel: channel, Handover: h, Team: "practice", CreatedAt: due, DueAt: due, State: Waiting}
	return b.items[id]
}

func (b *box) Due(_ context.Context, now time.Time, limit int) ([]Item, error) {
	var list []Item
	for _, i := range b.items {
		if i.State == Waiting && !i.DueAt.After(now) {
			list = append(list, *i)
		}
	}
	slices.SortFunc(list, func(a, b Item) int { return cmp.Or(a.DueAt.Compare(b.DueAt), cmp.Compare(a.ID, b.ID)) })
	return list[:min(limit, len(list))], nil
}

func (b *box) note(id int64, change func(*Item)) error {
	if b.forget > 0 {
		b.forget--
		return errCrash
	}
	change(b.items[id])
	return nil
}

func (b *box) Delivered(_ context.Context, id int64, at time.Time) error {
	return b.note(id, func(i *Item) { i.State, i.DoneAt, i.Attempts = Delivered, at, i.Attempts+1 })
}

func (b *box) Retry(_ context.Context, id int64, attempts int, due time.Time, reason string) error {
	return b.note(id, func(i *Item) { i.Attempts, i.DueAt, i.LastError = attempts, due, reason })
}

func (b *box) GiveUp(_ context.Context, id int64, attempts int, at time.Time, reason string) error {
	return b.note(id, func(i *Item) { i.State, i.Attempts, i.DoneAt, i.LastError = GivenUp, attempts, at, reason })
}

// wire is a channel that does what it is told, and counts by key.
type wire struct {
	name string
	mu   sync.Mutex
	took map[string]int
	do   func(Item) error
}

func (w *wire) Name() string { return w.name }

func (w *wire) Deliver(_ context.Context, i Item) error {
	if w.do != nil {
		if err := w.do(i); err != nil {
			return err
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.took == nil {
		w.took = map[string]int{}
	}
	w.took[i.Key]++
	return nil
}

// clock stands still until it is moved.
type clock struct{ now time.Time }

func courier(t interface{ Fatal(...any) }, b Outbox, c *clock, channels ...Channel) *Courier {
	k, err := New(Options{Outbox: b, Channels: channels, Now: func() time.Time { return c.now }, Chance: func() float64 { return 1 },
		Backoff: Backoff{First: time.Second, Most: 10 * time.Second}})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func round(t *testing.T, k *Courier) Report {
	t.Helper()
	r, err := k.Round(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestWhatIsDueIsDeliveredOnceAndWhatIsNotWaits(t *testing.T) {
	b, c, w := &box{}, &clock{start}, &wire{name: "inbox"}
	first, later := b.put("inbox", start), b.put("inbox", start.Add(time.Minute))
	k := courier(t, b, c, w)
	if r := round(t, k); r != (Report{Delivered: 1}) || first.State != Delivered || !first.DoneAt.Equal(start) || later.State != Waiting {
		t.Errorf("%+v %+v %+v", r, first, later)
	}
	if r := round(t, k); r != (Report{}) || w.took[first.Key] != 1 {
		t.Errorf("%+v %v", r, w.took)
	}
	c.now = start.Add(time.Minute)
	if r := round(t, k); r.Delivered != 1 || later.State != Delivered {
		t.Errorf("%+v", r)
	}
}

func TestAChannelThatIsDownIsTriedAgainAfterLongerAndLongerWaits(t *testing.T) {
	b, c := &box{}, &clock{start}
	down := true
	w := &wire{name: "inbox", do: func(Item) error {
		if down {
			return errors.New("busy")
		}
		return nil
	}}
	i := b.put("inbox", start)
	k := courier(t, b, c, w)
	for attempt, wait := range []time.Duration{1, 2, 4, 8, 10, 10} {
		if r := round(t, k); r.Retried != 1 || i.Attempts != attempt+1 || i.LastError != "busy" {
			t.Fatalf("%+v %+v", r, i)
		}
		if got := i.DueAt.Sub(c.now); got != wait*time.Second {
			t.Fatalf("after attempt %d it waits %s, want %ds", attempt+1, got, wait)
		}
		c.now = i.DueAt
	}
	down = false
	if r := round(t, k); r.Delivered != 1 || i.State != Delivered {
		t.Errorf("%+v %+v", r, i)
	}
}

func TestOneThatFailsNeverHoldsUpTheNext(t *testing.T) {
	b, c := &box{}, &clock{start}
	w := &wire{name: "inbox", do: func(i Item) error {
		switch i.Handover {
		case "h1":
			return errors.New("busy")
		case "h2":
			panic("patient text")
		case "h3":
			return &handover.Error{Code: handover.CodeNotFound, Message: "There is no such handover."}
		}
		return nil
	}}
	busy, broken, gone, good, nowhere := b.put("inbox", start), b.put("inbox", start), b.put("inbox", start), b.put("inbox", start), b.put("fax", start)
	r := round(t, courier(t, b, c, w))
	if r != (Report{Delivered: 1, Retried: 3, GivenUp: 1}) {
		t.Errorf("%+v", r)
	}
	for i, want := range map[*Item]State{busy: Waiting, broken: Waiting, gone: GivenUp, good: Delivered, nowhere: Waiting} {
		if i.State != want {
			t.Errorf("%s is %s, want %s", i.Handover, i.State, want)
		}
	}
	if broken.LastError != "channel inbox broke down" || nowhere.LastError != "there is no channel fax" {
		t.Errorf("%q %q", broken.LastError, nowhere.LastError)
	}
}

func TestAPowerCutBetweenDeliveringAndNotingItDeliversAgainUnderTheSameKey(t *testing.T) {
	b, c, w := &box{forget: 1}, &clock{start}, &wire{name: "inbox"}
	i, next := b.put("inbox", start), b.put("inbox", start)
	k := courier(t, b, c, w)
	r, err := k.Round(t.Context())
	if !errors.Is(err, errCrash) || i.State != Waiting || next.State != Delivered {
		t.Fatalf("%+v %v", r, err)
	}
	if r := round(t, k); r.Delivered != 1 || w.took[i.Key] != 2 || w.took[next.Key] != 1 {
		t.Errorf("%+v %v", r, w.took)
	}
}

func TestShuttingDownLeavesTheRestForTheNextStart(t *testing.T) {
	b, c := &box{}, &clock{start}
	ctx, stop := context.WithCancel(t.Context())
	w := &wire{name: "inbox", do: func(Item) error { stop(); return context.Canceled }}
	i, rest := b.put("inbox", start), b.put("inbox", start)
	if _, err := courier(t, b, c, w).Round(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if i.Attempts != 0 || i.State != Waiting || rest.Attempts != 0 || rest.State != Waiting {
		t.Errorf("%+v %+v", i, rest)
	}
}

func TestALongQueueIsTakenInRounds(t *testing.T) {
	b, c, w := &box{}, &clock{start}, &wire{name: "inbox"}
	for n := range 5 {
		b.put("inbox", start.Add(-time.Duration(n)*time.Minute))
	}
	k := courier(t, b, c, w)
	k.Batch = 3
	if r := round(t, k); r.Delivered != 3 || !r.More || w.took[b.items[5].Key] != 1 {
		t.Errorf("%+v: the longest due comes first", r)
	}
	if r := round(t, k); r.Delivered != 2 || r.More {
		t.Errorf("%+v", r)
	}
}

// inboxes records what was put into which team's inbox.
type inboxes []string

func (d *inboxes) Deliver(_ context.Context, i Item) error {
	*d = append(*d, i.Handover+" to "+i.Team)
	return nil
}

func TestTheInboxPutsAHandoverBeforeItsTeam(t *testing.T) {
	b, c, d := &box{}, &clock{start}, &inboxes{}
	b.put(InboxName, start)
	round(t, courier(t, b, c, Inbox{Store: d}))
	if !slices.Equal(*d, inboxes{"h1 to practice"}) {
		t.Errorf("%v", *d)
	}
}

func TestACourierNeedsItsToolsAndChannelsOfTheirOwnNames(t *testing.T) {
	good := Options{Outbox: &box{}, Now: func() time.Time { return time.Time{} }, Chance: func() float64 { return 0 }, Backoff: DefaultBackoff}
	twice := good
	twice.Channels = []Channel{&wire{name: "inbox"}, &wire{name: "inbox"}}
	noClock, noBackoff := good, good
	noClock.Now, noBackoff.Backoff = nil, Backoff{}
	for _, bad := range []Options{twice, noClock, noBackoff, {}} {
		if _, err := New(bad); err == nil {
			t.Errorf("%+v passes", bad)
		}
	}
	if _, err := New(good); err != nil {
		t.Error(err)
	}
}

func TestKeysTellDeliveriesApart(t *testing.T) {
	e := handover.Event{Kind: handover.EventRaisedAgain, Team: "practice", At: start}
	again := KeyAgain("h1", "inbox", e)
	later := e
	later.At = start.Add(time.Millisecond)
	keys := []string{Key("h1", "practice", "inbox"), Key("h2", "practice", "inbox"), Key("h1", "other", "inbox"), Key("h1", "practice", "fax"), again, KeyAgain("h1", "inbox", later)}
	slices.Sort(keys)
	if len(slices.Compact(keys)) != 6 || again != KeyAgain("h1", "inbox", e) {
		t.Errorf("%v", keys)
	}
}

// Whatever fails and whenever the power goes, everything arrives in the end, in one state.
func TestEverythingArrivesAtLeastOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, c := &box{}, &clock{start}
		healed := false
		w := &wire{name: "inbox", do: func(Item) error {
			if !healed && rapid.IntRange(0, 2).Draw(t, "fails") == 0 {
				return errors.New("busy")
			}
			return nil
		}}
		for range rapid.IntRange(1, 6).Draw(t, "items") {
			b.put("inbox", start.Add(time.Duration(rapid.IntRange(0, 60).Draw(t, "due"))*time.Second))
		}
		k := courier(t, b, c, w)
		for n := range 40 {
			healed = n > 30
			b.forget = 0
			if !healed {
				b.forget = rapid.IntRange(0, 1).Draw(t, "crash")
			}
			if _, err := k.Round(context.Background()); err != nil && !errors.Is(err, errCrash) {
				t.Fatal(err)
			}
			c.now = c.now.Add(10 * time.Second)
		}
		for _, i := range b.items {
			if i.State != Delivered || w.took[i.Key] == 0 {
				t.Fatalf("%+v never arrived", i)
			}
		}
	})
}

func TestWhatCannotBeDeliveredInItsTimeIsGivenUpWithALastAttempt(t *testing.T) {
	b, c := &box{}, &clock{start}
	w := &wire{name: "email", do: func(Item) error { return &Failure{Why: Busy, Text: "451"} }}
	i := b.put("email", start)
	i.Until = start.Add(5 * time.Second)
	k := courier(t, b, c, w)
	var waits []time.Duration
	for i.State == Waiting {
		round(t, k)
		waits = append(waits, i.DueAt.Sub(start))
		c.now = i.DueAt
	}
	if want := []time.Duration{1 * time.Second, 3 * time.Second, 5 * time.Second, 5 * time.Second}; !slices.Equal(waits, want) {
		t.Errorf("attempts at %v, want %v", waits, want)
	}
	if i.State != GivenUp || i.Attempts != 4 || i.LastError != "busy: 451" || !i.DoneAt.Equal(i.Until) {
		t.Errorf("%+v", i)
	}
	late := b.put("email", start) // the server was down for longer than that
	late.Until = start.Add(time.Second)
	if r := round(t, k); r.GivenUp != 1 || late.Attempts != 1 {
		t.Errorf("it was not even tried: %+v", late)
	}
}

func TestAReceiverThatAsksToBeLeftAloneIs(t *testing.T) {
	b, c := &box{}, &clock{start}
	w := &wire{name: "webhook", do: func(Item) error { return fmt.Errorf("send: %w", &Failure{Why: Busy, After: time.Minute}) }}
	i, soon := b.put("webhook", start), b.put("webhook", start)
	soon.Until = start.Add(20 * time.Second)
	round(t, courier(t, b, c, w))
	if got := i.DueAt.Sub(start); got != time.Minute {
		t.Errorf("it comes back after %s", got)
	}
	if got := soon.DueAt.Sub(start); got != 20*time.Second {
		t.Errorf("one that is given up sooner is tried once more before that, after %s", got)
	}
}

// One receiver that keeps us waiting must not make another wait; what goes to one receiver keeps its order.
func TestRoutesAreServedBesideEachOther(t *testing.T) {
	b, c := &box{}, &clock{start}
	var mu sync.Mutex
	var order []string
	quickDone := make(chan struct{})
	w := &wire{name: "email", do: func(i Item) error {
		if i.Route == "slow" {
			testkit.ReceiveOrEnd(t, quickDone, "the quick receiver to be served")
			return errors.New("busy")
		}
		mu.Lock()
		defer mu.Unlock()
		if order = append(order, i.Handover); len(order) == 2 {
			close(quickDone)
		}
		return nil
	}}
	b.put("email", start).Route = "slow"
	b.put("email", start).Route = "quick"
	b.put("email", start).Route = "quick"
	k := courier(t, &guarded{box: b}, c, w)
	k.Parallel = 2
	if r := round(t, k); r.Delivered != 2 || r.Retried != 1 || !slices.Equal(order, []string{"h2", "h3"}) {
		t.Errorf("%+v %v", r, order)
	}
}

// A receiver that swallows all packets keeps its own route, and nothing that others wait for, however much waits for it.
func TestAReceiverThatNeverAnswersKeepsNobodyElsesEmergency(t *testing.T) {
	b, c := &box{}, &clock{start}
	silent, emergency := make(chan struct{}), make(chan struct{})
	hangs := make(chan struct{})
	var once sync.Once
	w := &wire{name: "webhook", do: func(i Item) error {
		if i.Route == "silent" {
			once.Do(func() { close(hangs) })
			<-silent
			return &Failure{Why: Unreachable}
		}
		close(emergency)
		return &Failure{Why: Refused, Final: true}
	}}
	g := &guarded{box: b}
	for range 200 {
		b.put("webhook", start).Route = "silent"
	}
	k := courier(t, g, c, w)
	k.Parallel = 2
	if err := k.Begin(t.Context()); err != nil { // does not wait
		t.Fatal(err)
	}
	testkit.ReceiveOrEnd(t, hangs, "the receiver that never answers to be asked")
	g.mu.Lock()
	b.put("webhook", start.Add(-time.Minute)).Route = "practice"
	g.mu.Unlock()
	if err := k.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	testkit.ReceiveOrEnd(t, emergency, "the emergency of another practice to be tried")
	close(silent)
	k.Wait()
	r, err := k.Report()
	if err != nil || r.Retried != 1 || r.GivenUp != 1 {
		t.Errorf("%+v %v: a route ends with its first failure", r, err)
	}
}

// On a full disk nothing can be noted: what left every two seconds would reach the same mailbox every two seconds.
func TestWhatCannotBeClaimedIsNotSent(t *testing.T) {
	b, c, w := &box{}, &clock{start}, &wire{name: "email"}
	i := b.put("email", start)
	i.Route = "r"
	claims := &claiming{guarded: guarded{box: b}, full: true}
	k := courier(t, claims, c, w)
	for range 3 {
		if _, err := k.Round(t.Context()); !errors.Is(err, errCrash) {
			t.Errorf("nobody hears that nothing can be noted: %v", err)
		}
	}
	if w.took[i.Key] != 0 || i.Attempts != 0 {
		t.Errorf("it left %d times", w.took[i.Key])
	}
	claims.full, claims.forget = false, 1 // it fills up between the claim and the note
	if _, err := k.Round(t.Context()); !errors.Is(err, errCrash) || w.took[i.Key] != 1 {
		t.Errorf("%v %v", err, w.took)
	}
	if i.Attempts != 1 || !i.DueAt.Equal(start.Add(time.Second)) {
		t.Errorf("%+v: it would leave again at once", i)
	}
	if r := round(t, k); r != (Report{}) || w.took[i.Key] != 1 {
		t.Errorf("%+v: it left again before its wait was over", r)
	}
	c.now = i.DueAt
	if r := round(t, k); r.Delivered != 1 || i.State != Delivered {
		t.Errorf("%+v", r)
	}
}

// breaking is an outbox that breaks down over one item.
type breaking struct {
	*guarded
	over int64
}

func (o breaking) Delivered(ctx context.Context, id int64, at time.Time) error {
	if id == o.over {
		panic("no such column")
	}
	return o.guarded.Delivered(ctx, id, at)
}

// Each route is served in a goroutine of its own: what broke down there would end the server, and with it every other route.
func TestAnOutboxThatBreaksDownOverOneRouteServesTheOthers(t *testing.T) {
	b, c := &box{}, &clock{start}
	broken, other := b.put("email", start), b.put("email", start)
	broken.Route, other.Route = "broken", "other"
	k := courier(t, breaking{&guarded{box: b}, broken.ID}, c, &wire{name: "email"})
	for range 2 {
		if _, err := k.Round(t.Context()); err == nil || !strings.Contains(err.Error(), "no such column") {
			t.Errorf("nobody hears of it: %v", err)
		}
		if broken.State != Waiting || other.State != Delivered {
			t.Errorf("%s, and the other %s", broken.State, other.State)
		}
	}
}

// claiming is an outbox of what leaves the building. Full: nothing can be written.
type claiming struct {
	guarded
	full bool
}

func (o *claiming) Claim(_ context.Context, id int64, attempts int, due time.Time) (bool, error) {
	if o.full {
		return false, errCrash
	}
	o.items[id].Attempts, o.items[id].DueAt = attempts, due
	return true, nil
}

// guarded is a box that several routes note into at once.
type guarded struct {
	mu sync.Mutex
	*box
}

func (g *guarded) Due(ctx context.Context, now time.Time, limit int) (items []Item, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	all, err := g.box.Due(ctx, now, len(g.items))
	found := map[string]bool{}
	for _, i := range all {
		if !found[i.Route] {
			found[i.Route] = true
			items = append(items, i)
		}
	}
	return items[:min(limit, len(items))], err
}

func (g *guarded) Delivered(ctx context.Context, id int64, at time.Time) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.box.Delivered(ctx, id, at)
}

func (g *guarded) Retry(ctx context.Context, id int64, attempts int, due time.Time, reason string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.box.Retry(ctx, id, attempts, due, reason)
}

func (g *guarded) GiveUp(ctx context.Context, id int64, attempts int, at time.Time, reason string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.box.GiveUp(ctx, id, attempts, at, reason)
}

func TestWhyIsReadBackFromWhatWasNoted(t *testing.T) {
	for _, why := range Whys {
		for _, text := range []string{"", "550 5.1.1"} {
			if got := WhyOf((&Failure{Why: why, Text: text}).Error()); got != why {
				t.Errorf("%s is read as %s", why, got)
			}
		}
	}
	for _, other := range []string{"", "busybody", "channel email broke down", "there is no channel fax"} {
		if got := WhyOf(other); got != Broken {
			t.Errorf("%q is read as %s", other, got)
		}
	}
}

func TestTheWaitIsSpreadBetweenHalfAndTheWhole(t *testing.T) {
	for attempts, whole := range map[int]time.Duration{1: 2 * time.Second, 2: 4 * time.Second, 3: 8 * time.Second, 9: 5 * time.Minute, 1 << 30: 5 * time.Minute} {
		if got := DefaultBackoff.After(attempts, 0); got != whole/2 {
			t.Errorf("least wait after %d: %s", attempts, got)
		}
		if got := DefaultBackoff.After(attempts, 1); got != whole {
			t.Errorf("longest wait after %d: %s", attempts, got)
		}
	}
}
