package news2

import "testing"

func TestATemperatureIsWrittenWithOneDecimal(t *testing.T) {
	for tenths, shown := range map[Tenths]string{375: "37.5", 370: "37.0", 5: "0.5", 0: "0.0", -5: "-0.5", -15: "-1.5", 100: "10.0"} {
		if got := tenths.String(); got != shown {
			t.Errorf("%d is shown as %s, want %s", int(tenths), got, shown)
		}
	}
}
