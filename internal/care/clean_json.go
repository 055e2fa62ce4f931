package care

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"unicode/utf8"
)

// MaxQuotedDepth is how deep a value may be nested to leave the server as JSON. Parsers of phones and
// pages give up somewhere above a few hundred levels.
const MaxQuotedDepth = 64

// maxStoredDepth is how deep an object that the server keeps may be nested: it may quote, a few levels down, what
// MaxQuotedDepth lets through.
const maxStoredDepth = MaxQuotedDepth + 16

// LegibleJSON says whether a stored object can be read and sent: one value of JSON, in UTF-8 without lone surrogates,
// and not nested without end. Somebody who writes past the engine can store anything else.
func LegibleJSON(raw []byte) bool {
	return utf8.Valid(raw) && json.Valid(raw) && !Deep(raw) && !loneSurrogate(raw)
}

// Deep says whether JSON is nested deeper than anything that the server keeps.
func Deep(raw []byte) bool {
	return bytes.Count(raw, []byte("["))+bytes.Count(raw, []byte("{")) > maxStoredDepth && deeper(raw, maxStoredDepth)
}

// CleanJSON says whether every reader of JSON can read raw: one value, in UTF-8 without lone surrogates,
// no name twice in an object, nested at most MaxQuotedDepth deep.
func CleanJSON(raw []byte) bool {
	if !utf8.Valid(raw) || !json.Valid(raw) || deeper(raw, MaxQuotedDepth) || loneSurrogate(raw) {
		return false
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	return onceNamed(d) == nil
}

// deeper looks at brackets outside of texts, so that nothing recurses over what is nested without end.
func deeper(raw []byte, most int) bool {
	depth, text := 0, false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case text && c == '\\':
			i++
		case c == '"':
			text = !text
		case text:
		case c == '{' || c == '[':
			if depth++; depth > most {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

// loneSurrogate looks for half of a pair of \u escapes in valid JSON: what is left of an emoji that was cut.
func loneSurrogate(raw []byte) bool {
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		unit, ok := escaped(raw[i:])
		if !ok {
			i++ // whatever is escaped, a backslash too
			continue
		}
		switch unit >> 10 {
		case 0xd800 >> 10:
			low, ok := escaped(raw[i+6:])
			if !ok || low>>10 != 0xdc00>>10 {
				return true
			}
			i += 11
		case 0xdc00 >> 10:
			return true
		default:
			i += 5
		}
	}
	return false
}

// escaped reads the \u escape that b begins with.
func escaped(b []byte) (uint64, bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	unit, err := strconv.ParseUint(string(b[2:6]), 16, 16)
	return unit, err == nil
}

var errTwice = errors.New("a name stands twice in an object")

// onceNamed walks a value and ends with errTwice where an object has a name twice.
func onceNamed(d *json.Decoder) error {
	var names []map[string]bool // of each open object, nil of a list
	name := false               // whether the next text is a name
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case json.Delim:
			switch t {
			case '{':
				names = append(names, map[string]bool{})
			case '[':
				names = append(names, nil)
			default:
				names = names[:len(names)-1]
			}
			name = len(names) > 0 && names[len(names)-1] != nil
			continue
		case string:
			if name {
				seen := names[len(names)-1]
				if seen[t] {
					return errTwice
				}
				seen[t], name = true, false
				continue
			}
		}
		name = len(names) > 0 && names[len(names)-1] != nil
	}
}

// Quote splits what was sent into what an issue keeps of it: content where it is clean JSON, else raw,
// its bytes in base64. Either holds every byte.
func Quote(sent []byte) (content json.RawMessage, raw string) {
	if CleanJSON(sent) {
		return sent, ""
	}
	return nil, base64.StdEncoding.EncodeToString(sent)
}
