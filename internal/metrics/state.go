package metrics

import (
	"context"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"doorstep/internal/care"
	"doorstep/internal/health"
)

// Sources are asked when somebody reads.
type Sources struct {
	// Health says how the server is, without trying anything out.
	Health func(context.Context) (*health.Report, error)
	// Waiting counts what waits for people, in one snapshot.
	Waiting func(context.Context) (*Waiting, error)
	// Connections is how many streams and pulls wait for news.
	Connections func() int
}

// Waiting is what waits for people and for phones.
type Waiting struct {
	Conflicts, Quarantined int
	OldestQuarantined      time.Duration // 0 where none waits
	// Handovers that nobody has acknowledged, by class and age.
	Handovers map[ClassAge]int
	// Deliveries wait to go out, or were given up with their handover still open.
	Deliveries, GivenUp int
	// Devices in use by how long ago they were heard of, and those that hold unsent work by the age of the oldest of it.
	Devices, Unsent map[string]int
}

// ClassAge is a class of handovers and an age of AgeOf.
type ClassAge struct{ Class, Age string }

// ages are what ages are told by: younger than each, the last for all that are older.
var ages = []struct {
	label string
	below time.Duration
}{{"under_15m", 15 * time.Minute}, {"under_1h", time.Hour}, {"under_4h", 4 * time.Hour}, {"under_1d", 24 * time.Hour}, {"under_1w", 7 * 24 * time.Hour}, {"over_1w", 1<<63 - 1}}

// AgeOf is the label of an age.
func AgeOf(d time.Duration) string {
	for _, a := range ages {
		if d < a.below {
			return a.label
		}
	}
	return ages[len(ages)-1].label
}

// readWithin is how long the database may take to be asked.
const readWithin = 5 * time.Second

// state collects how the server is. Where the database cannot be read, what comes from it is left out and doorstep_read says 0.
type state struct{ Sources }

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("doorstep_"+name, help, labels, nil)
}

var (
	read        = describe("read", "1 where everything here could be read, else 0.")
	connections = describe("connections_waiting", "Streams and pulls that wait for news.")

	problem       = describe("problem", "1 where health is failing for this reason, else 0.", "code")
	warning       = describe("warning", "1 where health warns of this, else 0.", "code")
	head          = describe("head", "The last number of the sequence.")
	queueWaiting  = describe("queue_waiting", "Pieces of work that wait for the writer.")
	queueLimit    = describe("queue_limit", "Pieces of work that may wait; a further one is told to come back later.")
	jobSuccess    = describe("job_last_success_timestamp_seconds", "When a job last ended well; 0 = never.", "job")
	jobLate       = describe("job_late", "1 where a job has not ended well for too long.", "job")
	jobFailed     = describe("job_failed", "1 where the last run of a job failed.", "job")
	requests      = describe("requests_last_minute", "Requests that were answered in the last minute, by kind.", "kind")
	requestsBad   = describe("requests_failed_last_minute", "Requests of the last minute that were answered with a fault of the server's.", "kind")
	diskFree      = describe("disk_free_bytes", "Room where the data lies.")
	diskTotal     = describe("disk_total_bytes", "Size of the disk where the data lies.")
	walBytes      = describe("wal_bytes", "Size of the write-ahead log.")
	clockStep     = describe("clock_stepped_seconds", "How far the clock was set since what goes by it was set right.")
	copyBehind    = describe("copy_behind_seconds", "How long ago all that was committed lay in the copy off the machine last. Absent where none is made.")
	copyFails     = describe("copy_failing", "1 where the last try to copy failed. Absent where none is made.")
	unreadable    = describe("rows_unreadable", "Rows that nobody can read whole, of those that somebody asked for since the start.")
	conflicts     = describe("conflicts_open", "Conflicts that wait for a person's decision.")
	quarantine    = describe("quarantine_open", "Changes and values that were set aside and wait for a person's decision.")
	quarantineAge = describe("quarantine_oldest_seconds", "Age of the oldest of them; 0 = none.")
	handovers     = describe("handovers_unacknowledged", "Open handovers that nobody has acknowledged, by class and age.", "class", "age")
	deliveries    = describe("deliveries_waiting", "Deliveries of handovers that have not gone out.")
	givenUp       = describe("deliveries_given_up", "Deliveries that were given up, of handovers that are still open.")
	devices       = describe("devices", "Phones in use, by how long ago they were heard of.", "last_seen")
	unsent        = describe("devices_with_unsent_work", "Phones in use that said they hold unsent work, by the age of the oldest of it.", "age")
)

// Describe sends nothing: what there is depends on the jobs, and each of them is checked when it is collected.
func (s *state) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (s *state) Collect(out chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	ctx, cancel := context.WithTimeout(context.Background(), readWithin)
	defer cancel()
	gauge(connections, float64(s.Connections()))
	report, err := s.Health(ctx)
	if err == nil {
		collectHealth(report, gauge)
	}
	waiting, waits := s.Waiting(ctx)
	if waits == nil {
		collectWaiting(waiting, gauge)
	}
	gauge(read, truth(err == nil && waits == nil))
}

type gauges func(d *prometheus.Desc, v float64, labels ...string)

func collectHealth(r *health.Report, gauge gauges) {
	for _, code := range health.Problems {
		gauge(problem, truth(slices.Contains(r.Problems, code)), code)
	}
	for _, code := range health.Warnings {
		gauge(warning, truth(slices.Contains(r.Warnings, code)), code)
	}
	gauge(head, float64(r.Head))
	gauge(queueWaiting, float64(r.Queue.Waiting))
	gauge(queueLimit, float64(r.Queue.Limit))
	for _, j := range r.Jobs {
		gauge(jobSuccess, unix(j.LastSuccess), j.Name)
		gauge(jobLate, truth(j.Late), j.Name)
		gauge(jobFailed, truth(j.Failed), j.Name)
	}
	for kind, share := range map[string]health.Share{"push": r.Requests.Pushes, "pull": r.Requests.Pulls, "other": r.Requests.Others} {
		gauge(requests, float64(share.Answered), kind)
		gauge(requestsBad, float64(share.Failed), kind)
	}
	if r.Disk.FreeBytes != nil {
		gauge(diskFree, float64(*r.Disk.FreeBytes))
	}
	if r.Disk.TotalBytes != nil {
		gauge(diskTotal, float64(*r.Disk.TotalBytes))
	}
	gauge(walBytes, float64(r.Disk.WALBytes))
	gauge(clockStep, float64(r.Clock.SteppedByMs)/1000)
	gauge(unreadable, float64(r.Unreadable.Rows))
	if r.Copy != nil {
		gauge(copyBehind, float64(r.Copy.BehindSeconds))
		gauge(copyFails, truth(r.Copy.Failing))
	}
}

func collectWaiting(w *Waiting, gauge gauges) {
	gauge(conflicts, float64(w.Conflicts))
	gauge(quarantine, float64(w.Quarantined))
	gauge(quarantineAge, w.OldestQuarantined.Seconds())
	gauge(deliveries, float64(w.Deliveries))
	gauge(givenUp, float64(w.GivenUp))
	for _, a := range ages {
		for _, class := range care.Classes {
			gauge(handovers, float64(w.Handovers[ClassAge{class, a.label}]), class, a.label)
		}
		gauge(devices, float64(w.Devices[a.label]), a.label)
		gauge(unsent, float64(w.Unsent[a.label]), a.label)
	}
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// unix is a wire time in seconds; 0 for none.
func unix(stamp *string) float64 {
	if stamp == nil {
		return 0
	}
	t, err := care.ParseStamp(*stamp)
	if err != nil {
		return 0
	}
	return float64(t.UnixMilli()) / 1000
}
