package httpapi

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
)

// fieldInfo is what a form must know about a field to ask for its value.
type fieldInfo struct {
	Collection string   `json:"collection"`
	Name       string   `json:"name"`
	Kind       string   `json:"kind"`
	Values     []string `json:"values,omitempty"`
	Min        *float64 `json:"min,omitempty"` // of numbers
	Max        *float64 `json:"max,omitempty"` // of numbers; of text its longest, in characters
	// Once: a value that is stored is never changed; a correction is a new record.
	Once bool `json:"once,omitempty"`
}

var kindNames = map[care.Kind]string{care.Text: "text", care.ID: "id", care.Ref: "ref", care.Enum: "enum", care.Date: "date", care.Time: "time",
	care.Int: "int", care.Decimal: "decimal", care.Bool: "bool", care.List: "list", care.Object: "object"}

// listFields lists the fields a phone may write, with the kinds and limits of their values.
func (a *API) listFields(e *core.RequestEvent) error {
	fields := []fieldInfo{}
	for _, c := range care.Collections() {
		for i := range c.Fields {
			if f := &c.Fields[i]; (c.Pushable || c.Name == care.Patients) && f.Policy != care.Server {
				fields = append(fields, infoOf(c, f))
			}
		}
	}
	answer, err := page(fields, false, nil)
	if err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, answer)
}

func infoOf(c *care.Collection, f *care.Field) fieldInfo {
	info := fieldInfo{Collection: c.Name, Name: f.Name, Kind: kindNames[f.Kind], Values: f.Values, Once: f.Policy == care.Immutable}
	switch f.Kind {
	case care.Int, care.Decimal:
		info.Min, info.Max = &f.Min, &f.Max
	case care.Text:
		info.Max = &f.Max
	case care.ID, care.Ref, care.Enum, care.Date, care.Time, care.Bool, care.List, care.Object:
	}
	return info
}
