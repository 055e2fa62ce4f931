package hooks

import (
	"github.com/pocketbase/pocketbase/core"
)

// Register lists every hook. It must run before the application is
// bootstrapped.
func Register(app core.App, allowAdmin bool) {
	BindTriggers(app)
	BindValidation(app)
	BindRealtime(app)
	BindAudit(app)
	BindLockdown(app, allowAdmin)
}
