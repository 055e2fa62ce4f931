package columns

import (
	"encoding/json"
	"slices"

	"doorstep/internal/care"
)

// Was is what stood in the columns of a record that somebody wrote past the engine: as a trigger kept it, by
// column, of those that changed.
type Was map[string]any

// WasOf reads what a trigger kept. Whatever somebody had written past the engine before, what can be read of it is.
func WasOf(kept string) Was {
	was := Was{}
	members, _ := care.DecodeJSON([]byte(kept)).(map[string]any)
	for name, value := range members {
		was[name] = value
		number, ok := value.(json.Number)
		if !ok {
			continue
		}
		if n, err := number.Int64(); err == nil {
			was[name] = n
		} else if x, err := number.Float64(); err == nil {
			was[name] = x
		} else {
			was[name] = number.String() // infinity, as SQLite writes it
		}
	}
	return was
}

// Record rebuilds the record as it was. Now is the record as it stands; nil where it is deleted.
func (w Was) Record(c *care.Collection, id string, now *care.Record) *care.Record {
	old := &care.Record{Collection: c, ID: id, Values: map[string]any{}}
	if now != nil {
		old.Meta = now.Meta
		for k, v := range now.Values {
			old.Values[k] = v
		}
	}
	for name, kept := range w {
		switch said, _ := kept.(string); name {
		case "author":
			old.Author = said
			continue
		case "clinical_time":
			old.ClinicalTime = ParseTime(said)
			continue
		}
		f, ok := c.Field(name)
		if !ok {
			continue
		}
		if v := Value(f, columnOf(kept)); v != nil {
			old.Values[name] = v
		} else {
			delete(old.Values, name)
		}
	}
	return old
}

// Fields are the names of the fields that changed, sorted.
func (w Was) Fields(c *care.Collection) []string {
	var names []string
	for name := range w {
		if _, ok := c.Field(name); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// columnOf gives what a column holds for a value that a trigger wrote as JSON.
func columnOf(kept any) any {
	switch kept.(type) {
	case map[string]any, []any, bool:
		b, err := json.Marshal(kept)
		if err != nil {
			return nil
		}
		return string(b)
	}
	return kept
}
