package importer

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Identifier systems of NHS England.
const (
	systemNHSNumber = "https://fhir.nhs.uk/Id/nhs-number"
	systemODS       = "https://fhir.nhs.uk/Id/ods-organization-code"
)

// patientReader turns the Patient entries of a bundle into people.
type patientReader struct {
	entries  entries
	partners map[string]*fhirOrganization
	report   *Report
	now      func() time.Time
	number   int
}

func (r *patientReader) next() (*person, error) {
	for {
		e, err := r.entries.next()
		if err != nil {
			return nil, err
		}
		r.number++
		where := fmt.Sprintf("entry %d", r.number)
		if r.entries.single() {
			where = "patient"
		}
		if e.fault != "" {
			p := newPerson(where)
			p.refuse("%s", e.fault)
			return p, nil
		}
		if e.Resource.patient == nil {
			r.leaveOut(e.Resource.kind)
			continue
		}
		return r.read(where, e.Resource.patient), nil
	}
}

func (r *patientReader) leaveOut(kind string) {
	switch kind {
	case "Organization", "PractitionerRole": // read for what patients say of their practice
	case "":
		r.report.LeftOut["entries without a resource"]++
	default:
		r.report.LeftOut[kind+" entries"]++
	}
}

// read turns one Patient into a person. Elements that Doorstep has no place for are counted by name.
func (r *patientReader) read(where string, f *fhirPatient) *person {
	p := newPerson(where)
	today := r.now().Format(time.DateOnly)
	switch {
	case len(f.ModifierExtension) > 0: // R4: a reader that does not understand one must not use the resource
		p.refuse("holds a modifier extension that is not understood here: %s", f.ModifierExtension[0].URL)
	case f.Active == "false":
		p.refuse("the record is marked as not in use (active = false)")
	case f.DeceasedBoolean == "true", f.DeceasedDateTime != "":
		p.refuse("the person is recorded as having died")
	}
	for _, l := range f.Link {
		if l.Type == "replaced-by" {
			p.refuse("the record is marked as replaced by another")
		}
	}
	r.identify(p, f, today)
	r.call(p, f, today)
	p.setBirth(fullDate(p, f.BirthDate.String()), r.now())
	r.phone(p, f, today)
	r.address(p, f, today)
	r.communicate(p, f)
	r.practice(p, f)
	p.finish()
	if p.report.Outcome != Refused {
		r.nameUnread(f)
	}
	return p
}

// identify takes the one NHS number that is in use.
func (r *patientReader) identify(p *person, f *fhirPatient, today string) {
	numbers := map[string]bool{}
	for _, id := range f.Identifier {
		switch {
		case id.System != systemNHSNumber:
			r.report.LeftOut["identifiers other than the NHS number"]++
		case id.Use == "old" || over(id.Period, today):
			r.report.LeftOut["NHS numbers no longer in use"]++
		case id.Value != "" && !numbers[id.Value.String()]:
			numbers[id.Value.String()] = true
			p.setNumber(id.Value.String())
		}
	}
	if len(numbers) > 1 {
		p.refuse("nhs_number: holds %d that are all in use", len(numbers))
	}
}

// call takes the official name, or else the usual one or the first; the usual name, or a
// nickname, tells how the person wants to be called.
func (r *patientReader) call(p *person, f *fhirPatient, today string) {
	byUse := map[simple]*fhirName{}
	var main *fhirName
	for i := range f.Name {
		n := &f.Name[i]
		if n.Use == "old" || n.Use == "maiden" || n.Use == "temp" || over(n.Period, today) {
			r.report.LeftOut["names of use old, maiden or temp"]++
			continue
		}
		if byUse[n.Use] == nil {
			byUse[n.Use] = n
		}
		if main == nil {
			main = n
		}
	}
	for _, use := range []simple{"usual", "official"} {
		if byUse[use] != nil && byUse[use].Family != "" {
			main = byUse[use]
		}
	}
	if main == nil {
		return
	}
	p.set("family_name", tidy(main.Family.String()))
	p.set("given_name", given(main))
	for _, use := range []simple{"nickname", "usual"} {
		if n := byUse[use]; n != nil && n != main && len(n.Given) > 0 {
			p.set("preferred_name", given(n))
		}
	}
}

func given(n *fhirName) string {
	parts := make([]string, 0, len(n.Given))
	for _, g := range n.Given {
		parts = append(parts, g.String())
	}
	return tidy(strings.Join(parts, " "))
}

// fullDate gives a birth date only when it names a day; FHIR allows a year, or a year and month.
func fullDate(p *person, text string) string {
	if text != "" && len(text) < len(time.DateOnly) {
		p.report.note("date_of_birth: names no day, left out")
		return ""
	}
	return text
}

// phone takes the one to try first: by rank, then mobile before home before others.
func (r *patientReader) phone(p *person, f *fhirPatient, today string) {
	order := map[simple]int{"mobile": 1, "home": 2, "": 3, "work": 4, "temp": 5}
	best, found := fhirTelecom{}, false
	rank := func(t fhirTelecom) int {
		n, err := strconv.Atoi(t.Rank.String())
		if err != nil || n < 1 {
			n = 1000 // FHIR: without a rank comes after all that have one
		}
		return n*10 + order[t.Use]
	}
	for _, t := range f.Telecom {
		switch {
		case t.System != "phone" || t.Value == "":
			r.report.LeftOut["contact points other than phones"]++
		case t.Use == "old" || over(t.Period, today):
			r.report.LeftOut["phones no longer in use"]++
		case !found:
			best, found = t, true
		default:
			r.report.LeftOut["further phones"]++
			if rank(t) < rank(best) {
				best = t
			}
		}
	}
	p.set("phone", tidy(best.Value.String()))
}

// address takes where the person is now: a temporary address before the home, because that is
// the door to knock at, and says so.
func (r *patientReader) address(p *person, f *fhirPatient, today string) {
	order := map[simple]int{"temp": 0, "home": 1, "": 2}
	var best *fhirAddress
	for i := range f.Address {
		a := &f.Address[i]
		_, usable := order[a.Use]
		if !usable || over(a.Period, today) {
			r.report.LeftOut["addresses of use old, work or billing"]++
			continue
		}
		if best != nil {
			r.report.LeftOut["further addresses"]++
		}
		if best == nil || order[a.Use] < order[best.Use] {
			best = a
		}
	}
	if best == nil {
		return
	}
	if best.Use == "temp" {
		p.report.note("address: is a temporary one")
	}
	var parts []string
	for _, part := range append(best.Line, best.District, best.City) {
		if text := tidy(part.String()); text != "" {
			parts = append(parts, text)
		}
	}
	text := strings.Join(parts, ", ")
	if text == "" {
		text = tidy(best.Text.String())
	}
	p.set("address", text)
	p.setPostcode(best.PostalCode.String())
}

// communicate keeps every language but English, signed ones too.
func (r *patientReader) communicate(p *person, f *fhirPatient) {
	var needs []string
	for _, c := range f.Communication {
		need := c.Language.Text.String()
		for _, coding := range c.Language.Coding {
			if code := strings.ToLower(coding.Code.String()); code == "en" || strings.HasPrefix(code, "en-") {
				need = ""
				break
			}
			if need == "" {
				need = coding.Display.String()
			}
			if need == "" {
				need = coding.Code.String()
			}
		}
		needs = append(needs, need)
	}
	p.setNeeds(needs)
}

// practice finds the ODS code behind generalPractitioner: in the reference itself, in a resource
// contained or in the bundle, or one step further from a role to its organisation.
func (r *patientReader) practice(p *person, f *fhirPatient) {
	for _, reference := range f.GeneralPractitioner {
		if code := r.follow(f, reference, 2); code != "" {
			p.setPractice(code)
			return
		}
	}
	if len(f.GeneralPractitioner) > 0 {
		p.report.note("the general practitioner is named without an ODS code: no practice is set")
	}
}

func (r *patientReader) follow(f *fhirPatient, reference fhirReference, steps int) string {
	if reference.Identifier.System == systemODS && reference.Identifier.Value != "" {
		return reference.Identifier.Value.String()
	}
	partner := r.partners[reference.Reference.String()]
	if id, ok := strings.CutPrefix(reference.Reference.String(), "#"); ok {
		partner = nil
		for _, c := range f.Contained {
			if c.partner != nil && c.partner.ID.String() == id {
				partner = c.partner
			}
		}
	}
	if partner == nil || steps == 0 {
		return ""
	}
	for _, id := range partner.Identifier {
		if id.System == systemODS && id.Value != "" {
			return id.Value.String()
		}
	}
	return r.follow(f, partner.Organization, steps-1)
}

// nameUnread counts what was passed over, so that nobody believes it came in.
func (r *patientReader) nameUnread(f *fhirPatient) {
	extensions := slices.Clone(f.Extension)
	for _, id := range f.Identifier {
		extensions = append(extensions, id.Extension...)
	}
	for _, n := range f.Name {
		extensions = append(extensions, n.Extension...)
	}
	for _, t := range f.Telecom {
		extensions = append(extensions, t.Extension...)
	}
	for _, a := range f.Address {
		extensions = append(extensions, a.Extension...)
	}
	for _, e := range extensions {
		r.report.LeftOut["extension "+e.URL[strings.LastIndexByte(e.URL, '/')+1:]]++
	}
	for _, u := range f.Unread {
		if !patientElements[u.XMLName.Local] {
			r.report.LeftOut[u.XMLName.Local]++
		}
	}
}

// over says that a period has ended before today; R4 allows its end to name a year or a month only.
func over(period fhirPeriod, today string) bool {
	end := period.End.String()
	if len(end) > len(today) {
		end = end[:len(today)]
	}
	return end != "" && end < today[:len(end)]
}
