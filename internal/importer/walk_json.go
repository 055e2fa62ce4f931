package importer

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// jsonWalk walks FHIR in JSON: one resource, a list, one after the other, or one a line (NDJSON).
type jsonWalk struct {
	*resources
	d     *json.Decoder
	meter *bounded
	yield func(*entry) error
}

func (w *jsonWalk) file() error {
	lines, err := w.inLines()
	if err != nil {
		return err
	}
	b, err := w.source.reader()
	if err != nil {
		return err
	}
	if lines {
		return w.lines(b)
	}
	w.meter = perRecord(b)
	w.d = json.NewDecoder(w.meter)
	for n := 1; ; n++ {
		w.meter.again()
		open, err := w.d.Token()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return unreadable(err)
		}
		where := "resource"
		if n > 1 {
			where = fmt.Sprintf("resource %d", n)
		}
		if err := w.top(open, where, place{}, n == 1); err != nil {
			return err
		}
	}
}

// inLines tells whether the first line is an object of its own, with more behind it.
func (w *jsonWalk) inLines() (bool, error) {
	if w.source.first != '{' {
		return false, nil
	}
	b, err := w.source.reader()
	if err != nil {
		return false, err
	}
	sample := make([]byte, largestRecord/16)
	n, err := io.ReadFull(b, sample)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false, unreadable(err)
	}
	line, rest, cut := bytes.Cut(bytes.TrimLeft(sample[:n], " \t\r\n"), []byte("\n"))
	return cut && len(bytes.TrimSpace(rest)) > 0 && json.Valid(line), nil
}

// lines reads one object a line; a line that is broken does not spoil the next.
func (w *jsonWalk) lines(b *bufio.Reader) error {
	for n := 1; ; n++ {
		line, err := readLine(b)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if len(line) == 0 {
			continue
		}
		where := fmt.Sprintf("line %d", n)
		if !json.Valid(line) {
			if err := w.yield(&entry{where: where, fault: "is no JSON"}); err != nil {
				return err
			}
			continue
		}
		w.meter = perRecord(bytes.NewReader(line))
		w.d = json.NewDecoder(w.meter)
		open, err := w.d.Token()
		if err != nil {
			return unreadable(err)
		}
		if err := w.top(open, where, place{where}, false); err != nil {
			return err
		}
	}
}

// readLine reads a line of any length up to the largest record; io.EOF after the last.
func readLine(b *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := b.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > largestRecord:
			return nil, errTooLarge
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(line) > 0, err == nil:
			return bytes.TrimSpace(line), nil
		case errors.Is(err, io.EOF):
			return nil, io.EOF
		}
		return nil, unreadable(err)
	}
}

// top takes one value that stands by itself.
func (w *jsonWalk) top(open json.Token, where string, at place, only bool) error {
	switch open {
	case json.Delim('{'):
		e, err := w.object(where, at, only)
		if e == nil || err != nil {
			return err
		}
		return w.yield(e)
	case json.Delim('['):
		for n := 1; w.d.More(); n++ {
			w.meter.again()
			open, err := w.d.Token()
			if err != nil {
				return unreadable(err)
			}
			item := fmt.Sprintf("item %d", n)
			if err := w.top(open, item, place{item}, false); err != nil {
				return err
			}
		}
		_, err := w.d.Token()
		return unreadable(err)
	}
	return w.yield(&entry{where: where, fault: "is no JSON object"})
}

// object takes an object whose brace was read: a bundle entry by entry, anything else whole. E is nil for a bundle.
func (w *jsonWalk) object(where string, at place, only bool) (e *entry, err error) {
	other := map[string]json.RawMessage{}
	var h *head
	for w.d.More() {
		w.meter.again()
		key, err := w.d.Token()
		if err != nil {
			return nil, unreadable(err)
		}
		if key == "entry" {
			if h == nil {
				h = w.newHead()
			}
			if err := w.entries(h, at); err != nil {
				return nil, err
			}
			continue
		}
		var value json.RawMessage
		if err := w.d.Decode(&value); err != nil {
			return nil, unreadable(err)
		}
		if name, ok := key.(string); ok {
			other[name] = value
		}
	}
	if _, err := w.d.Token(); err != nil {
		return nil, unreadable(err)
	}
	kind := text(other["resourceType"])
	if h != nil && kind != "Bundle" {
		return nil, faultf("there are entries outside a Bundle: this is not FHIR")
	}
	if kind == "Bundle" {
		if h == nil {
			h = w.newHead()
		}
		h.says(other)
		return nil, nil
	}
	e = &entry{where: where}
	whole, err := json.Marshal(other)
	if err != nil {
		return nil, unreadable(err)
	}
	if err := json.Unmarshal(whole, &e.resource); err != nil {
		e.fault = "is not in the form of FHIR R4: " + shape(err)
	}
	if only && e.resource.kind == "" && e.resource.ord == nil {
		return nil, faultf("the file has no resourceType: this is not FHIR")
	}
	return e, nil
}

// entries takes the list of entries of a bundle; null is an empty one.
func (w *jsonWalk) entries(h *head, at place) error {
	open, err := w.d.Token()
	switch {
	case err != nil:
		return unreadable(err)
	case open == nil:
		return nil
	case open != json.Delim('['):
		return faultf("entry is not a list: this is not a FHIR bundle")
	}
	for n := 1; w.d.More(); n++ {
		w.meter.again()
		where := at.entryIn(h, n)
		open, err := w.d.Token()
		if err != nil {
			return unreadable(err)
		}
		e := &entry{where: where, fault: "is no JSON object"}
		if open == json.Delim('{') {
			if e, err = w.entry(where, h); err != nil {
				return err
			}
		} else if err := w.skip(open); err != nil {
			return err
		}
		if e == nil {
			continue // a bundle within the bundle: its entries came by
		}
		e.where, e.of = where, h
		h.seen(e)
		if err := w.yield(e); err != nil {
			return err
		}
	}
	_, err = w.d.Token()
	return unreadable(err)
}

// entry takes what stands between the braces of one entry; nil when it was a bundle.
func (w *jsonWalk) entry(where string, h *head) (e *entry, err error) {
	e = &entry{where: where}
	for w.d.More() {
		key, err := w.d.Token()
		if err != nil {
			return nil, unreadable(err)
		}
		if key == "resource" {
			open, err := w.d.Token()
			if err != nil {
				return nil, unreadable(err)
			}
			if open != json.Delim('{') {
				if err := w.skip(open); err != nil {
					return nil, err
				}
				if open != nil {
					e.fault = "is not in the form of FHIR R4: resource is no object"
				}
				continue
			}
			held, err := w.object(where, place{where}, false)
			if err != nil {
				return nil, err
			}
			if held == nil {
				e = nil
			} else if e != nil {
				e.resource, e.fault = held.resource, held.fault
			}
			continue
		}
		var value json.RawMessage
		if err := w.d.Decode(&value); err != nil {
			return nil, unreadable(err)
		}
		switch {
		case e == nil:
		case key == "fullUrl":
			e.fullURL = simple(text(value))
		case key == "search":
			var search struct {
				Mode simple `json:"mode"`
			}
			e.included = json.Unmarshal(value, &search) == nil && search.Mode != "" && search.Mode != "match"
		}
	}
	_, err = w.d.Token()
	return e, unreadable(err)
}

// skip reads past a value whose first token was read.
func (w *jsonWalk) skip(open json.Token) error {
	if _, nested := open.(json.Delim); !nested {
		return nil
	}
	for depth := 1; depth > 0; {
		t, err := w.d.Token()
		if err != nil {
			return unreadable(err)
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
	}
	return nil
}

// says takes what a bundle says of itself.
func (h *head) says(of map[string]json.RawMessage) {
	var total simple
	if json.Unmarshal(of["total"], &total) == nil {
		h.counted(total)
	}
	var links []fhirBundleLink
	if json.Unmarshal(of["link"], &links) == nil {
		h.linked(links)
	}
	var meta fhirMeta
	if json.Unmarshal(of["meta"], &meta) == nil {
		h.labels = meta.Security
	}
}

func (h *head) counted(total simple) {
	if n, err := strconv.Atoi(total.String()); err == nil {
		h.total = n
	}
}

func (h *head) linked(links []fhirBundleLink) {
	for _, l := range links {
		switch l.Relation {
		case "self":
			h.self = l.URL.String()
		case "next":
			h.next = l.URL.String()
		}
	}
}

// text is a JSON string's content, "" for anything else.
func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// unreadable says where JSON ends to be any; nil for no error.
func unreadable(err error) error {
	if err == nil {
		return nil
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return faultOf(err, fmt.Sprintf("nothing can be read after byte %d", syntax.Offset))
	}
	return broken(err)
}

// shape says which element is of the wrong type, without its content.
func shape(err error) string {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) && wrong.Field != "" {
		return fmt.Sprintf("%s must not be of type %s", wrong.Field, bytes.TrimSpace([]byte(wrong.Value)))
	}
	return "an element is of the wrong type"
}
