package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/pbapp"
	"doorstep/internal/server"
	"doorstep/internal/sqlitedb"
)

// townFile keeps the devices of a seeded town beside its database.
const townFile = "town.json"

// serveEmpty makes an empty database and serves nothing: each town begins on a copy of it.
func serveEmpty(conf config) (*service, error) {
	app, err := pbapp.OpenApp(conf.Dir)
	if err != nil {
		return nil, err
	}
	return &service{stop: func() error { return pbapp.CloseApp(app) }}, nil
}

// serveTown fills a database with a town and serves nothing: the server that is measured is
// started afresh on what this leaves, so that seeding shows neither in its memory nor its time.
func serveTown(conf config) (*service, error) {
	app, err := pbapp.OpenApp(conf.Dir)
	if err != nil {
		return nil, err
	}
	devices, err := seedTown(app, conf)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(devices)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(conf.Dir, townFile), text, 0o600); err != nil {
		return nil, err
	}
	return &service{stop: func() error { return pbapp.CloseApp(app) }}, nil
}

// devicesOf reads the devices of the town whose database is in a folder.
func devicesOf(dir string) (devices []device, err error) {
	text, err := os.ReadFile(filepath.Join(dir, townFile))
	if err != nil {
		return nil, err
	}
	return devices, json.Unmarshal(text, &devices)
}

// serveDoorstep is the real server on a seeded database. It tells of no devices, which are still to be enrolled: a
// server does not hold the keys and caseloads of the phones that call it, and its memory is measured.
func serveDoorstep(conf config) (*service, error) {
	app, running, url, stop, err := startDoorstep(conf)
	if err != nil {
		return nil, err
	}
	if err := running.People.Bring(context.Background()); err != nil { // which belongs to the start and not to what is measured
		return nil, err
	}
	holds, desk := holdCommands(app, running), deskCommands(app, running, conf.Dir)
	return &service{url: url, stop: stop, ask: func(command string) (any, error) {
		if value, known, err := desk(command); known {
			return value, err
		}
		if command != "settle" {
			return holds(command)
		}
		return settle(app, running)
	}}, nil
}

// settle works off everything that follows from a push (deliveries, deadlines that are
// past already), so that "nothing new" is true afterwards. It returns how many rounds it took.
func settle(app core.App, running *server.Server) (rounds int, err error) {
	for {
		if err := running.Tick(context.Background()); err != nil {
			return rounds, err
		}
		rounds++
		var waiting int
		err := app.ConcurrentDB().NewQuery(`SELECT (SELECT count(*) FROM outbox WHERE state = 'waiting') + (SELECT count(*) FROM sync_due WHERE at <= {:now})`).
			Bind(dbx.Params{"now": care.Stamp(time.Now())}).Row(&waiting)
		if err != nil || waiting == 0 {
			return rounds, err
		}
		if rounds == 1000 {
			return rounds, fmt.Errorf("%d rows still wait after %d rounds", waiting, rounds)
		}
	}
}

// startDoorstep starts the server every other program runs, on the database in conf.Dir.
func startDoorstep(conf config) (app core.App, running *server.Server, url string, stop func() error, err error) {
	base := pbapp.Config(conf.Dir)
	if conf.Count {
		base.DBConnect = func(path string) (*dbx.DB, error) { return dbx.Open(countedDriver, sqlitedb.DSN(path)) }
	}
	app = core.NewBaseApp(base)
	server.Bind(app, time.Now)
	if err := app.Bootstrap(); err != nil {
		return nil, nil, "", nil, err
	}
	if err := app.RunAppMigrations(); err != nil {
		return nil, nil, "", nil, err
	}
	running, err = server.Start(app, server.Options{CopyTo: conf.Copy.To, CopyKey: conf.Copy.Key, SecureByCopy: conf.Copy.Acknowledged, Channels: conf.Ways.options()})
	if err != nil {
		return nil, nil, "", nil, err
	}
	addr, served, err := servePB(app)
	if err != nil {
		return nil, nil, "", nil, err
	}
	return app, running, "http://" + addr, func() error {
		return errors.Join(running.Close(), pbapp.CloseApp(app), <-served)
	}, nil
}
