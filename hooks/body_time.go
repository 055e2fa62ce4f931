package hooks

import (
	"io"
	"math"
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

const (
	// smallBodyTime is how long a body may take to arrive. Who is entitled to send a large one gets more when
	// that is known: routes of ours, in internal/httpapi/body.go, and superusers.
	smallBodyTime = 15 * time.Second
	// administrationTime is how long the body of a superuser may take: a backup that is put back.
	administrationTime = 5 * time.Minute
)

// BindBodyTime cuts off whoever sends a body slower than any phone, so that connections cannot be held open
// by sending nothing. A request without a body is not timed: streams and pulls that wait stay.
func BindBodyTime(app core.App) {
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		e.Router.Bind(&hook.Handler[*core.RequestEvent]{
			Id:       "doorstepBodyTime",
			Priority: math.MinInt, // before anything reads
			Func: func(e *core.RequestEvent) error {
				if e.Request.ContentLength != 0 {
					giveTime(e, smallBodyTime)
				}
				return e.Next()
			},
		})
		return e.Next()
	})
}

// giveTime lets the rest of the body take that long from now.
//
// NB! It is an error only where there is no connection, as in a test.
func giveTime(e *core.RequestEvent, d time.Duration) {
	_ = http.NewResponseController(e.Response).SetReadDeadline(time.Now().Add(d))
}

// cappedBody fails when more than left bytes are read.
type cappedBody struct {
	io.ReadCloser
	left int64
}

func (b *cappedBody) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return n, apis.ErrRequestEntityTooLarge
	}
	return n, err
}
