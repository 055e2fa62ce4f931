package importer

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"time"
)

// entry is one entry of a bundle.
type entry struct {
	FullURL  simple   `json:"fullUrl" xml:"fullUrl"`
	Resource resource `json:"resource" xml:"resource"`

	fault string // why it could not be read
}

// entries walks a file: each entry of a bundle, or the one resource that the file is.
type entries interface {
	next() (*entry, error) // io.EOF after the last
	single() bool          // the file is one resource, not a bundle; known once next returned
}

// openBundle reads the file twice: once for the organisations that patients may refer to before
// they come, once for the patients. At no time more than one entry is held.
func openBundle(file io.ReadSeeker, isXML bool, report *Report, now func() time.Time) (func() (*person, error), error) {
	open := func() (entries, error) {
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			return nil, err
		}
		b, err := newReader(file)
		if err != nil {
			return nil, err
		}
		if isXML {
			return &xmlEntries{d: xml.NewDecoder(b)}, nil
		}
		return &jsonEntries{d: json.NewDecoder(b)}, nil
	}
	first, err := open()
	if err != nil {
		return nil, err
	}
	partners, err := readPartners(first)
	if err != nil {
		return nil, err
	}
	second, err := open()
	if err != nil {
		return nil, err
	}
	reader := &patientReader{entries: second, partners: partners, report: report, now: now}
	return reader.next, nil
}

// readPartners indexes the organisations of a bundle by all the ways to refer to them. A file
// that breaks off is read up to there: the second reading reports it, after the good entries.
func readPartners(all entries) (map[string]*fhirOrganization, error) {
	partners := map[string]*fhirOrganization{}
	for number := 1; ; number++ {
		e, err := all.next()
		if errors.Is(err, io.EOF) {
			return partners, nil
		}
		if err != nil {
			if number == 1 {
				return nil, err // not FHIR at all
			}
			return partners, nil
		}
		if p := e.Resource.partner; p != nil {
			if e.FullURL != "" {
				partners[e.FullURL.String()] = p
			}
			if p.ID != "" {
				partners[e.Resource.kind+"/"+p.ID.String()] = p
			}
		}
	}
}

// jsonEntries walks FHIR in JSON.
type jsonEntries struct {
	d       *json.Decoder
	inside  bool // in the list of entries
	begun   bool
	other   map[string]json.RawMessage // elements of a bundle that are not entries
	ended   bool
	counted int
}

func (j *jsonEntries) single() bool { return j.counted == 0 }

func (j *jsonEntries) next() (*entry, error) {
	if j.ended {
		return nil, io.EOF
	}
	if !j.begun {
		j.begun = true
		j.other = map[string]json.RawMessage{}
		if _, err := j.d.Token(); err != nil { // the opening brace, which was peeked at
			return nil, broken(err)
		}
	}
	for {
		if j.inside {
			if j.d.More() {
				return j.read()
			}
			if _, err := j.d.Token(); err != nil {
				return nil, broken(err)
			}
			j.inside = false
		}
		if !j.d.More() {
			return j.finish()
		}
		key, err := j.d.Token()
		if err != nil {
			return nil, broken(err)
		}
		if key == "entry" {
			if open, err := j.d.Token(); err != nil || open != json.Delim('[') {
				return nil, errors.New("entry is not a list: this is not a FHIR bundle")
			}
			j.inside = true
			continue
		}
		var value json.RawMessage
		if err := j.d.Decode(&value); err != nil {
			return nil, broken(err)
		}
		if name, ok := key.(string); ok {
			j.other[name] = value
		}
	}
}

// read takes one entry whole, so that a bad one does not stop the next.
func (j *jsonEntries) read() (*entry, error) {
	j.counted++
	var raw json.RawMessage
	if err := j.d.Decode(&raw); err != nil {
		return nil, broken(err)
	}
	e := &entry{}
	if err := json.Unmarshal(raw, e); err != nil {
		e.fault = "is not in the form of FHIR R4: " + shape(err)
	}
	return e, nil
}

// finish ends a bundle, or gives the one resource the file is.
func (j *jsonEntries) finish() (*entry, error) {
	j.ended = true
	if _, err := j.d.Token(); err != nil {
		return nil, broken(err)
	}
	if _, err := j.d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("the file goes on after its end: put several resources into one bundle")
	}
	var kind string
	if err := json.Unmarshal(j.other["resourceType"], &kind); err != nil {
		return nil, errors.New("the file has no resourceType: this is not FHIR")
	}
	if kind == "Bundle" {
		return nil, io.EOF
	}
	if kind != "Patient" {
		return nil, fmt.Errorf("the file is a %s: people come as a Bundle or as one Patient", kind)
	}
	whole, err := json.Marshal(j.other)
	if err != nil {
		return nil, broken(err)
	}
	e := &entry{}
	if err := json.Unmarshal(whole, &e.Resource); err != nil {
		e.fault = "is not in the form of FHIR R4: " + shape(err)
	}
	return e, nil
}

// xmlEntries walks FHIR in XML.
type xmlEntries struct {
	d      *xml.Decoder
	bundle bool
	ended  bool
}

func (x *xmlEntries) single() bool { return !x.bundle }

func (x *xmlEntries) next() (*entry, error) {
	for {
		token, err := x.d.Token()
		if errors.Is(err, io.EOF) && x.ended {
			return nil, io.EOF
		}
		if err != nil {
			return nil, broken(err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			if end, isEnd := token.(xml.EndElement); isEnd && end.Name.Local == "Bundle" {
				x.ended = true
			}
			continue
		}
		e := &entry{}
		switch {
		case x.bundle && start.Name.Local == "entry":
			err = x.d.DecodeElement(e, &start)
		case x.bundle:
			err = x.d.Skip()
			e = nil
		case start.Name.Local == "Bundle":
			x.bundle = true
			continue
		case start.Name.Local == "Patient":
			x.ended = true
			err = e.Resource.element(x.d, start)
		default:
			return nil, fmt.Errorf("the file is a %s: people come as a Bundle or as one Patient", start.Name.Local)
		}
		if err != nil {
			return nil, broken(err)
		}
		if e != nil {
			return e, nil
		}
	}
}

func broken(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the file breaks off in the middle")
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Errorf("nothing can be read after byte %d: %w", syntax.Offset, err)
	}
	return fmt.Errorf("nothing can be read from here on: %w", err)
}

// shape says which element is of the wrong type, without its content.
func shape(err error) string {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) && wrong.Field != "" {
		return fmt.Sprintf("%s must not be of type %s", wrong.Field, bytes.TrimSpace([]byte(wrong.Value)))
	}
	return "an element is of the wrong type"
}
