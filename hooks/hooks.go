package hooks

import (
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// Register lists every hook; now is the server's clock. It must run before the application is
// bootstrapped.
func Register(app core.App, now func() time.Time) {
	BindTriggers(app)
	BindValidation(app)
	BindAccounts(app)
	BindRealtime(app)
	BindAudit(app, now)
	BindHeaders(app)
	BindBodyTime(app)
	BindRequestLog(app)
	BindTokenLife(app)
	BindDoors(app, now)
}
