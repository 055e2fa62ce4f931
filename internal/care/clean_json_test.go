package care

import (
	"encoding/base64"
	"strings"
	"testing"
)

func TestWhatAnyParserReadsIsKeptAsItCameAndTheRestByItsBytes(t *testing.T) {
	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for _, c := range []struct {
		name, sent string
		clean      bool
	}{
		{"a number too large for any computer", `1e400`, true},
		{"twenty digits", `12345678901234567890`, true},
		{"minus nought", `-0`, true},
		{"more decimals than a double has", `70.00000000000000001`, true},
		{"null", `null`, true},
		{"a text", `"Rose's dressing"`, true},
		{"an emoji", `"😀"`, true},
		{"an emoji as a pair of escapes", `"\ud83d\ude00"`, true},
		{"a backslash before a u that escapes nothing", `"\\ud83d"`, true},
		{"brackets in a text", `"` + strings.Repeat("[", 100) + `"`, true},
		{"a quote in a text, then brackets in it", `"\"` + strings.Repeat("[", 100) + `"`, true},
		{"64 levels", nested(64), true},
		{"the same name in two objects", `[{"a":1},{"a":1,"b":{"a":1}}]`, true},
		{"a text that is like a name", `{"a":"a","b":"a"}`, true},

		{"65 levels", nested(65), false},
		{"5,000 levels", nested(5000), false},
		{"the first half of an emoji", `"\ud83d"`, false},
		{"the second half of an emoji", `"\ude00"`, false},
		{"a half before a letter", `"\ud83dx"`, false},
		{"a half before another escape", `"\ud83d\u0041"`, false},
		{"a half in capitals, as a name", `{"\uD83D":1}`, false},
		{"a byte that is no UTF-8", "\"a\xffb\"", false},
		{"half a pair as bytes", "\"\xed\xa0\xbd\"", false},
		{"the same name twice", `{"a":1,"a":2}`, false},
		{"the same name twice, once escaped", `{"a":1,"\u0061":2}`, false},
		{"the same name twice, further in", `[{"a":[1,{"b":{}, "b":[]}]}]`, false},
		{"two values", `1 2`, false},
		{"not a number", `NaN`, false},
		{"nothing", ``, false},
	} {
		if got := CleanJSON([]byte(c.sent)); got != c.clean {
			t.Errorf("%s: clean %v, want %v", c.name, got, c.clean)
		}
		content, raw := Quote([]byte(c.sent))
		back, err := base64.StdEncoding.DecodeString(raw)
		if err != nil || string(content)+string(back) != c.sent {
			t.Errorf("%s: kept as %q and %q (%v)", c.name, content, back, err)
		}
	}
}
