package migrations

import (
	"fmt"
	"slices"

	"doorstep/internal/care"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(administrators, noWayBack) }

// administrators lets somebody administer the whole server, and stores the e-mail addresses of staff in the form in
// which the sign-in looks for them. Two accounts that differ in capitals alone stay as they are: each is still found
// by its own spelling.
func administrators(app core.App) error {
	c, err := app.FindCollectionByNameOrId("staff")
	if err != nil {
		return fmt.Errorf("find staff: %w", err)
	}
	role, ok := c.Fields.GetByName("role").(*core.SelectField)
	if ok && !slices.Contains(role.Values, "server_administrator") {
		role.Values = append(role.Values, "server_administrator")
		if err := app.Save(c); err != nil {
			return fmt.Errorf("save staff: %w", err)
		}
	}
	var accounts []struct{ ID, Email string }
	if err := app.NonconcurrentDB().NewQuery(`SELECT id, email FROM staff WHERE email <> ''`).All(&accounts); err != nil {
		return fmt.Errorf("read the addresses of staff: %w", err)
	}
	having := map[string]int{}
	for _, a := range accounts {
		having[care.FoldEmail(a.Email)]++
	}
	for _, a := range accounts {
		folded := care.FoldEmail(a.Email)
		if folded == a.Email || having[folded] > 1 {
			continue
		}
		if _, err := app.NonconcurrentDB().NewQuery(`UPDATE staff SET email = {:email} WHERE id = {:id}`).
			Bind(dbx.Params{"email": folded, "id": a.ID}).Execute(); err != nil {
			return fmt.Errorf("fold the address of %s: %w", a.ID, err)
		}
	}
	return nil
}
