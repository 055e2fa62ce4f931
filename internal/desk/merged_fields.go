package desk

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"unicode/utf8"

	"doorstep/internal/care"
)

// Whose value counts where two registrations say something else.
const (
	ChooseSurvivor = "survivor"
	ChooseDead     = "dead"
)

// Difference is a field of which the dead registration says something that the survivor does not.
type Difference struct {
	Field          string
	Survivor, Dead any
	// Takes is the value that the survivor's record is to have.
	Takes any
	// Open: whose value counts is for whoever decides to choose. Otherwise there is nothing to choose: only one says
	// anything, both can stand, or what protects the person counts.
	Open bool
	// Follows is the field whose choice counts for this one too, "" for none: two homes are never mixed.
	Follows string
}

// protects are the fields of which a yes counts, whoever's it is.
var protects = []string{hiddenField, "objection"}

const hiddenField = "address_hidden"

// homeFields say where somebody lives; how to get in belongs to that.
var homeFields = []string{"address", "postcode", "lsoa"}

const gettingInField = "access_notes"

// differences works out what a survivor's record takes over.
func differences(lead Lead, survivor, dead *care.Record, choose map[string]string) (list []Difference, err error) {
	leads := homeChoice(survivor, dead)
	for i := range survivor.Collection.Fields {
		f := &survivor.Collection.Fields[i]
		d := Difference{Field: f.Name, Survivor: survivor.Get(f.Name), Dead: dead.Get(f.Name)}
		ofHome := leads != "" && (f.Name == gettingInField || slices.Contains(homeFields, f.Name))
		if f.Policy == care.Server || care.Same(d.Survivor, d.Dead) || d.Dead == nil && !ofHome || f.Name == scaleField && sameScale(lead, survivor, dead) {
			continue
		}
		whose, told := choose[f.Name]
		if ofHome {
			d.Takes, d.Open = d.Survivor, f.Name == leads
			if !d.Open {
				d.Follows, whose = leads, choose[leads]
			}
		} else if d.Takes, d.Open, err = taken(lead, f, d.Survivor, d.Dead); err != nil {
			return nil, err
		}
		if !d.Open && d.Follows == "" {
			list = append(list, d)
			continue
		}
		switch whose {
		case ChooseDead:
			d.Takes = d.Dead
		case "", ChooseSurvivor:
		default:
			return nil, refuse(CodeInvalid, "Choose the value of one of the two.").about(f.Name)
		}
		if told && d.Follows != "" && (choose[f.Name] == ChooseDead) != (whose == ChooseDead) {
			return nil, refuse(CodeInvalid, "An address is taken from one of the two as a whole.").about(f.Name)
		}
		list = append(list, d)
	}
	return list, nil
}

// homeChoice is the field by which one of two homes is chosen as a whole; "" where both may be one home, or only one
// registration has one.
func homeChoice(survivor, dead *care.Record) (leads string) {
	agree, differ := false, false
	for _, name := range homeFields {
		one, other := survivor.Get(name), dead.Get(name)
		if leads == "" && !care.Same(one, other) {
			leads = name
		}
		if one != nil && other != nil {
			agree, differ = agree || care.Same(one, other), differ || !care.Same(one, other)
		}
	}
	lives := func(rec *care.Record) bool {
		return slices.ContainsFunc(homeFields, func(name string) bool { return rec.Get(name) != nil })
	}
	if differ || !agree && lives(survivor) && lives(dead) {
		return leads
	}
	return ""
}

// sameScale says that nothing changes how somebody is scored: only why and by whom it was decided differs. Whoever may not
// set a scale does not take over that either.
func sameScale(lead Lead, survivor, dead *care.Record) bool {
	one, known := survivor.SpO2Scale()
	other, alsoKnown := dead.SpO2Scale()
	return known && alsoKnown && one == other && (survivor.Get(scaleField) != nil || !lead.SetsScale())
}

// taken is what a survivor's record is to hold in a field in which the dead registration says something else, as long as
// nobody chooses; open: somebody can.
func taken(lead Lead, f *care.Field, survivor, dead any) (takes any, open bool, err error) {
	switch {
	case f.Name == consentField:
		takes, err = bothSaid(survivor, dead)
		return takes, false, err
	case slices.Contains(protects, f.Name):
		yes, _ := dead.(bool)
		if yes || survivor == nil {
			return dead, false, nil
		}
		return survivor, false, nil
	case f.Name == scaleField && !lead.SetsScale():
		return nil, false, refuse(CodeInvalid, "The two registrations have different SpO2 scales. A clinician who is qualified to set it has to merge them.").about(f.Name)
	case survivor == nil:
		return dead, false, nil
	case f.Policy == care.Set:
		one, _ := survivor.([]string)
		other, _ := dead.([]string)
		return care.NewList(slices.Concat(one, other)), false, nil
	case f.Name == "risk_note", f.Name == gettingInField: // neither warning is lost
		both := text(survivor) + "\n" + text(dead)
		if utf8.RuneCountInString(both) > int(f.Max) {
			return nil, false, refuse(CodeInvalid, "Both warnings together are longer than the record holds. Shorten one first.").about(f.Name)
		}
		return both, false, nil
	}
	return survivor, true, nil
}

// said is what somebody said about one voluntary service.
type said = map[string]any

// bothSaid is all that was said to both registrations about voluntary services, in the order in which it was. The last
// word about a service counts; where the two differ in it, the one that refuses comes last.
func bothSaid(survivor, dead any) (any, error) {
	lists := [2][]said{}
	for i, of := range []any{survivor, dead} {
		if raw, _ := of.(json.RawMessage); len(raw) > 0 && json.Unmarshal(raw, &lists[i]) != nil {
			return nil, refuse(CodeInvalid, "What was said about voluntary services cannot be read. Correct it first.").about(consentField)
		}
	}
	both := slices.Concat(lists[0], lists[1])
	slices.SortStableFunc(both, func(a, b said) int { return cmp.Compare(text(a["at"]), text(b["at"])) })
	for _, list := range lists {
		last := lastWords(list)
		for _, service := range slices.Sorted(maps.Keys(last)) {
			if given, _ := last[service]["given"].(bool); given {
				continue
			}
			if counts, _ := lastWords(both)[service]["given"].(bool); counts {
				both = append(both, last[service])
			}
		}
	}
	return care.JSON(both), nil
}

func lastWords(list []said) map[string]said {
	last := map[string]said{}
	for _, s := range list {
		last[text(s["service"])] = s
	}
	return last
}

func text(v any) string {
	s, _ := v.(string)
	return s
}
