package handover

import (
	"encoding/json"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/news2"
)

// item is one record in the field evidence of a handover.
type item struct {
	Collection string         `json:"collection"`
	Record     string         `json:"record"`
	At         string         `json:"at"`
	ClockKnown bool           `json:"clock_known"`
	Verified   bool           `json:"verified"`
	Values     map[string]any `json:"values"`
	NEWS2      *news2.Score   `json:"news2"`
}

// Evidence is the field evidence of a handover: the records it rests on, by reference and with
// their values and sub-scores as they were judged. It is nil where the text hides them too: for
// voluntary teams, and for safeguarding before anybody but the safeguarding lead. A disclosure
// is in the evidence of a safeguarding handover only.
func Evidence(c Case) any {
	if c.To.Kind == kindVoluntary || c.Class == care.Safeguarding && c.To.Kind != kindSafeguarding {
		return nil
	}
	list := []item{}
	seen := map[string]bool{}
	for _, f := range c.Findings {
		key := f.Collection + "/" + f.Record + "@" + f.At.Format(time.RFC3339Nano)
		if f.Verified && seen[key] { // several rules held at one record; its doubtful readings differ
			continue
		}
		seen[key] = true
		list = append(list, item{f.Collection, f.Record, care.Stamp(f.At), f.ClockKnown, f.Verified, shareable(f, c.Class), f.NEWS2})
	}
	if len(list) == 0 {
		return nil
	}
	raw, err := json.Marshal(list)
	if err != nil { // a value JSON cannot hold never came over the wire
		return nil
	}
	return json.RawMessage(raw)
}

// shareable copies a record's values without what is sealed.
func shareable(f Finding, class care.Class) map[string]any {
	collection, known := care.ByName(f.Collection)
	out := make(map[string]any, len(f.Values))
	for name, v := range f.Values {
		if known && class != care.Safeguarding {
			if field, ok := collection.Field(name); ok && field.Sealed {
				continue
			}
		}
		out[name] = v
	}
	return out
}
