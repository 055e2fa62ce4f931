//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// patience is how long a server may take to answer after its start, and phones to hand in what they hold.
const patience = 90 * time.Second

// process is a real server on a data folder.
type process struct {
	command []string // and its arguments but for folder and address
	address string
	dir     string

	cmd   *exec.Cmd
	ended chan struct{}
	said  *output
	input io.WriteCloser
}

// output keeps the end of what a process says.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.text.Len() > 1<<20 {
		o.text.Reset()
	}
	return o.text.Write(p)
}

// String is what was said.
func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.TrimSpace(o.text.String())
}

// launch starts the process and does not wait until it answers.
func (s *process) launch() error {
	s.cmd = exec.Command(s.command[0], append(s.command[1:], "--dir", s.dir, "--http", s.address)...)
	s.said, s.ended = &output{}, make(chan struct{})
	s.cmd.Stdout, s.cmd.Stderr = s.said, s.said
	var err error
	if s.input, err = s.cmd.StdinPipe(); err != nil {
		return err
	}
	if err := s.cmd.Start(); err != nil {
		return err
	}
	go func(c *exec.Cmd, ended chan<- struct{}) {
		_ = c.Wait() // how it ended is in its state
		close(ended)
	}(s.cmd, s.ended)
	return nil
}

// start starts the process and waits until it answers.
func (s *process) start() error {
	if err := s.launch(); err != nil {
		return err
	}
	for late := time.Now().Add(patience); ; {
		if _, _, err := s.health(); err == nil {
			return nil
		}
		select {
		case <-s.ended:
			return fmt.Errorf("the server ended before it answered: %s", s.said)
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(late) {
			s.kill()
			return errors.New("the server does not answer")
		}
	}
}

// health is what the server says of itself.
func (s *process) health() (status int, problems []string, err error) {
	client := http.Client{Timeout: 5 * time.Second}
	resp, err := client.Get("http://" + s.address + "/api/doorstep/health")
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	var h struct {
		Problems []string `json:"problems"`
	}
	_ = json.NewDecoder(resp.Body).Decode(&h) // an error answer has none
	return resp.StatusCode, h.Problems, nil
}

// kill ends the process as a power cut would.
func (s *process) kill() {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Signal(syscall.SIGKILL) // it may have ended by itself
	<-s.ended
	s.cmd = nil
}

// freeAddress settles on a port, so that a server that comes back is where it was.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// copyFolder puts the files of one folder into another, which is emptied before.
func copyFolder(from, to string) error {
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	return os.CopyFS(to, os.DirFS(from))
}
