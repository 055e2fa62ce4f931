package hooks

import (
	"math"
	"net/http"
	"net/netip"
	"strings"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// onlyByTLS tells a browser never to ask this server without TLS again, for a year. It says nothing of other
// names below this one: they are somebody else's.
const onlyByTLS = "max-age=31536000"

// BindHeaders sets what every answer says to a browser, on both listeners, in place of PocketBase's, which also
// switches on a filter of old browsers (X-XSS-Protection) that could itself be used to read pages.
func BindHeaders(app core.App) {
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		e.Router.Unbind(apis.DefaultSecurityHeadersMiddlewareId)
		e.Router.Bind(&hook.Handler[*core.RequestEvent]{
			Id:       "doorstepHeaders",
			Priority: math.MinInt, // what is refused later says it too
			Func: func(e *core.RequestEvent) error {
				header := e.Response.Header()
				header.Set("X-Content-Type-Options", "nosniff")
				header.Set("X-Frame-Options", "SAMEORIGIN")
				if cameByTLS(e.Request) {
					header.Set("Strict-Transport-Security", onlyByTLS)
				}
				return e.Next()
			},
		})
		return e.Next()
	})
}

// cameByTLS tells whether a request came encrypted: to this server, or to a proxy of the same machine or network,
// which says so. What anybody else says of it counts for nothing.
func cameByTLS(r *http.Request) bool {
	if r.TLS != nil {
		return true
	}
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return false
	}
	near := peer.Addr().Unmap()
	return (near.IsLoopback() || near.IsPrivate()) && strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
}
