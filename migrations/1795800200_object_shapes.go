package migrations

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"

	"doorstep/internal/care"
)

func init() { m.Register(objectShapes, noWayBack) }

// objectShapes hands stored objects that are not of their shape to the engine, as if somebody had just
// written them past it: until now nothing checked their shape. The engine keeps them in issues.
func objectShapes(app core.App) error {
	for _, c := range care.Collections() {
		there, err := app.TableColumns(c.Name)
		if err != nil {
			return fmt.Errorf("look at the columns of %s: %w", c.Name, err)
		}
		for i := range c.Fields {
			f := &c.Fields[i]
			if f.Kind != care.Object || f.Policy == care.Server || !c.Synced || !slices.Contains(there, f.Name) { // a later step adds the field
				continue
			}
			if err := handOver(app, c.Name, f); err != nil {
				return fmt.Errorf("look at the shapes of %s.%s: %w", c.Name, f.Name, err)
			}
		}
	}
	return nil
}

func handOver(app core.App, collection string, f *care.Field) error {
	var rows []struct{ ID, Value string }
	err := app.NonconcurrentDB().Select("id", "coalesce({{"+f.Name+"}}, '') AS value").From(collection).All(&rows)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if row.Value == "" || row.Value == "null" || f.CheckStored(json.RawMessage(row.Value)) == nil {
			continue
		}
		was, err := json.Marshal(map[string]any{f.Name: nil})
		if err != nil {
			return err
		}
		_, err = app.NonconcurrentDB().Insert("sync_dirty", dbx.Params{"collection": collection, "record": row.ID, "op": "update", "was": string(was)}).Execute()
		if err != nil {
			return err
		}
	}
	return nil
}
