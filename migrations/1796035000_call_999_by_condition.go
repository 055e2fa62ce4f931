package migrations

import (
	"fmt"

	"doorstep/internal/care"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(call999ByCondition, noWayBack) }

// call999ByCondition takes out of the shipped rule for an emergency what the text of a handover says itself since: that 999
// is to be called, unless its sender says that it was. A rule that somebody wrote anew stays as it is.
func call999ByCondition(app core.App) error {
	_, err := app.NonconcurrentDB().Update(care.HandoverRules,
		dbx.Params{"ask": "Emergency threshold. Please review the person with the nurse at once."},
		dbx.HashExp{"code": "news2_7", "ask": "Emergency threshold. If 999 has not been called, call now. Please review the person with the nurse at once."}).Execute()
	if err != nil {
		return fmt.Errorf("mend the ask of the rule for an emergency: %w", err)
	}
	return nil
}
