//go:build linux

package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"
)

// rig is one server with its phones, on a folder of their own.
type rig struct {
	*process
	*crew
	root   string // the folder around it
	chance *rand.Rand
}

// newRig makes a neighbourhood, starts a server on it and signs phones in. Binary may be this program itself.
func newRig(o options, name string, command ...string) (*rig, error) {
	root := filepath.Join(o.work, name)
	if err := os.MkdirAll(root, 0o700); err != nil {
		return nil, err
	}
	data := filepath.Join(root, "data")
	t, err := morning(data)
	if err != nil {
		return nil, fmt.Errorf("make the neighbourhood: %w", err)
	}
	file, err := os.Create(filepath.Join(root, "journal"))
	if err != nil {
		return nil, err
	}
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	if len(command) == 0 {
		command = []string{o.binary, "serve"}
	}
	r := &rig{process: &process{command: command, address: address, dir: data}, root: root, chance: o.chance}
	if err := r.start(); err != nil {
		return nil, err
	}
	r.crew, err = enrol(address, t, &journal{acked: map[string]bool{}, file: file})
	if err != nil {
		r.kill()
		return nil, err
	}
	return r, nil
}

// close ends the server and takes the folder away.
func (r *rig) close() {
	r.kill()
	_ = r.journal.file.Close()
	_ = os.RemoveAll(r.root)
}

// someTime waits until something new was acknowledged, and then a random while; false when nothing is.
func (r *rig) someTime(most time.Duration) bool {
	had := r.journal.count()
	for late := time.Now().Add(patience); r.journal.count() == had; {
		if time.Now().After(late) {
			return false
		}
		time.Sleep(2 * time.Millisecond)
	}
	time.Sleep(time.Duration(r.chance.Int64N(int64(most))))
	return true
}

// converge has all phones hand in what they hold, stops the server and examines everything.
func (r *rig) converge() (faults []string, err error) {
	if err := settle(r.phones); err != nil {
		return []string{err.Error()}, nil
	}
	for _, h := range r.phones {
		if missing := h.lacks(); len(missing) > 0 {
			faults = append(faults, fmt.Sprintf("the phone of %s lacks %d of its visits, the first %q", h.name, len(missing), missing[0]))
		}
	}
	r.kill()
	found, err := examine(r.dir, r.journal)
	return append(faults, found...), err
}

var errNoWork = errors.New("nothing is acknowledged any more")
