package care

// What was written past the engine, under a version that says otherwise, may be any JSON. Whatever leaves the server is
// looked at for what its readers rely on: the kind of each value, and of an object its members. How large a number is,
// or how long a text, breaks no reader.

// ClockOffset is what every record tells, beside its fields, of its author's clock.
var ClockOffset = &Field{Name: "clock_offset_ms", Kind: Int}

// Holds says whether JSON that is stored in a field is of the field's kind and shape; null is. It takes valid JSON, and
// reads it once.
func (f *Field) Holds(raw []byte) bool {
	w := walker{raw: raw}
	return w.holds(f)
}

// Misshapen are the members of a record, as JSON, that are not of the kind of their field; nil for none.
func Misshapen(c *Collection, data []byte) (names []string) {
	w := walker{raw: data}
	w.each('{', '}', func() bool {
		name := w.name()
		f, known := c.Field(string(name))
		if string(name) == ClockOffset.Name {
			f, known = ClockOffset, true
		}
		if known && !w.holds(f) {
			names = append(names, string(name))
		} else if !known {
			w.skip()
		}
		return true
	})
	return names
}

// Misshapen are the fields of a stored record that hold an object of another shape than theirs; nil for none. What is
// of another kind reads as missing: see Unreadable.
func (r *Record) Misshapen() (names []string) {
	for i := range r.Collection.Fields {
		if f := &r.Collection.Fields[i]; f.Kind == Object && r.Values[f.Name] != nil && !f.Holds(r.Raw(f.Name)) {
			names = append(names, f.Name)
		}
	}
	return names
}

// walker goes through valid JSON once. A value that does not hold is passed over like any other.
type walker struct {
	raw []byte
	at  int
}

// peek is the first byte of the next value, 0 at the end.
func (w *walker) peek() byte {
	for w.at < len(w.raw) {
		switch c := w.raw[w.at]; c {
		case ' ', '\t', '\n', '\r', ',', ':':
			w.at++
		default:
			return c
		}
	}
	return 0
}

// each calls fn at the beginning of every item of a list, or of every name of an object, until one is not as it should
// be; false: one is not, or what comes is neither. It always ends behind the value.
func (w *walker) each(opens, closes byte, fn func() bool) bool {
	if w.peek() != opens {
		w.skip()
		return false
	}
	from, good := w.at, true
	w.at++
	for good && w.peek() != closes && w.at < len(w.raw) {
		good = fn()
	}
	if !good {
		w.at = from
		w.skip()
		return false
	}
	w.at++
	return true
}

// name is the name of a member as it is written.
func (w *walker) name() []byte {
	from := w.at + 1
	w.text()
	return w.raw[min(from, len(w.raw)):max(min(from, len(w.raw)), w.at-1)]
}

// text passes over a text.
func (w *walker) text() {
	for w.at++; w.at < len(w.raw); w.at++ {
		switch w.raw[w.at] {
		case '\\':
			w.at++
		case '"':
			w.at++
			return
		}
	}
	w.at = len(w.raw)
}

// skip passes over the next value, however deep it is.
func (w *walker) skip() {
	for depth := 0; ; {
		switch w.peek() {
		case 0:
			return
		case '"':
			w.text()
		case '{', '[':
			depth++
			w.at++
		case '}', ']':
			if depth--; depth < 0 {
				return // of what holds the value
			}
			w.at++
		default:
			w.word()
		}
		if depth <= 0 {
			return
		}
	}
}

// word passes over a number, true, false or null.
func (w *walker) word() {
	for w.at++; w.at < len(w.raw); w.at++ {
		switch w.raw[w.at] {
		case ' ', '\t', '\n', '\r', ',', ':', '}', ']':
			return
		}
	}
}

func (w *walker) holds(f *Field) bool {
	first := w.peek()
	switch {
	case first == 'n':
		w.skip()
		return true
	case f.Kind == Object:
		return w.shaped(f.Shape)
	case f.Kind == List:
		return w.each('[', ']', func() bool { return w.is(w.peek() == '"') })
	case f.Kind == Int, f.Kind == Decimal:
		return w.is(first == '-' || first >= '0' && first <= '9')
	case f.Kind == Bool:
		return w.is(first == 't' || first == 'f')
	}
	return w.is(first == '"')
}

// is passes over a value and says whether it is as it should be.
func (w *walker) is(good bool) bool {
	w.skip()
	return good
}

func (w *walker) shaped(s *Shape) bool {
	switch {
	case s.Quoted:
		return w.is(true)
	case s.List:
		return w.each('[', ']', func() bool { return w.object(s) })
	}
	return w.object(s)
}

func (w *walker) object(s *Shape) bool {
	if s.Free {
		return w.is(w.peek() == '{')
	}
	var found uint64 // the needed members that are there, by their place
	good := w.each('{', '}', func() bool {
		name := w.name()
		for i := range s.Members {
			if m := &s.Members[i]; string(name) == m.Name {
				if w.peek() != 'n' {
					found |= 1 << i
				}
				return w.holds(&m.Field)
			}
		}
		return false
	})
	for i := range s.Members {
		good = good && (!s.Members[i].Needed || found&(1<<i) != 0)
	}
	return good
}
