package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/channel/email"
	"doorstep/internal/demo/catcher"
	"doorstep/internal/pbapp"
	"doorstep/internal/server"
)

// house is the server of the neighbourhood: the real one, on a real listener.
type house struct {
	app   *core.BaseApp
	srv   *server.Server
	clock *Clock
	flaky *flaky
	// caught has what left; it stands in for the world outside.
	caught *catcher.Catcher
	web    *http.Server
	url    string
	// administration is the listener for superusers; nil where none was asked for.
	administration *http.Server
	temp           string // folder to remove at the end, "" when the data is to be kept
	drain          func() // ends streams, and pulls that wait
	done           chan error
}

// houseOptions say where the house stands.
type houseOptions struct {
	dir     string // "" = a temporary folder
	address string
	server  server.Options // the clock and who runs the jobs are the house's own
	pages   http.Handler   // nil: none
	log     *slog.Logger
}

// errUsed: a folder with data in it is somebody's; the demo does not write into it.
var errUsed = errors.New("there is a database in this folder already; give the demo an empty one, or none")

// openApp makes the database. Nobody is served before start.
func openApp(o houseOptions, clock *Clock) (*house, error) {
	h := &house{clock: clock, done: make(chan error, 1)}
	dir := o.dir
	if dir == "" {
		temp, err := os.MkdirTemp("", "doorstep-demo-")
		if err != nil {
			return nil, fmt.Errorf("make a folder for the demo: %w", err)
		}
		dir, h.temp = temp, temp
	} else if _, err := os.Stat(filepath.Join(dir, "data.db")); err == nil {
		return nil, fmt.Errorf("%s: %w", dir, errUsed)
	}
	app, err := pbapp.OpenApp(dir, func(app core.App) { server.Bind(app, clock.Now) })
	if err != nil {
		return nil, errors.Join(err, h.clear())
	}
	h.app = app
	return h, nil
}

// start runs the engine and opens the doors. The script does what the jobs of a real server do,
// until letGo.
func (h *house) start(o houseOptions) (err error) {
	listener, err := net.Listen("tcp", o.address)
	if err != nil {
		return fmt.Errorf("listen: %w (choose another address with --http)", err)
	}
	defer func() {
		if err != nil && h.web == nil { // nobody serves on it
			err = errors.Join(err, listener.Close())
		}
	}()
	h.url = "http://" + listener.Addr().String()
	if h.caught, err = catcher.Start(h.clock.Now); err != nil {
		return fmt.Errorf("start what catches mail: %w", err)
	}
	so := o.server
	so.Now, so.Log, so.Manual = h.clock.Now, o.log, true
	so.Channels = h.ways()
	srv, err := server.Start(h.app, so)
	if err != nil {
		return fmt.Errorf("start the server: %w", err)
	}
	h.srv = srv
	srv.API.Draining, h.drain = context.WithCancel(context.Background())
	handler, err := routes(h.app, o.pages)
	if err != nil {
		return fmt.Errorf("build the routes: %w", err)
	}
	h.flaky = &flaky{next: handler}
	doors := http.NewServeMux()
	doors.Handle("/", h.flaky)
	doors.Handle(catcher.Path, h.caught.Page())
	h.web = &http.Server{Handler: doors, ReadHeaderTimeout: time.Minute}
	go func() { h.done <- h.web.Serve(listener) }()
	if o.server.AdminHTTP == "" {
		return nil
	}
	var second net.Listener
	if h.administration, second, err = srv.Administration(&http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}); err != nil || h.administration == nil {
		return err
	}
	go func() { _ = h.administration.Serve(second) }() // it ends with the house
	return nil
}

// ways are how teams are reached beyond the inbox here, whatever the settings say: nothing leaves this machine.
func (h *house) ways() server.ChannelOptions {
	return server.ChannelOptions{URL: h.url, Private: []string{h.caught.Receiver}, PushServices: []string{h.caught.Receiver},
		Mail: email.Settings{Server: h.caught.MailServer, From: "doorstep@demo.example", Roots: h.caught.Roots}}
}

// routes builds every route there is, PocketBase's and ours, and the pages behind them.
func routes(app core.App, pages http.Handler) (handler http.Handler, err error) {
	router, err := apis.NewRouter(app)
	if err != nil {
		return nil, err
	}
	err = app.OnServe().Trigger(&core.ServeEvent{App: app, Router: router}, func(e *core.ServeEvent) error {
		if pages != nil {
			e.Router.GET("/{path...}", func(e *core.RequestEvent) error {
				if strings.HasPrefix(e.Request.URL.Path, "/api/") {
					return e.NotFoundError("", nil)
				}
				pages.ServeHTTP(e.Response, e.Request)
				return nil
			})
		}
		handler, err = e.Router.BuildMux()
		return err
	})
	return handler, err
}

// workOff does what the watcher and the courier of a real server do within a quarter of a second:
// take in what others wrote, and empty the outbox.
func (h *house) workOff(ctx context.Context) error {
	if err := h.srv.Engine.Settle(ctx); err != nil {
		return err
	}
	if !h.srv.Store.OutboxFilled() {
		return nil
	}
	if err := h.srv.Engine.EmptyOutbox(ctx); err != nil {
		return err
	}
	return h.srv.SendDue(ctx)
}

// escalate does what the job that looks at deadlines does every 15 seconds, and those that send every two.
func (h *house) escalate(ctx context.Context) error {
	due, err := h.srv.Store.AnyDue()
	if err != nil {
		return err
	}
	if due {
		if err := h.srv.Engine.WorkDue(ctx); err != nil {
			return err
		}
	}
	return h.srv.SendDue(ctx)
}

// letGo leaves the house to itself: its clock runs, its jobs run.
func (h *house) letGo() {
	h.clock.letGo()
	h.srv.Watch()
}

// wait serves until the context ends.
func (h *house) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-h.done:
		h.done <- err // close waits for it as well
		return fmt.Errorf("serve: %w", err)
	}
}

// close ends what start and openApp began, as far as they came, and takes the temporary folder away.
func (h *house) close() error {
	var all []error
	if h.drain != nil {
		h.drain()
	}
	if h.web != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := h.web.Shutdown(ctx); err != nil {
			all = append(all, h.web.Close())
		}
		if err := <-h.done; !errors.Is(err, http.ErrServerClosed) {
			all = append(all, err)
		}
	}
	if h.administration != nil {
		all = append(all, h.administration.Close())
	}
	if h.srv != nil {
		all = append(all, h.srv.Close())
	}
	if h.caught != nil {
		all = append(all, h.caught.Close())
	}
	if h.app != nil {
		all = append(all, pbapp.CloseApp(h.app))
	}
	return errors.Join(append(all, h.clear())...)
}

func (h *house) clear() error {
	if h.temp == "" {
		return nil
	}
	key := os.Remove(recoveryFile(h.temp))
	if errors.Is(key, os.ErrNotExist) { // it was not made yet
		key = nil
	}
	return errors.Join(key, os.RemoveAll(h.temp))
}
