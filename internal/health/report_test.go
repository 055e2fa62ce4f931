package health

import (
	"slices"
	"testing"
	"time"

	"doorstep/internal/clockwatch"
	"doorstep/internal/testkit"
)

func well() Measured {
	free, total := int64(40<<30), int64(100<<30)
	return Measured{Now: testkit.Monday, Escalation: "due", Clock: clockwatch.State{Steady: true}, Disk: Disk{FreeBytes: &free, TotalBytes: &total},
		Jobs: []JobState{{Name: "due", Ago: time.Second, LateAfter: 2 * time.Minute}, {Name: "clean_up", Ago: 20 * time.Hour, LateAfter: 26 * time.Hour}}}
}

// K4 K7 K11 B12
func TestHealthSaysWhatIsWrong(t *testing.T) {
	gb := func(n int64) *int64 { n <<= 30; return &n }
	for _, c := range []struct {
		name     string
		change   func(*Measured)
		problems []string
		warnings []string
	}{
		{"nothing", func(*Measured) {}, nil, nil},
		{"deadlines were not looked at for two minutes", func(m *Measured) { m.Jobs[0].Ago = 2 * time.Minute }, []string{"escalation_late"}, nil},
		{"the nightly clean-up has not ended well for a day", func(m *Measured) { m.Jobs[1].Ago = 26 * time.Hour }, nil, []string{"job_late"}},
		{"a write that was tried failed", func(m *Measured) { m.TestFailed = true }, []string{"store"}, nil},
		{"pushes fail", func(m *Measured) { m.Requests.Pushes.failing = true }, []string{"pushes_failing"}, nil},
		{"pulls fail", func(m *Measured) { m.Requests.Pulls.failing = true }, []string{"pulls_failing"}, nil},
		{"pages fail", func(m *Measured) { m.Requests.Others.failing = true }, []string{"requests_failing"}, nil},
		{"the disk is full", func(m *Measured) { m.Disk.FreeBytes = gb(0) }, []string{"disk_full"}, nil},
		{"less than a tenth of the disk is free", func(m *Measured) { m.Disk.FreeBytes = gb(9) }, nil, []string{"disk_low"}},
		{"nobody knows how much is free", func(m *Measured) { m.Disk = Disk{} }, nil, nil},
		{"the write-ahead log cannot be cut back", func(m *Measured) { m.Disk.WALBytes = 5 << 30 }, nil, []string{"wal_large"}},
		{"the clock was set just now", func(m *Measured) { m.Clock.Steady = false }, []string{"clock_stepped"}, nil},
		{"the clock was set and what goes by it is not set right yet", func(m *Measured) { m.Clock.Earliest = testkit.Monday }, []string{"clock_stepped"}, nil},
		{"the last check found damage", func(m *Measured) { m.CheckedAt, m.Damaged = testkit.Monday, true }, []string{"database_damaged"}, nil},
		{"a row cannot be read", func(m *Measured) { m.Unreadable = Unreadable{Rows: 1, Collections: []string{"visits"}} }, nil, []string{"rows_unreadable"}},
		{"the copy is a moment behind", func(m *Measured) { m.Copied, m.Behind, m.CopyFailing = true, 29*time.Second, true }, nil, nil},
		{"the copy is half a minute behind", func(m *Measured) { m.Copied, m.Behind = true, 30*time.Second }, nil, []string{"copy_late"}},
		{"all at once", func(m *Measured) { m.Jobs[0].Ago, m.TestFailed, m.Disk.WALBytes = time.Hour, true, 1<<30 },
			[]string{"escalation_late", "store"}, []string{"wal_large"}},
	} {
		m := well()
		c.change(&m)
		r := Judge(m)
		if !slices.Equal(r.Problems, c.problems) || !slices.Equal(r.Warnings, c.warnings) || (r.Status == "ok") != (len(c.problems) == 0) {
			t.Errorf("%s: %s, problems %v, warnings %v", c.name, r.Status, r.Problems, r.Warnings)
		}
	}
}

// What is told to programs that watch lists each code that there is.
func TestEveryCodeOfHealthIsListed(t *testing.T) {
	m := well()
	free, total := int64(0), int64(100<<30)
	m.Jobs[0].Ago, m.Jobs[1].Ago, m.TestFailed, m.Damaged, m.Clock = time.Hour, 26*time.Hour, true, true, clockwatch.State{}
	m.Requests.Pushes.failing, m.Requests.Pulls.failing, m.Requests.Others.failing = true, true, true
	m.Disk, m.Unreadable = Disk{FreeBytes: &free, TotalBytes: &total, WALBytes: 1 << 30}, Unreadable{Rows: 1}
	m.Copied, m.Behind = true, time.Hour
	r := Judge(m)
	free = total / 20
	warnings := slices.Concat(Judge(m).Warnings, r.Warnings)
	for list, said := range map[*[]string][]string{&Problems: r.Problems, &Warnings: warnings} {
		for _, code := range said {
			if !slices.Contains(*list, code) {
				t.Errorf("%s is said and not listed", code)
			}
		}
		for _, code := range *list {
			if !slices.Contains(said, code) {
				t.Errorf("%s is listed and never said", code)
			}
		}
	}
}

func TestTheCheckSaysWhenAndWhat(t *testing.T) {
	m := well()
	if r := Judge(m); r.Check.CheckedAt != nil || r.Check.Result != nil {
		t.Errorf("never: %+v", r.Check)
	}
	m.CheckedAt = testkit.Monday
	if r := Judge(m); *r.Check.CheckedAt != "2026-03-02T08:00:00.000Z" || *r.Check.Result != "ok" {
		t.Errorf("well: %+v", r.Check)
	}
	m.Damaged = true
	if r := Judge(m); *r.Check.Result != "damaged" {
		t.Errorf("damaged: %+v", r.Check)
	}
}

// B12
func TestRequestsFailWhenOneInTwentyOrTheLastOneDid(t *testing.T) {
	var up time.Duration
	for _, c := range []struct {
		name    string
		play    func(answer func(n int, failed bool))
		failing bool
		want    Share
	}{
		{"nobody asked", func(func(int, bool)) {}, false, Share{}},
		{"all is well", func(a func(int, bool)) { a(100, false) }, false, Share{Answered: 100}},
		{"the only one failed", func(a func(int, bool)) { a(1, true) }, true, Share{Answered: 1, Failed: 1}},
		{"one in a hundred failed", func(a func(int, bool)) { a(1, true); a(99, false) }, false, Share{Answered: 100, Failed: 1}},
		{"one in twenty failed", func(a func(int, bool)) { a(5, true); a(95, false) }, true, Share{Answered: 100, Failed: 5}},
		{"the last one failed", func(a func(int, bool)) { a(99, false); a(1, true) }, true, Share{Answered: 100, Failed: 1}},
		{"a minute ago", func(a func(int, bool)) { a(50, true); up += time.Minute; a(1, false) }, false, Share{Answered: 1}},
		{"a minute ago, and nobody came back", func(a func(int, bool)) { a(1, true); up += 2 * time.Minute }, true, Share{}},
		{"long ago, and nobody came back", func(a func(int, bool)) { a(1, true); up += 5 * time.Minute }, false, Share{}},
	} {
		up = time.Hour
		o := NewOutcomes(func() time.Duration { return up })
		c.play(func(n int, failed bool) {
			for range n {
				o.Answered(Push, failed)
			}
		})
		got := o.Shares()
		c.want.failing = c.failing
		if got.Pushes != c.want || got.Pulls != (Share{}) || got.Others != (Share{}) {
			t.Errorf("%s: %+v, want %+v", c.name, got.Pushes, c.want)
		}
	}
}

func TestTheDiskIsMeasured(t *testing.T) {
	d := MeasureDisk(t.TempDir())
	if d.WALBytes != 0 || d.FreeBytes != nil && (*d.FreeBytes < 0 || *d.TotalBytes < *d.FreeBytes) {
		t.Errorf("%+v", d)
	}
}

func TestRequestsAreCountedWhileTheClockStandsBeforeTheStart(t *testing.T) {
	o := NewOutcomes(func() time.Duration { return -48 * time.Hour })
	o.Answered(Push, true)
	if got := o.Shares().Pushes; got.Answered != 1 || got.Failed != 1 {
		t.Errorf("counted %d answered and %d failed, want 1 and 1", got.Answered, got.Failed)
	}
}
