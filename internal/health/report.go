// Package health judges from measurements whether a server does its work, and says what is wrong. It holds
// nothing of anybody.
package health

import (
	"time"

	"doorstep/internal/care"
	"doorstep/internal/clockwatch"
)

// Report is the answer of the health route: 200 when Status is "ok", else 503.
type Report struct {
	Status     string     `json:"status"`   // ok, or failing
	Problems   []string   `json:"problems"` // why it is failing: people are let down now
	Warnings   []string   `json:"warnings"` // what its operator has to look at; it still works
	Epoch      string     `json:"epoch"`
	Head       int64      `json:"head"`
	Time       string     `json:"time"`
	Queue      Queue      `json:"queue"`
	Escalation LastRun    `json:"escalation"`
	Store      StoreTest  `json:"store"`
	Jobs       []JobRun   `json:"jobs"`
	Requests   Requests   `json:"requests"`
	Disk       Disk       `json:"disk"`
	Clock      Clock      `json:"clock"`
	Check      Check      `json:"check"`
	Unreadable Unreadable `json:"unreadable"`
	Copy       *Copy      `json:"copy"` // null where none is made
}

// Copy is how the copy of the database off the machine is.
type Copy struct {
	// BehindSeconds is how long ago all that was committed lay in it last.
	BehindSeconds int64 `json:"behind_seconds"`
	Failing       bool  `json:"failing"` // the last try
}

// Queue is how many pieces of work wait for the writer, and how many may.
type Queue struct {
	Waiting int `json:"waiting"`
	Limit   int `json:"limit"`
}

// LastRun is when a job last succeeded; null when it never did. Late goes by the time that has passed since, not
// by the clock on the wall.
type LastRun struct {
	LastRun *string `json:"last_run"`
	Late    bool    `json:"late"`
}

// JobRun is one of the jobs that the server does by the clock.
type JobRun struct {
	Name        string  `json:"name"`
	LastSuccess *string `json:"last_success"`
	Late        bool    `json:"late"`
	Failed      bool    `json:"failed"` // its last run
}

// StoreTest is when a write was tried last and whether it was stored.
type StoreTest struct {
	TestedAt string `json:"tested_at"`
	Writes   bool   `json:"writes"`
}

// Requests are the answers of the last minute, by what was asked.
type Requests struct {
	Pushes Share `json:"pushes"`
	Pulls  Share `json:"pulls"`
	Others Share `json:"others"`
}

// Share is how many were answered, and how many of them with a fault of the server's (5xx).
type Share struct {
	Answered int `json:"answered"`
	Failed   int `json:"failed"`
	// failing: see Outcomes.
	failing bool
}

// Disk is the room where the data lies, in bytes; null where the system does not tell.
type Disk struct {
	FreeBytes  *int64 `json:"free_bytes"`
	TotalBytes *int64 `json:"total_bytes"`
	// WALBytes is the size of the write-ahead log. It grows while somebody holds a read transaction open.
	WALBytes int64 `json:"wal_bytes"`
}

// Clock says whether the clock of the machine was set lately.
type Clock struct {
	Steady bool `json:"steady"`
	// SteppedByMs is how far it was moved, in milliseconds, as long as that is not settled; forwards is positive.
	SteppedByMs int64 `json:"stepped_by_ms"`
}

// Check is the last examination of the database's structure (SQLite's quick_check): "ok", "damaged", or null when
// there was none yet.
type Check struct {
	CheckedAt *string `json:"checked_at"`
	Result    *string `json:"result"`
}

// Unreadable counts the rows that nobody can read whole, by collection. Which they are stands in the log.
type Unreadable struct {
	Rows        int      `json:"rows"`
	Collections []string `json:"collections"`
}

// Problems: the server lets people down.
const (
	ProblemEscalation = "escalation_late"  // nobody looks at deadlines
	ProblemStore      = "store"            // nothing can be stored
	ProblemPushes     = "pushes_failing"   // phones cannot hand in
	ProblemPulls      = "pulls_failing"    // phones get nothing
	ProblemRequests   = "requests_failing" // pages, sign-in or enrolment fail
	ProblemDisk       = "disk_full"        // what comes next cannot be stored
	ProblemClock      = "clock_stepped"    // the clock was set: what goes by it waits
	ProblemDamaged    = "database_damaged" // the last check found damage
)

// Warnings: somebody has to look, the server goes on.
const (
	WarningJob        = "job_late" // one other than the escalation job
	WarningDisk       = "disk_low"
	WarningWAL        = "wal_large"
	WarningUnreadable = "rows_unreadable"
	WarningCopy       = "copy_late" // what was stored in the last half minute, and more, is on this machine alone
)

// Problems and Warnings list them.
var (
	Problems = []string{ProblemEscalation, ProblemStore, ProblemPushes, ProblemPulls, ProblemRequests, ProblemDisk, ProblemClock, ProblemDamaged}
	Warnings = []string{WarningJob, WarningDisk, WarningWAL, WarningUnreadable, WarningCopy}
)

const (
	// fullBelow is less than a commit of the largest group of pushes may take.
	fullBelow = 32 << 20
	lowShare  = 10 // per cent
	// walLarge is far beyond what the log takes while checkpoints go through, which is some 16 MB.
	walLarge = 512 << 20
)

// JobState is what is known of a job.
type JobState struct {
	Name        string
	LastSuccess time.Time     // by the wall clock; zero when it never succeeded
	Ago         time.Duration // since then, or since the start, by time that has passed
	LateAfter   time.Duration
	Failed      bool
}

func (j JobState) late() bool { return j.Ago >= j.LateAfter }

// Measured is everything a report rests on.
type Measured struct {
	Now            time.Time
	Epoch          string
	Head           int64
	Waiting, Limit int
	Escalation     string // the name of the job that looks at deadlines
	Jobs           []JobState
	TestedAt       time.Time // the last write that was tried
	TestFailed     bool
	Requests       Requests
	Disk           Disk
	Clock          clockwatch.State
	CheckedAt      time.Time // zero: never
	Damaged        bool
	Unreadable     Unreadable
	Copied         bool // a copy is made
	Behind         time.Duration
	CopyFailing    bool
}

// copyLate is how far a copy may be behind.
const copyLate = 30 * time.Second

// Judge says how the server is.
func Judge(m Measured) *Report {
	r := &Report{Status: "ok", Problems: []string{}, Warnings: []string{}, Epoch: m.Epoch, Head: m.Head, Time: care.Stamp(m.Now),
		Queue: Queue{Waiting: m.Waiting, Limit: m.Limit}, Store: StoreTest{TestedAt: care.Stamp(m.TestedAt), Writes: !m.TestFailed},
		Requests: m.Requests, Disk: m.Disk, Jobs: []JobRun{}, Unreadable: m.Unreadable,
		Clock: Clock{Steady: m.Clock.Steady, SteppedByMs: m.Clock.By.Milliseconds()}}
	problem := func(is bool, code string) {
		if is {
			r.Problems = append(r.Problems, code)
		}
	}
	warning := func(is bool, code string) {
		if is {
			r.Warnings = append(r.Warnings, code)
		}
	}
	otherLate := false
	for _, j := range m.Jobs {
		run := JobRun{Name: j.Name, LastSuccess: stamp(j.LastSuccess), Late: j.late(), Failed: j.Failed}
		r.Jobs = append(r.Jobs, run)
		if j.Name == m.Escalation {
			r.Escalation = LastRun{LastRun: run.LastSuccess, Late: run.Late}
		} else {
			otherLate = otherLate || run.Late
		}
	}
	problem(r.Escalation.Late, ProblemEscalation)
	problem(m.TestFailed, ProblemStore)
	problem(m.Requests.Pushes.failing, ProblemPushes)
	problem(m.Requests.Pulls.failing, ProblemPulls)
	problem(m.Requests.Others.failing, ProblemRequests)
	problem(m.Disk.Full(), ProblemDisk)
	problem(!m.Clock.Steady || m.Clock.Stepped(), ProblemClock)
	problem(m.Damaged, ProblemDamaged)
	warning(otherLate, WarningJob)
	warning(m.Disk.Low(), WarningDisk)
	warning(m.Disk.LargeWAL(), WarningWAL)
	warning(m.Unreadable.Rows > 0, WarningUnreadable)
	if m.Copied {
		r.Copy = &Copy{BehindSeconds: int64(m.Behind / time.Second), Failing: m.CopyFailing}
		warning(m.Behind >= copyLate, WarningCopy)
	}
	if r.Check.CheckedAt = stamp(m.CheckedAt); r.Check.CheckedAt != nil {
		result := "ok"
		if m.Damaged {
			result = "damaged"
		}
		r.Check.Result = &result
	}
	if r.Unreadable.Collections == nil {
		r.Unreadable.Collections = []string{}
	}
	if len(r.Problems) > 0 {
		r.Status = "failing"
	}
	return r
}

// Full says whether what comes next may not find room.
func (d Disk) Full() bool { return d.FreeBytes != nil && *d.FreeBytes < fullBelow }

// Low says whether less than a tenth of the disk is free, but enough for what comes next.
func (d Disk) Low() bool {
	return !d.Full() && d.FreeBytes != nil && d.TotalBytes != nil && *d.FreeBytes < *d.TotalBytes/100*lowShare
}

// LargeWAL says whether the write-ahead log is longer than it gets while checkpoints go through.
func (d Disk) LargeWAL() bool { return d.WALBytes > walLarge }

func stamp(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := care.Stamp(t)
	return &s
}
