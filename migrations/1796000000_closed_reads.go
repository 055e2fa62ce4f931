package migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
	"github.com/pocketbase/pocketbase/tools/types"
)

func init() { m.Register(closedReads, noWayBack) }

// closedReads takes what is about people off PocketBase's own routes, and lets those who will leave on a later
// day work until then. A filter on another collection could ask about records that its own rule hid.
func closedReads(app core.App) error {
	const stays = `(@request.auth.inactive_since = "" || @request.auth.inactive_since > @now)`
	for name, rule := range map[string]*string{
		"patients": nil, "visits": nil, "observations": nil, "checkins": nil,
		"organisations":  types.Pointer(`@request.auth.collectionName = "staff" && ` + stays),
		"teams":          types.Pointer(`@request.auth.collectionName = "staff" && ` + stays),
		"neighbourhoods": types.Pointer(`@request.auth.collectionName = "staff" && ` + stays),
	} {
		c, err := app.FindCollectionByNameOrId(name)
		if err != nil {
			return fmt.Errorf("close the reads of %s: %w", name, err)
		}
		c.ListRule, c.ViewRule = rule, rule
		if err := app.Save(c); err != nil {
			return fmt.Errorf("close the reads of %s: %w", name, err)
		}
	}
	staff, err := app.FindCollectionByNameOrId("staff")
	if err != nil {
		return fmt.Errorf("let those who will leave sign in: %w", err)
	}
	staff.AuthRule = types.Pointer(`inactive_since = "" || inactive_since > @now`)
	if err := app.Save(staff); err != nil {
		return fmt.Errorf("let those who will leave sign in: %w", err)
	}
	return nil
}
