package importer

import (
	"context"

	"doorstep/internal/care"
	"doorstep/internal/identifier"
)

// restriction is the id of the handover by which the safeguarding lead was told that a file restricts a person. It
// follows from the person, so they are told once, and whoever imports later sees that it was said.
func restriction(patient string) string { return identifier.Derived("restricted person", patient) }

// toldOf finds which of the patients a file restricted before.
func toldOf(ctx context.Context, tx Tx, patients map[string]bool) (map[string]bool, error) {
	ids, of := map[string]bool{}, map[string]string{}
	for patient := range patients {
		if patient != "" {
			ids[restriction(patient)], of[restriction(patient)] = true, patient
		}
	}
	rows, err := lookup(ctx, tx, care.Handovers, "id", ids)
	told := map[string]bool{}
	for _, r := range rows {
		told[of[r.ID]] = true
	}
	return told, err
}

// withhold takes out of a row by which somebody could be found, where this file or an earlier one restricts them.
func (p *person) withhold(before bool) {
	switch {
	case p.confidentiality != "":
		p.report.note("is restricted (%s): address and phone are left out, and the safeguarding lead is told", p.confidentiality)
	case before:
		left := false
		for _, field := range withheld {
			_, stated := p.patient[field]
			left = left || stated
			delete(p.patient, field)
		}
		if left {
			p.report.note("was restricted by an earlier file: address and phone are left out")
		}
	}
}

// hideAddress marks the address of somebody whom a file restricts for the first time as being for those who visit, whatever
// else of the row is left alone. Who visits may take that back, and no later file undoes it.
func hideAddress(p *person, stored Row, found bool, writes []Write) []Write {
	const field = "address_hidden"
	switch {
	case !found:
		p.patient[field] = true // part of the record that is made
	case !care.Same(true, stored.Values[field]):
		writes = append(writes, Write{Collection: care.Patients, ID: stored.ID, Values: map[string]any{field: true}})
	}
	return writes
}

// tellSafeguarding is the handover by which the safeguarding lead learns of somebody whom a file restricts.
func (j *joiner) tellSafeguarding(p *person, stored Row, team string, found bool) Write {
	situation := "A file that was imported marks this person as restricted (code " + care.Clip(p.confidentiality, 40) + "): where they live and how they are reached must not become known. " +
		"No address and no telephone number was taken in from it, and those that stand in their record are shown to nobody but those who visit."
	if found && (stored.text("address") != "" || stored.text("phone") != "") {
		situation += " Their record here has had an address or a telephone number since before; it was left as it is."
		p.report.note("an address or a phone stands here already, and was left as it is")
	}
	values := map[string]any{"patient": stored.ID, "class": string(care.Safeguarding), "situation": situation,
		"recommendation": "Please decide who may know where this person lives, and tell the team how to reach them."}
	if team != "" {
		values["from_team"] = team
	}
	return Write{Collection: care.Handovers, ID: restriction(stored.ID), Create: true, Values: values}
}
