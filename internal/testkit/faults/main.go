//go:build linux

package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"time"
)

// kinds of fault, with what each does. Those with a weight share what is left of the time.
var kinds = []struct {
	name, what string
	weight     time.Duration
	run        func(options) (outcome, error)
}{
	{"two", "a second server on the same folder is refused, with the other's pid", 0, twoServers},
	{"copies", "a server started on a copy that was made while another ran is sound, or refused with a sentence", 0, copies},
	{"restores", "a stale copy put in place, and numbers of others before the phones come back: every acknowledged change is there again, every phone shows its work", 0, restores},
	{"clock", "the clock set a year ahead and back: nothing is escalated, health says so and is well again", 0, clockSteps},
	{"disk", "a disk that is full, read-only, or fails on fsync, writes or reads, each also across a restart: nothing acknowledged is lost, it heals by itself, health is red while pushes fail", 0, diskFaults},
	{"kills", "kill -9 at random moments while phones push", 2, kills},
	{"sending", "kill -9 at random moments while handovers leave by webhook, by e-mail and as notices, to receivers that are busy or lose their answer one time in five: every delivery arrives at each under one key, or after the time of its class stands before a person, who is told why", 1, sendings},
	{"power", "a power cut under a file system that loses what no fsync covered (all of it, all but a prefix, random writes, nothing, the last write torn)", 1, powerCuts},
	{"ext4", "a power cut on a real ext4 (EXT4_IOC_SHUTDOWN without its log), mounted again", 1, ext4Cuts},
}

func main() {
	binary := flag.String("binary", "dist/doorstep-plain", "the program")
	minutes := flag.Float64("minutes", 10, "how long")
	seed := flag.Uint64("seed", uint64(time.Now().UnixNano()), "of what is chosen by chance")
	report := flag.String("out", "", "file for the report; empty: none")
	only := flag.String("only", "", "one kind, by its name; the report keeps its other rows")
	data := flag.String("dir", "", "with -serve")
	address := flag.String("http", "", "with -serve")
	serves := flag.Bool("serve", false, "serve a folder on a clock that can be set; the program starts itself so")
	flag.Parse()
	if *serves {
		if err := serve(*data, *address); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	work, err := os.MkdirTemp("", "doorstep-faults-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Fprintf(os.Stdout, "seed %d, in %s\n", *seed, work)
	rows, held := all(options{binary: *binary, work: work, chance: rand.New(rand.NewPCG(*seed, *seed))}, time.Duration(*minutes*float64(time.Minute)), *only)
	if *report != "" {
		if err := writeReport(*report, rows, run{time.Now().UTC().Format(time.DateOnly), *minutes, *seed}); err != nil {
			fmt.Fprintln(os.Stderr, err)
			held = false
		}
	}
	_ = os.RemoveAll(work)
	if !held {
		os.Exit(1)
	}
}

// all runs every kind and says what came of it.
func all(o options, length time.Duration, only string) (rows []outcome, held bool) {
	until := time.Now().Add(length)
	held = true
	var weights time.Duration
	for _, k := range kinds {
		if only == "" || only == k.name {
			weights += k.weight
		}
	}
	for _, k := range kinds {
		if only != "" && only != k.name {
			continue
		}
		if k.weight > 0 {
			o.share = max(20*time.Second, time.Until(until)*k.weight/weights)
			weights -= k.weight
		}
		began := time.Now()
		out, err := k.run(o)
		out.What = k.what
		if err != nil {
			out.judge("the run itself", nil, err)
		}
		rows = append(rows, out)
		held = held && out.Held == out.Tried
		fmt.Fprintf(os.Stdout, "%-9s tried %d, held %d, %s %s\n", k.name, out.Tried, out.Held, time.Since(began).Round(time.Second), out.Skipped)
		for _, note := range out.Notes {
			fmt.Fprintln(os.Stdout, "         ", note)
		}
	}
	return rows, held
}
