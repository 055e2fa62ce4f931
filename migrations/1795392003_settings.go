package migrations

import (
	"log/slog"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(settings, nil) }

// settings states what PocketBase must be set to. Request logs keep failures only: an address line
// can hold what identifies a person, and the audit trail is a table of its own. PocketBase's rate
// limits stay off because they count by network address, and a whole practice shares one.
func settings(app core.App) error {
	s := app.Settings()
	s.Meta.AppName = "Doorstep"
	s.Batch.Enabled = false
	s.RateLimits.Enabled = false
	s.Logs.MinLevel = int(slog.LevelWarn)
	s.Logs.LogAuthId = true
	return app.Save(s)
}
