package migrations

import (
	"database/sql"
	"errors"
	"fmt"

	"doorstep/collections"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(goals, noWayBack) }

// goals makes room for what people want and for the steps towards it. A new database has both from its baseline.
func goals(app core.App) error {
	for _, c := range []*core.Collection{collections.Goals(), collections.GoalSteps()} {
		_, err := app.FindCollectionByNameOrId(c.Id)
		if errors.Is(err, sql.ErrNoRows) {
			err = app.Save(c)
		}
		if err != nil {
			return fmt.Errorf("make collection %s: %w", c.Name, err)
		}
	}
	return collections.InstallTriggers(app)
}
