package server

import (
	"context"
	"errors"
	"fmt"
	"time"

	"doorstep/internal/pbchannels"
	"doorstep/internal/pblone"
	"doorstep/internal/pbnotices"
	"doorstep/internal/pbrecords"
	"doorstep/internal/pbstore"
	"doorstep/internal/syncer"
)

// job is work that the server does by itself. One that still runs when its time comes again is left to finish.
type job struct {
	name    string        // for health, and for the log when it fails
	every   time.Duration // so often; 0 = by the day
	daily   string        // when each day, in UTC, as cron writes it: "10 3 * * *"
	atStart bool          // and once when the server starts
	// lateAfter is how long it may go without success before health says so.
	lateAfter time.Duration
	// steady is how long the clock must not have been set before this runs: what it forgets is forgotten.
	steady time.Duration
	do     func(context.Context) error
}

// Names of the jobs but for the escalation job, which is syncer.JobDue.
const (
	jobNotice     = "notice_writes"
	jobCheckpoint = "checkpoint"
	jobCleanUp    = "clean_up"
	jobSeal       = "seal_audit"
	jobPeople     = "index_people"
	jobFold       = "count_failed_sign_ins"
	jobPlans      = "extend_plans"
	jobMove       = "move_staff"
	jobRefusals   = "note_refused_phones"
	jobHeard      = "note_phones_heard"
	jobContacts   = "work_out_contact_lists"
	jobFigures    = "count_figures"
)

// peopleEvery: whoever searches brings the index of people up to date too; after an import they find it done.
const peopleEvery = 10 * time.Second

// contactsEvery: what was recorded of somebody on a list is at the desk when the planner looks next. After each midnight in
// London the lists themselves are worked out; at any other time it is two statements.
const contactsEvery = 15 * time.Second

// figuresEvery is how often what is new is counted for the figures of neighbourhoods.
const figuresEvery = 20 * time.Second

// restFor is how many times as long as a step took the figures wait for the next: after a day on which thousands of phones sent, and
// after an import, they are worked out with a tenth of one processor, and phones have the rest.
const restFor = 9

// gently does a step of work that nobody waits for, and rests.
func gently(ctx context.Context, step func() error) error {
	began := time.Now()
	if err := step(); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(restFor * time.Since(began)):
		return nil
	}
}

// Lateness that health speaks of.
const (
	lateMinutes = 2 * time.Minute
	lateHours   = 3 * time.Hour
	lateNight   = 26 * time.Hour
)

// plansEvery is how often it is looked whether plans have days to stand for. After each midnight in London all of them
// have; at any other time it is one statement.
const plansEvery = 5 * time.Minute

// jobs are what a server does by itself. A further one is a line here.
func (s *Server) jobs() []job {
	return append([]job{
		{name: syncer.JobDue, every: s.o.Escalation, atStart: true, lateAfter: lateMinutes, do: s.Engine.WorkDue},
		{name: jobNotice, every: watchEvery, lateAfter: lateMinutes, do: s.noticeWrites},
		{name: jobCheckpoint, every: watchEvery, lateAfter: lateMinutes, do: s.checkpoint},
		{name: jobFold, every: time.Minute, lateAfter: lateHours, do: func(ctx context.Context) error { return s.API.FoldSignIns(ctx) }},
		{name: jobRefusals, every: time.Minute, lateAfter: lateHours, do: func(ctx context.Context) error { return s.API.WriteRefusals(ctx) }},
		{name: jobHeard, every: time.Minute, lateAfter: lateHours, do: func(ctx context.Context) error { return s.API.WriteHeard(ctx) }},
		{name: jobPeople, every: peopleEvery, lateAfter: lateHours, do: s.People.Bring},
		{name: jobContacts, every: contactsEvery, atStart: true, lateAfter: lateHours, do: func(ctx context.Context) error { return s.API.WorkContacts(ctx) }},
		{name: jobFigures, every: figuresEvery, atStart: true, lateAfter: lateHours, do: s.Figures.Keep},
		{name: jobMove, every: time.Minute, atStart: true, lateAfter: lateHours, do: func(ctx context.Context) error { return s.API.MoveWhoIsDue(ctx) }},
		{name: jobSeal, every: time.Hour, atStart: true, lateAfter: lateHours, do: s.sealAudit},
		{name: jobCleanUp, daily: "10 3 * * *", lateAfter: lateNight, steady: 24 * time.Hour, do: s.CleanUp}, // while people sleep
		{name: jobPlans, every: plansEvery, atStart: true, lateAfter: lateHours, steady: time.Hour, do: s.ExtendPlans},
		{name: syncer.JobCheck, daily: "10 4 * * *", lateAfter: lateNight, do: s.Engine.Check},
	}, s.sendJobs()...)
}

// sealAudit seals what is new in the audit, and says the seal where the database is not: to whoever keeps the
// output of the program.
func (s *Server) sealAudit(ctx context.Context) error {
	seal, err := pbrecords.SealAudit(ctx, s.App, s.o.Now())
	if err != nil || seal.Line == 0 {
		return err
	}
	if s.o.Out != nil {
		_, err = fmt.Fprintf(s.o.Out, "%s audit sealed up to line %d: %s\n", seal.At, seal.Line, seal.Hash)
	}
	return err
}

// closingTime is how long a server that stops may take to write its last lines.
const closingTime = 3 * time.Second

// lastLines writes down what is counted of failed sign-ins and seals the audit, before the server stops. What fails is
// for the log: a server that cannot write stops all the same.
func (s *Server) lastLines() {
	if s.API == nil || s.o.Manual { // it never ran, or does nothing by itself
		return
	}
	ctx, end := context.WithTimeout(context.Background(), closingTime)
	defer end()
	if err := errors.Join(s.API.FoldAllSignIns(ctx), s.API.WriteHeard(ctx), s.sealAudit(ctx)); err != nil {
		s.o.Log.Warn("the audit could not be sealed before the server stopped; it is when it starts", "error", err)
	}
}

// CleanUp is the nightly job: it removes what no phone needs any more and lets SQLite look at its statistics. It stands
// in for PocketBase's own nightly job, which truncates the write-ahead log and stops every
// writer meanwhile.
func (s *Server) CleanUp(ctx context.Context) error {
	if err := s.Engine.Retain(ctx, syncer.Retention{Tombstones: s.o.Tombstones}); err != nil {
		return err
	}
	if err := s.Engine.Do(ctx, func(tx *pbstore.Tx) error {
		return errors.Join(pbchannels.In(tx).ForgetOnce(), pbchannels.In(tx).ForgetAccountRequests(), pbnotices.Forget(tx))
	}); err != nil {
		return err
	}
	for more := true; more; {
		if err := s.Engine.Do(ctx, func(tx *pbstore.Tx) (err error) { more, err = pblone.In(tx).Forget(); return err }); err != nil {
			return err
		}
	}
	// A few rows of each index are enough for the planner; all of them would hold the writer for a third of a second.
	if _, err := s.App.NonconcurrentDB().NewQuery("PRAGMA analysis_limit = 100; PRAGMA optimize").WithContext(ctx).Execute(); err != nil {
		return err
	}
	return s.Engine.Ran(ctx, jobCleanUp, "")
}
