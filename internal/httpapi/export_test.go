package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/identity"
)

// ProbeLimit is the limit of the body the probe takes.
const ProbeLimit = smallBody

// ProbeAnswer is what the probe says: who is asking, and as much text as they want.
type ProbeAnswer struct {
	Session identity.Session
	Text    string
}

type probeBody struct {
	Text string `json:"text" validate:"max=100"`
	ID   string `json:"id" validate:"omitempty,ulid"`
	In   struct {
		Count int `json:"count" validate:"min=0"`
	} `json:"in"`
	More int `json:"more"`
	Any  any `json:"any"`
}

// BindProbe adds routes behind the real middlewares, for tests of these alone: POST /probe for
// phones, POST /probe/body for anybody, GET /probe/panic.
func (a *API) BindProbe(e *core.ServeEvent) error {
	g := e.Router.Group(BasePath).Bind(a.answerErrors())
	probe := func(e *core.RequestEvent) error {
		var body probeBody
		if err := decodeJSON(e, ProbeLimit, &body); err != nil {
			return err
		}
		long := make([]byte, body.More)
		for i := range long {
			long[i] = 'x'
		}
		return writeJSON(e, http.StatusOK, ProbeAnswer{Session: sessionOf(e), Text: body.Text + string(long)})
	}
	a.forDevices(g).POST("/probe", probe)
	g.POST("/probe/body", probe)
	g.GET("/probe/panic", func(*core.RequestEvent) error { panic("a name that must not get out") })
	return e.Next()
}

// ReadBody reads a JSON body outside of any server.
func ReadBody(w http.ResponseWriter, r *http.Request, limit int) ([]byte, error) {
	r.Header.Set("Content-Type", mediaJSON)
	e := &core.RequestEvent{}
	e.Request, e.Response = r, w
	return readBody(e, mediaJSON, limit)
}

// PageMayListen is how long a page with this token may listen.
func PageMayListen(a *API, token string) (time.Duration, bool) {
	left, _, ok := (&pageListener{api: a, token: token}).mayListen(context.Background())
	return left, ok
}

// Seated counts the connections that wait.
func Seated(a *API) int {
	a.waiting.mu.Lock()
	defer a.waiting.mu.Unlock()
	return a.waiting.count
}

// Refused is how many refusals of a phone are known.
func Refused(a *API, device string) int { return len(a.refusals.of([]string{device})[device]) }
