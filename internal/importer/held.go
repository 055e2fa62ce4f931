package importer

import (
	"context"
	"slices"

	"doorstep/internal/care"
)

// held holds the stored records that concern one chunk of rows; it grows as rows are written.
type held struct {
	byNumber  map[string]Row
	byName    map[name][]Row
	practices map[string]string   // id by ODS code
	teams     map[string][]string // ids by folded name, by "organisation / team", and by id
	caseloads map[string][]Row    // by patient
	told      map[string]bool     // patients whom a file restricted before; see restriction
}

// peopleOf fetches whom the rows may turn out to be, and says which they are by id.
func peopleOf(ctx context.Context, tx Tx, rows []*person) (h *held, known map[string]bool, err error) {
	numbers, births := map[string]bool{}, map[string]bool{}
	for _, p := range rows {
		numbers[p.text("nhs_number")], births[p.text("date_of_birth")] = true, true
	}
	h = &held{byNumber: map[string]Row{}, byName: map[name][]Row{}, practices: map[string]string{}, caseloads: map[string][]Row{}}
	patients, err := lookup(ctx, tx, care.Patients, "nhs_number", numbers)
	if err != nil {
		return nil, nil, err
	}
	namesakes, err := lookup(ctx, tx, care.Patients, "date_of_birth", births)
	if err != nil {
		return nil, nil, err
	}
	known = map[string]bool{}
	into := map[string]bool{}
	all := slices.Concat(patients, namesakes)
	for _, r := range all {
		into[r.text("merged_into")] = true
	}
	survivors, err := lookup(ctx, tx, care.Patients, "id", into)
	if err != nil {
		return nil, nil, err
	}
	for _, r := range slices.Concat(all, survivors) {
		if !known[r.ID] {
			known[r.ID] = true
			h.add(r)
		}
	}
	h.followMerges(survivors)
	return h, known, nil
}

// followMerges lets rows find a person by what the file says of another registration of theirs, with which theirs was made
// one.
func (h *held) followMerges(survivors []Row) {
	byID := map[string]Row{}
	for _, r := range survivors {
		byID[r.ID] = r
	}
	for number, r := range h.byNumber {
		if s, merged := byID[r.text("merged_into")]; merged {
			h.byNumber[number] = s
		}
	}
	for n, rows := range h.byName {
		meant := rows[:0]
		for _, r := range rows {
			if s, merged := byID[r.text("merged_into")]; merged {
				r = s
			}
			if !slices.ContainsFunc(meant, func(have Row) bool { return have.ID == r.ID }) {
				meant = append(meant, r)
			}
		}
		h.byName[n] = meant
	}
}

// add lets rows find a person. A number is that of whoever stands, whichever record is read first: a registration that was
// withdrawn or merged answers to it as long as nobody else has it.
func (h *held) add(r Row) {
	if number := r.text("nhs_number"); number != "" {
		if has, taken := h.byNumber[number]; !taken || has.Retracted || !r.Retracted {
			h.byNumber[number] = r
		}
	}
	h.byName[nameOf(r)] = append(h.byName[nameOf(r)], r)
}

// match finds the stored person a row is. ok is false when the row had to be refused.
func match(h *held, p *person) (stored Row, found, ok bool) {
	number := p.text("nhs_number")
	if number != "" {
		if r, taken := h.byNumber[number]; taken {
			saysWho := p.text("family_name") != "" || p.text("date_of_birth") != "" // a plan may have the number alone
			if saysWho && fold(r.text("family_name")) != p.name().family && r.text("date_of_birth") != p.text("date_of_birth") {
				p.refuse("nhs_number: belongs to a person with another family name and date of birth here")
				return Row{}, false, false
			}
			return accept(p, r)
		}
	}
	var same []Row
	if p.text("family_name") != "" && p.text("date_of_birth") != "" {
		for _, r := range h.byName[p.name()] {
			if number == "" || r.text("nhs_number") == "" {
				same = append(same, r)
			} else {
				p.report.note("someone of the same name and date of birth is held under another NHS number")
			}
		}
	}
	if stand := slices.DeleteFunc(slices.Clone(same), func(r Row) bool { return r.Retracted }); len(stand) > 0 {
		same = stand
	}
	switch len(same) {
	case 0:
		return Row{}, false, true
	case 1:
		return accept(p, same[0])
	}
	p.refuse("%d people here have this name and date of birth: give the NHS number", len(same))
	return Row{}, false, false
}

func accept(p *person, r Row) (Row, bool, bool) {
	if r.Retracted {
		p.refuse("the person's record was withdrawn here")
		return Row{}, false, false
	}
	return r, true, true
}
