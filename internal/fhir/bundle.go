package fhir

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // R4 has the hash of an attachment as SHA-1
	"encoding/json"
	"fmt"
	"strconv"

	"doorstep/internal/care"
)

// Media is the type of what this package writes.
const Media = "application/fhir+json"

// WriteBundle writes a handover with all that belongs to it.
func WriteBundle(h *Handover) ([]byte, error) {
	b := &builder{h: h, whole: true, urls: map[string]bool{}}
	b.patient()
	for i := range h.Evidence {
		b.evidence(i)
	}
	b.document()
	b.add("Task", urn("Task", h.ID), b.task())
	b.provenance(Provenance{Target: []Reference{b.self()}, Occurred: instant(h.RecordedAt), Recorded: instant(h.RaisedAt), Agent: []Agent{{b.author(h.From, h.FromTeam)}}}, "Task", h.ID)
	identifier := ours("Bundle", h.ID, strconv.FormatInt(h.Version, 10))
	return Write(Bundle{ResourceType: "Bundle", ID: id(h.ID), Identifier: &identifier, Type: "collection", Timestamp: instant(h.ChangedAt), Entry: b.entries})
}

// WriteTask writes its Task alone, which names everything by its identifiers.
func WriteTask(h *Handover) ([]byte, error) {
	return Write((&builder{h: h, urls: map[string]bool{}}).task())
}

// Write writes a resource.
func Write(resource any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(resource); err != nil {
		return nil, fmt.Errorf("write a FHIR resource: %w", err)
	}
	return out.Bytes(), nil
}

// builder makes the resources of a handover. In a whole bundle they refer to each other by address, else by identifier.
type builder struct {
	h       *Handover
	whole   bool
	entries []Entry
	urls    map[string]bool
}

// add puts a resource into the bundle, once.
func (b *builder) add(_, url string, resource any) {
	if b.whole && !b.urls[url] {
		b.urls[url] = true
		b.entries = append(b.entries, Entry{url, resource})
	}
}

// to refers to a resource that is added.
func (b *builder) to(kind, url string, identifier Identifier, display string) Reference {
	if b.whole {
		return Reference{Reference: url, Display: display}
	}
	return Reference{Type: kind, Identifier: &identifier, Display: display}
}

func (b *builder) self() Reference {
	return b.to("Task", urn("Task", b.h.ID), ours("Task", b.h.ID), "")
}

// patient adds whom it is about, and what whoever goes there has to know.
func (b *builder) patient() Reference {
	p := &b.h.Person
	url, identifier := urn("Patient", p.ID), ours("Patient", p.ID)
	out := Patient{ResourceType: "Patient", ID: id(p.ID), Identifier: []Identifier{identifier}, BirthDate: day(p.DateOfBirth), DeceasedDateTime: day(p.DiedOn)}
	if p.NHSNumber != "" {
		status := Coding{verificationSystem, "02", "Number present but not traced"}
		if p.Verified {
			status = Coding{verificationSystem, "01", "Number present and verified"}
		}
		identifier = Identifier{Extension: []Extension{{verification, &Concept{Coding: []Coding{status}}}}, System: nhsNumber, Value: p.NHSNumber}
		out.Identifier = []Identifier{identifier, out.Identifier[0]}
		identifier.Extension = nil
	}
	display := ""
	if family, given := oneLine(p.FamilyName), oneLine(p.GivenName); family != "" || given != "" {
		name := Name{Use: "official", Family: family}
		if given != "" {
			name.Given = []string{given}
		}
		out.Name, display = append(out.Name, name), joined(" ", given, family)
	}
	if called := oneLine(p.CalledName); called != "" {
		out.Name = append(out.Name, Name{Use: "usual", Text: called})
		display = first(display, called)
	}
	if phone := oneLine(p.Phone); phone != "" {
		out.Telecom = []Telecom{{"phone", phone}}
	}
	if a := (Address{Use: "home", Text: said(p.Address), PostalCode: oneLine(p.Postcode)}); a.Text != "" || a.PostalCode != "" {
		out.Address = []Address{a}
	}
	if b.whole && p.Practice != nil {
		out.GeneralPractitioner = []Reference{b.organisation(p.Practice)}
	}
	b.add("Patient", url, out)
	ref := b.to("Patient", url, identifier, display)
	for _, flag := range []struct{ kind, text string }{{"risk", p.Risk}, {"needs", p.Needs}} {
		if text := said(flag.text); text != "" {
			b.add("Flag", urn("Flag", b.h.ID, flag.kind), Flag{ResourceType: "Flag", Status: "active", Category: []Concept{{Text: map[string]string{"risk": "Risk", "needs": "Communication needs"}[flag.kind]}}, Code: Concept{Text: text}, Subject: ref})
		}
	}
	return ref
}

// organisation adds a team or a practice, with whom it belongs to.
func (b *builder) organisation(o *Organisation) Reference {
	url, identifier := urn("Organization", o.ID), ours("Organization", o.ID)
	out := Organization{ResourceType: "Organization", ID: id(o.ID), Identifier: []Identifier{identifier}, Name: oneLine(o.Name)}
	if code := oneLine(o.ODSCode); code != "" {
		identifier = Identifier{System: odsCode, Value: code}
		out.Identifier = append([]Identifier{identifier}, out.Identifier...)
	}
	if phone := oneLine(o.Phone); phone != "" {
		out.Telecom = []Telecom{{"phone", phone}}
	}
	if o.PartOf != nil && b.whole {
		above := b.organisation(o.PartOf)
		out.PartOf = &above
	}
	b.add("Organization", url, out)
	return b.to("Organization", url, identifier, out.Name)
}

// person adds a member of staff, for a team where one is given; one who is not known is named as such.
func (b *builder) author(s *Staff, team *Organisation) Reference {
	switch {
	case s == nil && team == nil:
		return Reference{Display: "Doorstep"}
	case s == nil:
		return b.organisation(team)
	}
	name := oneLine(s.Name)
	staff := Practitioner{ResourceType: "Practitioner", ID: id(s.ID), Identifier: []Identifier{ours("Practitioner", s.ID)}}
	if name != "" {
		staff.Name = []Name{{Text: name}}
	}
	url := urn("Practitioner", s.ID)
	b.add("Practitioner", url, staff)
	who := b.to("Practitioner", url, ours("Practitioner", s.ID), name)
	if !b.whole || words(s.Role) == "" && team == nil {
		return who
	}
	role := PractitionerRole{ResourceType: "PractitionerRole", Practitioner: &who}
	at := ""
	if team != nil {
		where := b.organisation(team)
		role.Organization, at = &where, team.ID
	}
	if r := words(s.Role); r != "" {
		role.Code = []Concept{{Text: r}}
	}
	url = urn("PractitionerRole", s.ID, s.Role, at)
	b.add("PractitionerRole", url, role)
	return Reference{Reference: url, Display: joined(", ", name, words(s.Role))}
}

// document adds the sheet of paper.
func (b *builder) document() *Reference {
	if len(b.h.Sheet) == 0 {
		return nil
	}
	version := strconv.FormatInt(b.h.Version, 10)
	binary, url := urn("Binary", b.h.ID, version), b.documentURL()
	if !b.urls[url] {
		hash := sha1.Sum(b.h.Sheet) //nolint:gosec // see the import
		who := b.patient()
		b.add("Binary", binary, Binary{"Binary", "application/pdf", b.h.Sheet})
		b.add("DocumentReference", url, DocumentReference{ResourceType: "DocumentReference", Identifier: []Identifier{ours("DocumentReference", b.h.ID, version)}, Status: "current",
			Type: concept("Handover on paper", report), Subject: &who, Date: instant(b.h.ChangedAt), Author: []Reference{b.author(b.h.From, b.h.FromTeam)},
			Content: []Content{{Attachment{ContentType: "application/pdf", URL: binary, Size: len(b.h.Sheet), Hash: hash[:], Title: "Handover", Creation: instant(b.h.ChangedAt)}}}})
	}
	return &Reference{Reference: url, Display: "The handover on paper"}
}

func (b *builder) documentURL() string {
	return urn("DocumentReference", b.h.ID, strconv.FormatInt(b.h.Version, 10))
}

// provenance adds where something came from. One without a time of arrival has come with the handover.
func (b *builder) provenance(p Provenance, of ...string) {
	p.ResourceType = "Provenance"
	if p.Recorded == "" {
		p.Recorded = first(instant(b.h.RaisedAt), "0001-01-01T00:00:00Z")
	}
	b.add("Provenance", urn(append([]string{"Provenance", b.h.ID}, of...)...), p)
}

// evidence adds a record behind it.
func (b *builder) evidence(i int) {
	e := &b.h.Evidence[i]
	var made []Reference
	switch e.Collection {
	case care.Observations:
		made = b.readings(e)
	case care.Visits:
		made = append(made, b.visit(e))
		made = append(made, b.remarks(e)...)
	default:
		made = b.remarks(e)
	}
	if len(made) == 0 {
		return
	}
	p := Provenance{Target: made, Occurred: instant(e.At), Recorded: instant(e.ReachedAt), Agent: []Agent{{b.author(e.By, nil)}}}
	if e.By == nil {
		p.Agent = []Agent{{Reference{Display: "Somebody who is not known here"}}}
	}
	if e.ReachedAt.IsZero() {
		p.Activity = text("Refused by the server, which keeps it apart; judged all the same")
	}
	for j := range b.h.Evidence { // what this one corrects
		if old := &b.h.Evidence[j]; old.ReplacedBy == e.ID && j != i && old.Collection == e.Collection {
			for _, key := range b.keys(old) {
				p.Entity = append(p.Entity, Entity{"revision", Reference{Reference: urn("Observation", key)}})
			}
		}
	}
	b.provenance(p, e.Collection, e.ID, strconv.FormatBool(e.Verified))
}

func joined(by string, parts ...string) (all string) {
	for _, p := range parts {
		if p != "" && all != "" {
			all += by
		}
		all += p
	}
	return all
}

func first(parts ...string) string {
	for _, p := range parts {
		if p != "" {
			return p
		}
	}
	return ""
}
