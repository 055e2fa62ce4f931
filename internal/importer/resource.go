package importer

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strings"
)

// The parts of FHIR R4 (4.0.1) an import reads: Patient, Organization, and the resources through which a Patient can
// name their practice. One set of types for JSON and XML; the two differ only in how a simple value and a resource are
// written.

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
	Start simple `json:"start" xml:"start"`
	End   simple `json:"end" xml:"end"`
}

// fhirMeta is what a resource says of itself.
type fhirMeta struct {
	Security []fhirCoding `json:"security" xml:"security"`
}

// fhirBundleLink leads from one page of a search to others.
type fhirBundleLink struct {
	Relation simple `json:"relation" xml:"relation"`
	URL      simple `json:"url" xml:"url"`
}

type fhirName struct {
	fhirUse
	Text   simple   `json:"text" xml:"text"`
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
	Coding []fhirCoding `json:"coding" xml:"coding"`
	Text   simple       `json:"text" xml:"text"`
}

type fhirCoding struct {
	System  simple `json:"system" xml:"system"`
	Code    simple `json:"code" xml:"code"`
	Display simple `json:"display" xml:"display"`
}

type fhirExtension struct {
	URL       string          `json:"url" xml:"url,attr"`
	Extension []fhirExtension `json:"extension" xml:"extension"`
	Concept   fhirConcept     `json:"valueCodeableConcept" xml:"valueCodeableConcept"`
	Coding    fhirCoding      `json:"valueCoding" xml:"valueCoding"`
	Boolean   simple          `json:"valueBoolean" xml:"valueBoolean"`
	Text      simple          `json:"valueString" xml:"valueString"`
	Period    fhirPeriod      `json:"valuePeriod" xml:"valuePeriod"`
}

// name is the last part of an extension's address.
func (e *fhirExtension) name() string { return e.URL[strings.LastIndexByte(e.URL, '/')+1:] }

// part is the extension of that name within an extension; nil when it has none.
func (e *fhirExtension) part(name string) *fhirExtension {
	for i := range e.Extension {
		if e.Extension[i].URL == name {
			return &e.Extension[i]
		}
	}
	return nil
}

type fhirLink struct {
	Type simple `json:"type" xml:"type"`
}

type fhirPatient struct {
	ID                  simple           `json:"id" xml:"id"`
	Meta                fhirMeta         `json:"meta" xml:"meta"`
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
		Language  fhirConcept     `json:"language" xml:"language"`
		Extension []fhirExtension `json:"extension" xml:"extension"`
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

// fhirOrganization is an Organization, or a PractitionerRole, HealthcareService or Location, which name one.
type fhirOrganization struct {
	ID           simple           `json:"id" xml:"id"`
	Identifier   []fhirIdentifier `json:"identifier" xml:"identifier"`
	Active       simple           `json:"active" xml:"active"`
	Type         fhirConcepts     `json:"type" xml:"type"`
	Period       fhirPeriod       `json:"period" xml:"period"`
	Name         simple           `json:"name" xml:"name"`
	Telecom      []fhirTelecom    `json:"telecom" xml:"telecom"`
	Address      fhirAddresses    `json:"address" xml:"address"`
	Extension    []fhirExtension  `json:"extension" xml:"extension"`
	Organization fhirReference    `json:"organization" xml:"organization"`
	ProvidedBy   fhirReference    `json:"providedBy" xml:"providedBy"`
	Managing     fhirReference    `json:"managingOrganization" xml:"managingOrganization"`
}

// belongsTo is the organisation that a role, a service or a place names.
func (o *fhirOrganization) belongsTo() fhirReference {
	for _, r := range []fhirReference{o.Organization, o.ProvidedBy, o.Managing} {
		if r.Reference != "" || r.Identifier.Value != "" {
			return r
		}
	}
	return fhirReference{}
}

// fhirConcepts and fhirAddresses are lists, of which STU3 and a Location write one without the brackets.
type (
	fhirConcepts  []fhirConcept
	fhirAddresses []fhirAddress
)

// UnmarshalJSON takes a list or one.
func (l *fhirConcepts) UnmarshalJSON(b []byte) (err error) {
	*l, err = oneOrMore[fhirConcept](b)
	return err
}

// UnmarshalJSON takes a list or one.
func (l *fhirAddresses) UnmarshalJSON(b []byte) (err error) {
	*l, err = oneOrMore[fhirAddress](b)
	return err
}

func oneOrMore[T any](b []byte) (list []T, err error) {
	if b[0] == '[' || b[0] == 'n' {
		return list, json.Unmarshal(b, &list)
	}
	list = make([]T, 1)
	return list, json.Unmarshal(b, &list[0])
}

// resource is one resource of a bundle, or contained in another, or an organisation as the ODS describes it.
type resource struct {
	kind    string // resourceType, "" when there is none
	patient *fhirPatient
	partner *fhirOrganization // of an Organization or what names one
	ord     *ordFile
}

func (r *resource) target() any {
	switch r.kind {
	case "Patient":
		r.patient = &fhirPatient{}
		return r.patient
	case "Organization", "PractitionerRole", "HealthcareService", "Location":
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
	if r.kind == "" {
		return r.readORD(b)
	}
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
