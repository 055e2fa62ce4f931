package sim

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"time"

	"doorstep/internal/syncer"
	"doorstep/internal/testkit/pbtest"
)

// Options of a run.
type Options struct {
	Seed uint64
	// Steps of the day of trouble; 0 = DefaultSteps.
	Steps int
	// Seams and Phone hold seeded design bugs.
	Seams syncer.Seams
	Phone phoneBug
	// Theme biases what happens; "" lets the seed decide. See themes.
	Theme string
	// Digests lets phones compare what they hold with the server all day long, as they do once a day.
	Digests bool
	// Tear lets the server commit effects and last_mid apart, and kills it in between at times.
	Tear bool
}

// flags are those of TestSeed that ask for the same kind of day; a seeded bug has none.
func (o *Options) flags() string {
	var b strings.Builder
	if o.Steps != DefaultSteps {
		fmt.Fprintf(&b, " -steps=%d", o.Steps)
	}
	if o.Theme != "" {
		fmt.Fprintf(&b, " -theme=%s", o.Theme)
	}
	if o.Digests {
		b.WriteString(" -digests")
	}
	return b.String()
}

// lastEvents is how much of the story a report draws.
const lastEvents = 160

// DefaultSteps is how many things happen in a run before it heals.
const DefaultSteps = 120

// Report is how a run ended.
type Report struct {
	Seed     uint64
	day      string   // flags that make a run of this kind again
	Failures []string // empty: everything that must hold does
	Timeline *Timeline
	Counts   map[string]int
}

// World is one run.
type World struct {
	o        Options
	random   *rand.Rand
	extra    *rand.Rand // for troubles that came later: days that were known before stay as they were
	clock    *Clock
	machine  *machine
	town     *town
	phones   []*handset
	late     []parcel
	timeline *Timeline
	healing  bool
	failures []string
	counts   map[string]int
	serial   int
	about    string // the theme of the run

	reached  map[string]*mutation // changes that reached the server at least once, by key
	foreign  []foreignWrite       // what was written past the engine
	booked   []*booked            // plans that repeat
	resolved map[string]int64     // by held change that was settled and then filed under another person, when it was settled
	screens  map[string][]screen  // what was on the screen when a change was written
	left     map[string]bool      // members of staff who left the service, by name
	excused  map[string]bool      // keys that a restore lost together with the phone that had them
	tape     *tape                // a backup of the server
	tear     *tear                // nil unless the server commits last_mid apart

	first    *stored // the tables of the first morning
	lastRead *stored
}

// Run does one run. The error is for what went wrong around it; what went wrong in it is in the
// report.
func Run(o Options) (*Report, error) {
	town, err := theTown()
	if err != nil {
		return nil, err
	}
	if o.Steps == 0 {
		o.Steps = DefaultSteps
	}
	root, err := os.MkdirTemp(pbtest.Scratch(), "doorstep-sim-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(root)
	var entropy [32]byte
	copy(entropy[:], fmt.Sprintf("server %d", o.Seed))
	w := &World{o: o, random: rand.New(rand.NewPCG(o.Seed, 0x9e3779b97f4a7c15)), extra: rand.New(rand.NewPCG(o.Seed, 0xbf58476d1ce4e5b9)), clock: &Clock{now: start}, town: town, timeline: &Timeline{},
		counts: map[string]int{}, reached: map[string]*mutation{}, screens: map[string][]screen{}, left: map[string]bool{}, excused: map[string]bool{}, resolved: map[string]int64{}}
	if o.Tear {
		w.tear = &tear{world: w}
		o.Seams.Ledger = w.tear.ledger
	}
	w.machine = &machine{root: root, clock: w.clock, entropy: rand.NewChaCha8(entropy), seams: o.Seams, differ: func(what string) { w.fail("%s", what) }, tear: w.tear}
	if err := w.machine.boot(town.disk); err != nil {
		return nil, err
	}
	if w.first, err = w.firstMorning(); err != nil {
		return nil, err
	}
	w.day()
	if len(w.failures) == 0 {
		w.heal()
	}
	if len(w.failures) == 0 {
		w.reckon()
	}
	if err := w.machine.shut(); err != nil {
		return nil, err
	}
	return &Report{Seed: o.Seed, day: o.flags(), Failures: w.failures, Timeline: w.timeline, Counts: w.counts}, nil
}

// String is the report of a failed run: what failed, the story, and how to see it again.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d failed:\n", r.Seed)
	for i, f := range r.Failures {
		if i == 20 {
			fmt.Fprintf(&b, "  … and %d more\n", len(r.Failures)-i)
			break
		}
		fmt.Fprintf(&b, "  - %s\n", f)
	}
	b.WriteString("\n" + r.Timeline.Draw(lastEvents))
	fmt.Fprintf(&b, "\nreplay: go test ./internal/sim -run 'TestSeed$' -seed=%d%s -v\n", r.Seed, r.day)
	return b.String()
}

// firstMorning reads the tables every run begins with, once.
func (w *World) firstMorning() (*stored, error) {
	w.town.once.Do(func() { w.town.tables, w.town.readErr = w.read(true) })
	return w.town.tables, w.town.readErr
}

func (w *World) note(column, format string, args ...any) {
	w.timeline.add(w.clock.Now(), column, format, args...)
}

func (w *World) fail(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	w.failures = append(w.failures, text)
	w.note(serverColumn, "✗✗ %s", text)
}

func (w *World) count(what string) { w.counts[what]++ }

// pick returns one of the list.
func pick[T any](w *World, list []T) T { return list[w.random.IntN(len(list))] }

// chance is true that many times in a hundred.
func (w *World) chance(percent int) bool { return w.random.IntN(100) < percent }

// also is chance by the randomness of later troubles.
func (w *World) also(percent int) bool { return w.extra.IntN(100) < percent }

// unique is a text nobody else writes in this run.
func (w *World) unique(what string) string {
	w.serial++
	return fmt.Sprintf("%s %d", what, w.serial)
}

// crash kills the server and starts it again on what it had committed.
func (w *World) crash(when string) {
	w.count("server crash")
	w.note(serverColumn, "† server killed %s", when)
	if err := w.machine.crash(); err != nil {
		w.fail("the server does not start again: %v", err)
	}
}

// pass lets time go by and the jobs of the server run.
func (w *World) pass(d time.Duration) {
	w.clock.Pass(d)
	if err := w.machine.tick(); err != nil {
		w.fail("tick: %v", err)
	}
	if w.wide() && !w.healing && w.chance(25) && !w.unsettled() {
		w.checkGrants()
	}
}

// day is the part of a run in which things go wrong.
func (w *World) day() {
	owners := []string{"nia", "ned", "sam", "val", "lea"}
	for _, name := range owners {
		w.newHandset(name, w.town.staff[name])
	}
	if w.chance(50) {
		w.newHandset("nia-2", w.town.staff["nia"])
	}
	if extra := pick(w, []string{"sue", "vic", "una", "mia", "lou", ""}); extra != "" {
		w.newHandset(extra, w.town.staff[extra])
	}
	theme := w.theme()
	total := 0
	for _, a := range w.actions() {
		total += a.weight * theme.times(a.name)
	}
	for range w.o.Steps {
		roll := w.random.IntN(total)
		for _, a := range w.actions() {
			if roll -= a.weight * theme.times(a.name); roll < 0 {
				a.do(w)
				break
			}
		}
		if len(w.failures) > 0 {
			return
		}
		w.clock.Pass(time.Duration(w.random.IntN(4000)) * time.Millisecond)
	}
}

// heal lets everything work again. Nobody writes anything more: what is unsent must arrive by
// the phones' own timers.
func (w *World) heal() {
	w.healing = true
	w.note(serverColumn, "═══ healing ═══")
	for len(w.late) > 0 {
		w.deliverLate()
	}
	for _, h := range w.phones {
		h.link.cut, h.link.readOnly = false, false
		h.unlock()
		if w.wide() {
			h.NetworkCameBack()
		}
	}
	const rounds = 14
	for range rounds {
		if w.settled() {
			return
		}
		w.pass(11 * time.Minute) // longer than any phone waits before it tries again
		for _, h := range w.phones {
			h.round()
		}
		if len(w.failures) > 0 {
			return
		}
	}
	for _, h := range w.phones {
		if n := h.Pending(); !h.gone && !h.stranded() && n > 0 {
			w.fail("%s still has %d changes in its outbox after %d rounds (needs sign-in: %v, directive %q)", h.name, n, rounds, h.NeedsSignIn(), h.Directive())
		}
	}
}

// settled says whether every phone has done what it can: nothing pending and nothing new.
func (w *World) settled() bool {
	if w.unsettled() {
		return false
	}
	head := w.head()
	for _, h := range w.phones {
		if !h.gone && !h.stranded() && (h.Pending() > 0 || h.heard == nil || h.heard.More || h.heard.Head < head) {
			return false
		}
	}
	return true
}

// round does a whole round of a phone, if its timer says that it is time.
func (h *handset) round() {
	if h.gone {
		return
	}
	h.signIn()
	at, can := h.NextTry()
	if !can || at.After(h.opts.Now()) {
		if !h.Busy() {
			return
		}
	}
	var last = h.heard
	for range 200 {
		h.step()
		if h.heard != nil {
			last = h.heard
		}
		if h.gone || !h.Busy() || len(h.w.failures) > 0 {
			break
		}
	}
	h.heard = last
}
