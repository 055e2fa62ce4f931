package importer

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/transform"
)

// xmlWalk walks FHIR in XML, in the encoding it declares.
type xmlWalk struct {
	*resources
	d     *xml.Decoder
	meter *bounded
	yield func(*entry) error
}

func (w *xmlWalk) file() error {
	b, err := w.source.reader()
	if err != nil {
		return err
	}
	w.meter = perRecord(b)
	w.d = xml.NewDecoder(w.meter)
	w.d.CharsetReader = w.declared
	for roots := 0; ; {
		token, err := w.d.Token()
		if errors.Is(err, io.EOF) && roots > 0 {
			return nil
		}
		if err != nil {
			return broken(err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		where := "resource"
		if roots++; roots > 1 {
			where = fmt.Sprintf("resource %d", roots)
		}
		if strings.EqualFold(start.Name.Local, "html") {
			return faultf("the file is a web page: a FHIR file is needed")
		}
		e, err := w.element(start, where, place{})
		if err != nil {
			return err
		}
		if e == nil {
			continue
		}
		if err := w.yield(e); err != nil {
			return err
		}
	}
}

// declared reads the encoding that the file says it has. What was UTF-16 is UTF-8 by now, whatever it says.
func (w *xmlWalk) declared(label string, in io.Reader) (io.Reader, error) {
	if w.source.decode != nil || strings.HasPrefix(strings.ToLower(label), "utf-16") {
		return in, nil
	}
	known, err := htmlindex.Get(label)
	if err != nil {
		return nil, faultf("the file declares an encoding that is not known: %q", label)
	}
	return transform.NewReader(in, known.NewDecoder()), nil
}

// element takes the resource whose start tag was read; nil for a bundle, whose entries go by one by one.
func (w *xmlWalk) element(start xml.StartElement, where string, at place) (*entry, error) {
	w.meter.again()
	if start.Name.Local == "Bundle" {
		return nil, w.bundle(at)
	}
	e := &entry{where: where}
	if err := e.resource.element(w.d, start); err != nil {
		return nil, broken(err)
	}
	return e, nil
}

// children gives the elements up to the end tag of the one around them; each must read its element to the end.
func (w *xmlWalk) children(each func(xml.StartElement) error) error {
	for {
		token, err := w.d.Token()
		if err != nil {
			return broken(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if err := each(t); err != nil {
				return err
			}
		case xml.EndElement:
			return nil
		}
	}
}

func (w *xmlWalk) bundle(at place) error {
	h := w.newHead()
	n := 0
	return w.children(func(start xml.StartElement) error {
		w.meter.again()
		switch start.Name.Local {
		case "entry":
			n++
			return w.entry(h, at.entryIn(h, n))
		case "total":
			var total simple
			err := w.decode(&total, &start)
			h.counted(total)
			return err
		case "link":
			var link fhirBundleLink
			err := w.decode(&link, &start)
			h.linked([]fhirBundleLink{link})
			return err
		case "meta":
			var meta fhirMeta
			err := w.decode(&meta, &start)
			h.labels = meta.Security
			return err
		}
		return w.skip()
	})
}

func (w *xmlWalk) entry(h *head, where string) error {
	e := &entry{where: where}
	nested := false
	err := w.children(func(start xml.StartElement) error {
		switch start.Name.Local {
		case "fullUrl":
			return w.decode(&e.fullURL, &start)
		case "search":
			var search struct {
				Mode simple `xml:"mode"`
			}
			err := w.decode(&search, &start)
			e.included = search.Mode != "" && search.Mode != "match"
			return err
		case "resource":
			return w.children(func(start xml.StartElement) error {
				held, err := w.element(start, where, place{where})
				if held == nil {
					nested = true
				} else {
					e.resource = held.resource
				}
				return err
			})
		}
		return w.skip()
	})
	if err != nil || nested {
		return err
	}
	e.of = h
	h.seen(e)
	return w.yield(e)
}

func (w *xmlWalk) decode(v any, start *xml.StartElement) error {
	if err := w.d.DecodeElement(v, start); err != nil {
		return broken(err)
	}
	return nil
}

func (w *xmlWalk) skip() error {
	if err := w.d.Skip(); err != nil {
		return broken(err)
	}
	return nil
}
