package wire

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

// grammarCases are JSON texts on both sides of every rule of RFC 8259.
var grammarCases = []string{
	``, ` `, `null`, `true`, `false`, `nul`, `nulll`, `True`, `0`, `-0`, `-`, `00`, `01`, `1.`, `.5`, `1.5`, `1e`, `1e5`, `1E+05`, `1e-`, `+1`, `0x1`, `Infinity`, `NaN`,
	`1 2`, `""`, `"`, `"a`, `"a\"`, `"\\"`, `"\/\b\f\n\r\t"`, `"\a"`, `"\u"`, `"\u12"`, `"\u00e9"`, `"\u00zz"`, `"\u00E9"`, `"\ud83d\ude90"`, `"\ud83d"`, `"\ude90"`, `"\ud83d\ud83d\ude90"`,
	`"\ud83dx"`, `"\ud83d\n"`, `"\ud83d\u12"`, "\"\t\"", "\"\x00\"", "\"\x7f\"", "\"\xff\"", "\"\\n\xff\"", "\"\xe2\x82\xac\"", "\"\xed\xa0\x80\"", "\xef\xbb\xbf1", "1\x00", "\v1",
	`[]`, `[ ]`, `[1]`, `[1,]`, `[,1]`, `[1 2]`, `[1,2`, `]`, `[[[]]]`, `[}`, `{}`, `{ }`, `{"a":1}`, `{"a":1,}`, `{,}`, `{"a"}`, `{"a":}`, `{"a" 1}`, `{a:1}`, `{'a':1}`, `{"a":1 "b":2}`,
	`{"a":1,"a":2}`, `{"a":1,"\u0061":2}`, `{"a":{"b":1,"b":2}}`, `[{"a":1},{"a":1}]`, `{"":1,"":2}`, `{"a":[1,{"b":null}],"c":"d"}`, `// x`, `/**/1`,
	`{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"j":1,"k":1,"l":1,"m":1,"n":1,"a":1}`,
	`{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"j":1,"k":1,"l":1,"m":1,"n":1,"n":1}`,
	`{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"j":1,"k":1,"l":1,"m":1,"n":1,"o":1}`,
}

func TestScannerAgreesWithAnotherReader(t *testing.T) {
	for _, text := range grammarCases {
		agree(t, text)
	}
}

func FuzzScanner(f *testing.F) {
	for _, text := range grammarCases {
		f.Add(text)
	}
	f.Fuzz(agree)
}

// agree holds the scanner's verdicts and values to those of jsontext.
func agree(t *testing.T, text string) {
	strict := jsontext.Value(text).IsValid()
	lenient := jsontext.Value(text).IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if got := reads(text, false); got != strict {
		t.Errorf("%q: strict reading says %v, the other reader %v", text, got, strict)
	}
	if got := reads(text, true); got != lenient {
		t.Errorf("%q: lenient reading says %v, the other reader %v", text, got, lenient)
	}
	if lenient {
		// The extent of a value is found by brackets alone; it must be the value.
		s := &scanner{src: text}
		whole, err := s.extent()
		if err != nil || whole != strings.Trim(text, " \t\r\n") {
			t.Errorf("%q: the extent is %q, %v", text, whole, err)
		}
	}
	if !strict || strings.Count(text, "[")+strings.Count(text, "{") > MaxDepth {
		return
	}
	s := &scanner{src: text}
	v, err := s.value(0)
	if want := decodeValue(t, []byte(text)); err != nil || !reflect.DeepEqual(v, want) {
		t.Errorf("%q is %#v, %v; the other reader has %#v", text, v, err, want)
	}
}

func reads(text string, lenient bool) bool {
	s := &scanner{src: text, lenient: lenient}
	return s.skip() == nil && s.end() == nil
}

func TestExtentOfBrokenTextEnds(t *testing.T) {
	for _, text := range []string{``, ` `, `{`, `[`, `{"a`, `"a\`, `[[]`, `,`, `}`, `:`, "\"\\\\\\\""} {
		s := &scanner{src: text}
		if got, err := s.extent(); err == nil {
			t.Errorf("%q has an extent of %q", text, got)
		}
	}
}

func TestLenientReadingMendsText(t *testing.T) {
	for text, want := range map[string]string{
		"\"a\xffb\"":    "a\uFFFDb",
		"\"\\n\xff\"":   "\n\uFFFD",
		`"\ud83d"`:      "\uFFFD",
		`"\ud83d\n"`:    "\uFFFD\n",
		`"\ude90\u00e9`: "",
	} {
		s := &scanner{src: text, lenient: true}
		if got, err := s.text(); got != want || (err == nil) != strings.HasSuffix(text, `"`) {
			t.Errorf("%q became %q, %v", text, got, err)
		}
	}
}

func TestSkippingKnowsItsDepth(t *testing.T) {
	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	if !reads(nested(maxSkipDepth), true) {
		t.Error("the deepest allowed text was refused")
	}
	if reads(nested(maxSkipDepth+2), true) {
		t.Error("a text beyond all bounds was read")
	}
}

func TestHugeObjectDoesNotMakeTheNextOneDear(t *testing.T) {
	var b bytes.Buffer
	b.WriteString(`{"a":0`)
	for i := range 5000 {
		b.WriteString(`,"k` + strings.Repeat("x", i%7) + string(rune('0'+i%10)) + strings.Repeat("y", i/70) + `":1`)
	}
	b.WriteString(`}`)
	s := &scanner{src: b.String(), lenient: true}
	if _, err := s.value(0); err != nil {
		t.Fatal(err)
	}
	if s.width > maxWidth {
		t.Errorf("the next object would start with room for %d members", s.width)
	}
}
