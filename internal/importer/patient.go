package importer

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"doorstep/internal/identifier"
)

// patientReader turns the Patient entries of a file into people.
type patientReader struct {
	partners *partners
	heads    []*head // as the first reading found them: labels may stand behind the entries
	report   *Report
	now      func() time.Time

	organisations int // that the file holds
}

// person turns an entry into a person; nil for one that is none.
func (r *patientReader) person(e *entry) *person {
	switch {
	case e.fault != "":
		p := newPerson(e.where)
		p.refuse("%s", e.fault)
		return p
	case e.resource.patient == nil:
		r.leaveOut(e)
		return nil
	}
	where := e.where
	if where == "resource" {
		where = "patient"
	}
	return r.read(where, e)
}

func (r *patientReader) leaveOut(e *entry) {
	switch kind := e.resource.kind; kind {
	case "Organization", "PractitionerRole", "HealthcareService", "Location": // read for what patients say of their practice
		r.organisations++
	case "":
		r.report.LeftOut["entries without a resource"]++
	default:
		r.report.LeftOut[kind+" entries"]++
	}
}

// read turns one Patient into a person. Elements that Doorstep has no place for are counted by name.
func (r *patientReader) read(where string, e *entry) *person {
	f := e.resource.patient
	p := newPerson(where)
	today := dateIn(r.now())
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
	p.setNeeds(communicationNeeds(f, today))
	r.practice(p, e, today)
	r.confide(p, e)
	p.finish()
	if p.report.Outcome != Refused {
		r.nameUnread(f)
	}
	return p
}

// confide looks at the security labels of a record, and where it has none at those of its bundle.
func (r *patientReader) confide(p *person, e *entry) {
	labels := e.resource.patient.Meta.Security
	if len(labels) == 0 && e.of != nil && e.of.number <= len(r.heads) {
		labels = r.heads[e.of.number-1].labels
	}
	for _, l := range labels {
		open, plain := restricts(l.Code.String())
		switch {
		case !open:
			p.restrict(l.Code.String())
		case !plain:
			p.report.note("is labelled %s", l.Code)
		}
	}
	if p.confidentiality != "" { // a textphone is a way to reach somebody too
		needs, _ := p.patient["communication_needs"].([]string)
		kept := slices.DeleteFunc(slices.Clone(needs), func(need string) bool { return strings.HasPrefix(need, textphone) && need != textphone })
		if len(kept) < len(needs) {
			delete(p.patient, "communication_needs")
			p.setNeeds(append(kept, textphone))
		}
	}
}

// identify takes the one NHS number that is in use.
func (r *patientReader) identify(p *person, f *fhirPatient, today string) {
	numbers := map[string]bool{}
	for _, id := range f.Identifier {
		known, old := isNHSNumber(id.System)
		switch {
		case !known:
			r.report.LeftOut["identifiers other than the NHS number"]++
			continue
		case id.Use == "old" || !id.Period.holds(today):
			r.report.LeftOut["NHS numbers not in use today"]++
			continue
		case id.Value == "":
			continue
		}
		written := id.Value.String()
		if number, err := identifier.ParseNHSNumber(written); err == nil {
			written = string(number)
		}
		if numbers[written] {
			continue
		}
		numbers[written] = true
		p.setNumber(written)
		if old {
			p.report.note("nhs_number: stands under an old name of its system")
		}
	}
	if len(numbers) > 1 {
		p.refuse("nhs_number: holds %d that are all in use", len(numbers))
	}
}

// call takes the usual name with a family name, or else the official one or the first; what is used beside it tells
// how the person wants to be called.
func (r *patientReader) call(p *person, f *fhirPatient, today string) {
	byUse := map[simple]*fhirName{}
	var main *fhirName
	for i := range f.Name {
		n := &f.Name[i]
		if n.Use == "old" || n.Use == "maiden" || n.Use == "temp" || n.Use == "anonymous" || !n.Period.holds(today) {
			r.report.LeftOut["names of use old, maiden, temp or anonymous, or not in use today"]++
			continue
		}
		n.parts(p)
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

// titles stand before a name and are no part of it.
var titles = []string{"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "rev", "reverend", "sir", "dame", "lord", "lady", "master"}

// parts takes a name that is one text apart: "Family, Given", or the last word as the family name.
func (n *fhirName) parts(p *person) {
	if n.Family != "" || len(n.Given) > 0 || n.Text == "" {
		return
	}
	family, first, comma := strings.Cut(tidy(n.Text.String()), ",")
	words := strings.Fields(first)
	if !comma {
		words = strings.Fields(family)
	}
	for len(words) > 1 && slices.Contains(titles, strings.ToLower(strings.TrimSuffix(words[0], "."))) {
		words = words[1:]
	}
	if !comma {
		family, words = words[len(words)-1], words[:len(words)-1]
	}
	n.Family = simple(strings.TrimSpace(family))
	if len(words) > 0 {
		n.Given = []simple{simple(strings.Join(words, " "))}
	}
	p.report.note("the name is one text, taken apart here: look at it")
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
		case isTextphone(t) && t.Use != "old" && t.Period.holds(today): // a need; see communicationNeeds
		case t.System != "phone" && t.System != "sms" || t.Value == "":
			r.report.LeftOut["contact points other than phones"]++
		case t.Use == "old" || !t.Period.holds(today):
			r.report.LeftOut["phones not in use today"]++
		case !found:
			best, found = t, true
		default:
			r.report.LeftOut["further phones"]++
			if rank(t) < rank(best) {
				best = t
			}
		}
	}
	p.setPhone(strings.TrimPrefix(best.Value.String(), "tel:"))
}

// address takes where the person is now: a temporary address before the home, because that is
// the door to knock at, and says so.
func (r *patientReader) address(p *person, f *fhirPatient, today string) {
	order := map[simple]int{"temp": 0, "home": 1, "": 2}
	var best *fhirAddress
	for i := range f.Address {
		a := &f.Address[i]
		_, usable := order[a.Use]
		if !usable || !a.Period.holds(today) {
			r.report.LeftOut["addresses of use old, work or billing, or not in use today"]++
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
	p.set("address", best.text())
	p.setPostcode(best.PostalCode.String())
}

// text is an address in one line, without the postcode.
func (a *fhirAddress) text() string {
	var parts []string
	for _, part := range append(slices.Clone(a.Line), a.District, a.City) {
		if text := tidy(part.String()); text != "" {
			parts = append(parts, text)
		}
	}
	if len(parts) == 0 {
		return tidy(a.Text.String())
	}
	return strings.Join(parts, ", ")
}

// practice sets the practice of which the person is a patient today. One that they left, or will go to, has no right
// to what is handed over; where several hold today, nobody can tell whose patient they are.
func (r *patientReader) practice(p *person, e *entry, today string) {
	found := r.partners.practicesOf(e, today)
	switch {
	case len(found.codes) == 1:
		p.setPractice(found.codes[0])
	case len(found.codes) > 1:
		p.report.note("%d practices hold today, %s: none is set", len(found.codes), strings.Join(found.codes, " and "))
	case len(found.notToday) > 0:
		p.report.note("no practice holds today, %s did or will: none is set", strings.Join(found.notToday, " and "))
	case len(e.resource.patient.GeneralPractitioner) > 0:
		p.report.note("the general practitioner is named without an ODS code: no practice is set")
	}
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
	for i := range extensions {
		for _, name := range unreadOf(&extensions[i]) {
			r.report.LeftOut["extension "+name]++
		}
	}
	for _, u := range f.Unread {
		if !patientElements[u.XMLName.Local] {
			r.report.LeftOut[u.XMLName.Local]++
		}
	}
}

// london is where the days of a period begin and end.
var london = func() *time.Location {
	l, err := time.LoadLocation("Europe/London")
	if err != nil {
		return time.UTC
	}
	return l
}()

func dateIn(at time.Time) string { return at.In(london).Format(time.DateOnly) }

// holds says that a period has begun and is not over. R4 allows its ends to name a year or a month only; an end that is
// no date holds nothing.
func (p fhirPeriod) holds(today string) bool {
	start, ok := dateOf(p.Start.String())
	end, fine := dateOf(p.End.String())
	return ok && fine && (start == "" || start <= today[:len(start)]) && (end == "" || end >= today[:len(end)])
}

// dateOf cuts a moment down to its day in London; a year or a month stays one.
func dateOf(text string) (date string, ok bool) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return dateIn(at), true
	}
	if len(text) > len(time.DateOnly) { // a moment without a zone
		text = text[:len(time.DateOnly)]
	}
	for _, layout := range []string{time.DateOnly, "2006-01", "2006"} {
		if _, err := time.Parse(layout, text); err == nil {
			return text, true
		}
	}
	return "", text == ""
}
