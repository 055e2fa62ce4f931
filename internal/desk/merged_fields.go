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
}

// protects are the fields of which a yes counts, whoever's it is.
var protects = []string{"address_hidden", "objection"}

// differences works out what a survivor's record takes over.
func differences(lead Lead, survivor, dead *care.Record, choose map[string]string) (list []Difference, err error) {
	for i := range survivor.Collection.Fields {
		f := &survivor.Collection.Fields[i]
		d := Difference{Field: f.Name, Survivor: survivor.Get(f.Name), Dead: dead.Get(f.Name)}
		if f.Policy == care.Server || d.Dead == nil || care.Same(d.Survivor, d.Dead) {
			continue
		}
		if d.Takes, d.Open, err = taken(lead, f, d.Survivor, d.Dead); err != nil {
			return nil, err
		}
		if whose := choose[f.Name]; d.Open && whose == ChooseDead {
			d.Takes = d.Dead
		} else if d.Open && whose != "" && whose != ChooseSurvivor {
			return nil, refuse(CodeInvalid, "Choose the value of one of the two.").about(f.Name)
		}
		list = append(list, d)
	}
	return list, nil
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
	case survivor == nil:
		return dead, false, nil
	case f.Name == scaleField && !lead.SetsScale():
		return nil, false, refuse(CodeInvalid, "The two registrations have different SpO2 scales. A clinician who is qualified to set it has to merge them.").about(f.Name)
	case f.Policy == care.Set:
		one, _ := survivor.([]string)
		other, _ := dead.([]string)
		return care.NewList(slices.Concat(one, other)), false, nil
	case f.Name == "risk_note", f.Name == "access_notes": // neither warning is lost
		one, _ := survivor.(string)
		other, _ := dead.(string)
		if both := one + "\n" + other; utf8.RuneCountInString(both) <= int(f.Max) {
			return both, false, nil
		}
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
