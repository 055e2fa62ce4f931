package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"doorstep/internal/server"
	"doorstep/internal/settings"
)

// ErrBroken is what the demo ends with when a promise was not kept.
var ErrBroken = errors.New("a promise was broken")

// Command is `doorstep demo`. Pages, unless nil, answer where no route does, as on the real server.
func Command(s *settings.Settings, pages http.Handler) *cobra.Command {
	r := &run{settings: s, pages: pages, today: time.Now}
	c := &cobra.Command{
		Use:   "demo",
		Short: "Invent a neighbourhood, live two days in it, check the promises, and keep serving",
		Long: "Invents a neighbourhood, serves it, and lets simulated phones work two days through the real HTTP API, after\n" +
			"thirteen weeks that are told quickly, so that the board has something to show.\n" +
			"Everything is invented: people, practices, numbers. Nothing leaves this machine.",
		Args: cobra.NoArgs, SilenceUsage: true,
		RunE: func(c *cobra.Command, _ []string) error {
			if !c.Flags().Changed("seed") { // --demo-seed is read after this command was made
				r.seed = s.DemoSeed
			}
			return r.do(c.Context(), c.OutOrStdout())
		},
	}
	c.Flags().IntVar(&r.seed, "seed", s.DemoSeed, "the same seed, the same people and the same days (instead of --demo-seed)")
	c.Flags().BoolVar(&r.once, "once", false, "stop after the promises were checked; fails when one was broken")
	c.Flags().BoolVar(&r.faults, "faults", false, "serve on with delays, lost replies and 503s, to test a client against")
	c.Flags().StringVar(&r.dir, "dir", "", "an empty folder for the data, kept afterwards (default: a temporary one)")
	c.Flags().StringVar(&r.address, "http", s.HTTP, "address to listen on")
	return c
}

// manyPhones one member of staff may have in use here: whoever looks at the demo signs in as the same few nurses.
const manyPhones = 1000

// run is one call of the command.
type run struct {
	settings     *settings.Settings
	pages        http.Handler
	today        func() time.Time
	seed         int
	once, faults bool
	dir, address string
	size         size // zero: the whole neighbourhood
}

func (r *run) do(ctx context.Context, out io.Writer) (err error) {
	if ctx == nil {
		ctx = context.Background()
	}
	started := time.Now()
	p := newPage(out)
	p.line("%s  An invented neighbourhood, a real server. Everybody in it is made up. Seed %d.", p.in(bold, "Doorstep demo"), r.seed)
	if r.size == (size{}) {
		r.size = wholeHood
	}
	served, err := server.From(r.settings)
	if err != nil {
		return err
	}
	served.Phones = manyPhones
	o := options{seed: r.seed, size: r.size, today: r.today(), page: p, house: houseOptions{dir: r.dir, address: r.address,
		server: served, pages: r.pages, log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))}}
	if r.once {
		o.house.address, o.house.server.AdminHTTP = "127.0.0.1:0", "" // nobody will call
	}
	t, err := build(o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.house.close()) }()
	t.introduce(p)
	if t.past != nil {
		t.past.print(p)
	}
	kept, err := t.liveBoth(ctx, p)
	if err != nil {
		return err
	}
	p.line("\n  %s of story, %s of your time, seed %d.", "Two days", spell(time.Since(started)), r.seed)
	if r.once {
		if !kept {
			return ErrBroken
		}
		return nil
	}
	if err := r.open(t, p); err != nil {
		return err
	}
	return t.house.wait(ctx)
}

// liveBoth lives both days, prints what came of them, and says whether every promise was kept.
func (t *town) liveBoth(ctx context.Context, p *page) (kept bool, err error) {
	p.head("The first day: one person")
	if err := t.story.tell(ctx); err != nil {
		return false, err
	}
	p.head("The second day: everybody")
	bar := newBar(p, at(t.second, 0, opens), at(t.second, 0, closes))
	if err := t.everybody(ctx, bar.show); err != nil {
		return false, err
	}
	bar.end()
	for _, l := range t.diary {
		p.at(l.at, l.text)
	}
	w, err := t.witness()
	if err != nil {
		return false, err
	}
	w.since(at(t.first, 7, 25)).count(t.traffic).print(p)
	return printPromises(p, w.check()), nil
}

// introduce says who lives and works there.
func (t *town) introduce(p *page) {
	h := t.hood
	p.para(fmt.Sprintf("%s: %d people, %d practices, two nursing teams, mental health, social care, %s and %s. Served at %s.",
		h.name, len(h.people), len(h.surgeries), h.services[0].team.name, h.services[1].team.name, t.house.url))
}

// bar shows how far the day is, on a terminal only.
type bar struct {
	b     *progressbar.ProgressBar
	begin time.Time
}

func newBar(p *page, begin, end time.Time) *bar {
	if !p.terminal {
		p.line("  working from %s to %s …", clockTime(begin), clockTime(end))
		return &bar{}
	}
	return &bar{begin: begin, b: progressbar.NewOptions(int(end.Sub(begin).Minutes()), progressbar.OptionSetWriter(p.w),
		progressbar.OptionSetWidth(50), progressbar.OptionSetDescription("  07:40"), progressbar.OptionSetPredictTime(false),
		progressbar.OptionClearOnFinish())}
}

func (b *bar) show(now time.Time) {
	if b.b == nil {
		return
	}
	b.b.Describe("  " + clockTime(now))
	_ = b.b.Set(int(now.Sub(b.begin).Minutes())) // a bar that cannot be drawn must not stop the day
}

func (b *bar) end() {
	if b.b != nil {
		_ = b.b.Finish() // as above
	}
}
