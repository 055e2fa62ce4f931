package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"sync"

	"doorstep/internal/care"

	"github.com/go-json-experiment/json/jsontext"
)

// reader walks JSON token by token, so that a push is read in one pass into what it means.
type reader struct {
	*jsontext.Decoder
	whole string // what is read, where its texts are to be parts of one copy; "" = each has a copy of its own
}

// How a reader takes what JSON's grammar allows but nobody should send: a name twice, text that
// is not UTF-8. Strict refuses it; lenient reads over it, to find the parts that can be kept.
const (
	strict  = false
	lenient = true
)

func newReader(src []byte, loose bool) reader {
	r := reader{Decoder: new(jsontext.Decoder)}
	r.read(src, loose)
	return r
}

// readers are kept from one mutation to the next, with the room they made for the names in an object. Whoever takes
// one puts it back with done.
var readers = sync.Pool{New: func() any { return new(jsontext.Decoder) }}

// sharedCopy is how long a mutation may be, in bytes, whose texts are parts of one copy of it. Whoever keeps one of them
// keeps all of it, so it must be short.
const sharedCopy = 4 << 10

// strictReader is newReader with a reader of readers, which refuses what nobody should send.
func strictReader(src []byte) reader {
	r := reader{Decoder: readers.Get().(*jsontext.Decoder)}
	if len(src) <= sharedCopy {
		r.whole = string(src)
	}
	r.read(src, strict)
	return r
}

// done puts a kept reader back, which lets go of what it read.
func (r reader) done() {
	r.read(nil, strict)
	readers.Put(r.Decoder)
}

// read begins with another text. From a bytes.Buffer the decoder reads in place; it does not change src.
func (r reader) read(src []byte, loose bool) {
	r.Reset(bytes.NewBuffer(src), jsontext.AllowDuplicateNames(loose), jsontext.AllowInvalidUTF8(loose))
}

// names are the members of a push that are known. They need no room of their own.
var names = func() map[string]string {
	known := map[string]string{}
	for _, name := range []string{"mid", "key", "author", "authored_at", "ops", "op", "collection", "id", "patient", "field", "issue", "base", "set", "was", "values"} {
		known[name] = name
	}
	for _, c := range care.Collections() {
		for i := range c.Fields {
			known[c.Fields[i].Name] = c.Fields[i].Name
		}
	}
	return known
}()

// name reads the name of a member.
func (r reader) name() (string, error) {
	raw, err := r.ReadValue()
	if err != nil {
		return "", err
	}
	if known, ok := names[string(raw[1:len(raw)-1])]; ok {
		return known, nil
	}
	name, _ := jsontext.AppendUnquote(nil, raw) // what is no UTF-8 is replaced, where it may be there at all
	return string(name), nil
}

// end makes sure that nothing follows.
func (r reader) end() error {
	_, err := r.ReadToken()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.New("there is text after the end")
}

// object walks an object; member must read each value.
func (r reader) object(member func(name string) error) error {
	if err := r.open('{', "an object"); err != nil {
		return err
	}
	for r.PeekKind() != '}' {
		name, err := r.name()
		if err != nil {
			return err
		}
		if err := member(name); err != nil {
			return err
		}
	}
	_, err := r.ReadToken()
	return err
}

// list walks a list; item must read each value.
func (r reader) list(item func() error) error {
	if err := r.open('[', "a list"); err != nil {
		return err
	}
	for r.PeekKind() != ']' {
		if err := item(); err != nil {
			return err
		}
	}
	_, err := r.ReadToken()
	return err
}

func (r reader) open(kind jsontext.Kind, what string) error {
	if r.PeekKind() != kind {
		return r.mistyped(what)
	}
	_, err := r.ReadToken()
	return err
}

// mistyped reads over a value of the wrong type and says so.
func (r reader) mistyped(want string) error {
	if err := r.SkipValue(); err != nil {
		return err
	}
	return errors.New("expected " + want)
}

// text reads a text; null is the empty one.
func (r reader) text() (string, error) {
	switch r.PeekKind() {
	case '"':
		return r.string()
	case 'n':
		return "", r.SkipValue()
	}
	return "", r.mistyped("text")
}

// string reads the text that comes next.
func (r reader) string() (string, error) {
	if r.whole == "" {
		tok, err := r.ReadToken()
		if err != nil {
			return "", err
		}
		return tok.String(), nil
	}
	raw, err := r.ReadValue()
	if err != nil {
		return "", err
	}
	if end := int(r.InputOffset()); bytes.IndexByte(raw, '\\') < 0 {
		return r.whole[end-len(raw)+1 : end-1], nil
	}
	text, err := jsontext.AppendUnquote(nil, raw)
	return string(text), err
}

func (r reader) integer() (int64, error) {
	if r.PeekKind() != '0' {
		return 0, r.mistyped("a whole number")
	}
	raw, err := r.ReadValue()
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil {
		return 0, errors.New("expected a whole number")
	}
	return n, nil
}

// members reads an object of any values; items a list of them.
func (r reader) members() (map[string]any, error) {
	if r.PeekKind() != '{' {
		return nil, r.mistyped("an object")
	}
	v, err := r.value()
	m, _ := v.(map[string]any)
	return m, err
}

func (r reader) items() ([]any, error) {
	if r.PeekKind() != '[' {
		return nil, r.mistyped("a list")
	}
	v, err := r.value()
	list, _ := v.([]any)
	return list, err
}

// membersOften is how many members the content of a record has at most, as a rule: room for them is made at once.
const membersOften = 14

// value reads any value; numbers keep their text.
func (r reader) value() (any, error) {
	switch kind := r.PeekKind(); kind {
	case '{', '[':
		if r.StackDepth() >= MaxDepth {
			return nil, errors.New("nested too deep")
		}
		if kind == '[' {
			list := []any{}
			err := r.list(func() error {
				v, err := r.value()
				list = append(list, v)
				return err
			})
			return list, err
		}
		m := make(map[string]any, membersOften)
		err := r.object(func(name string) (err error) {
			m[name], err = r.value()
			return err
		})
		return m, err
	}
	if r.PeekKind() == '"' {
		return r.string()
	}
	tok, err := r.ReadToken()
	if err != nil {
		return nil, err
	}
	switch tok.Kind() {
	case 't':
		return true, nil
	case 'f':
		return false, nil
	case '0':
		return json.Number(tok.String()), nil
	}
	return nil, nil
}

// reason cuts a parser's error to one short line.
func reason(err error) string {
	s, _, _ := strings.Cut(strings.TrimPrefix(err.Error(), "jsontext: "), "\n")
	return strings.ToValidUTF8(s[:min(len(s), 200)], "")
}

// shown quotes a name a client sent, short enough for a message.
func shown(s string) string { return strconv.Quote(s[:min(len(s), 40)]) }
