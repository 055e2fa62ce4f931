package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"text/tabwriter"
)

// report is everything one run measured; it is also the JSON file.
type report struct {
	Machine  string         `json:"machine"`
	Runs     int            `json:"runs"`
	Seed     uint64         `json:"seed"`
	Quick    bool           `json:"quick"`
	Push     []pushCell     `json:"push"`
	Backfill []backfillCell `json:"backfill"`
	Polls    []pollCell     `json:"polls"`
	Aims     []aim          `json:"aims"`
}

// aim is one promise about speed and what this run says to it.
type aim struct {
	Text    string  `json:"text"`
	Want    float64 `json:"want"`
	Got     float64 `json:"got"`
	Reached bool    `json:"reached"`
}

// print writes the tables for people.
func (r *report) print(w io.Writer) error {
	fmt.Fprintf(w, "%s\nmedian of %d run(s), seed %d\n\n", r.Machine, r.Runs, r.Seed)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "Push of visits of about 900 bytes, 20 a batch")
	fmt.Fprintln(t, "devices\tvisits/s\tp50 ms\tp99 ms\tCPU s/1,000\tpeak MB\terrors\t\t")
	for _, c := range r.Push {
		devices := fmt.Sprint(c.Devices)
		if c.Devices == 0 {
			devices = "-"
		}
		fmt.Fprintf(t, "%s\t%.0f\t%.1f\t%.1f\t%.3f\t%.0f\t%d\t\t%s\n", devices, c.Rate, c.P50, c.P99, c.CPU, c.PeakMB, c.Errors, peerName(c.Peer))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	r.printErrors(w)
	return nil
}

// printErrors says what went wrong first in each cell that has errors.
func (r *report) printErrors(w io.Writer) {
	for _, c := range r.Push {
		if c.Errors > 0 {
			fmt.Fprintf(w, "! %s, %d devices: %s\n", peerName(c.Peer), c.Devices, c.FirstErr)
		}
	}
}

// save writes the JSON file.
func (r *report) save(path string) error {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o644)
}

func peerName(key string) string {
	for _, p := range peers {
		if p.key == key {
			return p.name
		}
	}
	switch key {
	case "raw20":
		return "floor: raw prepared inserts, 20 a transaction"
	case "raw400":
		return "floor: raw prepared inserts, 400 a transaction"
	}
	return key
}

// medianCell takes each figure's median; errors add up, none may hide.
func medianCell(cells []pushCell) pushCell {
	m := cells[0]
	m.Rate = medianOf(cells, func(c pushCell) float64 { return c.Rate })
	m.P50 = medianOf(cells, func(c pushCell) float64 { return c.P50 })
	m.P99 = medianOf(cells, func(c pushCell) float64 { return c.P99 })
	m.CPU = medianOf(cells, func(c pushCell) float64 { return c.CPU })
	m.PeakMB = medianOf(cells, func(c pushCell) float64 { return c.PeakMB })
	m.Errors, m.FirstErr = 0, ""
	for _, c := range cells {
		m.Errors += c.Errors
		m.FirstErr = cmp.Or(m.FirstErr, c.FirstErr)
	}
	return m
}

func medianBackfill(cells []backfillCell) backfillCell {
	m := cells[0]
	m.Rate = medianOf(cells, func(c backfillCell) float64 { return c.Rate })
	m.MB = medianOf(cells, func(c backfillCell) float64 { return c.MB })
	m.CPU = medianOf(cells, func(c backfillCell) float64 { return c.CPU })
	m.PeakMB = medianOf(cells, func(c backfillCell) float64 { return c.PeakMB })
	return m
}

func medianPoll(cells []pollCell) pollCell {
	m := cells[0]
	m.Rate = medianOf(cells, func(c pollCell) float64 { return c.Rate })
	m.P50 = medianOf(cells, func(c pollCell) float64 { return c.P50 })
	m.P99 = medianOf(cells, func(c pollCell) float64 { return c.P99 })
	m.CPU = medianOf(cells, func(c pollCell) float64 { return c.CPU })
	m.PeakMB = medianOf(cells, func(c pollCell) float64 { return c.PeakMB })
	m.Errors = 0
	for _, c := range cells {
		m.Errors += c.Errors
		m.FirstErr = cmp.Or(m.FirstErr, c.FirstErr)
	}
	return m
}

func medianOf[T any](cells []T, of func(T) float64) float64 {
	list := make([]float64, len(cells))
	for i, c := range cells {
		list[i] = of(c)
	}
	return median(list)
}

// median of an even number of values is the mean of the middle two.
func median(list []float64) float64 {
	slices.Sort(list)
	n := len(list)
	if n == 0 {
		return 0
	}
	return (list[(n-1)/2] + list[n/2]) / 2
}
