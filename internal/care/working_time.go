package care

import (
	"cmp"
	"encoding/json"
	"slices"
)

// SQLStatement is what an organisation says of its working time as one JSON text; see worktime.ParseStatement. What is no
// JSON was not said.
const SQLStatement = `json_object('hours', iif(json_valid(opening_hours), json(opening_hours), NULL), 'nation', nation, 'days', iif(json_valid(special_days), json(special_days), NULL))`

// Statement is the same of a record.
func (r Organisation) Statement() string {
	null := json.RawMessage("null")
	return string(JSON(map[string]any{"hours": orNull(r.OpeningHours(), null), "nation": cmp.Or(r.Nation(), ""), "days": orNull(r.SpecialDays(), null)}))
}

func orNull(raw, null json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return null
	}
	return raw
}

// SetsWorkingTime says whether the field of an organisation is one by which its working time is reckoned.
func SetsWorkingTime(field string) bool {
	return slices.Contains([]string{"opening_hours", "nation", "special_days"}, field)
}
