package care

import "testing"

func TestTimesAreStoredInOneForm(t *testing.T) {
	f := &Field{Name: "taken_at", Kind: Time}
	for sent, stored := range map[string]any{
		"":                              nil,
		"2026-03-02T07:58:11.204Z":      "2026-03-02T07:58:11.204Z",
		"2026-03-02T07:58:11Z":          "2026-03-02T07:58:11.000Z",
		"2026-03-02T07:58:11.2049Z":     "2026-03-02T07:58:11.204Z",
		"2026-03-02T7:58:11.2049Z":      "2026-03-02T07:58:11.204Z",
		"2026-03-02T07:58:11,204Z":      "2026-03-02T07:58:11.204Z",
		"2026-03-02T08:58:11.204+01:00": "2026-03-02T07:58:11.204Z",
		"2026-03-01T23:58:11-08:00":     "2026-03-02T07:58:11.000Z",
	} {
		got, problem := f.Check(sent)
		if problem != nil || got != stored {
			t.Errorf("%q is stored as %v (%v), want %v", sent, got, problem, stored)
		}
	}
	for _, sent := range []string{"yesterday", "2026-03-02", "2026-02-30T07:58:11.204Z", "1066-03-02T07:58:11.204Z", "2026-03-02T07:58:11.204", "2026-03-02 07:58:11.204Z"} {
		if got, problem := f.Check(sent); problem == nil || problem.Code != "wrong_type" {
			t.Errorf("%q was taken for the time %v", sent, got)
		}
	}
}
