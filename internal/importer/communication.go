package importer

import (
	"slices"
	"strings"
)

// textphone is the need of somebody who is reached by a text telephone; its number stands behind it.
const textphone = "textphone"

// Extensions of UK Core that PDS fills. Older ones begin with "Extension-NHSDigital-" or "Extension-CareConnect-".
const (
	communicates = "NHSCommunication"
	prefers      = "ContactPreference"
	otherContact = "OtherContactSystem"
)

// Codes of PDS where no display stands beside them (UK Core: PreferredWrittenCommunicationFormat, PreferredContactMethod).
var (
	writtenFormats = map[string]string{"11": "large print", "12": "Braille", "13": "audio tape"}
	contactNeeds   = map[string]string{"5": textphone, "6": "telephone by a proxy", "7": "sign language", "8": "no telephone contact"}
	contactHabits  = []string{"1", "2", "3", "4"} // letter, visit, telephone, e-mail: no need
)

func (e *fhirExtension) is(name string) bool {
	return strings.HasSuffix(e.URL, name) || strings.Contains(e.URL, name+"-")
}

// communicationNeeds lists every language but English, signed ones too, whether an interpreter is needed, the form in
// which to write, and a text telephone.
func communicationNeeds(f *fhirPatient, today string) []string {
	var needs []string
	add := func(need string) {
		if need = tidy(need); need != "" && !slices.Contains(needs, need) {
			needs = append(needs, need)
		}
	}
	for _, c := range f.Communication {
		for _, language := range languages(c.Language) {
			add(language)
		}
		for i := range c.Extension {
			if c.Extension[i].is(communicates) {
				addLanguage(&c.Extension[i], add)
			}
		}
	}
	for i := range f.Extension {
		switch e := &f.Extension[i]; {
		case e.is(communicates):
			addLanguage(e, add)
		case e.is(prefers):
			addPreference(e, add)
		}
	}
	for _, t := range f.Telecom {
		if isTextphone(t) && t.Use != "old" && t.Period.holds(today) {
			add(textphone + " " + t.Value.String())
		}
	}
	return needs
}

// languages are those of a concept but English: two codings of one concept may be two languages.
func languages(c fhirConcept) []string {
	var list []string
	english := false
	for _, coding := range c.Coding {
		code := strings.ToLower(coding.Code.String())
		switch {
		case code == "en" || strings.HasPrefix(code, "en-"):
			english = true
		case coding.Display != "":
			list = append(list, coding.Display.String())
		case code != "":
			list = append(list, coding.Code.String())
		}
	}
	if text := c.Text.String(); text != "" && (len(c.Coding) == 0 || len(c.Coding) == 1 && !english) {
		return []string{text}
	}
	return list
}

func addLanguage(e *fhirExtension, add func(string)) {
	if language := e.part("language"); language != nil {
		for _, name := range languages(language.Concept) {
			add(name)
		}
	}
	if needed := e.part("interpreterRequired"); needed != nil && needed.Boolean == "true" {
		add("interpreter")
	}
}

func addPreference(e *fhirExtension, add func(string)) {
	if format := e.part("PreferredWrittenCommunicationFormat"); format != nil {
		add(shown(format.Concept, writtenFormats))
	}
	if method := e.part("PreferredContactMethod"); method != nil {
		if code := codeOf(method.Concept); !slices.Contains(contactHabits, code) {
			add(shown(method.Concept, contactNeeds))
		}
	}
}

func codeOf(c fhirConcept) string {
	if len(c.Coding) == 0 {
		return ""
	}
	return c.Coding[0].Code.String()
}

// shown is a concept as people read it; a code that neither says what it means nor is known stays one.
func shown(c fhirConcept, known map[string]string) string {
	code := codeOf(c)
	switch {
	case c.Text != "":
		return c.Text.String()
	case len(c.Coding) > 0 && c.Coding[0].Display != "":
		return c.Coding[0].Display.String()
	case known[code] != "":
		return known[code]
	}
	return code
}

func isTextphone(t fhirTelecom) bool {
	if t.Value == "" {
		return false
	}
	for i := range t.Extension {
		if e := &t.Extension[i]; e.is(otherContact) {
			return strings.EqualFold(e.Coding.Code.String(), textphone) || strings.Contains(strings.ToLower(e.Coding.Display.String()), textphone)
		}
	}
	return false
}

// unreadOf names what of an extension was not taken in.
func unreadOf(e *fhirExtension) []string {
	var read []string
	switch {
	case e.is(communicates):
		read = []string{"language", "interpreterRequired"}
	case e.is(prefers):
		read = []string{"PreferredWrittenCommunicationFormat", "PreferredContactMethod"}
	case e.is(otherContact):
		return nil
	default:
		return []string{e.name()}
	}
	var list []string
	for _, part := range e.Extension {
		if !slices.Contains(read, part.URL) {
			list = append(list, part.name())
		}
	}
	return list
}
