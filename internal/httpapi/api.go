package httpapi

import (
	"context"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/clockwatch"
	"doorstep/internal/desk"
	"doorstep/internal/health"
	"doorstep/internal/identity"
	"doorstep/internal/importer"
	"doorstep/internal/pbpeople"
	"doorstep/internal/pbstore"
	"doorstep/internal/setup"
	"doorstep/internal/syncer"
)

// BasePath is where version 1 of the sync protocol lives.
const BasePath = "/api/sync/v1"

// API serves the routes.
type API struct {
	App      core.App
	Identity *identity.Service
	// Passwords checks them at the sign-in.
	Passwords *identity.Passwords
	// Sealing opens what locked phones send; nil: none of them is heard.
	Sealing *identity.SealingKeys
	// Sync is the engine behind hello, push, pull and digest.
	Sync *syncer.Engine
	// Store is read by the pages.
	Store *pbstore.Store
	// People is the index by which people are found.
	People *pbpeople.Index
	// Imports keeps what a file brings in.
	Imports importer.Store
	// ImportPlans plans what a file asks for, in the name of somebody at a desk.
	ImportPlans func(desk.PlanLead) importer.Planner
	// Clock is the server's; Uptime the time that has passed, whatever the clock is set to; nil: by Clock.
	Clock  func() time.Time
	Uptime func() time.Duration
	// ClockWatch tells when the clock of the machine was set; nil: it never is. Jobs are what the server does by
	// itself, for health; nil: nothing.
	ClockWatch *clockwatch.Watch
	Jobs       func() []health.JobState
	// Copy says how far the copy off the machine is behind, and whether it fails; nil: none is made.
	Copy func() (behind time.Duration, failing bool)
	// Accounts keeps what is set up; FirstStart is the one-time link of a start that found nobody, nil on every other.
	Accounts   Accounts
	FirstStart *setup.Link
	// Beyond is how teams are reached beyond our own inbox.
	Beyond Beyond
	// NewID makes ids of records.
	NewID func() (string, error)
	// Draining ends when the server is about to stop; pulls that wait for news answer at once, and
	// streams end.
	// Nil: it never does.
	Draining context.Context

	// Stream are the times of the streams; the zero value is theirs.
	Stream StreamTimes

	failed    repeats
	refusals  refusals
	heard     heard
	probe     probe
	outcomes  *health.Outcomes
	looking   whoIsLooking
	waiting   waitingConnections
	asking    asking
	contacts  contactWork
	backtests backtests
}

// Connections is how many streams and pulls wait for news.
func (a *API) Connections() int { return a.waiting.number() }

// Register binds every route; give it to app.OnServe.
func (a *API) Register(e *core.ServeEvent) error {
	a.measure()
	e.Router.Bind(a.answerElsewhere())
	v1 := e.Router.Group(BasePath)
	v1.Bind(a.countOutcomes(), a.answerErrors())
	a.bindIdentity(v1)
	a.bindSync(v1)
	a.bindNotFound(e.Router, v1)
	pages := e.Router.Group(CarePath)
	pages.Bind(a.countOutcomes(), a.answerErrors())
	a.bindSetUp(pages)
	a.bindPasswordCodes(pages)
	a.bindOnce(pages)
	a.bindCare(pages)
	a.bindNotFound(e.Router, pages)
	a.bindHealth(e.Router)
	a.bindFHIR(e.Router)
	a.bindSignIn(e)
	// Bodies have limits of their own here, and requests would flood PocketBase's log table:
	// our faults are logged by answerErrors. Unbind reaches only what is bound above.
	pages.Unbind(apis.DefaultActivityLoggerMiddlewareId, apis.DefaultBodyLimitMiddlewareId)
	v1.Unbind(apis.DefaultActivityLoggerMiddlewareId, apis.DefaultBodyLimitMiddlewareId)
	return e.Next()
}
