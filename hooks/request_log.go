package hooks

import (
	"errors"
	"net/http"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/router"
)

// BindRequestLog notes requests that fail in place of PocketBase's log, which keeps the whole address, the
// page before and the network address. A query says whom somebody looked for, and a path may be anything that
// was typed; the route says which door it was. Our own routes log their faults themselves.
func BindRequestLog(app core.App) {
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		e.Router.Unbind(apis.DefaultActivityLoggerMiddlewareId)
		e.Router.Bind(&hook.Handler[*core.RequestEvent]{
			Id:       "doorstepRequestLog",
			Priority: apis.DefaultActivityLoggerMiddlewarePriority,
			Func: func(e *core.RequestEvent) error {
				err := e.Next()
				if err != nil {
					logFailure(e, err)
				}
				return err
			},
		})
		return e.Next()
	})
}

func logFailure(e *core.RequestEvent, err error) {
	status, cause := http.StatusInternalServerError, err.Error()
	var answer *router.ApiError
	if errors.As(err, &answer) {
		status, cause = answer.Status, answer.Message
		if raw, ok := answer.RawData().(error); ok && status >= http.StatusInternalServerError {
			cause = raw.Error()
		}
	}
	who := ""
	if e.Auth != nil {
		who = e.Auth.Id
	}
	attributes := []any{"route", e.Request.Pattern, "method", e.Request.Method, "status", status, "auth", who}
	if status < http.StatusInternalServerError {
		e.App.Logger().Warn("request refused", attributes...)
		return
	}
	e.App.Logger().Error("request failed", append(attributes, "cause", cause)...)
}
