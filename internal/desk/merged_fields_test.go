package desk

import (
	"slices"
	"strings"
	"testing"

	"doorstep/internal/care"
)

// What the one record takes over of a second registration: what only that says, nothing that protects the person is
// lost, and of two values one is chosen.
func TestWhatOneRecordTakesOverOfASecondRegistration(t *testing.T) {
	const charity, befrienders = "01jz1yq0t9c2m4n8r5w7x3y1k0", "01jz1yq0t9c2m4n8r5w7x3y1k1"
	consent := func(service string, given bool, at string) map[string]any {
		return map[string]any{"service": service, "given": given, "at": at}
	}
	both := func(list ...any) any { return care.JSON(list) }
	scale := func(n int) any { return care.JSON(map[string]any{"scale": n, "reason": "COPD"}) }
	for _, c := range []struct {
		name           string
		field          string
		survivor, dead any
		choose         string
		role           care.Role
		takes          any // nil = the field is no difference
		open           bool
		code           string
	}{
		{name: "a phone that only the second registration has", field: "phone", dead: "01632 960001", takes: "01632 960001"},
		{name: "a phone that only the survivor has", field: "phone", survivor: "01632 960001"},
		{name: "the same name", field: "family_name", survivor: "Testpatient", dead: "Testpatient"},
		{name: "two spellings", field: "family_name", survivor: "Testpatient", dead: "Testpatent", takes: "Testpatient", open: true},
		{name: "two spellings, the second chosen", field: "family_name", survivor: "Testpatient", dead: "Testpatent", choose: ChooseDead, takes: "Testpatent", open: true},
		{name: "two spellings, a third way chosen", field: "family_name", survivor: "Testpatient", dead: "Testpatent", choose: "neither", code: CodeInvalid},
		{name: "an objection that was recorded once", field: "objection", survivor: false, dead: true, takes: true},
		{name: "an objection that the survivor has", field: "objection", survivor: true, dead: false, choose: ChooseDead, takes: true},
		{name: "an address that is for those who visit", field: "address_hidden", dead: true, takes: true},
		{name: "a death that was recorded once", field: "died_on", dead: "2026-03-01", takes: "2026-03-01"},
		{name: "two lists of needs", field: "communication_needs", survivor: []string{"interpreter"}, dead: []string{"braille", "interpreter"}, takes: []string{"braille", "interpreter"}},
		{name: "two warnings", field: "risk_note", survivor: "Dog", dead: "Stairs", takes: "Dog\nStairs"},
		{name: "two warnings that are too long together", field: "risk_note", survivor: strings.Repeat("Dog ", 300), dead: strings.Repeat("Stairs ", 200), code: CodeInvalid}, // 9
		{name: "two ways in that are too long together", field: "access_notes", survivor: strings.Repeat("Key ", 300), dead: strings.Repeat("Side door ", 200), code: CodeInvalid},
		{name: "a scale that was decided once", field: "spo2_scale", dead: scale(2), takes: scale(2)},
		{name: "a scale that was decided once, before whoever may not set one", field: "spo2_scale", dead: scale(2), role: care.CareCoordinator, code: CodeInvalid}, // 8
		{name: "the usual scale, decided once", field: "spo2_scale", dead: scale(1), takes: scale(1)},
		{name: "the usual scale, before whoever may not set one", field: "spo2_scale", dead: scale(1), role: care.CareCoordinator},
		{name: "one scale for two reasons", field: "spo2_scale", survivor: scale(2), dead: care.JSON(map[string]any{"scale": 2, "reason": "emphysema"})},
		{name: "one scale for two reasons, before whoever may not set one", field: "spo2_scale", survivor: scale(2), dead: care.JSON(map[string]any{"scale": 2, "reason": "emphysema"}), role: care.CareCoordinator},
		{name: "a scale that only the survivor has, before whoever may not set one", field: "spo2_scale", survivor: scale(2), role: care.CareCoordinator},
		{name: "two scales, before a clinician", field: "spo2_scale", survivor: scale(1), dead: scale(2), choose: ChooseDead, takes: scale(2), open: true},
		{name: "two scales, before whoever may not set one", field: "spo2_scale", survivor: scale(1), dead: scale(2), role: care.CareCoordinator, code: CodeInvalid},
		{name: "consents to two services", field: "consent", survivor: both(consent(charity, true, "2026-01-02")), dead: both(consent(befrienders, true, "2026-01-01")),
			takes: both(consent(befrienders, true, "2026-01-01"), consent(charity, true, "2026-01-02"))},
		{name: "a refusal that was said before a consent to the other registration", field: "consent", survivor: both(consent(charity, true, "2026-01-02")), dead: both(consent(charity, false, "2026-01-01")),
			takes: both(consent(charity, false, "2026-01-01"), consent(charity, true, "2026-01-02"), consent(charity, false, "2026-01-01"))},
	} {
		t.Run(c.name, func(t *testing.T) {
			of := func(v any) *care.Record {
				rec := record(care.Patients, "x", map[string]any{})
				rec.SetAll(map[string]any{c.field: v})
				return rec
			}
			role := care.TeamLead
			if c.role != "" {
				role = c.role
			}
			list, err := differences(leaOf(role, reach{}), of(c.survivor), of(c.dead), map[string]string{c.field: c.choose})
			refusedWith(t, err, c.code)
			if c.takes == nil {
				if len(list) != 0 {
					t.Errorf("%+v", list)
				}
				return
			}
			if len(list) != 1 || !care.Same(list[0].Takes, c.takes) || list[0].Open != c.open {
				t.Errorf("%+v, want %s", list, care.JSON(c.takes))
			}
		})
	}
}

// 7: where two registrations live in different places, the one record has one of the two homes: no street of the one with
// the postcode of the other, nor its way in.
func TestTwoHomesAreNeverMixed(t *testing.T) {
	type home = map[string]any
	mill := home{"address": "1 Mill Row", "postcode": "M1 1AA", "access_notes": "Key safe"}
	oak := home{"address": "2 Oak Street", "postcode": "M2 2BB", "access_notes": "Side door"}
	for _, c := range []struct {
		name           string
		survivor, dead home
		choose         map[string]string
		want           home // of the one record
		open           []string
		code           string
	}{
		{name: "nothing chosen", survivor: mill, dead: oak, want: mill, open: []string{"address"}},
		{name: "the other home chosen", survivor: mill, dead: oak, choose: map[string]string{"address": ChooseDead}, want: oak, open: []string{"address"}},
		{name: "a street of the one and a postcode of the other", survivor: mill, dead: oak, choose: map[string]string{"address": ChooseDead, "postcode": ChooseSurvivor}, code: CodeInvalid},
		{name: "both said, and the same", survivor: mill, dead: oak, choose: map[string]string{"address": ChooseDead, "postcode": ChooseDead}, want: oak, open: []string{"address"}},
		{name: "another home without a postcode", survivor: mill, dead: home{"address": "2 Oak Street"}, choose: map[string]string{"address": ChooseDead}, want: home{"address": "2 Oak Street"}, open: []string{"address"}},
		{name: "a postcode here and a street there", survivor: home{"postcode": "M1 1AA"}, dead: home{"address": "2 Oak Street"}, want: home{"postcode": "M1 1AA"}, open: []string{"address"}},
		{name: "one street, two postcodes", survivor: home{"address": "1 Mill Row", "postcode": "M1 1AA"}, dead: home{"address": "1 Mill Row", "postcode": "M1 1AB"},
			choose: map[string]string{"postcode": ChooseDead}, want: home{"address": "1 Mill Row", "postcode": "M1 1AB"}, open: []string{"postcode"}},
		{name: "one home, of which each says a part", survivor: home{"address": "1 Mill Row", "access_notes": "Key safe"}, dead: home{"address": "1 Mill Row", "postcode": "M1 1AA", "access_notes": "Side door"},
			want: home{"address": "1 Mill Row", "postcode": "M1 1AA", "access_notes": "Key safe\nSide door"}},
		{name: "a home that only the other one has", survivor: home{"access_notes": "Key safe"}, dead: oak,
			want: home{"address": "2 Oak Street", "postcode": "M2 2BB", "access_notes": "Key safe\nSide door"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			survivor, dead := record(care.Patients, "x", map[string]any{}), record(care.Patients, "y", map[string]any{})
			survivor.SetAll(c.survivor)
			dead.SetAll(c.dead)
			list, err := differences(leaOf(care.TeamLead, reach{}), survivor, dead, c.choose)
			refusedWith(t, err, c.code)
			if c.code != "" {
				return
			}
			var open []string
			for _, d := range list {
				survivor.SetAll(map[string]any{d.Field: d.Takes})
				if d.Open {
					open = append(open, d.Field)
				}
			}
			for _, name := range []string{"address", "postcode", "access_notes"} {
				if !care.Same(survivor.Get(name), c.want[name]) {
					t.Errorf("%s is %v, want %v", name, survivor.Get(name), c.want[name])
				}
			}
			if !slices.Equal(open, c.open) {
				t.Errorf("to choose are %q, want %q", open, c.open)
			}
		})
	}
}
