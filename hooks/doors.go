package hooks

import (
	"context"
	"slices"
	"strings"
	"time"

	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/router"
)

// BindDoors closes PocketBase's own routes on the public listener, but for those that onPublicListener
// names: signed-in staff read the reference collections and renew their token. What is closed answers 404, and
// so does whatever a later version of PocketBase adds.
//
// The listener for administration (see [AtAdminListener]) serves superusers all of PocketBase but what is
// closedToAll, and writes each of their requests into the audit before it runs. Who signed in as anything
// else finds as little there as on the public one.
func BindDoors(app core.App, now func() time.Time) {
	d := doors{now}
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		e.Router.Bind(&hook.Handler[*core.RequestEvent]{
			Id:       "doorstepDoors",
			Priority: apis.DefaultLoadAuthTokenMiddlewarePriority + 2, // after BindTokenLife
			Func:     d.admit,
		})
		return e.Next()
	})
}

type doors struct{ now func() time.Time }

// Routes of PocketBase, by the pattern that the router matched: what a path looks like is its affair.
var (
	onPublicListener = map[string]func(*core.RequestEvent) error{
		"GET /api/health": func(*core.RequestEvent) error { return nil },
		"GET /api/collections/{collection}/records":       checkReferenceRead,
		"GET /api/collections/{collection}/records/{id}":  checkReferenceRead,
		"GET /api/collections/{collection}/auth-methods":  checkOfStaff,
		"POST /api/collections/{collection}/auth-refresh": checkOfStaff,
		// Older phones and the PocketBase SDK sign in here. PocketBase itself never does it: see BindAccounts.
		"POST /api/collections/{collection}/auth-with-password": checkOfStaff,
	}

	// closedToAll are closed on both listeners. A batch answers all or nothing, and a phone's queue must never
	// be; who impersonates somebody writes under their name and nothing would say so.
	closedToAll = []string{"POST /api/batch", "POST /api/collections/{collection}/impersonate/{id}"}
)

// ownPaths begin the addresses of our routes below /api, which guard themselves.
var ownPaths = []string{"/api/sync/", "/api/care/", "/api/doorstep/"}

// preAuthBytes is the largest body that is read for who is not signed in as a superuser.
const preAuthBytes = 64 << 10

type adminListener struct{}

// AtAdminListener marks the context of requests that came by the listener for administration.
func AtAdminListener(ctx context.Context) context.Context {
	return context.WithValue(ctx, adminListener{}, true)
}

func atAdminListener(e *core.RequestEvent) bool {
	return e.Request.Context().Value(adminListener{}) != nil
}

// admit lets a request on to PocketBase's route, or refuses it.
func (d doors) admit(e *core.RequestEvent) error {
	pattern := e.Request.Pattern
	if !ofPocketBase(pattern) {
		return e.Next()
	}
	e.Response.Header().Set("Cache-Control", "no-store")
	switch {
	case slices.Contains(closedToAll, pattern):
		return e.NotFoundError("", nil)
	case e.HasSuperuserAuth() && !atAdminListener(e):
		return e.ForbiddenError("Administration has a listener of its own.", nil)
	case e.HasSuperuserAuth():
		if err := d.auditSuperuser(e, e.Auth); err != nil {
			return e.InternalServerError("The request could not be written to the audit trail.", err)
		}
		giveTime(e, administrationTime)
		return e.Next()
	}
	if err := limitBody(e, preAuthBytes); err != nil {
		return err
	}
	if atAdminListener(e) && e.Auth == nil && !strings.Contains(pattern, "/records") && !strings.Contains(pattern, "/files/{") {
		if who := fetchesBackup(e); who != nil {
			if err := d.auditSuperuser(e, who); err != nil {
				return e.InternalServerError("The request could not be written to the audit trail.", err)
			}
		}
		return e.Next() // the dashboard's files, and the sign-in of superusers; the rest PocketBase refuses
	}
	check, open := onPublicListener[pattern]
	if !open {
		return e.NotFoundError("", nil)
	}
	if err := check(e); err != nil {
		return err
	}
	return e.Next()
}

// ofPocketBase tells whether a route is one of PocketBase's own, which are all below /api and /_.
func ofPocketBase(pattern string) bool {
	_, path, withMethod := strings.Cut(pattern, " ")
	if !withMethod {
		path = pattern
	}
	if path == "/_" || strings.HasPrefix(path, "/_/") {
		return true
	}
	return strings.HasPrefix(path, "/api/") && !slices.ContainsFunc(ownPaths, func(own string) bool { return strings.HasPrefix(path, own) })
}

// checkOfStaff refuses what is not about the accounts of staff. Expanding relations would read records that
// no audit line names.
func checkOfStaff(e *core.RequestEvent) error {
	c, err := e.App.FindCachedCollectionByNameOrId(e.Request.PathValue("collection"))
	if err != nil || c.Name != care.StaffName {
		return e.NotFoundError("", nil)
	}
	if e.Request.URL.Query().Has("expand") {
		return e.BadRequestError("Relations cannot be expanded. Read each collection by itself.", nil)
	}
	return nil
}

// limitBody refuses a body of more than that many bytes, at once when its length is told and else when it is
// read.
func limitBody(e *core.RequestEvent, most int64) error {
	if e.Request.ContentLength > most {
		return apis.ErrRequestEntityTooLarge
	}
	if twice, ok := e.Request.Body.(*router.RereadableReadCloser); ok { // which keeps a copy of what is read
		twice.ReadCloser = &cappedBody{twice.ReadCloser, most}
	}
	return nil
}
