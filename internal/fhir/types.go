package fhir

import "encoding/json"

// The resources and types of R4 that a handover needs, with the elements that it fills in. What is empty is left out.

// Bundle is a collection of resources.
type Bundle struct {
	ResourceType string      `json:"resourceType"`
	ID           string      `json:"id,omitempty"`
	Identifier   *Identifier `json:"identifier,omitempty"`
	Type         string      `json:"type"`
	Timestamp    string      `json:"timestamp,omitempty"`
	Entry        []Entry     `json:"entry,omitempty"`
}

// Entry is a resource of a bundle, under the address by which the others refer to it.
type Entry struct {
	FullURL  string `json:"fullUrl"`
	Resource any    `json:"resource"`
}

// Coding, Concept, Identifier, Reference, Period, Quantity and Annotation are types that several resources share.
type (
	Coding struct {
		System  string `json:"system,omitempty"`
		Code    string `json:"code,omitempty"`
		Display string `json:"display,omitempty"`
	}
	Concept struct {
		Coding []Coding `json:"coding,omitempty"`
		Text   string   `json:"text,omitempty"`
	}
	Identifier struct {
		Extension []Extension `json:"extension,omitempty"`
		System    string      `json:"system,omitempty"`
		Value     string      `json:"value,omitempty"`
	}
	Extension struct {
		URL                  string   `json:"url"`
		ValueCodeableConcept *Concept `json:"valueCodeableConcept,omitempty"`
	}
	Reference struct {
		Reference  string      `json:"reference,omitempty"`
		Type       string      `json:"type,omitempty"`
		Identifier *Identifier `json:"identifier,omitempty"`
		Display    string      `json:"display,omitempty"`
	}
	Period struct {
		Start string `json:"start,omitempty"`
		End   string `json:"end,omitempty"`
	}
	Quantity struct {
		Value  json.Number `json:"value"`
		Unit   string      `json:"unit,omitempty"`
		System string      `json:"system,omitempty"`
		Code   string      `json:"code,omitempty"`
	}
	Annotation struct {
		Text string `json:"text"`
	}
	Name struct {
		Use    string   `json:"use,omitempty"`
		Text   string   `json:"text,omitempty"`
		Family string   `json:"family,omitempty"`
		Given  []string `json:"given,omitempty"`
	}
	Telecom struct {
		System string `json:"system"`
		Value  string `json:"value"`
	}
	Address struct {
		Use        string `json:"use,omitempty"`
		Text       string `json:"text,omitempty"`
		PostalCode string `json:"postalCode,omitempty"`
	}
)

// Patient is whom a handover is about.
type Patient struct {
	ResourceType        string       `json:"resourceType"`
	ID                  string       `json:"id,omitempty"`
	Identifier          []Identifier `json:"identifier,omitempty"`
	Name                []Name       `json:"name,omitempty"`
	Telecom             []Telecom    `json:"telecom,omitempty"`
	BirthDate           string       `json:"birthDate,omitempty"`
	DeceasedDateTime    string       `json:"deceasedDateTime,omitempty"`
	Address             []Address    `json:"address,omitempty"`
	GeneralPractitioner []Reference  `json:"generalPractitioner,omitempty"`
}

// Organization is a team, or whom it belongs to.
type Organization struct {
	ResourceType string       `json:"resourceType"`
	ID           string       `json:"id,omitempty"`
	Identifier   []Identifier `json:"identifier,omitempty"`
	Name         string       `json:"name,omitempty"`
	Telecom      []Telecom    `json:"telecom,omitempty"`
	PartOf       *Reference   `json:"partOf,omitempty"`
}

// Practitioner is a member of staff, PractitionerRole what they are there.
type (
	Practitioner struct {
		ResourceType string       `json:"resourceType"`
		ID           string       `json:"id,omitempty"`
		Identifier   []Identifier `json:"identifier,omitempty"`
		Name         []Name       `json:"name,omitempty"`
	}
	PractitionerRole struct {
		ResourceType string     `json:"resourceType"`
		Practitioner *Reference `json:"practitioner,omitempty"`
		Organization *Reference `json:"organization,omitempty"`
		Code         []Concept  `json:"code,omitempty"`
	}
)

// Encounter is a visit at home.
type (
	Encounter struct {
		ResourceType string                 `json:"resourceType"`
		ID           string                 `json:"id,omitempty"`
		Identifier   []Identifier           `json:"identifier,omitempty"`
		Status       string                 `json:"status"`
		Class        Coding                 `json:"class"`
		Subject      *Reference             `json:"subject,omitempty"`
		Participant  []EncounterParticipant `json:"participant,omitempty"`
		Period       *Period                `json:"period,omitempty"`
		ReasonCode   []Concept              `json:"reasonCode,omitempty"`
	}
	EncounterParticipant struct {
		Individual *Reference `json:"individual,omitempty"`
	}
)

// Observation is a reading, a score, or what was noted at a visit.
type (
	Observation struct {
		ResourceType     string       `json:"resourceType"`
		ID               string       `json:"id,omitempty"`
		Identifier       []Identifier `json:"identifier,omitempty"`
		Status           string       `json:"status"`
		Category         []Concept    `json:"category,omitempty"`
		Code             Concept      `json:"code"`
		Subject          *Reference   `json:"subject,omitempty"`
		Encounter        *Reference   `json:"encounter,omitempty"`
		Effective        string       `json:"effectiveDateTime,omitempty"`
		Performer        []Reference  `json:"performer,omitempty"`
		Value                         // value[x]
		DataAbsentReason *Concept     `json:"dataAbsentReason,omitempty"`
		Interpretation   []Concept    `json:"interpretation,omitempty"`
		Note             []Annotation `json:"note,omitempty"`
		DerivedFrom      []Reference  `json:"derivedFrom,omitempty"`
		Component        []Component  `json:"component,omitempty"`
	}
	Component struct {
		Code             Concept  `json:"code"`
		Value                     // value[x]
		DataAbsentReason *Concept `json:"dataAbsentReason,omitempty"`
	}
	// Value is value[x]: one of these, or none.
	Value struct {
		Quantity *Quantity `json:"valueQuantity,omitempty"`
		Concept  *Concept  `json:"valueCodeableConcept,omitempty"`
		String   string    `json:"valueString,omitempty"`
	}
)

// Flag is what whoever goes there has to know.
type Flag struct {
	ResourceType string    `json:"resourceType"`
	Status       string    `json:"status"`
	Category     []Concept `json:"category,omitempty"`
	Code         Concept   `json:"code"`
	Subject      Reference `json:"subject"`
}

// Task is the handover itself: what is asked, of whom, by when, and how it stands.
type (
	Task struct {
		ResourceType   string       `json:"resourceType"`
		ID             string       `json:"id,omitempty"`
		Meta           *Meta        `json:"meta,omitempty"`
		Identifier     []Identifier `json:"identifier,omitempty"`
		Status         string       `json:"status"`
		StatusReason   *Concept     `json:"statusReason,omitempty"`
		BusinessStatus *Concept     `json:"businessStatus,omitempty"`
		Intent         string       `json:"intent"`
		Priority       string       `json:"priority,omitempty"`
		Code           *Concept     `json:"code,omitempty"`
		Description    string       `json:"description,omitempty"`
		Focus          *Reference   `json:"focus,omitempty"`
		For            *Reference   `json:"for,omitempty"`
		Encounter      *Reference   `json:"encounter,omitempty"`
		AuthoredOn     string       `json:"authoredOn,omitempty"`
		LastModified   string       `json:"lastModified,omitempty"`
		Requester      *Reference   `json:"requester,omitempty"`
		Owner          *Reference   `json:"owner,omitempty"`
		ReasonCode     *Concept     `json:"reasonCode,omitempty"`
		Note           []Annotation `json:"note,omitempty"`
		Restriction    *Restriction `json:"restriction,omitempty"`
		Input          []Parameter  `json:"input,omitempty"`
		Output         []Parameter  `json:"output,omitempty"`
	}
	Meta struct {
		LastUpdated string `json:"lastUpdated,omitempty"`
	}
	Restriction struct {
		Period *Period `json:"period,omitempty"`
	}
	Parameter struct {
		Type                 Concept    `json:"type"`
		ValueReference       *Reference `json:"valueReference,omitempty"`
		ValueCodeableConcept *Concept   `json:"valueCodeableConcept,omitempty"`
		ValueString          string     `json:"valueString,omitempty"`
		ValueDateTime        string     `json:"valueDateTime,omitempty"`
	}
)

// Provenance says who recorded something, when it happened and when the server knew.
type (
	Provenance struct {
		ResourceType string      `json:"resourceType"`
		Target       []Reference `json:"target"`
		Occurred     string      `json:"occurredDateTime,omitempty"`
		Recorded     string      `json:"recorded"`
		Activity     *Concept    `json:"activity,omitempty"`
		Agent        []Agent     `json:"agent"`
		Entity       []Entity    `json:"entity,omitempty"`
	}
	Agent struct {
		Who Reference `json:"who"`
	}
	Entity struct {
		Role string    `json:"role"`
		What Reference `json:"what"`
	}
)

// DocumentReference tells of the sheet of paper, whose bytes are a Binary.
type (
	DocumentReference struct {
		ResourceType string       `json:"resourceType"`
		Identifier   []Identifier `json:"identifier,omitempty"`
		Status       string       `json:"status"`
		Type         *Concept     `json:"type,omitempty"`
		Subject      *Reference   `json:"subject,omitempty"`
		Date         string       `json:"date,omitempty"`
		Author       []Reference  `json:"author,omitempty"`
		Description  string       `json:"description,omitempty"`
		Content      []Content    `json:"content"`
	}
	Content struct {
		Attachment Attachment `json:"attachment"`
	}
	Attachment struct {
		ContentType string `json:"contentType"`
		URL         string `json:"url"`
		Size        int    `json:"size"`
		Hash        []byte `json:"hash"` // SHA-1, as R4 has it
		Title       string `json:"title,omitempty"`
		Creation    string `json:"creation,omitempty"`
	}
	Binary struct {
		ResourceType string `json:"resourceType"`
		ContentType  string `json:"contentType"`
		Data         []byte `json:"data"`
	}
)

// OperationOutcome is how FHIR says what went wrong.
type (
	OperationOutcome struct {
		ResourceType string  `json:"resourceType"`
		Issue        []Issue `json:"issue"`
	}
	Issue struct {
		Severity    string   `json:"severity"`
		Code        string   `json:"code"`
		Details     *Concept `json:"details,omitempty"`
		Diagnostics string   `json:"diagnostics,omitempty"`
	}
)

// CapabilityStatement says what a server can do.
type (
	CapabilityStatement struct {
		ResourceType   string         `json:"resourceType"`
		Status         string         `json:"status"`
		Date           string         `json:"date"`
		Kind           string         `json:"kind"`
		Software       Software       `json:"software"`
		Implementation Implementation `json:"implementation"`
		FHIRVersion    string         `json:"fhirVersion"`
		Format         []string       `json:"format"`
		Rest           []Rest         `json:"rest"`
	}
	Software struct {
		Name string `json:"name"`
	}
	Implementation struct {
		Description string `json:"description"`
	}
	Rest struct {
		Mode     string         `json:"mode"`
		Security RestSecurity   `json:"security"`
		Resource []RestResource `json:"resource"`
	}
	RestSecurity struct {
		Description string `json:"description"`
	}
	RestResource struct {
		Type        string        `json:"type"`
		Interaction []Interaction `json:"interaction"`
	}
	Interaction struct {
		Code string `json:"code"`
	}
)
