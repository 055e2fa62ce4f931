//go:build linux

package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// options of a run.
type options struct {
	binary, work string
	share        time.Duration
	chance       *rand.Rand
}

// outcome is a row of the report.
type outcome struct {
	What        string
	Tried, Held int
	Notes       []string
	Skipped     string // why it could not be tried

	acknowledged int // changes, over all rounds
}

func (o *outcome) judge(what string, faults []string, err error) {
	o.Tried++
	if err != nil {
		faults = append(faults, err.Error())
	}
	if len(faults) == 0 {
		o.Held++
		return
	}
	o.Notes = append(o.Notes, what+": "+strings.Join(faults, "; "))
}

// also notes what was looked at beside what was tried: it counts only where it did not hold.
func (o *outcome) also(what string, faults []string, err error) {
	if len(faults) > 0 || err != nil {
		o.judge(what, faults, err)
	}
}

// ofOneFolder is how often one folder is tried before the next: all of it is looked through after each fault.
const ofOneFolder = 25

// inRounds tries one fresh folder after another, for the share of the time. A round goes on while more says so.
func inRounds(o options, round func(o options, out *outcome, more func() bool) error) (out outcome, err error) {
	late := time.Now().Add(o.share)
	for time.Now().Before(late) && out.Skipped == "" && err == nil {
		before := out.Tried
		err = round(o, &out, func() bool { return time.Now().Before(late) && out.Tried < before+ofOneFolder })
	}
	out.Notes = append(out.Notes, fmt.Sprintf("%d acknowledgements journalled", out.acknowledged))
	return out, err
}

// kills ends the server with SIGKILL at random moments.
func kills(o options) (outcome, error) { return inRounds(o, killOne) }

// killOne kills one server again and again.
func killOne(o options, out *outcome, more func() bool) error {
	r, err := newRig(o, "kills")
	if err != nil {
		return err
	}
	defer r.close()
	r.run(r.phones...)
	for more() {
		if !r.someTime(400 * time.Millisecond) {
			r.halt()
			return errNoWork
		}
		r.kill()
		faults, err := examine(r.dir, r.journal)
		out.judge(fmt.Sprintf("kill %d", out.Tried+1), faults, err)
		if err := r.start(); err != nil {
			r.halt()
			return err
		}
	}
	r.halt()
	faults, err := r.converge()
	out.also("phones converge after the last kill", faults, err)
	out.acknowledged += r.journal.count()
	return nil
}
