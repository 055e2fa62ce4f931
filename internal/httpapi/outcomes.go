package httpapi

import (
	"net/http"
	"strings"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"doorstep/internal/health"
)

// countOutcomes counts for health how requests are answered. It stands outside of answerErrors, so that every answer
// has its status by then. An asker who has hung up counts for nothing.
func (a *API) countOutcomes() *hook.Handler[*core.RequestEvent] {
	return &hook.Handler[*core.RequestEvent]{
		Id:       "doorstepOutcomes",
		Priority: apis.DefaultWWWRedirectMiddlewarePriority - 2,
		Func: func(e *core.RequestEvent) error {
			err := e.Next()
			if e.Request.Context().Err() == nil {
				a.outcomes.Answered(kindOf(e.Request), err != nil || e.Status() >= http.StatusInternalServerError)
			}
			return err
		},
	}
}

// kindOf is what a request asks for. Whoever says hello is about to push; a digest is read as a pull is.
func kindOf(r *http.Request) health.Kind {
	path, ours := strings.CutPrefix(r.URL.Path, BasePath)
	switch {
	case !ours:
		return health.Other
	case path == "/push", path == "/hello":
		return health.Push
	case path == "/pull", path == "/digest", path == "/names", path == "/stream":
		return health.Pull
	}
	return health.Other
}
