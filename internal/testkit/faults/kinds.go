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

// kills ends the server with SIGKILL at random moments, for its share of the time.
func kills(o options) (out outcome, err error) {
	r, err := newRig(o, "kills")
	if err != nil {
		return out, err
	}
	defer r.close()
	r.run(r.phones...)
	for late := time.Now().Add(o.share); time.Now().Before(late); {
		if !r.someTime(400 * time.Millisecond) {
			r.halt()
			return out, errNoWork
		}
		r.kill()
		faults, err := examine(r.dir, r.journal)
		out.judge(fmt.Sprintf("kill %d", out.Tried+1), faults, err)
		if err := r.start(); err != nil {
			r.halt()
			return out, err
		}
	}
	r.halt()
	faults, err := r.converge()
	out.judge("phones converge after the last kill", faults, err)
	out.Notes = append(out.Notes, fmt.Sprintf("%d acknowledgements journalled", r.journal.count()))
	return out, nil
}
