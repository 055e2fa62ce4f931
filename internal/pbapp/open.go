// Package pbapp opens a PocketBase application on a Doorstep database.
package pbapp

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"doorstep/collections"
	"doorstep/internal/sqlitedb"
	_ "doorstep/migrations" // registers the steps RunAppMigrations takes

	"github.com/pocketbase/pocketbase/core"
)

// Connections PocketBase may open, which read for pages as well: each has a page cache of its own. Phones have
// others; see internal/sqlitedb.
const (
	dataConnections = 8
	logConnections  = 3
)

// Config is how every Doorstep process opens its database in dir.
func Config(dir string) core.BaseAppConfig {
	return core.BaseAppConfig{
		DataDir:          dir,
		DBConnect:        sqlitedb.Connect,
		DataMaxOpenConns: dataConnections,
		DataMaxIdleConns: dataConnections,
		AuxMaxOpenConns:  logConnections,
		AuxMaxIdleConns:  logConnections,
	}
}

// Steps are the steps of the schema that this program takes, by the names of their files: PocketBase's own and ours.
func Steps() (list []string) {
	for _, steps := range []*core.MigrationsList{&core.SystemMigrations, &core.AppMigrations} {
		for _, step := range steps.Items() {
			list = append(list, step.File)
		}
	}
	return list
}

// Knows says whether this program has a step of the schema, by the name of its file.
func Knows(step string) bool { return slices.Contains(Steps(), step) }

// NewestStep is the last step of the schema that this program takes, by the name of its file.
func NewestStep() (newest string) {
	for _, step := range core.AppMigrations.Items() {
		newest = max(newest, step.File)
	}
	return newest
}

// Schema is what an empty database of this program has in sqlite_master: the statement that makes each table, index and
// trigger, by name. It makes one in a folder that it removes, which takes about a second.
func Schema() (made map[string]string, err error) {
	dir, err := os.MkdirTemp("", "doorstep-schema-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	app, err := OpenApp(dir)
	if err != nil {
		return nil, err
	}
	made, err = SchemaOf(app)
	return made, errors.Join(err, CloseApp(app))
}

// SchemaOf is what an application's database has in sqlite_master, but for what SQLite makes by itself.
func SchemaOf(app core.App) (map[string]string, error) {
	var rows []struct{ Name, SQL string }
	if err := app.DB().NewQuery(`SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'`).All(&rows); err != nil {
		return nil, fmt.Errorf("read the schema: %w", err)
	}
	made := map[string]string{}
	for _, row := range rows {
		made[row.Name] = row.SQL
	}
	return made, nil
}

// OpenApp opens the database in dir, made when missing, and brings it to today's schema. Before is run
// on the application before anything is opened, the place to bind hooks. The caller closes it with CloseApp.
func OpenApp(dir string, before ...func(core.App)) (*core.BaseApp, error) {
	app := core.NewBaseApp(Config(dir))
	collections.BindTriggers(app)
	for _, bind := range before {
		bind(app)
	}
	if err := app.Bootstrap(); err != nil {
		return nil, fmt.Errorf("open database in %s: %w", dir, err)
	}
	if err := app.RunAppMigrations(); err != nil {
		return nil, fmt.Errorf("migrate database in %s: %w", dir, err)
	}
	return app, nil
}

// CloseApp ends an application as a shutdown does, and closes its databases: what it watches and writes by itself ends too.
// Where its databases alone are closed, that goes on, and holds all that the application knew.
func CloseApp(app core.App) error {
	return app.OnTerminate().Trigger(&core.TerminateEvent{App: app}, func(e *core.TerminateEvent) error { return e.App.ResetBootstrapState() })
}
