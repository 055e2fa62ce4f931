package importer

import (
	"net/url"
	"slices"
	"strings"
)

// Systems under which the NHS number and the codes of the ODS stand: today's name, and the older ones that files still have.
var (
	nhsNumberSystems = []string{"https://fhir.nhs.uk/Id/nhs-number", "http://fhir.nhs.uk/Id/nhs-number", "http://fhir.nhs.net/Id/nhs-number",
		"https://fhir.nhs.net/Id/nhs-number", "urn:oid:2.16.840.1.113883.2.1.4.1"}
	odsSystems = []string{"https://fhir.nhs.uk/Id/ods-organization-code", "http://fhir.nhs.uk/Id/ods-organization-code", "http://fhir.nhs.net/Id/ods-organization-code",
		"https://fhir.nhs.net/Id/ods-organization-code", "urn:oid:2.16.840.1.113883.2.1.3.2.4.18.48", "https://fhir.nhs.uk/Id/ods-organization", "https://fhir.nhs.uk/Id/ods-code"}
)

func isOneOf(system simple, list []string) (at int, ok bool) {
	at = slices.Index(list, strings.TrimSuffix(system.String(), "/"))
	return at, at >= 0
}

func isNHSNumber(system simple) (known, old bool) {
	at, known := isOneOf(system, nhsNumberSystems)
	return known, at > 0
}

func isODS(system simple) bool {
	_, ok := isOneOf(system, odsSystems)
	return ok
}

// partner is what is remembered of an organisation, or of what names one.
type partner struct {
	identifiers []fhirIdentifier // of the ODS
	closed      bool             // marked as not in use
	period      fhirPeriod
	next        fhirReference // the organisation that it names
	base        string        // of the server it came from, for references that are relative
}

// partners are the organisations of a file by all the ways to refer to them.
type partners struct {
	at map[string]*partner // by address; by "Type/id" too
	// several are kinds and ids that organisations of different servers have: they name nobody.
	several map[string]bool
}

func newPartners() *partners { return &partners{at: map[string]*partner{}, several: map[string]bool{}} }

// add remembers an entry that is an organisation or names one.
func (p *partners) add(e *entry) {
	if e.resource.partner == nil {
		return
	}
	o := partnerOf(e.resource.partner)
	o.base = baseOf(e.fullURL.String())
	address := canonical(e.fullURL.String())
	if address != "" {
		p.at[address] = o
	}
	var names []string
	if id := e.resource.partner.ID.String(); id != "" {
		names = append(names, e.resource.kind+"/"+id)
	}
	if kind, id, ok := lastTwo(address); ok && kind == e.resource.kind {
		names = append(names, kind+"/"+id)
	}
	for _, name := range slices.Compact(names) {
		if before, taken := p.at[name]; taken && !slices.Equal(before.codes(), o.codes()) {
			p.several[name] = true
		}
		p.at[name] = o
	}
}

func (p *partner) codes() []string {
	var codes []string
	for _, id := range p.identifiers {
		codes = append(codes, id.Value.String())
	}
	return codes
}

func partnerOf(o *fhirOrganization) *partner {
	p := &partner{closed: o.Active == "false", period: o.Period, next: o.belongsTo()}
	for _, id := range o.Identifier {
		if isODS(id.System) && id.Value != "" {
			p.identifiers = append(p.identifiers, id)
		}
	}
	return p
}

// canonical is an address without the version it names; that of a UUID in small letters.
func canonical(address string) string {
	address = strings.TrimSpace(address)
	if at := strings.Index(address, "/_history/"); at >= 0 {
		address = address[:at]
	}
	if lower := strings.ToLower(address); strings.HasPrefix(lower, "urn:uuid:") || strings.HasPrefix(lower, "urn:oid:") {
		return lower
	}
	return strings.TrimSuffix(address, "/")
}

// lastTwo are the kind and id at the end of a resource's address.
func lastTwo(address string) (kind, id string, ok bool) {
	rest, id, ok := cutLast(address)
	if !ok {
		return "", "", false
	}
	if _, kind, ok = cutLast(rest); !ok {
		kind = rest
	}
	return kind, id, kind != "" && id != ""
}

func cutLast(address string) (before, after string, ok bool) {
	at := strings.LastIndexByte(address, '/')
	if at < 0 {
		return address, "", false
	}
	return address[:at], address[at+1:], true
}

// baseOf is the address of the server in that of a resource; "" for one without.
func baseOf(fullURL string) string {
	address := canonical(fullURL)
	kind, id, ok := lastTwo(address)
	if !ok || !strings.Contains(address, "://") {
		return ""
	}
	return strings.TrimSuffix(address, kind+"/"+id)
}

// practices are the ODS codes of practices that a person names.
type practices struct {
	codes    []string // those that hold today
	notToday []string
}

func (p *practices) add(code string, holds bool) {
	code = strings.ToUpper(tidy(code))
	if holds && !slices.Contains(p.codes, code) {
		p.codes = append(p.codes, code)
	}
	if !holds && !slices.Contains(p.notToday, code) {
		p.notToday = append(p.notToday, code)
	}
}

// practicesOf finds the ODS codes behind generalPractitioner.
func (p *partners) practicesOf(e *entry, today string) practices {
	var found practices
	look := &search{partners: p, contained: e.resource.patient.Contained, today: today, found: &found}
	for _, r := range e.resource.patient.GeneralPractitioner {
		look.follow(r, baseOf(e.fullURL.String()), true, 3)
	}
	return found
}

// search follows one person's references.
type search struct {
	partners  *partners
	contained []resource
	today     string
	found     *practices
}

// follow takes the code that a reference itself names, or those of the resource it leads to, or goes further from a
// role to its organisation. Holds: nothing on the way here was over.
func (s *search) follow(r fhirReference, base string, holds bool, steps int) {
	holds = holds && r.Identifier.Period.holds(s.today) && r.Identifier.Use != "old"
	if isODS(r.Identifier.System) && r.Identifier.Value != "" {
		s.found.add(r.Identifier.Value.String(), holds)
		return
	}
	address := r.Reference.String()
	if code := codeInAddress(address); code != "" {
		s.found.add(code, holds)
		return
	}
	to := s.resolve(address, base)
	if to == nil || steps == 0 {
		return
	}
	holds = holds && !to.closed && to.period.holds(s.today)
	if len(to.identifiers) == 0 {
		s.follow(to.next, to.base, holds, steps-1)
		return
	}
	for _, id := range to.identifiers {
		s.found.add(id.Value.String(), holds && id.Period.holds(s.today) && id.Use != "old")
	}
}

// resolve finds what a reference leads to: within the resource, at an address, or relative to the server of whoever refers.
func (s *search) resolve(reference, base string) *partner {
	if id, ok := strings.CutPrefix(reference, "#"); ok {
		for _, c := range s.contained {
			if c.partner != nil && strings.TrimPrefix(c.partner.ID.String(), "#") == id {
				return partnerOf(c.partner)
			}
		}
		return nil
	}
	address := canonical(reference)
	if strings.Contains(address, "://") || strings.HasPrefix(address, "urn:") {
		return s.partners.at[address]
	}
	if to := s.partners.at[base+address]; to != nil && base != "" {
		return to
	}
	if s.partners.several[address] {
		return nil
	}
	return s.partners.at[address]
}

// codeInAddress is the ODS code that a conditional reference asks for, or that the address of an organisation in NHS
// England's own directories ends in.
func codeInAddress(address string) string {
	where, query, conditional := strings.Cut(address, "?")
	if conditional {
		if kind, _, _ := strings.Cut(where[strings.LastIndexByte(where, '/')+1:], "/"); kind != "Organization" {
			return ""
		}
		asked, err := url.ParseQuery(query)
		if err != nil {
			return ""
		}
		for _, token := range asked["identifier"] {
			if system, value, ok := strings.Cut(token, "|"); ok && isODS(simple(system)) {
				return value
			}
		}
		return ""
	}
	at, err := url.Parse(canonical(address))
	if err != nil || at.Host == "" {
		return ""
	}
	host := strings.ToLower(at.Hostname())
	kind, id, ok := lastTwo(at.Path)
	if ok && (kind == "Organization" || kind == "organisations") && (strings.HasSuffix(host, "directory.spineservices.nhs.uk") || host == "api.service.nhs.uk") {
		return id
	}
	return ""
}
