package care_test

import (
	"encoding/json"
	"strings"
	"testing"

	"doorstep/internal/care"
)

func TestWhateverARecordHoldsCountsAmongItsBytes(t *testing.T) {
	const much = 10_000
	long := strings.Repeat("n", much)
	empty := (&care.Record{}).Bytes()
	for name, rec := range map[string]*care.Record{
		"a text":                  {Values: map[string]any{"note": long}},
		"a list":                  {Values: map[string]any{"needs": []string{long}}},
		"an object":               {Values: map[string]any{"news2": json.RawMessage(long)}},
		"what cannot be read":     {Spoiled: map[string]string{"pulse": long}},
		"who changed a field":     {Meta: care.Meta{Changed: map[string]care.Change{"note": {Author: long}}}},
		"an id":                   {ID: long},
		"who wrote it":            {Meta: care.Meta{Author: long}},
		"numbers, in many fields": {Values: numbers(much / 48)},
	} {
		if n := rec.Bytes(); n < empty+much || n > empty+3*much {
			t.Errorf("%s: %d bytes, %d without", name, n, empty)
		}
	}
}

func numbers(n int) map[string]any {
	values := map[string]any{}
	for i := range n {
		values[strings.Repeat("x", i)] = int64(i)
	}
	return values
}
