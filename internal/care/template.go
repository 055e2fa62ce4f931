package care

import (
	"encoding/json"
	"strings"
)

// A template asks what belongs to a visit of one purpose. What was answered is kept in the visit's `details`, each answer
// with the question as it was asked, so that it can be read when the template has long been another.

// TemplateKinds: how a question is answered.
var TemplateKinds = []string{"text", "number", "choice", "yes_no"}

// Question is one line of a template.
type Question struct {
	Code    string   `json:"code"`
	Label   string   `json:"label"`
	Kind    string   `json:"kind"`
	Unit    string   `json:"unit,omitempty"`
	Options []string `json:"options,omitempty"`
	Min     *float64 `json:"min,omitempty"`
	Max     *float64 `json:"max,omitempty"`
}

// Template is what is asked at a visit of a purpose.
type Template struct {
	Purpose   string     `json:"purpose"`
	Name      string     `json:"name"`
	Questions []Question `json:"questions"`
}

func words(code, label string) Question { return Question{Code: code, Label: label, Kind: "text"} }
func yesNo(code, label string) Question { return Question{Code: code, Label: label, Kind: "yes_no"} }
func oneOf(code, label string, options ...string) Question {
	return Question{Code: code, Label: label, Kind: "choice", Options: options}
}
func count(code, label, unit string, low, high float64) Question {
	return Question{Code: code, Label: label, Kind: "number", Unit: unit, Min: &low, Max: &high}
}

// Templates are those that ship, one for a purpose.
//
// The questions are product content (Doorstep, version 1), no national data set; a clinical safety officer must accept
// them. They hold what a colleague at the next visit and a practice ask for first; none of them is scored or raises anything.
// Sizes of catheters and balloons are in Charrière and millilitres as the packs say; doses of insulin in units.
var Templates = []Template{
	{"wound_care", "Wound", []Question{
		words("wound_site", "Where the wound is"), count("wound_length", "Length", "mm", 0, 500), count("wound_width", "Width", "mm", 0, 500),
		count("wound_depth", "Depth", "mm", 0, 200), oneOf("wound_tissue", "Tissue", "Granulating", "Sloughy", "Necrotic", "Epithelialising", "Mixed"),
		oneOf("wound_exudate", "Exudate", "None", "Low", "Moderate", "High"), yesNo("wound_infection", "Signs of infection"),
		words("wound_dressing", "Dressing")}},
	{"catheter", "Catheter", []Question{
		oneOf("catheter_type", "Kind", "Urethral", "Suprapubic", "Intermittent"), count("catheter_size", "Size", "Ch", 6, 30),
		count("catheter_balloon", "Balloon", "ml", 0, 50), yesNo("catheter_changed", "Changed today"), words("catheter_lot", "Lot number"),
		oneOf("catheter_urine", "Urine", "Clear", "Cloudy", "With blood", "None")}},
	{"insulin", "Insulin", []Question{
		words("insulin_name", "Insulin, as on the pen"), count("insulin_dose", "Dose given", "units", 0, 300),
		oneOf("insulin_site", "Where it was given", "Abdomen, left", "Abdomen, right", "Thigh, left", "Thigh, right", "Arm, left", "Arm, right", "Buttock, left", "Buttock, right"),
		yesNo("insulin_hypo", "Signs of a low blood glucose")}},
	{"palliative", "End of life", []Question{
		oneOf("comfort", "How they are", "Comfortable", "Some distress", "Distressed"), yesNo("pain_controlled", "Pain controlled"),
		oneOf("driver", "Syringe driver", "None", "Running", "Stopped", "Changed today"), yesNo("medicines_at_home", "Anticipatory medicines at home"),
		words("place_wished", "Where they wish to be"), words("family", "Family and carers")}},
	{"fall", "Fall", []Question{
		words("fall_when", "When they fell"), yesNo("fall_head", "Hit their head"), yesNo("fall_thinner", "Takes a blood thinner"),
		yesNo("fall_long", "On the floor for an hour or longer"), oneOf("fall_injury", "Injury", "None seen", "Bruise or graze", "Wound", "Cannot bear weight"),
		yesNo("fall_up", "Walks as before")}},
}

// Bounds of the templates that an organisation makes for itself: a form is filled in with one thumb.
const (
	MaxTemplates = 40
	MaxQuestions = 12
	MaxOptions   = 12
)

// templatesShape are the templates of an organisation, at most one for a purpose. Who works for it is asked what its own
// says and not what the one says that ships for the same purpose; see internal/setup for what cannot be asked.
var templatesShape = &Shape{List: true, Members: []Member{
	{Field: Field{Name: "purpose", Kind: Enum, Values: VisitPurposes}, Needed: true},
	{Field: Field{Name: "name", Kind: Text, Max: 60}},
	{Field: Field{Name: "questions", Kind: Object, Shape: &Shape{List: true, Members: []Member{
		{Field: Field{Name: "code", Kind: Text, Max: 60}, Needed: true}, // an answer is known by it, however the question is worded
		{Field: Field{Name: "label", Kind: Text, Max: 100}, Needed: true},
		{Field: Field{Name: "kind", Kind: Enum, Values: TemplateKinds}, Needed: true},
		{Field: Field{Name: "unit", Kind: Text, Max: 20}},
		{Field: Field{Name: "options", Kind: Object, Shape: &Shape{List: true, Members: []Member{ // in their order, as a list of texts would not be
			{Field: Field{Name: "text", Kind: Text, Max: 60}, Needed: true},
		}}}},
		{Field: Field{Name: "min", Kind: Decimal, Min: -1e6, Max: 1e6}},
		{Field: Field{Name: "max", Kind: Decimal, Min: -1e6, Max: 1e6}},
	}}}, Needed: true},
}}

// detailsShape is what was answered at a visit, each with the question as it was asked.
var detailsShape = &Shape{List: true, Members: []Member{
	{Field: Field{Name: "code", Kind: Text, Max: 60}, Needed: true},
	{Field: Field{Name: "label", Kind: Text, Max: 100}, Needed: true},
	{Field: Field{Name: "value", Kind: Text, Max: 500}, Needed: true},
	{Field: Field{Name: "unit", Kind: Text, Max: 20}},
}}

// DetailsText writes what was answered at a visit, each with its question: "Length: 30 mm; Signs of infection: Yes". It takes
// a visit's `details` as they are stored or read; "" for what holds no answer.
func DetailsText(details any) string {
	raw, err := json.Marshal(details)
	var answers []struct{ Label, Value, Unit string }
	if err != nil || json.Unmarshal(raw, &answers) != nil {
		return ""
	}
	var told []string
	for _, a := range answers {
		told = append(told, strings.TrimRight(a.Label+": "+a.Value+" "+a.Unit, " "))
	}
	return strings.Join(told, "; ")
}
