package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"doorstep/internal/testkit"
	riverside "doorstep/internal/testkit/town"
)

// flags of both lives of the program: the stand, and the server it starts.
type flags struct {
	http, root string
	template   string // folder of a migrated database that stands share
	people     int
	tight      bool
	serve      string // folder of the data; the server's life
	send       bool   // the life of one that sends by a channel
}

func main() {
	var f flags
	flag.StringVar(&f.http, "http", "127.0.0.1:0", "address of the server")
	flag.StringVar(&f.root, "root", ".", "folder that holds pb_public and docs")
	flag.IntVar(&f.people, "people", 0, "further people on the north team's caseload, for tests of speed")
	flag.StringVar(&f.template, "template", "", "copy the migrated database of this folder, and make it where it is missing")
	flag.BoolVar(&f.tight, "tight", false, "pack the pages as far as the program that ships does, for tests of how much a phone fetches")
	flag.StringVar(&f.serve, "serve", "", "serve this data folder; the stand starts itself so")
	flag.BoolVar(&f.send, "send", false, "send what standard input asks for by a channel, with no server")
	flag.Parse()
	run := stand
	switch {
	case f.serve != "":
		run = serve
	case f.send:
		run = func(flags) error { return send(os.Stdin, os.Stdout) }
	}
	if err := run(f); err != nil {
		fmt.Fprintln(os.Stderr, "stand:", err)
		os.Exit(1)
	}
}

// ready is the line that says that the server answers, and what is in it.
type ready struct {
	URL      string             `json:"url"`
	Control  string             `json:"control"`
	Password string             `json:"password"` // everybody's
	Staff    map[string]*member `json:"staff"`    // by short name
	Teams    map[string]string  `json:"teams"`
	Orgs     map[string]string  `json:"organisations"`
	Patients map[string]string  `json:"patients"` // by family name
}

// stand makes the neighbourhood, starts the server and obeys the control port.
func stand(f flags) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	dir, err := os.MkdirTemp(testkit.Scratch(), "doorstep-stand-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	t, err := buildTown(filepath.Join(dir, "morning"), f.template, f.people)
	if err != nil {
		return err
	}
	address, err := freeAddress(f.http)
	if err != nil {
		return err
	}
	k := &keeper{flags: f, dir: dir, address: address}
	defer k.kill()
	if err := k.reset(); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	control := &http.Server{Handler: k.routes(), ReadHeaderTimeout: time.Minute}
	ended := make(chan error, 2)
	go func() { ended <- control.Serve(listener) }()
	go func() { ended <- untilEOF(os.Stdin) }()
	line, err := json.Marshal(ready{URL: "http://" + address, Control: "http://" + listener.Addr().String(), Password: riverside.Password,
		Staff: t.staff, Teams: t.teams, Orgs: t.orgs, Patients: t.patients})
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stdout, string(line))
	select {
	case <-ctx.Done():
	case err = <-ended:
	}
	return errors.Join(err, control.Close())
}

func untilEOF(r io.Reader) error {
	_, err := io.Copy(io.Discard, bufio.NewReader(r))
	return err
}

// freeAddress settles on a port, so that a server that comes back is where it was.
func freeAddress(address string) (string, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}
