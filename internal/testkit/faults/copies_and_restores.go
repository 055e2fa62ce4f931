//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"doorstep/internal/care"
)

// copies starts servers on copies that were made while another ran: whole, torn, and without the log.
func copies(o options) (out outcome, err error) {
	r, err := newRig(o, "copies")
	if err != nil {
		return out, err
	}
	defer r.close()
	r.run(r.phones...)
	defer r.halt()
	for i, k := range []string{"the folder at once", "data.db first, its log two seconds later", "data.db alone"} {
		if !r.someTime(500 * time.Millisecond) {
			return out, errNoWork
		}
		to := filepath.Join(r.root, fmt.Sprint("copy-", i))
		if err := os.MkdirAll(to, 0o700); err != nil {
			return out, err
		}
		names := []string{"data.db", "data.db-wal", "auxiliary.db", "signing.key"}
		for _, name := range names {
			if name == "data.db-wal" && i == 1 {
				time.Sleep(2 * time.Second)
			}
			if name == "data.db-wal" && i == 2 {
				continue
			}
			raw, err := os.ReadFile(filepath.Join(r.dir, name))
			if err != nil && !os.IsNotExist(err) {
				return out, err
			}
			if err := os.WriteFile(filepath.Join(to, name), raw, 0o600); err != nil {
				return out, err
			}
		}
		out.judge(k, tryCopy(r, to), nil)
	}
	return out, nil
}

// tryCopy starts a server on a copy: it is sound and serves, or it is refused with a sentence.
func tryCopy(r *rig, dir string) []string {
	address, err := freeAddress()
	if err != nil {
		return []string{err.Error()}
	}
	s := &process{command: r.command, address: address, dir: dir}
	if err := s.start(); err != nil {
		if s.said.String() == "" {
			return []string{"refused without a word"}
		}
		return nil
	}
	s.kill()
	faults, err := examine(dir, &journal{acked: map[string]bool{}})
	if err != nil {
		return []string{err.Error()}
	}
	return faults
}

// twoServers starts a second server on the folder of another.
func twoServers(o options) (out outcome, err error) {
	r, err := newRig(o, "two")
	if err != nil {
		return out, err
	}
	defer r.close()
	r.run(r.phones...)
	defer r.halt()
	for range 3 {
		if !r.someTime(200 * time.Millisecond) {
			return out, errNoWork
		}
		address, err := freeAddress()
		if err != nil {
			return out, err
		}
		second := &process{command: r.command, address: address, dir: r.dir}
		err = second.start()
		switch {
		case err == nil:
			second.kill()
			out.judge("a second server", []string{"it serves the same folder without a word"}, nil)
		case !strings.Contains(second.said.String(), fmt.Sprint(r.cmd.Process.Pid)):
			out.judge("a second server", []string{"the refusal does not name the other's pid: " + second.said.String()}, nil)
		default:
			out.judge("a second server", nil, nil)
		}
	}
	return out, nil
}

// restores puts an old copy in place, lets phones that never saw what was lost move its numbers on, and brings the
// others back.
func restores(o options) (out outcome, err error) {
	for _, foreign := range []int{0, 1, 10, 60} {
		faults, err := restore(o, foreign)
		out.judge(fmt.Sprintf("%d numbers of others", foreign), faults, err)
	}
	return out, nil
}

func restore(o options, foreign int) ([]string, error) {
	r, err := newRig(o, "restore")
	if err != nil {
		return nil, err
	}
	defer r.close()
	away, here := r.phones[:1], r.phones[1:]
	r.kill()
	backup := filepath.Join(r.root, "backup")
	if err := copyFolder(r.dir, backup); err != nil {
		return nil, err
	}
	if err := r.start(); err != nil {
		return nil, err
	}
	r.run(here...)
	r.someTime(2 * time.Second)
	r.halt()
	if err := settle(here); err != nil {
		return nil, err
	}
	r.kill()
	if err := copyFolder(backup, r.dir); err != nil {
		return nil, err
	}
	if err := r.start(); err != nil {
		return nil, err
	}
	for range foreign {
		away[0].record()
	}
	if err := settle(away); err != nil {
		return nil, err
	}
	return r.converge()
}

// clockSteps sets the clock of a running server a year ahead and back while an emergency is open.
func clockSteps(o options) (out outcome, err error) {
	self, err := os.Executable()
	if err != nil {
		return out, err
	}
	r, err := newRig(o, "clock", self, "-serve")
	if err != nil {
		return out, err
	}
	defer r.close()
	nia := r.phones[0]
	if _, err := nia.Create(care.Observations, map[string]any{"patient": nia.patient, "taken_at": care.Stamp(time.Now()), "respiration_rate": 26, "spo2": 90, "on_oxygen": false,
		"systolic": 128, "pulse": 112, "acvpu": "A", "temperature": 37.2}); err != nil {
		return out, err
	}
	if err := settle(r.phones); err != nil {
		return out, err
	}
	state := func() string {
		_ = nia.Sync(context.Background())
		var list []string
		for _, h := range nia.List(care.Handovers) {
			list = append(list, h.Text("class")+" "+h.Text("state")+" due "+h.Text("ack_due"))
		}
		slices.Sort(list)
		return strings.Join(list, ", ")
	}
	time.Sleep(2 * time.Second)
	before := state()
	set := func(ahead time.Duration) { fmt.Fprintln(r.input, ahead.Milliseconds()) }
	set(365 * 24 * time.Hour)
	time.Sleep(4 * time.Second)
	_, problems, err := r.health()
	if err != nil {
		return out, err
	}
	set(0)
	var faults []string
	if !slices.Contains(problems, "clock_stepped") {
		faults = append(faults, fmt.Sprintf("a year ahead, health says %v", problems))
	}
	time.Sleep(4 * time.Second)
	if after := state(); after != before || before == "" {
		faults = append(faults, fmt.Sprintf("handovers were %q and are %q", before, after))
	}
	out.judge("a year ahead for four seconds", faults, nil)
	faults = nil
	if err := again(func() error {
		time.Sleep(1500 * time.Millisecond)
		status, problems, err := r.health()
		if err == nil && status != 200 {
			err = fmt.Errorf("health says %v", problems)
		}
		return err
	}); err != nil {
		faults = append(faults, err.Error())
	}
	out.judge("well again after a steady minute", faults, nil)
	faults, err = r.converge()
	out.judge("nothing is lost by it", faults, err)
	return out, nil
}
