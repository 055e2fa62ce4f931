package care

import (
	"encoding/json"
	"testing"
)

// BenchmarkFieldCheck checks the fields of one visit and one observation set, as a push does.
func BenchmarkFieldCheck(b *testing.B) {
	contents := map[string]map[string]any{
		Visits: {
			"patient": "01jk4000000000000000000001", "team": "01jk5000000000000000000001", "staff": "01jk2000000000000000000001",
			"purpose": "wound_care", "planned_start": "2026-03-02T09:00:00.000Z", "planned_end": "2026-03-02T09:30:00.000Z",
			"status": "completed", "started_at": "2026-03-02T09:05:00.000Z", "ended_at": "2026-03-02T09:35:00.000Z",
			"soft_signs": []any{"unsteady"}, "critical_medicine": "given", "outcome": "care_given",
			"note": "Dressing changed, wound clean and dry, granulating well. Skin intact on both heels. Compression bandage tolerated.",
		},
		Observations: {
			"patient": "01jk4000000000000000000001", "visit": "01jk3000000000000000000001", "taken_at": "2026-03-02T09:20:00.000Z",
			"respiration_rate": json.Number("18"), "spo2": json.Number("95"), "on_oxygen": false, "systolic": json.Number("132"),
			"diastolic": json.Number("78"), "pulse": json.Number("74"), "acvpu": "A", "temperature": json.Number("37.1"),
		},
	}
	for _, name := range []string{Visits, Observations} {
		c, _ := ByName(name)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for field, v := range contents[name] {
					f, ok := c.Field(field)
					if !ok {
						b.Fatal(field)
					}
					if _, problem := f.Check(v); problem != nil {
						b.Fatal(problem)
					}
				}
			}
		})
	}
}
