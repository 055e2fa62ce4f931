package wire

import (
	"bytes"
	"strconv"

	"doorstep/internal/care"
)

// What is no JSON has no grammar, but a change with NaN, a decimal comma or a line break inside a text still
// shows where it begins and ends. It is found by its brackets and quotes, so that it can be kept with its bytes
// and its neighbours are taken in.

// scanner walks over text that is like JSON.
type scanner struct {
	src []byte
	at  int
}

func (s *scanner) space() {
	for s.at < len(s.src) && bytes.IndexByte([]byte(" \t\r\n"), s.src[s.at]) >= 0 {
		s.at++
	}
}

// take steps over a character; false when another one stands there.
func (s *scanner) take(c byte) bool {
	s.space()
	if s.at >= len(s.src) || s.src[s.at] != c {
		return false
	}
	s.at++
	return true
}

// text steps over a text in quotes and gives what stands between them.
func (s *scanner) text() ([]byte, bool) {
	if !s.take('"') {
		return nil, false
	}
	from := s.at
	for ; s.at < len(s.src); s.at++ {
		switch s.src[s.at] {
		case '\\':
			s.at++
		case '"':
			s.at++
			return s.src[from : s.at-1], true
		}
	}
	return nil, false
}

// value steps over whatever stands until the comma or bracket that ends it, on its own level, and gives it.
func (s *scanner) value() ([]byte, bool) {
	s.space()
	from, depth := s.at, 0
	for s.at < len(s.src) {
		switch c := s.src[s.at]; c {
		case '"':
			if _, ok := s.text(); !ok {
				return nil, false
			}
			continue
		case '{', '[':
			depth++
		case '}', ']', ',':
			if depth == 0 {
				return bytes.TrimRight(s.src[from:s.at], " \t\r\n"), true
			}
			if c != ',' {
				depth--
			}
		}
		s.at++
	}
	return nil, false
}

// members walks an object and says where each member stands; false where it is none, or does not end.
// A piece without a name, such as the 5 of 37,5, belongs to the value before it.
func members(src []byte, member func(name string, from, to int)) bool {
	s := &scanner{src: src}
	if !s.take('{') {
		return false
	}
	var name string
	var from, to int // of the value of that name
	named := false
	flush := func() {
		if named {
			member(name, from, to)
		}
	}
	for !s.take('}') {
		start := s.at
		if text, ok := s.text(); ok && s.take(':') {
			flush()
			s.space()
			name, from, named = string(text), s.at, true
		} else if s.at = start; !named {
			return false
		}
		if _, ok := s.value(); !ok {
			return false
		}
		to = s.at
		if !s.take(',') && (s.at >= len(s.src) || s.src[s.at] != '}') {
			return false
		}
	}
	flush()
	s.space()
	return s.at == len(s.src)
}

// elements gives the elements of a list as they stand; false where it is none, or does not end.
func elements(src []byte) (list [][]byte, ok bool) {
	s := &scanner{src: src}
	if !s.take('[') {
		return nil, false
	}
	for !s.take(']') {
		v, ok := s.value()
		if !ok {
			return nil, false
		}
		list = append(list, v)
		if !s.take(',') && (s.at >= len(s.src) || s.src[s.at] != ']') {
			return nil, false
		}
	}
	s.space()
	return list, s.at == len(s.src)
}

// mendPush puts, in a push that is no JSON, an empty object in the place of each mutation that is none, and gives
// those by their place in the list; nil where it cannot be told where they begin and end.
func mendPush(body []byte) (mended []byte, broken map[int][]byte) {
	var from, to int
	if !members(body, func(name string, at, end int) {
		if name == "mutations" {
			from, to = at, end
		}
	}) {
		return nil, nil
	}
	list, ok := elements(body[from:to])
	if !ok {
		return nil, nil
	}
	broken = map[int][]byte{}
	for i, raw := range list {
		if !isJSON(raw) {
			broken[i] = raw
			list[i] = []byte("{}")
		}
	}
	mended = append(mended, body[:from]...)
	mended = append(append(append(mended, '['), bytes.Join(list, []byte(","))...), ']')
	return append(mended, body[to:]...), broken
}

func isJSON(raw []byte) bool {
	r := newReader(raw, lenient)
	return r.SkipValue() == nil && r.end() == nil
}

// placeBroken is a mutation that is no JSON, with its bytes; not ok when its mid or its key cannot be found.
func placeBroken(raw []byte) (m care.Mutation, ok bool) {
	m = care.Mutation{Raw: bytes.Clone(raw), Fault: malformed("This change could not be read: it is no JSON.")}
	found := map[string]string{}
	members(raw, func(name string, from, to int) {
		value := bytes.TrimSpace(raw[from:to])
		s := &scanner{src: value}
		if text, quoted := s.text(); quoted {
			value = text
		}
		found[name] = string(value)
	})
	m.Mid, _ = strconv.ParseInt(found["mid"], 10, 64)
	m.Key, m.Author = found["key"], found["author"]
	m.AuthoredAt, _ = care.ParseStamp(found["authored_at"])
	return m, m.Mid >= 1 && m.Mid <= 1<<53 && len(m.Key) == 26
}

// mendValues makes JSON of a mutation that is none, as its author must have meant it: a decimal comma becomes a
// point, what is no value a text, a control character in a text an escape. Nothing of it is ever stored.
func mendValues(raw []byte, depth int) []byte {
	raw = bytes.TrimSpace(raw)
	var b []byte
	switch {
	case isJSON(raw):
		return raw
	case depth > MaxDepth:
		return []byte("null")
	case len(raw) > 0 && raw[0] == '{':
		b = append(b, '{')
		whole := members(raw, func(name string, from, to int) {
			if len(b) > 1 {
				b = append(b, ',')
			}
			b = append(append(b, care.JSON(name)...), ':')
			b = append(b, mendValues(raw[from:to], depth+1)...)
		})
		if !whole {
			return []byte("null")
		}
		return append(b, '}')
	case len(raw) > 0 && raw[0] == '[':
		list, ok := elements(raw)
		if !ok {
			return []byte("null")
		}
		b = append(b, '[')
		for i, v := range list {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, mendValues(v, depth+1)...)
		}
		return append(b, ']')
	}
	s := &scanner{src: raw}
	if text, ok := s.text(); ok {
		return care.JSON(string(text))
	}
	return care.JSON(string(bytes.ReplaceAll(raw, []byte(","), []byte("."))))
}
