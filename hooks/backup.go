package hooks

import (
	"doorstep/internal/identity"

	"github.com/pocketbase/pocketbase/core"
)

// BindBackup keeps the signing key out of PocketBase's backups, and in its place when one is put back: whoever
// comes by a backup shall not be able to sign a phone's token. A server without it makes a new one, and phones
// fetch new tokens.
func BindBackup(app core.App) {
	keep := func(e *core.BackupEvent) error {
		e.Exclude = append(e.Exclude, identity.KeyFile)
		return e.Next()
	}
	app.OnBackupCreate().BindFunc(keep)
	app.OnBackupRestore().BindFunc(keep)
}
