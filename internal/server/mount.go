package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/router"

	"doorstep/internal/pbrecords"
	"doorstep/internal/setup"
)

// Limits of the listener and of its end.
const (
	// grace is how long requests under way may take to end; within the ten seconds that a
	// container is given before it is killed.
	grace = 8 * time.Second
	// takeover is how long a restart may take to replace this process.
	takeover = 5 * time.Second

	headerTimeout = 15 * time.Second
	idleTimeout   = 2 * time.Minute
)

// Mounted is an application whose serve command serves Doorstep.
type Mounted struct {
	app        core.App
	o          Options
	restarting atomic.Bool

	mu      sync.Mutex
	end     func() error // stops what runs; nil until something does
	stopped bool
	err     error // of the end
}

// Mount prepares an application before it is bootstrapped. PocketBase's serve command then runs
// the migrations, opens the store, starts the engine, binds the routes and listens. Stop, or the
// application's termination, ends it all in order.
func Mount(app core.App, o Options) *Mounted {
	if o.Now == nil {
		o.Now = time.Now
	}
	Bind(app, o.Now)
	m := &Mounted{app: app, o: o}
	app.Cron().Remove("__pbDBOptimize__") // see Server.CleanUp
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "doorstepServe", Priority: -999, Func: m.serve})
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "doorstepPages", Priority: 999, Func: m.servePages})
	return m
}

func (m *Mounted) serve(e *core.ServeEvent) error {
	e.InstallerFunc = nil // it would print a link that lets anybody in who sees the log
	s, err := m.open(e)
	if err != nil {
		return err
	}
	// In place of PocketBase's own, which cancels what is under way and waits a second.
	m.app.OnTerminate().Bind(&hook.Handler[*core.TerminateEvent]{Id: "pbGracefulShutdown", Priority: -9999, Func: func(te *core.TerminateEvent) error {
		m.restarting.Store(te.IsRestart)
		return errors.Join(m.Stop(), te.Next())
	}})
	allowOrigins(e.Router, m.o.Origins)
	if err := s.API.Register(e); err != nil { // and all that comes after, up to the listener
		return err
	}
	if m.o.AdminHTTP != "" {
		if err := m.serveAdministration(s, e.Server); err != nil {
			return err
		}
	}
	if m.o.Out != nil {
		fmt.Fprintf(m.o.Out, "Doorstep listens on %s\n", e.Server.Addr)
	}
	return m.offerSetUp(s, e.Server.Addr)
}

// offerSetUp prints the one-time link with which a server that nobody has an account on is set up. It counts for this
// start alone.
func (m *Mounted) offerSetUp(s *Server, addr string) error {
	accounts := pbrecords.NewAccounts(m.app, m.o.Now, m.o.Entropy)
	empty, err := accounts.Empty(context.Background())
	if err != nil || !empty || m.o.Out == nil {
		return err
	}
	link, secret, err := setup.NewLink(m.o.Now, m.o.Entropy)
	if err != nil {
		return err
	}
	if err := accounts.NoteLink("set_up_link_made"); err != nil {
		return err
	}
	s.API.FirstStart = link
	fmt.Fprintf(m.o.Out, "Nobody has an account here yet. Set it up within %d minutes: %s/setup/#%s\n", int(setup.LinkLifetime.Minutes()), address(addr, m.o.Domains), secret)
	return nil
}

// address is where a browser finds a server that listens on addr: at its domain, where it has one.
func address(addr string, domains []string) string {
	if len(domains) > 0 {
		return "https://" + domains[0]
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "http://" + addr
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	if port == "80" || port == "http" {
		return "http://" + host
	}
	return "http://" + net.JoinHostPort(host, port)
}

// serveAdministration serves the listener for whoever administers until the public one ends.
func (m *Mounted) serveAdministration(s *Server, public *http.Server) error {
	admin, listener, err := s.Administration(public)
	if err != nil || admin == nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stopped {
		return errors.Join(http.ErrServerClosed, listener.Close())
	}
	end := m.end
	m.end = func() error { return errors.Join(admin.Close(), end()) }
	go func() {
		if err := admin.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			m.app.Logger().Error("the listener for administration ended", "cause", err.Error())
		}
	}()
	if m.o.Out != nil {
		fmt.Fprintf(m.o.Out, "Administration on http://%s/_/\n", listener.Addr())
	}
	return nil
}

// allowOrigins puts our word in place of PocketBase's, which lets pages of any server read every
// answer.
func allowOrigins(r *router.Router[*core.RequestEvent], origins []string) {
	r.Unbind(apis.DefaultCorsMiddlewareId)
	if len(origins) > 0 {
		named := apis.CORS(apis.CORSConfig{AllowOrigins: origins, ExposeHeaders: []string{"Retry-After"}})
		named.Id = "doorstepCORS" // Unbind has put theirs on a list of every group under the router
		r.Bind(named)
	}
}

// servePages answers at every address that no route has.
func (m *Mounted) servePages(e *core.ServeEvent) error {
	if m.o.Pages != nil {
		e.Router.GET("/{path...}", func(e *core.RequestEvent) error {
			if strings.HasPrefix(e.Request.URL.Path, "/api/") {
				return e.NotFoundError("", nil)
			}
			m.o.Pages.ServeHTTP(e.Response, e.Request)
			return nil
		})
	}
	return e.Next()
}

// open starts the server and notes how it ends.
func (m *Mounted) open(e *core.ServeEvent) (*Server, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stopped {
		return nil, http.ErrServerClosed
	}
	if m.o.Log == nil { // PocketBase's log is a table; the person who runs the program looks at its output
		m.o.Log = slog.New(slog.NewMultiHandler(m.app.Logger().Handler(), slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
	}
	s, err := open(m.app, m.o)
	if err != nil {
		return nil, err
	}
	draining, drain := context.WithCancel(context.Background())
	s.API.Draining = draining
	base, abort := context.WithCancel(context.Background())
	e.Server.BaseContext = func(net.Listener) context.Context { return base }
	e.Server.ReadHeaderTimeout, e.Server.IdleTimeout = headerTimeout, idleTimeout
	listener := e.Server
	m.end = func() error {
		drain() // pulls that wait for news answer
		for id := range m.app.SubscriptionsBroker().Clients() {
			m.app.SubscriptionsBroker().Unregister(id)
		}
		return errors.Join(finish(listener, abort), s.Close())
	}
	return s, nil
}

// finish stops listening and waits until the requests under way are answered; those that take
// longer than grace are cut off.
func finish(listener *http.Server, abort func()) error {
	defer abort()
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	err := listener.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		return listener.Close() // an orderly end all the same: who was cut off asks again
	}
	return err
}

// Stop ends serving and waits until it has ended: no new requests, those under way answered,
// what was queued committed, the store closed. PocketBase itself is left to its owner. It may be
// called more than once, and when nothing was ever served.
func (m *Mounted) Stop() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.stopped && m.end != nil {
		m.err = m.end()
	}
	m.stopped = true
	return m.err
}

// Wait is Stop for the program's end: when PocketBase is restarting itself (after a backup was
// restored), it also waits for the new process to take over.
func (m *Mounted) Wait() error {
	err := m.Stop()
	if m.restarting.Load() {
		time.Sleep(takeover)
	}
	return err
}
