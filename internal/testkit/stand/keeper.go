package main

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"doorstep/internal/pbapp"
	"doorstep/internal/pbstore"
	"doorstep/internal/server"

	"github.com/pocketbase/pocketbase/core"
)

// keeper starts the server, does to it what happens to servers, and starts it again.
type keeper struct {
	flags
	dir, address string

	mu      sync.Mutex
	process *exec.Cmd
	ended   chan struct{} // closed when the process is gone
	orders  io.WriteCloser
	answers *bufio.Scanner
	aheadMs int64
	reads   *sql.DB // nil until somebody asks; see reader
}

// How long a server may take to answer after its start, and to end when asked to.
const patience = 30 * time.Second

var errDown = errors.New("the server is not running")

func (k *keeper) data() string { return filepath.Join(k.dir, "data") }

// start runs the server and waits until it answers.
func (k *keeper) start() error {
	if k.process != nil {
		return nil
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	c := exec.Command(self, "-serve", k.data(), "-http", k.address, "-root", k.root, "-tight="+strconv.FormatBool(k.tight))
	c.Stderr = os.Stderr
	if k.orders, err = c.StdinPipe(); err != nil {
		return err
	}
	out, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	k.answers = bufio.NewScanner(out)
	k.answers.Buffer(nil, 8<<20)
	k.process, k.ended = c, make(chan struct{})
	go func(ended chan<- struct{}) {
		_, _ = c.Process.Wait() // how it ended is of no interest
		close(ended)
	}(k.ended)
	if err := k.awaitHealth(); err != nil {
		k.end(syscall.SIGKILL)
		return err
	}
	return k.setClock(k.aheadMs)
}

func (k *keeper) awaitHealth() error {
	deadline := time.Now().Add(patience)
	for {
		resp, err := http.Get("http://" + k.address + "/api/doorstep/health")
		if err == nil {
			resp.Body.Close()
			return nil
		}
		select {
		case <-k.ended:
			return errors.New("the server ended before it answered")
		case <-time.After(10 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("the server does not answer within %s: %w", patience, err)
		}
	}
}

// end sends a signal and waits until the process is gone.
func (k *keeper) end(signal os.Signal) {
	k.forget()
	if k.process == nil {
		return
	}
	_ = k.process.Process.Signal(signal) // it may have ended by itself
	select {
	case <-k.ended:
	case <-time.After(patience):
		_ = k.process.Process.Kill()
		<-k.ended
	}
	k.orders.Close()
	k.process = nil
}

func (k *keeper) kill() { k.end(syscall.SIGKILL) }

// swap puts the files of another folder in place of the data, whole.
func swap(from, to string) error {
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	return os.CopyFS(to, os.DirFS(from))
}

func (k *keeper) copyOf(name string) (string, error) {
	if name == "" || strings.ContainsAny(name, "/\\.") {
		return "", fmt.Errorf("a backup is named by a word, not %q", name)
	}
	return filepath.Join(k.dir, "backup-"+name), nil
}

func (k *keeper) backup(name string) error {
	to, err := k.copyOf(name)
	if err != nil {
		return err
	}
	k.kill()
	return errors.Join(swap(k.data(), to), k.start())
}

// restore puts a backup in place; untold: as a person with a shell does, who says nothing to the server.
func (k *keeper) restore(name string, untold bool) error {
	from, err := k.copyOf(name)
	if err != nil {
		return err
	}
	if _, err := os.Stat(from); err != nil {
		return fmt.Errorf("no backup %s", name)
	}
	k.kill()
	if err := swap(from, k.data()); err != nil {
		return err
	}
	if !untold {
		if err := openEpoch(k.data()); err != nil {
			return err
		}
	}
	return k.start()
}

func (k *keeper) reset() error {
	k.kill()
	k.aheadMs = 0
	return errors.Join(swap(filepath.Join(k.dir, "morning"), k.data()), k.start())
}

// openEpoch notes in a restored database that what came after its head is not there.
func openEpoch(dir string) error {
	app, err := pbapp.OpenApp(dir, func(app core.App) { server.Bind(app, time.Now) })
	if err != nil {
		return err
	}
	srv, err := server.Start(app, server.Options{Manual: true})
	if err != nil {
		return errors.Join(err, pbapp.CloseApp(app))
	}
	err = srv.Engine.Do(context.Background(), func(tx *pbstore.Tx) error { return tx.NewEpoch() })
	return errors.Join(err, srv.Close(), pbapp.CloseApp(app))
}

// ask gives the server an order and waits for its answer.
func (k *keeper) ask(o order) (done, error) {
	if k.process == nil {
		return done{}, errDown
	}
	line, err := json.Marshal(o)
	if err != nil {
		return done{}, err
	}
	if _, err := k.orders.Write(append(line, '\n')); err != nil {
		return done{}, err
	}
	for k.answers.Scan() {
		text, ok := strings.CutPrefix(k.answers.Text(), answerMark)
		if !ok {
			continue
		}
		var d done
		if err := json.Unmarshal([]byte(text), &d); err != nil {
			return done{}, err
		}
		if d.Error != "" {
			return done{}, errors.New(d.Error)
		}
		return d, nil
	}
	return done{}, errors.Join(errDown, k.answers.Err())
}

func (k *keeper) setClock(ms int64) error {
	k.aheadMs = ms
	if k.process == nil {
		return nil
	}
	_, err := k.ask(order{ClockMs: &ms})
	return err
}
