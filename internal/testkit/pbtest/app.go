// Package pbtest gives tests a fresh, migrated PocketBase application on a real SQLite file.
package pbtest

import (
	"context"
	"database/sql"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"doorstep/hooks"
	"doorstep/internal/pbapp"
	"doorstep/internal/sqlitedb"
	"doorstep/internal/testkit"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
)

// App is an application of its own for one test: nothing it does is seen by another.
type App struct {
	*core.BaseApp
	handler http.Handler // once it was built
	hashed  hashed
}

// template makes one migrated data folder for the whole test process: copying its two files takes a
// few milliseconds, migrating takes a second.
var template = sync.OnceValues(func() (files map[string][]byte, err error) {
	dir, err := os.MkdirTemp(Scratch(), "doorstep-template-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	app, err := pbapp.OpenApp(dir)
	if err != nil {
		return nil, err
	}
	// Closing the last connection folds the write-ahead log into the file.
	if err := pbapp.CloseApp(app); err != nil {
		return nil, err
	}
	files = map[string][]byte{}
	for _, name := range []string{"data.db", "auxiliary.db"} {
		if files[name], err = os.ReadFile(filepath.Join(dir, name)); err != nil {
			return nil, err
		}
	}
	return files, nil
})

// Scratch is where data folders of tests go.
func Scratch() string { return testkit.Scratch() }

// New opens a migrated application in a temporary folder and closes it with the test. Before is run
// on the application before its database is opened: the place to bind hooks.
func New(t testing.TB, before ...func(core.App)) *App {
	t.Helper()
	dir, err := os.MkdirTemp(Scratch(), "doorstep-test-")
	if err != nil {
		t.Fatalf("make a folder: %v", err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("remove the folder: %v", err)
		}
	})
	if err := Fill(dir); err != nil {
		t.Fatalf("prepare database: %v", err)
	}
	return Open(t, dir, before...)
}

// Fill puts an empty, migrated database into dir.
func Fill(dir string) error {
	files, err := template()
	if err != nil {
		return fmt.Errorf("make template database: %w", err)
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// Open opens the database in dir and closes it with the test; a second Open of the same folder after
// Close is a restart.
func Open(t testing.TB, dir string, before ...func(core.App)) *App {
	t.Helper()
	app, err := pbapp.OpenApp(dir, before...)
	if err != nil {
		t.Fatalf("open database: %v", err)
	}
	a := &App{BaseApp: app}
	t.Cleanup(func() { a.Close(t) })
	return a
}

// Hooked binds the product's hooks, by a clock, before a database is opened.
func Hooked(now func() time.Time) func(core.App) {
	return func(app core.App) { hooks.Register(app, now) }
}

// Close ends the application as a shutdown would; closing twice does nothing.
func (a *App) Close(t testing.TB) {
	t.Helper()
	if !a.IsBootstrapped() {
		return
	}
	if err := pbapp.CloseApp(a.BaseApp); err != nil {
		t.Errorf("close application: %v", err)
	}
}

// SecondConnection opens the database file once more, as a second process would, until the test ends.
// What it writes bypasses PocketBase and the engine.
func (a *App) SecondConnection(t testing.TB) *sql.DB {
	t.Helper()
	db, err := sqlitedb.Connect(filepath.Join(a.DataDir(), "data.db"))
	if err != nil {
		t.Fatalf("open second connection: %v", err)
	}
	t.Cleanup(func() { db.Close() })
	return db.DB()
}

// Serve serves all routes, PocketBase's own and those bound to OnServe, on the public listener until the test
// ends.
func (a *App) Serve(t testing.TB) *httptest.Server {
	t.Helper()
	return a.serve(context.Background(), t)
}

// ServeAdministration serves the same routes on the listener for superusers, until the test ends.
func (a *App) ServeAdministration(t testing.TB) *httptest.Server {
	t.Helper()
	return a.serve(hooks.AtAdminListener(context.Background()), t)
}

func (a *App) serve(of context.Context, t testing.TB) *httptest.Server {
	t.Helper()
	handler, err := a.Handler()
	if err != nil {
		t.Fatalf("build routes: %v", err)
	}
	server := httptest.NewUnstartedServer(handler)
	server.Config.BaseContext = func(net.Listener) context.Context { return of }
	server.Start()
	t.Cleanup(server.Close)
	return server
}

// Handler is all routes, built when they are first asked for.
func (a *App) Handler() (http.Handler, error) {
	if a.handler != nil {
		return a.handler, nil
	}
	router, err := apis.NewRouter(a.BaseApp)
	if err != nil {
		return nil, err
	}
	event := &core.ServeEvent{App: a.BaseApp, Router: router}
	err = a.OnServe().Trigger(event, func(e *core.ServeEvent) error {
		a.handler, err = e.Router.BuildMux()
		return err
	})
	return a.handler, err
}
