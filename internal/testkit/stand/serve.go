package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/cmd"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/pbapp"
	"doorstep/internal/server"
	"doorstep/internal/webui"
)

// order is what the keeper asks of the server on its standard input, a line each.
type order struct {
	ClockMs    *int64         `json:"clock_ms,omitempty"`
	Collection string         `json:"collection,omitempty"`
	ID         string         `json:"id,omitempty"`
	Fields     map[string]any `json:"fields,omitempty"`
	Delete     bool           `json:"delete,omitempty"`
	Exec       string         `json:"exec,omitempty"`
}

// done answers an order, a line each on standard output.
type done struct {
	ID    string `json:"id,omitempty"`
	Error string `json:"error,omitempty"`
}

// manyPhones one member of staff may have in use: each story of a browser signs in anew.
const manyPhones = 100_000

// serve is the server's life: what the serve command of the program runs, on a clock that can be moved.
func serve(f flags) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	pages, err := webui.New(os.DirFS(f.root), map[string]string{"": "pb_public", "docs/": "docs"})
	if err != nil {
		return err
	}
	if !f.tight {
		pages.PackNothing()
	}
	c := pbapp.Config(f.serve)
	app := pocketbase.NewWithConfig(pocketbase.Config{DefaultDataDir: f.serve, HideStartBanner: true, DBConnect: c.DBConnect,
		DataMaxOpenConns: c.DataMaxOpenConns, DataMaxIdleConns: c.DataMaxIdleConns, AuxMaxOpenConns: c.AuxMaxOpenConns, AuxMaxIdleConns: c.AuxMaxIdleConns})
	var ahead atomic.Int64
	mounted := server.Mount(app, server.Options{Pages: pages, Escalation: time.Second, Phones: manyPhones, Channels: server.ChannelOptions{URL: "http://" + f.http, Private: []string{"127.0.0.1"}},
		Now: func() time.Time { return time.Now().Add(time.Duration(ahead.Load()) * time.Millisecond) },
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))})
	context.AfterFunc(ctx, func() { _ = mounted.Stop() }) // its error comes from Wait
	if err := app.Bootstrap(); err != nil {
		return err
	}
	go func() {
		obey(app, &ahead, os.Stdin, os.Stdout)
		stop() // the keeper is gone
	}()
	command := cmd.NewServeCommand(app, false)
	command.SetArgs([]string{"--http", f.http})
	err = command.ExecuteContext(ctx)
	return errors.Join(err, mounted.Wait(), pbapp.CloseApp(app))
}

// obey carries out orders until its input ends.
func obey(app core.App, ahead *atomic.Int64, in io.Reader, out io.Writer) {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 8<<20)
	for lines.Scan() {
		var o order
		var d done
		err := json.Unmarshal(lines.Bytes(), &o)
		switch {
		case err != nil:
		case o.ClockMs != nil:
			ahead.Store(*o.ClockMs)
		case o.Exec != "":
			_, err = app.NonconcurrentDB().NewQuery(o.Exec).Execute()
		case o.Delete:
			err = remove(app, o)
		default:
			d.ID, err = save(app, o)
		}
		if err != nil {
			d.Error = err.Error()
		}
		line, err := json.Marshal(d)
		if err != nil {
			line = []byte(`{"error":"the answer cannot be written"}`)
		}
		fmt.Fprintf(out, "%s%s\n", answerMark, line)
	}
}

// answerMark begins the lines that answer orders; everything else on standard output is for people.
const answerMark = "@@ "

func save(app core.App, o order) (string, error) {
	var r *core.Record
	var err error
	if o.ID != "" {
		r, err = app.FindRecordById(o.Collection, o.ID)
	} else {
		var c *core.Collection
		if c, err = app.FindCollectionByNameOrId(o.Collection); err == nil {
			r = core.NewRecord(c)
			r.Id, err = newID()
		}
	}
	if err != nil {
		return "", err
	}
	r.Load(o.Fields)
	return r.Id, app.Save(r)
}

func remove(app core.App, o order) error {
	r, err := app.FindRecordById(o.Collection, o.ID)
	if err != nil {
		return err
	}
	return app.Delete(r)
}
