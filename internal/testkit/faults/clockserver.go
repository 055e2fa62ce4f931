//go:build linux

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/cmd"

	"doorstep/internal/pbapp"
	"doorstep/internal/server"
)

// serve is what the serve command of the program runs, on a clock on the wall that standard input sets: a line is
// how many milliseconds it is ahead. The time that passes stays the machine's.
func serve(dir, address string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	c := pbapp.Config(dir)
	app := pocketbase.NewWithConfig(pocketbase.Config{DefaultDataDir: dir, HideStartBanner: true, DBConnect: c.DBConnect,
		DataMaxOpenConns: c.DataMaxOpenConns, DataMaxIdleConns: c.DataMaxIdleConns, AuxMaxOpenConns: c.AuxMaxOpenConns, AuxMaxIdleConns: c.AuxMaxIdleConns})
	var ahead atomic.Int64
	began := time.Now()
	mounted := server.Mount(app, server.Options{Escalation: time.Second,
		Now:    func() time.Time { return time.Now().Add(time.Duration(ahead.Load()) * time.Millisecond) },
		Uptime: func() time.Duration { return time.Since(began) }})
	context.AfterFunc(ctx, func() { _ = mounted.Stop() }) // its error comes from Wait
	if err := app.Bootstrap(); err != nil {
		return err
	}
	go func() {
		for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
			var ms int64
			if _, err := fmt.Sscan(lines.Text(), &ms); err == nil {
				ahead.Store(ms)
			}
		}
		stop() // whoever started this is gone
	}()
	command := cmd.NewServeCommand(app, false)
	command.SetArgs([]string{"--http", address})
	err := command.ExecuteContext(ctx)
	return errors.Join(err, mounted.Wait(), pbapp.CloseApp(app))
}
