package news2

import (
	"encoding/json"
	"errors"
	"math"
	"testing"
)

func TestReadATemperature(t *testing.T) {
	for _, c := range []struct {
		text string
		want Tenths
		code string
	}{
		{"37", 370, ""}, {"37.0", 370, ""}, {"37.5", 375, ""}, {"36.1", 361, ""}, {"35.0", 350, ""}, {"35.1", 351, ""},
		{"0", 0, ""}, {"0.0", 0, ""}, {"-0", 0, ""}, {"-1.5", -15, ""}, {"999999.9", 9999999, ""},
		{"37.50", 0, CodeTooManyDecimals}, {"35.05", 0, CodeTooManyDecimals}, {"37.000", 0, CodeTooManyDecimals},
		{"1000000", 0, CodeTooLarge}, {"99999999999999999999", 0, CodeTooLarge},
		{"", 0, CodeNotANumber}, {"-", 0, CodeNotANumber}, {".5", 0, CodeNotANumber}, {"37.", 0, CodeNotANumber},
		{"037", 0, CodeNotANumber}, {"+37", 0, CodeNotANumber}, {"--37", 0, CodeNotANumber}, {" 37", 0, CodeNotANumber},
		{"3.7e1", 0, CodeNotANumber}, {"37,5", 0, CodeNotANumber}, {"37.5.1", 0, CodeNotANumber}, {`"37.5"`, 0, CodeNotANumber},
		{"37.-5", 0, CodeNotANumber}, {"NaN", 0, CodeNotANumber}, {"true", 0, CodeNotANumber}, {"٣٧", 0, CodeNotANumber},
	} {
		t.Run(c.text, func(t *testing.T) {
			got, err := ParseTenths(c.text)
			var refused *DecimalError
			code := ""
			if errors.As(err, &refused) {
				code = refused.Code
				if refused.Error() == "" {
					t.Error("a refusal without a sentence")
				}
			}
			if got != c.want || code != c.code {
				t.Errorf("got %d %q, want %d %q", got, code, c.want, c.code)
			}
		})
	}
}

func TestWriteATemperature(t *testing.T) {
	for _, c := range []struct {
		tenths      Tenths
		shown, json string
	}{
		{375, "37.5", "37.5"}, {370, "37.0", "37"}, {5, "0.5", "0.5"}, {0, "0.0", "0"},
		{-5, "-0.5", "-0.5"}, {-15, "-1.5", "-1.5"}, {100, "10.0", "10"},
	} {
		if got := c.tenths.String(); got != c.shown {
			t.Errorf("%d is shown as %s, want %s", int(c.tenths), got, c.shown)
		}
		if got := show(t, c.tenths); got != c.json {
			t.Errorf("%d is written as %s, want %s", int(c.tenths), got, c.json)
		}
	}
}

func TestTemperatureInJSON(t *testing.T) {
	var r Reading
	if err := json.Unmarshal([]byte(`{"temperature":null}`), &r); err != nil || r.Temperature != nil {
		t.Errorf("null is missing: %v, %v", r.Temperature, err)
	}
	held := Tenths(370)
	if err := held.UnmarshalJSON([]byte("null")); err != nil || held != 370 {
		t.Errorf("null changed a value to %v, %v", held, err)
	}
	var refused *DecimalError
	if err := json.Unmarshal([]byte(`{"temperature":37.55}`), &r); !errors.As(err, &refused) || refused.Code != CodeTooManyDecimals {
		t.Errorf("two decimals: %v", err)
	}
	if err := json.Unmarshal([]byte(`{"temperature":"37.5"}`), &r); err == nil {
		t.Error("text was taken for a number")
	}
}

// FuzzParseTenths: whatever is accepted is a JSON number, means the same, and comes back
// the same.
func FuzzParseTenths(f *testing.F) {
	f.Fuzz(func(t *testing.T, text string) {
		tenths, err := ParseTenths(text)
		if err != nil {
			return
		}
		var number float64
		if err := json.Unmarshal([]byte(text), &number); err != nil {
			t.Fatalf("%q was accepted but is not JSON: %v", text, err)
		}
		if math.Round(number*10) != float64(tenths) {
			t.Fatalf("%q became %v", text, tenths)
		}
		for _, written := range []string{tenths.String(), show(t, tenths)} {
			if again, err := ParseTenths(written); err != nil || again != tenths {
				t.Fatalf("%q is written %s and read back as %v, %v", text, written, again, err)
			}
		}
	})
}
