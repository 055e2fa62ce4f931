package hooks

import (
	"strings"

	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// BindLockdown takes PocketBase's own doors off the listener. Batches are always gone: they answer
// all or nothing, and a phone's queue must never be. With allowAdmin false the dashboard and all a
// superuser could do is gone too (raw SQL, backups, settings, schema, logs, cron, sign-in), which
// leaves the reads, the sign-in of staff and our own routes. A route that is gone answers 404.
//
// Expanding relations is refused to everyone but superusers: it would read care records that the
// audit row of the request does not name.
func BindLockdown(app core.App, allowAdmin bool) {
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		e.Router.Bind(&hook.Handler[*core.RequestEvent]{
			Id:       "doorstepLockdown",
			Priority: apis.DefaultPanicRecoverMiddlewarePriority + 1,
			Func: func(e *core.RequestEvent) error {
				if closed(e.App, segments(e.Request.URL.Path), allowAdmin) {
					return e.NotFoundError("", nil)
				}
				return e.Next()
			},
		})
		e.Router.Bind(&hook.Handler[*core.RequestEvent]{
			Id:       "doorstepLockdownAuth",
			Priority: apis.DefaultLoadAuthTokenMiddlewarePriority + 1,
			Func: func(e *core.RequestEvent) error {
				if e.HasSuperuserAuth() {
					if allowAdmin {
						return e.Next()
					}
					return e.ForbiddenError("Administration is switched off here.", nil)
				}
				if e.Request.URL.Query().Has("expand") {
					return e.BadRequestError("Relations cannot be expanded. Read each collection by itself.", nil)
				}
				return e.Next()
			},
		})
		return e.Next()
	})
}

// adminOnly are the parts of PocketBase that only superusers use, by the second segment of the path.
var adminOnly = map[string]bool{"sql": true, "backups": true, "settings": true, "logs": true, "crons": true}

// closed tells whether a path is off the listener.
func closed(app core.App, path []string, allowAdmin bool) bool {
	if len(path) == 0 {
		return false
	}
	if path[0] == "_" {
		return !allowAdmin
	}
	if path[0] != "api" || len(path) < 2 {
		return false
	}
	switch {
	case path[1] == "batch":
		return true
	case allowAdmin:
		return false
	case path[1] == "collections":
		return !openToStaff(app, path[2:])
	}
	return adminOnly[path[1]]
}

// openToStaff tells whether a path below /api/collections is one of those staff use: the records of
// any collection (whose rules decide) and the sign-in of the staff collection.
func openToStaff(app core.App, path []string) bool {
	if len(path) < 2 {
		return false
	}
	if path[1] == "records" {
		return true
	}
	c, err := app.FindCachedCollectionByNameOrId(path[0])
	if err != nil || c.Name != care.StaffName {
		return false
	}
	verb, _, _ := strings.Cut(path[1], "-")
	return verb == "auth" || verb == "request" || verb == "confirm"
}

// segments splits a path at its slashes, without empty parts.
func segments(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
}
