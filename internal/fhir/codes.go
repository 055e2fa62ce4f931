package fhir

import "doorstep/internal/care"

// Systems of codes and of identifiers.
const (
	loinc     = "http://loinc.org"
	snomed    = "http://snomed.info/sct"
	ucum      = "http://unitsofmeasure.org"
	category  = "http://terminology.hl7.org/CodeSystem/observation-category"
	absent    = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
	actCode   = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
	nhsNumber = "https://fhir.nhs.uk/Id/nhs-number"
	odsCode   = "https://fhir.nhs.uk/Id/ods-organization-code"
	systemURI = "urn:ietf:rfc:3986"

	verification       = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus"
	verificationSystem = "https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland"

	// Of our own: no national list has them.
	classSystem = "urn:x-doorstep:handover-class"
	stateSystem = "urn:x-doorstep:handover-state"
)

// coded is how a reading is written in FHIR.
type coded struct {
	category string // of observation-category
	codes    []Coding
	// unit and code of a number: the text and the UCUM code that UK Core fixes.
	unit, ucum string
	// values of a choice.
	values map[string]Coding
}

// coding is the table of readings as FHIR has them, by the names of care.Readings. Blood pressure is one panel, whose row
// is its systolic; breathing is a code without a value. LOINC and SNOMED CT codes, and the texts of units, are those that
// UK Core fixes or binds (StructureDefinitions UKCore-Observation-…, June 2025). It has no profile for pain: the codes are
// those of LOINC and SNOMED CT for a numerical rating of pain.
var coding = map[string]coded{
	"respiration_rate": {category: "vital-signs", codes: []Coding{{loinc, "9279-1", "Respiratory rate"}, {snomed, "86290005", "Respiratory rate"}}, unit: "per minute", ucum: "/min"},
	"spo2":             {category: "vital-signs", codes: []Coding{{loinc, "2708-6", "Oxygen saturation in Arterial blood"}, {snomed, "103228002", "Blood oxygen saturation"}}, unit: "percent", ucum: "%"},
	"on_oxygen":        {category: "therapy", values: map[string]Coding{"true": {snomed, "371825009", "Patient on oxygen"}, "false": {snomed, "722742002", "Breathing room air"}}},
	"systolic":         {category: "vital-signs", codes: []Coding{{loinc, "85354-9", "Blood pressure panel with all children optional"}, {snomed, "75367002", "Blood pressure"}}},
	"pulse":            {category: "vital-signs", codes: []Coding{{loinc, "8867-4", "Heart rate"}, {snomed, "364075005", "Heart rate"}, {snomed, "78564009", "Pulse rate"}}, unit: "per minute", ucum: "/min"},
	"acvpu": {category: "survey", codes: []Coding{{snomed, "1104441000000107", "ACVPU (Alert Confusion Voice Pain Unresponsive) scale score"}}, values: map[string]Coding{
		"A": {snomed, "248234008", "Mentally alert"}, "C": {snomed, "130987000", "Acute confusion"}, "V": {snomed, "300202002", "Responds to voice"},
		"P": {snomed, "450847001", "Responds to pain"}, "U": {snomed, "422768004", "Unresponsive"}}},
	"temperature":   {category: "vital-signs", codes: []Coding{{loinc, "8310-5", "Body temperature"}, {snomed, "386725007", "Body temperature"}}, unit: "degree Celsius", ucum: "Cel"},
	"blood_glucose": {category: "exam", codes: []Coding{{loinc, "15074-8", "Glucose [Moles/volume] in Blood"}, {snomed, "997671000000106", "Blood glucose level"}}, unit: "millimoles per litre", ucum: "mmol/L"},
	"weight":        {category: "vital-signs", codes: []Coding{{loinc, "29463-7", "Body weight"}, {snomed, "27113001", "Body weight"}}, unit: "kilogram", ucum: "kg"},
	"pain_score":    {category: "survey", codes: []Coding{{loinc, "72514-3", "Pain severity - 0-10 verbal numeric rating [Score] - Reported"}, {snomed, "225908003", "Pain score"}}, unit: "score", ucum: "{score}"},
}

// pressure are the two halves of a blood pressure, whose texts UK Core fixes.
var pressure = map[string]Concept{
	"systolic":  {[]Coding{{loinc, "8480-6", "Systolic blood pressure"}, {snomed, "72313002", "Systolic arterial pressure"}}, "Systolic blood pressure"},
	"diastolic": {[]Coding{{loinc, "8462-4", "Diastolic blood pressure"}, {snomed, "1091811000000102", "Diastolic arterial pressure"}}, "Diastolic blood pressure"},
}

const mmHgUnit, mmHg = "millimeter of mercury", "mm[Hg]"

// The early warning score and its parts (RCP NEWS2, December 2017), by the names of news2.
const (
	scoreUnit, scoreUCUM = "ScoreOf", "{ScoreOf}"
	newsPrefix           = "Royal College of Physicians NEWS2 (National Early Warning Score 2) "
)

var (
	newsTotal = Coding{snomed, "1104051000000101", newsPrefix + "total score"}
	newsParts = map[string]Coding{
		"respiration_rate": {snomed, "1104301000000104", newsPrefix + "- respiration rate score"},
		"spo2":             {snomed, "1104311000000102", newsPrefix + "- oxygen saturation scale 1 score"},
		"oxygen":           {snomed, "1104331000000105", newsPrefix + "- air or oxygen score"},
		"systolic":         {snomed, "1104341000000101", newsPrefix + "- systolic blood pressure score"},
		"pulse":            {snomed, "1104351000000103", newsPrefix + "- pulse score"},
		"acvpu":            {snomed, "1104361000000100", newsPrefix + "- consciousness score"},
		"temperature":      {snomed, "1104371000000107", newsPrefix + "- temperature score"},
	}
	newsScale2 = Coding{snomed, "1104321000000108", newsPrefix + "- oxygen saturation scale 2 score"}
	homeHealth = Coding{actCode, "HH", "home health"}
	report     = Coding{snomed, "371531000", "Report of clinical encounter"}
)

// visitStatus is the state of a visit as an Encounter has it.
var visitStatus = map[string]string{"planned": "planned", "in_progress": "in-progress", "completed": "finished", "no_access": "cancelled", "refused": "cancelled",
	"cancelled": "cancelled", "retracted": "entered-in-error"}

// ClassNames are the classes in words.
var ClassNames = map[care.Class]string{care.Emergency: "emergency", care.Urgent: "urgent, within 2 hours", care.SameDay: "same day", care.Routine: "routine",
	care.Information: "for information", care.Safeguarding: "safeguarding"}

// priorities are the classes as request-priority has them, which orders routine, urgent, asap, stat.
var priorities = map[care.Class]string{care.Emergency: "stat", care.Urgent: "asap", care.Safeguarding: "asap", care.SameDay: "urgent", care.Routine: "routine", care.Information: "routine"}
