package hooks

import (
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// Register lists every hook; now is the server's clock. It must run before the application is
// bootstrapped.
func Register(app core.App, allowAdmin bool, now func() time.Time) {
	BindTriggers(app)
	BindValidation(app)
	BindRealtime(app)
	BindAudit(app, now)
	BindLockdown(app, allowAdmin)
}
