package wire

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxSkipDepth bounds how deep JSON may nest where nobody looks inside; deeper is no JSON to us.
const maxSkipDepth = 10_000

// maxWidth caps the guess of an object's size, or one huge object would make all after it dear.
const maxWidth = 32

// A push is read with a small scanner of its own because decoding is a large part of what a push
// costs: strings are cut out of the text instead of copied, and an object that is kept is
// checked for double names by the map it becomes. What counts as JSON is RFC 8259, and for a
// strict scanner I-JSON's demands as well (UTF-8, no lone surrogates, no name twice); the tests
// hold it to an independent implementation.

// scanner reads one JSON text from the front. A lenient one takes invalid UTF-8 (as U+FFFD) and
// double names; grammar is never forgiven.
type scanner struct {
	src     string
	pos     int
	lenient bool
	width   int // members of the last object kept: the next is likely of the same size
}

// errSyntax is wrapped by every error that means "this is not JSON at all".
var errSyntax = errors.New("not JSON")

func (s *scanner) syntax(what string) error {
	return &scanError{what + " at byte " + strconv.Itoa(s.pos), errSyntax}
}

// scanError is an error with a reason for people and a cause for the code.
type scanError struct {
	reason string
	cause  error
}

func (e *scanError) Error() string { return e.reason }
func (e *scanError) Unwrap() error { return e.cause }

// peek skips white space and returns the next byte without taking it, 0 at the end.
func (s *scanner) peek() byte {
	for s.pos < len(s.src) {
		switch c := s.src[s.pos]; c {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return c
		}
	}
	return 0
}

// end fails unless only white space is left.
func (s *scanner) end() error {
	if s.peek() != 0 || s.pos < len(s.src) {
		return s.syntax("text after the end")
	}
	return nil
}

// more stands before a member or element, or at the closing bracket, which it takes. n is how
// many were read before.
func (s *scanner) more(closing byte, n int) (bool, error) {
	switch c := s.peek(); {
	case c == closing:
		s.pos++
		return false, nil
	case n == 0:
		return true, nil
	case c != ',':
		return false, s.syntax("expected a comma or " + string(closing))
	}
	s.pos++
	return true, nil
}

// name reads a member's name and its colon.
func (s *scanner) name() (string, error) {
	if s.peek() != '"' {
		return "", s.syntax("expected a name")
	}
	name, err := s.str()
	if err != nil {
		return "", err
	}
	if s.peek() != ':' {
		return "", s.syntax("expected a colon")
	}
	s.pos++
	return name, nil
}

// object walks an object, calling field with each name; field must read the value.
func (s *scanner) object(field func(name string) error) error {
	if s.peek() != '{' {
		return s.mistyped("an object")
	}
	s.pos++
	var known names
	for n := 0; ; n++ {
		more, err := s.more('}', n)
		if err != nil || !more {
			return err
		}
		name, err := s.name()
		if err != nil {
			return err
		}
		if !s.lenient && !known.add(name) {
			return doubled(name)
		}
		if err := field(name); err != nil {
			return err
		}
	}
}

// names is a set that costs nothing while it is small.
type names struct {
	few  [12]string
	n    int
	many map[string]bool
}

// add reports whether the name is new.
func (k *names) add(name string) bool {
	if k.many != nil {
		if k.many[name] {
			return false
		}
		k.many[name] = true
		return true
	}
	for _, have := range k.few[:k.n] {
		if have == name {
			return false
		}
	}
	if k.n < len(k.few) {
		k.few[k.n] = name
		k.n++
		return true
	}
	k.many = make(map[string]bool, 4*len(k.few))
	for _, have := range k.few {
		k.many[have] = true
	}
	k.many[name] = true
	return true
}

// list walks an array, calling element before each value; element must read it.
func (s *scanner) list(element func() error) error {
	if s.peek() != '[' {
		return s.mistyped("a list")
	}
	s.pos++
	for n := 0; ; n++ {
		more, err := s.more(']', n)
		if err != nil || !more {
			return err
		}
		if err := element(); err != nil {
			return err
		}
	}
}

// text reads a string; null counts as "". Of another value it says so, and has read past it.
func (s *scanner) text() (string, error) {
	switch s.peek() {
	case '"':
		return s.str()
	case 'n':
		return "", s.word("null")
	}
	return "", s.mistyped("text")
}

// integer reads a whole number that fits 64 bits, written without fraction or exponent.
func (s *scanner) integer() (int64, error) {
	if c := s.peek(); c != '-' && (c < '0' || c > '9') {
		return 0, s.mistyped("a whole number")
	}
	raw, err := s.number()
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(raw, 10, 64)
	if err != nil {
		return 0, errors.New("expected a whole number")
	}
	return n, nil
}

// mistyped reads past the value that is not what was expected and says so.
func (s *scanner) mistyped(want string) error {
	if err := s.skip(); err != nil {
		return err
	}
	return errors.New("expected " + want)
}

// value reads any JSON value; numbers keep their text. depth is how many objects and lists are
// around it.
func (s *scanner) value(depth int) (any, error) {
	if depth > MaxDepth {
		return nil, errors.New("nested too deep")
	}
	switch s.peek() {
	case '"':
		return s.str()
	case 'n':
		return nil, s.word("null")
	case 't':
		return true, s.word("true")
	case 'f':
		return false, s.word("false")
	case '[':
		items := []any{}
		err := s.list(func() error {
			v, err := s.value(depth + 1)
			items = append(items, v)
			return err
		})
		return items, err
	case '{':
		return s.keep(depth)
	}
	n, err := s.number()
	return json.Number(n), err
}

// keep reads an object into a map.
func (s *scanner) keep(depth int) (map[string]any, error) {
	s.pos++
	m := make(map[string]any, s.width)
	for n := 0; ; n++ {
		more, err := s.more('}', n)
		if err != nil || !more {
			s.width = min(len(m), maxWidth)
			return m, err
		}
		name, err := s.name()
		if err != nil {
			return nil, err
		}
		v, err := s.value(depth + 1)
		if err != nil {
			return nil, err
		}
		m[name] = v
		if len(m) == n && !s.lenient {
			return nil, doubled(name)
		}
	}
}

// skip reads past any value, checking its grammar and, when strict, its names.
func (s *scanner) skip() error { return s.skipAt(0) }

func (s *scanner) skipAt(depth int) error {
	if depth > maxSkipDepth {
		return s.syntax("nested too deep")
	}
	switch s.peek() {
	case '"':
		_, err := s.str()
		return err
	case 'n':
		return s.word("null")
	case 't':
		return s.word("true")
	case 'f':
		return s.word("false")
	case '[':
		return s.list(func() error { return s.skipAt(depth + 1) })
	case '{':
		return s.object(func(string) error { return s.skipAt(depth + 1) })
	}
	_, err := s.number()
	return err
}

func (s *scanner) word(w string) error {
	if !strings.HasPrefix(s.src[s.pos:], w) {
		return s.syntax("expected " + w)
	}
	s.pos += len(w)
	return nil
}

// number reads the text of a number as RFC 8259 allows it.
func (s *scanner) number() (string, error) {
	start := s.pos
	digits := func() bool {
		from := s.pos
		for s.pos < len(s.src) && s.src[s.pos]-'0' <= 9 {
			s.pos++
		}
		return s.pos > from
	}
	at := func(c byte) bool { return s.pos < len(s.src) && s.src[s.pos] == c }
	if at('-') {
		s.pos++
	}
	if at('0') {
		s.pos++
	} else if !digits() {
		return "", s.syntax("expected a value")
	}
	if at('.') {
		s.pos++
		if !digits() {
			return "", s.syntax("expected a digit")
		}
	}
	if at('e') || at('E') {
		s.pos++
		if at('+') || at('-') {
			s.pos++
		}
		if !digits() {
			return "", s.syntax("expected a digit")
		}
	}
	return s.src[start:s.pos], nil
}

// plain are the bytes that stand for themselves in a string, whatever their neighbours.
var plain = func() (t [256]bool) {
	for c := ' '; c < utf8.RuneSelf; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// str reads a string; it is cut out of the source unless it holds an escape or needs mending.
func (s *scanner) str() (string, error) {
	src, start := s.src, s.pos+1
	ascii := true
	for i := start; i < len(src); i++ {
		c := src[i]
		if plain[c] {
			continue
		}
		switch {
		case c == '"':
			s.pos = i + 1
			if ascii {
				return src[start:i], nil
			}
			return s.mended(src[start:i])
		case c == '\\':
			s.pos = i
			return s.escaped(start)
		case c < ' ':
			s.pos = i
			return "", s.syntax("control character in text")
		}
		ascii = false
	}
	s.pos = len(src)
	return "", s.syntax("text without an end")
}

// mended is the text if it is valid UTF-8; if not, a lenient scanner puts U+FFFD for what is not.
func (s *scanner) mended(text string) (string, error) {
	switch {
	case utf8.ValidString(text):
		return text, nil
	case s.lenient:
		return strings.ToValidUTF8(text, "\uFFFD"), nil
	}
	return "", errors.New("text is not valid UTF-8")
}

// escaped reads on from the first backslash of a string that began at start.
func (s *scanner) escaped(start int) (string, error) {
	b := append(make([]byte, 0, s.pos-start+64), s.src[start:s.pos]...)
	var bad error // found in the content; reading goes on, for a syntax error weighs more
	for s.pos < len(s.src) {
		c := s.src[s.pos]
		switch {
		case c == '"':
			s.pos++
			text, err := s.mended(string(b))
			if bad == nil {
				bad = err
			}
			return text, bad
		case c == '\\':
			r, err := s.escape()
			if err != nil {
				return "", err
			}
			if r < 0 { // half of a surrogate pair
				r = utf8.RuneError
				if !s.lenient {
					bad = errors.New("text is not valid Unicode")
				}
			}
			b = utf8.AppendRune(b, r)
			continue
		case c < ' ':
			return "", s.syntax("control character in text")
		}
		b = append(b, c)
		s.pos++
	}
	return "", s.syntax("text without an end")
}

// escapes are the characters that a backslash and one letter stand for.
var escapes = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// escape reads one escape; -1 stands for half of a surrogate pair.
func (s *scanner) escape() (rune, error) {
	if s.pos+1 >= len(s.src) {
		return 0, s.syntax("text without an end")
	}
	if c := s.src[s.pos+1]; c != 'u' {
		if escapes[c] == 0 {
			return 0, s.syntax("unknown escape")
		}
		s.pos += 2
		return rune(escapes[c]), nil
	}
	r, err := s.hex()
	if err != nil || !utf16.IsSurrogate(r) {
		return r, err
	}
	if strings.HasPrefix(s.src[s.pos:], `\u`) {
		mark := s.pos
		low, err := s.hex()
		if err != nil {
			return 0, err
		}
		if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
			return pair, nil
		}
		s.pos = mark
	}
	return -1, nil
}

// hex reads \uXXXX.
func (s *scanner) hex() (rune, error) {
	if len(s.src) < s.pos+6 {
		return 0, s.syntax("text without an end")
	}
	var r rune
	for _, c := range []byte(s.src[s.pos+2 : s.pos+6]) {
		r <<= 4
		switch {
		case c >= '0' && c <= '9':
			r |= rune(c - '0')
		case c >= 'a' && c <= 'f':
			r |= rune(c - 'a' + 10)
		case c >= 'A' && c <= 'F':
			r |= rune(c - 'A' + 10)
		default:
			return 0, s.syntax("unknown escape")
		}
	}
	s.pos += 6
	return r, nil
}

// extent returns the value the scanner stands at by matching brackets only, and moves past it.
// It finds the end of every value that is JSON; whether it is one must be checked after.
func (s *scanner) extent() (string, error) {
	s.peek()
	start, depth := s.pos, 0
	for s.pos < len(s.src) {
		switch s.src[s.pos] {
		case '"':
			if err := s.pastString(); err != nil {
				return "", err
			}
		case '{', '[':
			depth++
			s.pos++
		case '}', ']':
			if depth == 0 {
				return s.scalar(start)
			}
			depth--
			s.pos++
		case ',', ':', ' ', '\t', '\n', '\r':
			if depth == 0 {
				return s.scalar(start)
			}
			s.pos++
			continue
		default:
			s.pos++
			continue
		}
		if depth == 0 {
			return s.src[start:s.pos], nil
		}
	}
	if depth > 0 {
		return "", s.syntax("a value without an end")
	}
	return s.scalar(start)
}

// scalar is an extent without brackets or quotes.
func (s *scanner) scalar(start int) (string, error) {
	if s.pos == start {
		return "", s.syntax("expected a value")
	}
	return s.src[start:s.pos], nil
}

// pastString moves past a string without looking at what it holds.
func (s *scanner) pastString() error {
	for from := s.pos + 1; ; {
		i := strings.IndexByte(s.src[from:], '"')
		if i < 0 {
			s.pos = len(s.src)
			return s.syntax("text without an end")
		}
		quote := from + i
		escapes := quote
		for escapes > from && s.src[escapes-1] == '\\' {
			escapes--
		}
		if (quote-escapes)%2 == 0 {
			s.pos = quote + 1
			return nil
		}
		from = quote + 1
	}
}

// doubled says that a name came twice in one object.
func doubled(name string) error { return errors.New("the same key twice: " + shown(name)) }

// shown quotes a name of a stranger's choosing for a message.
func shown(name string) string {
	if len(name) > 40 {
		name = strings.ToValidUTF8(name[:40], "") + "…"
	}
	return strconv.Quote(name)
}
