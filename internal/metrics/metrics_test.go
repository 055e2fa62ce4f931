package metrics_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"doorstep/internal/clockwatch"
	"doorstep/internal/health"
	"doorstep/internal/metrics"
	"doorstep/internal/testkit"
)

var outcomes = []string{"applied", "merged", "quarantined", "replayed", "turned_away"}

func report() *health.Report {
	free, total := int64(40<<30), int64(100<<30)
	return health.Judge(health.Measured{Now: testkit.Monday, Head: 17, Waiting: 2, Limit: 512, Escalation: "due", Clock: clockwatch.State{Steady: true}, Disk: health.Disk{FreeBytes: &free, TotalBytes: &total, WALBytes: 5},
		Copied: true, Behind: 3 * time.Second, Jobs: []health.JobState{{Name: "due", LastSuccess: testkit.Monday, Ago: time.Second, LateAfter: time.Minute}, {Name: "clean_up", Ago: 27 * time.Hour, LateAfter: 26 * time.Hour, Failed: true}}})
}

func waiting() *metrics.Waiting {
	return &metrics.Waiting{Conflicts: 3, Quarantined: 2, OldestQuarantined: time.Hour, Deliveries: 1, Handovers: map[metrics.ClassAge]int{{Class: "U2", Age: "under_1h"}: 4},
		Devices: map[string]int{"under_1h": 5}, Unsent: map[string]int{"over_1w": 1}}
}

func of(t *testing.T, s metrics.Sources) *metrics.Metrics {
	t.Helper()
	m, err := metrics.New("1.2.3", outcomes, s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func counting(t *testing.T) *metrics.Metrics {
	t.Helper()
	m := of(t, metrics.Sources{Connections: func() int { return 9 }, Health: func(context.Context) (*health.Report, error) { return report(), nil },
		Waiting: func(context.Context) (*metrics.Waiting, error) { return waiting(), nil }})
	m.Committed(3, 40, 7*time.Millisecond)
	m.Pulled(200, time.Millisecond)
	m.Answered("merged")
	m.Answered("something new")
	return m
}

func page(t *testing.T, m *metrics.Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, metrics.Path, nil))
	if w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return w.Body.String()
}

func TestPrometheusReadsWhatAServerDoesAndHowItIs(t *testing.T) {
	got := page(t, counting(t))
	for _, want := range []string{
		`doorstep_info{version="1.2.3"} 1`, `doorstep_changes_total{outcome="merged"} 1`, `doorstep_changes_total{outcome="applied"} 0`,
		`doorstep_commit_seconds_bucket{le="0.005"} 0`, `doorstep_commit_seconds_bucket{le="0.01"} 1`, `doorstep_commit_pushes_sum 3`, `doorstep_commit_changes_sum 40`, `doorstep_pull_changes_sum 200`,
		`doorstep_head 17`, `doorstep_queue_waiting 2`, `doorstep_queue_limit 512`, `doorstep_connections_waiting 9`, `doorstep_read 1`,
		`doorstep_problem{code="disk_full"} 0`, `doorstep_warning{code="job_late"} 1`, `doorstep_job_late{job="clean_up"} 1`, `doorstep_job_failed{job="clean_up"} 1`, `doorstep_job_failed{job="due"} 0`,
		`doorstep_job_last_success_timestamp_seconds{job="clean_up"} 0`, `doorstep_job_last_success_timestamp_seconds{job="due"} 1.7724384e+09`, `doorstep_disk_free_bytes 4.294967296e+10`, `doorstep_wal_bytes 5`, `doorstep_copy_behind_seconds 3`, `doorstep_copy_failing 0`,
		`doorstep_conflicts_open 3`, `doorstep_quarantine_open 2`, `doorstep_quarantine_oldest_seconds 3600`, `doorstep_deliveries_waiting 1`,
		`doorstep_handovers_unacknowledged{age="under_1h",class="U2"} 4`, `doorstep_handovers_unacknowledged{age="under_1h",class="E"} 0`, `doorstep_devices{last_seen="under_1h"} 5`,
		`doorstep_devices_with_unsent_work{age="over_1w"} 1`, "process_resident_memory_bytes ", "go_goroutines ",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	if strings.Contains(got, "something new") {
		t.Error("an outcome that nobody knows makes a label")
	}
}

// Where the database cannot be read, the rest is told all the same.
func TestWhatCannotBeReadIsLeftOutAndSaid(t *testing.T) {
	broken := errors.New("disk I/O error")
	got := page(t, of(t, metrics.Sources{Connections: func() int { return 1 }, Health: func(context.Context) (*health.Report, error) { return report(), nil },
		Waiting: func(context.Context) (*metrics.Waiting, error) { return nil, broken }}))
	if !strings.Contains(got, "doorstep_read 0") || !strings.Contains(got, "doorstep_head 17") || strings.Contains(got, "doorstep_conflicts_open ") {
		t.Errorf("it says %s", got)
	}
	got = page(t, of(t, metrics.Sources{Connections: func() int { return 1 }, Health: func(context.Context) (*health.Report, error) { return nil, broken },
		Waiting: func(context.Context) (*metrics.Waiting, error) { return waiting(), nil }}))
	if !strings.Contains(got, "doorstep_read 0") || strings.Contains(got, "doorstep_head ") || !strings.Contains(got, "doorstep_conflicts_open 3") {
		t.Errorf("it says %s", got)
	}
}

func TestAgesAreToldInSteps(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "under_15m", 15 * time.Minute: "under_1h", 59 * time.Minute: "under_1h", 3 * time.Hour: "under_4h", 23 * time.Hour: "under_1d", 6 * 24 * time.Hour: "under_1w", 7 * 24 * time.Hour: "over_1w", 1000 * time.Hour: "over_1w"} {
		if got := metrics.AgeOf(d); got != want {
			t.Errorf("%s is %s, want %s", d, got, want)
		}
	}
}

// What counting costs the writer and each page of a pull.
func BenchmarkCounting(b *testing.B) {
	m, err := metrics.New("1.2.3", outcomes, metrics.Sources{})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		m.Committed(3, 40, time.Millisecond)
		m.Answered("applied")
		m.Pulled(1, time.Millisecond)
	}
}
