package desk

import (
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
		{name: "a scale that was decided once", field: "spo2_scale", dead: scale(2), role: care.CareCoordinator, takes: scale(2)},
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
