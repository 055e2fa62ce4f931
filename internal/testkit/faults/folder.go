//go:build linux

package main

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/identifier"
	"doorstep/internal/pbapp"
	"doorstep/internal/server"
	"doorstep/internal/testkit/town"
)

// morning makes a data folder with Riverside in it.
func morning(dir string) (t *town.Town, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	app, err := pbapp.OpenApp(dir, func(app core.App) { server.Bind(app, time.Now) })
	if err != nil {
		return nil, err
	}
	srv, err := server.Start(app, server.Options{Manual: true}) // makes the signing key too
	if err != nil {
		return nil, errors.Join(err, pbapp.CloseApp(app))
	}
	minter := identifier.NewMinter(rand.Reader)
	err = app.RunInTransaction(func(tx core.App) error {
		s := &town.Seeder{App: tx, NewID: func() (string, error) { id, err := minter.New(time.Now()); return string(id), err }}
		t = town.Settle(s)
		return s.Err
	})
	if err == nil {
		err = srv.Tick(context.Background())
	}
	return t, errors.Join(err, srv.Close(), pbapp.CloseApp(app))
}
