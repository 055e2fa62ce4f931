package importer

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strings"
)

// The parts of FHIR R4 (4.0.1) an import reads: Patient, and the resources that can name
// a Patient's practice. One set of types for JSON and XML; the two differ only in how a simple value and a
// resource are written.

// simple is a simple value: "x", 5 or true in JSON, the attribute value in XML.
type simple string

// UnmarshalJSON takes text, a number or a truth value.
func (s *simple) UnmarshalJSON(b []byte) error {
	switch b[0] {
	case '"':
		var text string
		if err := json.Unmarshal(b, &text); err != nil {
			return err
		}
		*s = simple(strings.TrimSpace(text))
	case '{', '[':
		return fmt.Errorf("an object or a list where a simple value belongs")
	case 'n':
		*s = ""
	default:
		*s = simple(b)
	}
	return nil
}

// UnmarshalXML takes the attribute value.
func (s *simple) UnmarshalXML(d *xml.Decoder, start xml.StartElement) error {
	for _, a := range start.Attr {
		if a.Name.Local == "value" {
			*s = simple(strings.TrimSpace(a.Value))
		}
	}
	return d.Skip()
}

func (s simple) String() string { return string(s) }

// fhirUse is the common part of FHIR's identifier, name, telecom and address: the use, the period of
// validity and extensions.
type fhirUse struct {
	Use       simple          `json:"use" xml:"use"`
	Period    fhirPeriod      `json:"period" xml:"period"`
	Extension []fhirExtension `json:"extension" xml:"extension"`
}

type fhirIdentifier struct {
	fhirUse
	System simple `json:"system" xml:"system"`
	Value  simple `json:"value" xml:"value"`
}

type fhirPeriod struct {
	End simple `json:"end" xml:"end"`
}

type fhirName struct {
	fhirUse
	Family simple   `json:"family" xml:"family"`
	Given  []simple `json:"given" xml:"given"`
}

type fhirTelecom struct {
	fhirUse
	System simple `json:"system" xml:"system"`
	Value  simple `json:"value" xml:"value"`
	Rank   simple `json:"rank" xml:"rank"`
}

type fhirAddress struct {
	fhirUse
	Text       simple   `json:"text" xml:"text"`
	Line       []simple `json:"line" xml:"line"`
	City       simple   `json:"city" xml:"city"`
	District   simple   `json:"district" xml:"district"`
	PostalCode simple   `json:"postalCode" xml:"postalCode"`
}

type fhirReference struct {
	Reference  simple         `json:"reference" xml:"reference"`
	Identifier fhirIdentifier `json:"identifier" xml:"identifier"`
}

type fhirConcept struct {
	Coding []struct {
		Code    simple `json:"code" xml:"code"`
		Display simple `json:"display" xml:"display"`
	} `json:"coding" xml:"coding"`
	Text simple `json:"text" xml:"text"`
}

type fhirExtension struct {
	URL string `json:"url" xml:"url,attr"`
}

type fhirLink struct {
	Type simple `json:"type" xml:"type"`
}

type fhirPatient struct {
	ID                  simple           `json:"id" xml:"id"`
	Active              simple           `json:"active" xml:"active"`
	Identifier          []fhirIdentifier `json:"identifier" xml:"identifier"`
	Name                []fhirName       `json:"name" xml:"name"`
	Telecom             []fhirTelecom    `json:"telecom" xml:"telecom"`
	BirthDate           simple           `json:"birthDate" xml:"birthDate"`
	DeceasedBoolean     simple           `json:"deceasedBoolean" xml:"deceasedBoolean"`
	DeceasedDateTime    simple           `json:"deceasedDateTime" xml:"deceasedDateTime"`
	Address             []fhirAddress    `json:"address" xml:"address"`
	GeneralPractitioner []fhirReference  `json:"generalPractitioner" xml:"generalPractitioner"`
	Communication       []struct {
		Language fhirConcept `json:"language" xml:"language"`
	} `json:"communication" xml:"communication"`
	Link              []fhirLink      `json:"link" xml:"link"`
	Contained         []resource      `json:"contained" xml:"contained"`
	Extension         []fhirExtension `json:"extension" xml:"extension"`
	ModifierExtension []fhirExtension `json:"modifierExtension" xml:"modifierExtension"`

	// Unread names the elements this type has no field for.
	Unread []unread `json:"-" xml:",any"`
}

// unread is an element by name alone.
type unread struct{ XMLName xml.Name }

// patientElements are read, or say nothing of the person: meta and text describe the resource.
var patientElements = map[string]bool{"resourceType": true, "id": true, "meta": true, "text": true, "implicitRules": true,
	"language": true, "active": true, "identifier": true, "name": true, "telecom": true, "birthDate": true, "deceasedBoolean": true,
	"deceasedDateTime": true, "address": true, "generalPractitioner": true, "communication": true, "link": true, "contained": true,
	"extension": true, "modifierExtension": true}

// fhirOrganization is an Organization, or a PractitionerRole, which names one.
type fhirOrganization struct {
	ID           simple           `json:"id" xml:"id"`
	Identifier   []fhirIdentifier `json:"identifier" xml:"identifier"`
	Organization fhirReference    `json:"organization" xml:"organization"`
}

// resource is one resource of a bundle, or contained in another.
type resource struct {
	kind    string // resourceType, "" when there is none
	patient *fhirPatient
	partner *fhirOrganization // of an Organization or a PractitionerRole
}

func (r *resource) target() any {
	switch r.kind {
	case "Patient":
		r.patient = &fhirPatient{}
		return r.patient
	case "Organization", "PractitionerRole":
		r.partner = &fhirOrganization{}
		return r.partner
	}
	return nil
}

// UnmarshalJSON reads the resource its resourceType names; of others the name only.
func (r *resource) UnmarshalJSON(b []byte) error {
	var head struct {
		ResourceType string `json:"resourceType"`
	}
	if err := json.Unmarshal(b, &head); err != nil {
		return err
	}
	r.kind = head.ResourceType
	target := r.target()
	if target == nil {
		return nil
	}
	if err := json.Unmarshal(b, target); err != nil {
		return err
	}
	if r.patient == nil {
		return nil
	}
	var elements map[string]json.RawMessage
	if err := json.Unmarshal(b, &elements); err != nil {
		return err
	}
	for name := range elements {
		if primitive, ok := strings.CutPrefix(name, "_"); ok {
			name = "extensions of " + primitive
		}
		r.patient.Unread = append(r.patient.Unread, unread{xml.Name{Local: name}})
	}
	return nil
}

// UnmarshalXML reads the one element inside resource or contained.
func (r *resource) UnmarshalXML(d *xml.Decoder, _ xml.StartElement) error {
	for {
		token, err := d.Token()
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if err := r.element(d, t); err != nil {
				return err
			}
		case xml.EndElement:
			return nil
		}
	}
}

// element reads the resource whose start tag was just seen.
func (r *resource) element(d *xml.Decoder, start xml.StartElement) error {
	r.kind = start.Name.Local
	if target := r.target(); target != nil {
		return d.DecodeElement(target, &start)
	}
	return d.Skip()
}
