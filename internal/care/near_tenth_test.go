package care

import (
	"encoding/json"
	"strconv"
	"testing"
)

// B10
func TestATemperatureThatA32BitNumberCannotHoldIsTheTenthThatWasMeant(t *testing.T) {
	observations, _ := ByName(Observations)
	f, _ := observations.Field("temperature")
	for tenths := 340; tenths <= 420; tenths++ {
		want := float64(tenths) / 10
		widened := json.Number(strconv.FormatFloat(float64(float32(want)), 'f', -1, 64))
		if got, wrong := f.Check(widened); wrong != nil || got != want {
			t.Errorf("%s is stored as %v (%+v), want %v", widened, got, wrong, want)
		}
	}
	for text, ok := range map[string]bool{"37.00009": true, "37.0002": false, "37.95": false, "37.9999": true, "36.9998": false} {
		if _, wrong := f.Check(json.Number(text)); (wrong == nil) != ok {
			t.Errorf("%s: %+v", text, wrong)
		}
	}
}
