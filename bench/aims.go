package main

import (
	"fmt"
	"slices"
)

// aim is one promise about speed, with the figure of this run beside it.
type aim struct {
	Text    string  `json:"text"`
	Want    float64 `json:"want"`
	Got     float64 `json:"got"`
	Unit    string  `json:"unit"`
	Reached bool    `json:"reached"`
}

// judge works the ratios out. An aim whose cells were not measured in this run is left out.
func (r *report) judge() {
	r.Aims = nil
	for _, devices := range r.devices() {
		ours, ok := r.cell("doorstep", devices)
		if !ok {
			continue
		}
		with := fmt.Sprintf(", %d device(s)", devices)
		if plain, ok := r.cell("plain", devices); ok {
			r.atLeast("push against plain PocketBase"+with, 5, over(ours.Rate, plain.Rate), "×")
			if devices > 1 {
				r.atLeast("push against plain PocketBase, by CPU seconds"+with, 15, over(plain.CPU, ours.CPU), "×")
			}
		}
		if batch, ok := r.cell("batch", devices); ok {
			r.atLeast("push against PocketBase's batch"+with, 4, over(ours.Rate, batch.Rate), "×")
			if devices >= 200 {
				r.atMost("p99 of a push against the batch"+with, 0.1, over(ours.P99, batch.P99), "×")
			}
		}
		if floor, ok := r.cell("floor", devices); ok {
			r.atLeast("push against the bare group commit"+with, 50, 100*over(ours.Rate, floor.Rate), "%")
			r.atLeast("the same by CPU seconds"+with, 50, 100*over(floor.CPU, ours.CPU), "%")
		}
		if three, ok := r.cell("three", devices); ok {
			r.atLeast("push against the floor of three rows, by CPU seconds"+with, 70, 100*over(three.CPU, ours.CPU), "%")
		}
	}
	if len(r.Channels) == 2 {
		r.atLeast("push with every channel on against none", 95, 100*over(r.Channels[1].Rate, r.Channels[0].Rate), "%")
	}
	for _, c := range r.Holds {
		r.atMost("longest hold of the writer: "+c.What, holdAim, c.Longest, "ms")
	}
	for _, c := range r.Desk {
		r.atMost("at a desk: "+c.What, deskAim, c.P95, "ms")
	}
	r.judgeReads()
	if peak := r.peak(); peak > 0 {
		r.atMost("peak memory of Doorstep", 128, peak, "MB")
	}
	if n := r.errors(); n >= 0 {
		r.atMost("errors in all cells", 0, float64(n), "")
	}
}

func (r *report) judgeReads() {
	var list *backfillCell
	for i, c := range r.Backfill {
		if c.Peer == "list" {
			list = &r.Backfill[i]
		}
	}
	for _, c := range r.Backfill {
		if c.Peer == "pull" && list != nil && c.Rows == list.Rows {
			r.atLeast("initial pull against the list API", 3, over(c.Rate, list.Rate), "×")
		}
	}
	var health float64
	var quiet []pollCell
	for _, c := range r.Polls {
		switch c.What {
		case "health":
			health = c.Rate
		case "pull, nothing new":
			quiet = append(quiet, c)
		case "pull, 10 new":
			if health > 0 {
				r.atLeast(fmt.Sprintf("10 new of %d against /api/health", c.InScope), 0.6, over(c.Rate, health), "×")
			}
		}
	}
	if len(quiet) == 0 {
		return
	}
	most := 0.0
	for _, c := range quiet {
		most = max(most, c.Statements)
		if health > 0 {
			r.atLeast(fmt.Sprintf("nothing new of %d against /api/health", c.InScope), 0.5, over(c.Rate, health), "×")
		}
	}
	// The watch for foreign writes looks four times a second whatever anybody asks.
	r.atMost("statements of a pull with nothing new (the watch's own included)", 0.1, most, "")
	first, last := quiet[0], quiet[len(quiet)-1]
	r.atLeast(fmt.Sprintf("nothing new of %d against nothing new of %d", last.InScope, first.InScope), 0.8, over(last.Rate, first.Rate), "×")
}

// over is a ratio; 0 where there is nothing to compare with: a cell too short to be measured.
func over(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

func (r *report) atLeast(text string, want, got float64, unit string) {
	r.Aims = append(r.Aims, aim{Text: text, Want: want, Got: got, Unit: unit, Reached: got >= want})
}

func (r *report) atMost(text string, want, got float64, unit string) {
	r.Aims = append(r.Aims, aim{Text: text, Want: -want, Got: got, Unit: unit, Reached: got <= want})
}

func (r *report) cell(peer string, devices int) (pushCell, bool) {
	for _, c := range r.Push {
		if c.Peer == peer && c.Devices == devices {
			return c, true
		}
	}
	return pushCell{}, false
}

// devices lists the numbers of devices that were measured, in order.
func (r *report) devices() []int {
	var list []int
	for _, c := range r.Push {
		if c.Devices > 0 && (len(list) == 0 || list[len(list)-1] != c.Devices) {
			list = append(list, c.Devices)
		}
	}
	return list
}

// peak is the most memory any Doorstep server took, 0 when none was measured.
func (r *report) peak() float64 {
	most := 0.0
	for _, c := range slices.Concat(r.Push, r.Update) {
		if c.Peer == "doorstep" || c.Peer == "update" || c.Peer == "conflict" {
			most = max(most, c.PeakMB)
		}
	}
	for _, c := range r.Backfill {
		if c.Peer == "pull" {
			most = max(most, c.PeakMB)
		}
	}
	for _, c := range r.Polls {
		if c.What != "health" {
			most = max(most, c.PeakMB)
		}
	}
	return most
}

func (r *report) errors() int {
	n := 0
	for _, c := range slices.Concat(r.Push, r.Update, r.Copies, r.Channels) {
		n += c.Errors
	}
	for _, c := range r.Turns {
		n += c.Errors
	}
	for _, c := range r.Polls {
		n += c.Errors
	}
	return n
}
