package main

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// usage is the processor time and memory that a process has used since it started.
type usage struct {
	CPU    float64 `json:"cpu"`     // seconds, user and system
	PeakMB float64 `json:"peak_mb"` // resident set at its largest, MB of 2^20 bytes
}

func measureUsage() (usage, error) {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return usage{}, err
	}
	cpu := time.Duration(r.Utime.Nano() + r.Stime.Nano())
	return usage{CPU: cpu.Seconds(), PeakMB: peakMB(r.Maxrss)}, nil
}

// peakMB prefers VmHWM of /proc: on Linux the maxrss of getrusage starts from the size of the
// parent at the fork, so a small server would show the load generator's memory.
func peakMB(maxrss int64) float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return float64(maxrss) / 1024
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kb / 1024
		}
	}
	return float64(maxrss) / 1024
}
