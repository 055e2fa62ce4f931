package metrics

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Path is where Prometheus reads, on the listener for administration.
const Path = "/metrics"

// seconds are the bounds of what takes time; groups those of how much is committed together.
var (
	seconds = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5}
	groups  = []float64{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024}
)

// Metrics is what one server counts. Its methods may be called by many at once.
type Metrics struct {
	registry                                 *prometheus.Registry
	changes                                  map[string]prometheus.Counter
	commit, pushes, committed, pull, pulledN prometheus.Histogram
}

// New begins to count, for a program of that version. Outcomes are what answers to changes are told apart by.
func New(version string, outcomes []string, s Sources) (*Metrics, error) {
	m := &Metrics{registry: prometheus.NewRegistry(), changes: map[string]prometheus.Counter{}}
	histogram := func(name, help string, buckets []float64) prometheus.Histogram {
		return prometheus.NewHistogram(prometheus.HistogramOpts{Name: "doorstep_" + name, Help: help, Buckets: buckets})
	}
	m.commit = histogram("commit_seconds", "How long one transaction of the writer took, its commit included.", seconds)
	m.pushes = histogram("commit_pushes", "How many pushes were committed together.", groups)
	m.committed = histogram("commit_changes", "How many changes were committed together.", groups)
	m.pull = histogram("pull_seconds", "How long it took to make one page of a pull, without what it waited for news.", seconds)
	m.pulledN = histogram("pull_changes", "How many changes one page of a pull had.", groups)
	changes := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "doorstep_changes_total", Help: "Changes that phones sent, by how they were answered."}, []string{"outcome"})
	for _, outcome := range outcomes {
		m.changes[outcome] = changes.WithLabelValues(outcome)
	}
	info := prometheus.NewGauge(prometheus.GaugeOpts{Name: "doorstep_info", Help: "Which program this is; always 1.", ConstLabels: prometheus.Labels{"version": version}})
	info.Set(1)
	for _, c := range []prometheus.Collector{m.commit, m.pushes, m.committed, m.pull, m.pulledN, changes, info, &state{Sources: s},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{})} {
		if err := m.registry.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// Handler answers Prometheus. It makes one answer at a time: each reads the database.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 1, Timeout: 10 * time.Second})
}

// Gatherer gives what is counted, for tests.
func (m *Metrics) Gatherer() prometheus.Gatherer { return m.registry }

// Committed notes a transaction of the writer.
func (m *Metrics) Committed(pushes, changes int, took time.Duration) {
	m.commit.Observe(took.Seconds())
	m.pushes.Observe(float64(pushes))
	m.committed.Observe(float64(changes))
}

// Answered notes a change that a phone got an answer to, by its outcome.
func (m *Metrics) Answered(outcome string) {
	if c := m.changes[outcome]; c != nil {
		c.Inc()
	}
}

// Pulled notes a page of a pull.
func (m *Metrics) Pulled(changes int, took time.Duration) {
	m.pull.Observe(took.Seconds())
	m.pulledN.Observe(float64(changes))
}
